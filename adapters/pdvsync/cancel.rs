//! CANCELADA: the whole order goes, with what is handed over of it, unless it is invoiced (`domain/pdvsync.md` 8).

use super::head::{self, INVOICED};
use super::log::Operation;
use super::order::Done;
use super::standing::{Standing, conflict, is_cancelled};
use super::tables::Pcpedc;
use crate::effect::{Effect, Update};
use crate::verdict::Findings;
use crate::world::{Flaw, World};
use eaid_schemas::field::Choice;
use eaid_schemas::pdvsync::{PreSale, Situation};
use eaid_schemas::violation::Code;

/// Cancels an order. One that is cancelled already is told so again.
pub(super) fn cancel(
    message: &PreSale,
    standing: &Standing,
    found: &mut Findings,
    world: &World,
) -> Result<Option<Done>, Flaw> {
    let Some(sale) = standing.sale(message, found) else { return Ok(None) };
    if is_cancelled(sale) {
        return Ok(Some(Done::before(Operation::Cancel, sale)));
    }
    let handed_over = world.rows::<Pcpedc>(Pcpedc::by_future, &[&sale.numped])?;
    let all = || [sale].into_iter().chain(&handed_over);
    if let Some(invoiced) = all().find(|order| order.posicao == INVOICED) {
        let text = format!("O pedido {} já está faturado: não pode ser cancelado.", invoiced.numped);
        conflict(found, Code::CannotCancel, text);
        return Ok(None);
    }
    Ok(Some(Done {
        effects: all().filter(|order| !is_cancelled(order)).map(goes).collect(),
        position: head::CANCELLED.to_owned(),
        ..Done::before(Operation::Cancel, sale)
    }))
}

/// An order that goes, as long as nobody has touched it since.
fn goes(order: &Pcpedc) -> Effect {
    Effect::Update(
        Update::of(order)
            .set(Pcpedc::posicao, head::CANCELLED)
            .set(Pcpedc::situacao, Situation::Cancelled.as_str())
            .set(Pcpedc::standing, "")
            .expect(Pcpedc::posicao, order.posicao.clone())
            .expect(Pcpedc::situacao, order.situacao.clone()),
    )
}
