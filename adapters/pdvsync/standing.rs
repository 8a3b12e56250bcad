//! The orders that stand under the numbers of a pre-sale: the one that `idRetaguarda` names, and the one that stands
//! under its number at the point of sale.

use super::head::{self, CANCELLED, SALE};
use super::order::Act;
use super::tables::{Pcpedc, Pcpedi};
use crate::table::KEY;
use crate::verdict::Findings;
use crate::world::{Flaw, Wants, World};
use eaid_schemas::field::Choice;
use eaid_schemas::pdvsync::{PreSale, Situation};
use eaid_schemas::violation::Code;

/// Where the number of the order stands in the message.
const TAG: &str = "/idRetaguarda";

/// Wants what stands, and what hangs on it.
pub(super) fn wants(message: &PreSale, act: Act, wants: &mut Wants) {
    if let Some(standing) = head::standing(message) {
        wants.rows::<Pcpedc>(Pcpedc::by_standing, &[&standing]);
    }
    if let Some(order) = &message.order {
        wants.rows::<Pcpedc>(KEY, &[order.as_str()]);
        match act {
            Act::Reserve => {}
            Act::Receive | Act::Offer => wants.rows::<Pcpedi>(Pcpedi::by_order, &[order.as_str()]),
            Act::Cancel => wants.rows::<Pcpedc>(Pcpedc::by_future, &[order.as_str()]),
        }
    }
}

/// What stands.
pub(super) struct Standing {
    /// The order that is named.
    pub named: Option<Pcpedc>,
    /// The order under the number at the point of sale.
    pub own: Option<Pcpedc>,
}

impl Standing {
    /// What stands under the numbers of a pre-sale.
    ///
    /// # Errors
    /// [`Flaw`] where it was not wanted.
    pub fn of(message: &PreSale, world: &World) -> Result<Standing, Flaw> {
        let named = match &message.order {
            Some(order) => world.rows::<Pcpedc>(KEY, &[order.as_str()])?.pop(),
            None => None,
        };
        let own = match head::standing(message) {
            Some(standing) => world.rows::<Pcpedc>(Pcpedc::by_standing, &[&standing])?.pop(),
            None => None,
        };
        Ok(Standing { named, own })
    }

    /// The order that is named, if it is a sale of the branch; else what is wrong with that.
    pub fn sale(&self, message: &PreSale, found: &mut Findings) -> Option<&Pcpedc> {
        let number = message.order.as_ref()?.as_str();
        let is_of = |order: &&Pcpedc| message.branch.as_ref().is_none_or(|branch| branch.as_str() == order.codfilial);
        let Some(order) = self.named.as_ref().filter(is_of) else {
            let text = format!("idRetaguarda {number}: não há pedido com este número nesta filial.");
            found.error(Code::NotFound, TAG, text);
            return None;
        };
        if order.condvenda != SALE {
            let sale = &order.numpedentfut;
            let text = format!("idRetaguarda {number} é a entrega (TV8) do pedido {sale}: use o número do pedido.");
            found.error(Code::NotAllowed, TAG, text);
            return None;
        }
        Some(order)
    }
}

/// Notes that the state of an order stands against what is asked for.
pub(super) fn conflict(found: &mut Findings, code: Code, text: String) {
    found.error(code, TAG, text);
}

/// Whether an order is cancelled.
pub(super) fn is_cancelled(order: &Pcpedc) -> bool {
    order.posicao == CANCELLED
}

/// Whether an order is a reserve that waits for its payment.
pub(super) fn is_reserve(order: &Pcpedc) -> bool {
    order.posicao == head::FREE && order.situacao == Situation::Available.as_str()
}
