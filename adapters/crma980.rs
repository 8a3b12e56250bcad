//! CRMA980: CustomerVendor becomes a customer (`domain/customervendor.md`, `domain/README.md` 11).
//!
//! | file | subject |
//! |---|---|
//! | `wants` | what is looked up |
//! | `apply` | upsert, delete, and the verdict |
//! | `code` | code and store of a new customer |
//! | `stores` | customers of an e-commerce: one store an address |
//! | `columns` | which tag fills which column |
//! | `documents` | the numbers with authorities |
//! | `tax_number` | CPF and CNPJ, and their check digits |
//! | `countries` | codes of countries by their names |
//! | `seller` | the seller of the customer |
//! | `telephone` | country, area and number |

mod apply;
mod code;
mod columns;
mod countries;
mod documents;
mod seller;
mod stores;
pub mod tables;
mod tax_number;
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

    fn wants(letter: &Letter<CustomerVendor>, books: &Books, wants: &mut Wants) {
        wants::wants(letter, books, wants);
    }

    fn wants_further(letter: &Letter<CustomerVendor>, books: &Books, world: &World, wants: &mut Wants) {
        wants::wants_further(letter, books, world, wants);
    }

    fn apply(letter: &Letter<CustomerVendor>, books: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        apply::apply(letter, books, world)
    }
}

/// A name in upper case without accents and doubled blanks.
fn plain(name: &str) -> String {
    let letters = name.chars().flat_map(char::to_uppercase).map(|letter| match letter {
        'Ç' => 'C',
        'Ã' | 'Á' | 'Â' | 'À' => 'A',
        'É' | 'Ê' => 'E',
        'Í' => 'I',
        'Ó' | 'Õ' | 'Ô' => 'O',
        'Ú' => 'U',
        other => other,
    });
    letters.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}
