//! A paid order is told to every partner that an adapter is registered for: the pre-sale as it came, in the spelling of
//! its declaration.

use super::head::branch;
use super::order::Ordering;
use super::tables::{Pcclient, Pcformapgtopedido, Pclogpedidoapi, Pcpedc, Pcpedi, Pcvinculopedidomatcon};
use crate::effect::{EVERYBODY, Effect, Sending, What};
use crate::routine::{Part, Routine};
use eaid_schemas::field::Choice;
use eaid_schemas::pdvsync::{PreSale, Situation};
use eaid_schemas::record::Record;

/// The transaction of what is told.
const TRANSACTION: &str = "PRESALE";

/// The routine, for registrations.
pub static ROUTINE: Routine = Routine {
    name: super::NAME,
    message: "PreSale",
    summary: "Recebe pré-vendas do PDVSync por HTTP e envia cada pedido pago a quem estiver cadastrado.",
    part: Part::Sends { majors: &[1], content: PreSale::spec, asked: None },
    tables: &[
        Pcclient::TABLE,
        Pcpedc::TABLE,
        Pcpedi::TABLE,
        Pcformapgtopedido::TABLE,
        Pcvinculopedidomatcon::TABLE,
        Pclogpedidoapi::TABLE,
    ],
};

/// Tells of a paid order, under its own number.
pub(super) fn told(order: &Ordering, paid: &Pcpedc) -> Effect {
    let branch = branch(&order.message);
    Effect::Send(Sending {
        partner: EVERYBODY.to_owned(),
        origin: "http".to_owned(),
        correlation: String::new(),
        company: String::new(),
        branch: branch.to_owned(),
        subject: format!("{}|{branch}|{}", super::NAME, paid.numped),
        what: What::Trace {
            transaction: TRANSACTION,
            content: order.message.clone(),
            status: Situation::Received.as_str(),
        },
    })
}
