//! DISPONIVEL: the order is born, or replaced by a new one (`domain/pdvsync.md` 6).

use super::customer;
use super::head;
use super::items;
use super::log::Operation;
use super::order::{Done, Ordering};
use super::settings::PdvSync;
use super::standing::{Standing, conflict, is_cancelled, is_reserve};
use super::tables::Pcpedc;
use crate::effect::{Effect, Update};
use crate::verdict::Findings;
use crate::world::{Flaw, World};
use eaid_schemas::field::Choice;
use eaid_schemas::pdvsync::Situation;
use eaid_schemas::record::members;
use eaid_schemas::violation::Code;

/// Makes the reserve. The same one again is told its number; another content takes its place under a new number.
pub(super) fn reserve(
    order: &Ordering,
    settings: &PdvSync,
    standing: &Standing,
    found: &mut Findings,
    world: &mut World,
) -> Result<Option<Done>, Flaw> {
    let message = &order.message;
    let named = standing.sale(message, found);
    let again = standing.own.as_ref().filter(|own| own.digest == order.digest && is_reserve(own));
    if let (Some(own), false) = (again, found.has_errors()) {
        let operation = if message.order.is_some() { Operation::Alter } else { Operation::Include };
        return Ok(Some(Done::before(operation, own)));
    }
    let replaced = replaced(named, standing.own.as_ref(), found);
    if found.has_errors() {
        return Ok(None);
    }
    let customer = customer::choose(&customer::told(message), false, settings, world)?;
    let number = world.count(head::SEQUENCE)?.to_string();
    let born = Pcpedc {
        numped: number.as_str().into(),
        ..head::of(message, Situation::Available, &customer.code, &order.digest, settings, world)
    };
    let operation = if replaced.is_some() { Operation::Alter } else { Operation::Include };
    let position = born.posicao.to_string();
    let mut effects: Vec<Effect> = replaced.map(goes).into_iter().collect();
    effects.extend(customer.effect);
    effects.push(Effect::new_row(born));
    effects.extend(items::rows(&number, members(&message.items)).into_iter().map(Effect::new_row));
    Ok(Some(Done { operation, order: number, position, customer: customer.code, effects }))
}

/// The reserve that this one takes the place of: the one under its number, which may be a later one than the one that
/// it names.
fn replaced<'s>(named: Option<&'s Pcpedc>, own: Option<&'s Pcpedc>, found: &mut Findings) -> Option<&'s Pcpedc> {
    let stands = match (named, own) {
        (Some(named), Some(own)) if named.numped != own.numped && !is_cancelled(named) => {
            let text =
                format!("O número da pré-venda já é do pedido {}, e idRetaguarda é {}.", own.numped, named.numped);
            conflict(found, Code::NotAllowed, text);
            return None;
        }
        (_, Some(own)) => own,
        (Some(named), None) => named,
        (None, None) => return None,
    };
    if is_reserve(stands) {
        return Some(stands);
    }
    let state = if is_cancelled(stands) { "cancelada" } else { "paga" };
    let text = format!("A reserva {} já está {state}: não pode ser alterada.", stands.numped);
    conflict(found, Code::NotAllowed, text);
    None
}

/// A reserve that goes, as long as it is one.
fn goes(reserve: &Pcpedc) -> Effect {
    Effect::Update(
        Update::of(reserve)
            .set(Pcpedc::posicao, head::CANCELLED)
            .set(Pcpedc::situacao, Situation::Cancelled.as_str())
            .set(Pcpedc::standing, "")
            .expect(Pcpedc::posicao, head::FREE)
            .expect(Pcpedc::situacao, Situation::Available.as_str()),
    )
}
