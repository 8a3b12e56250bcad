//! PDVSYNC: the pre-sale of the point of sale becomes a reserve, a paid order with its deliveries, or is cancelled
//! (`domain/pdvsync.md`).
//!
//! | file | subject |
//! |---|---|
//! | `order` | a pre-sale on the desk: what it asks for, what is looked up, the verdict |
//! | `customer` | who buys, and who is registered for it |
//! | `register` | a customer who comes alone |
//! | `check` | what a pre-sale must say |
//! | `standing` | the orders that stand under its numbers |
//! | `reserve`, `receive`, `cancel` | the three things that it asks for |
//! | `invoiced` | an order that can no longer be cancelled |
//! | `onward` | a paid order is told to those who are registered for it |
//! | `offer` | what the back office asks for: that an order waits for its payment |
//! | `head`, `items`, `payments` | the rows of an order |
//! | `log` | the row that every call leaves |
//! | `shown` | what a point of sale reads of an order |
//! | `settings` | what an administrator decides |

mod cancel;
mod check;
mod customer;
mod head;
mod invoiced;
mod items;
mod log;
mod offer;
mod onward;
mod order;
mod payments;
mod receive;
mod register;
mod reserve;
mod settings;
pub mod shown;
mod standing;
pub mod tables;
#[cfg(test)]
mod tests;

use crate::routine::Case;
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::pdvsync::{Call, Sheet};
pub(crate) use invoiced::Invoicing;
pub use onward::ROUTINE;
pub use settings::{CheckCep, PdvSync, RequireLogin};

/// The partner under which pre-sales stand in the inbox, and their transaction.
pub const NAME: &str = "PDVSYNC";

/// What the ids of a verdict name: the order,
pub const ORDER: &str = "PEDIDO";
/// and the customer.
pub const CUSTOMER: &str = "CLIENTE";

/// Lays what PDVSync sent on the desk. `items` bounds the members of one list.
pub fn open(sheet: Sheet, items: usize) -> Box<dyn Case> {
    match sheet.call {
        Call::Customer => Box::new(register::Registering::open(sheet, items)),
        Call::Order | Call::Cancel | Call::Offer => Box::new(order::Ordering::open(sheet, items)),
    }
}

/// The ids of an answer.
fn ids(origin: &str, order: &str, customer: &str) -> Vec<InternalId> {
    let id = |name: &str, origin: &str, destination: &str| InternalId {
        name: name.to_owned(),
        origin: origin.to_owned(),
        destination: destination.to_owned(),
    };
    vec![id(ORDER, origin, order), id(CUSTOMER, "", customer)]
}
