//! CRMA980: CustomerVendor becomes a customer (`domain/customervendor.md`, `domain/README.md` 11).
//!
//! | file | subject |
//! |---|---|
//! | `wants` | what is looked up |
//! | `apply` | upsert, delete, and the verdict |
//! | `code` | code and store of a new customer |
//! | `columns` | which tag fills which column |
//! | `documents` | CPF, CNPJ and the other numbers with authorities |
//! | `telephone` | country, area and number |

mod apply;
mod code;
mod columns;
mod documents;
pub mod tables;
mod telephone;
mod wants;

use crate::books::Books;
use crate::effect::Alias;
use crate::routine::{Letter, Part, Receives, Routine, receive};
use crate::verdict::Verdict;
use crate::world::{Flaw, Wants, World};
use eaid_schemas::customer_vendor::CustomerVendor;
use eaid_schemas::field::Text;

/// The routine.
pub static ROUTINE: Routine = Routine {
    name: "CRMA980",
    message: "CustomerVendor",
    summary: "Recebe o cadastro do cliente e o grava em SA1.",
    part: Part::Receives { majors: &[1, 2], open: &receive::<Crma980> },
    tables: &[tables::Sa1::TABLE],
};

/// The name of the transaction in answers.
const NAME: &str = "CUSTOMERVENDOR";

/// CustomerVendor becomes a customer.
pub struct Crma980;

impl Receives for Crma980 {
    type Message = CustomerVendor;
    const IDENTITY: Option<Alias> = Some(Alias::CUSTOMER);

    fn internal_id(message: &CustomerVendor) -> &str {
        message.internal_id.as_ref().map_or("", Text::as_str)
    }

    fn wants(letter: &Letter<CustomerVendor>, _: &Books, wants: &mut Wants) {
        wants::wants(letter, wants);
    }

    fn apply(letter: &Letter<CustomerVendor>, books: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        apply::apply(letter, books, world)
    }
}
