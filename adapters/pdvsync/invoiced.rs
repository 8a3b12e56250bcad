//! An order is invoiced, as an order event tells it under `PDVSYNC|branch|number`: from then on it is not cancelled
//! (`domain/pdvsync.md` 8).

use super::head::{self, INVOICED};
use super::standing::is_cancelled;
use super::tables::Pcpedc;
use crate::books::Books;
use crate::effect::{Effect, Update};
use crate::order_event::{Told, not_allowed};
use crate::routine::Case;
use crate::table::KEY;
use crate::verdict::{Staged, Verdict};
use crate::world::{Flaw, Wants, World};
use eaid_schemas::envelope::order_event::OrderEventKind;
use eaid_schemas::field::Choice;
use eaid_schemas::pdvsync::Situation;

/// An event of an order of PDVSync.
pub(crate) struct Invoicing {
    /// What was told.
    pub told: Told,
}

impl Case for Invoicing {
    fn wants(&self, _: &Books, wants: &mut Wants) {
        wants.rows::<Pcpedc>(KEY, &[&self.told.number]);
    }

    fn apply(&self, _: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        let told = &self.told;
        let order = world.rows::<Pcpedc>(KEY, &[&told.number])?.pop();
        let Some(order) = order.filter(|order| order.codfilial == told.branch) else {
            return Ok(told.unknown(Pcpedc::TABLE.name));
        };
        if told.kind != OrderEventKind::Invoiced {
            let text = format!("{} é um pedido do PDVSync: o evento {} não vale.", told.order, told.event());
            return Ok(not_allowed(text));
        }
        if order.posicao == INVOICED {
            return Ok(Verdict::Stage(Staged::default()));
        }
        if is_cancelled(&order) || order.situacao != Situation::Received.as_str() {
            let state = if is_cancelled(&order) { "está cancelado" } else { "ainda não foi pago" };
            return Ok(not_allowed(format!("O pedido {} {state}: não pode ser faturado.", told.order)));
        }
        let invoiced = Update::of(&order)
            .set(Pcpedc::posicao, INVOICED)
            .set(Pcpedc::situacao, Situation::Redeemed.as_str())
            .expect(Pcpedc::posicao, head::FREE)
            .expect(Pcpedc::situacao, order.situacao.clone());
        Ok(Verdict::Stage(Staged { effects: vec![Effect::Update(invoiced)], ..Staged::default() }))
    }

    fn internal_id(&self) -> &str {
        &self.told.order
    }
}
