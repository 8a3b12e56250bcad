//! LOJA140: RetailSalesCancellation undoes a sale (`domain/cancel.md`, `domain/README.md` 12 and Finer decisions,
//! Cancelled sales).
//!
//! | file | subject |
//! |---|---|
//! | `wants` | what is looked up |
//! | `sold` | the sale with everything that was made of it |
//! | `hindrance` | why a sale can no longer be cancelled |
//! | `apply` | the verdict |
//! | `undo` | what a cancellation changes |

mod apply;
pub(crate) mod hindrance;
pub(crate) mod sold;
#[cfg(test)]
mod tests;
mod undo;
mod wants;

use crate::books::Books;
use crate::effect::Alias;
use crate::loja701::tables::Slx;
use crate::routine::{Letter, Part, Receives, Routine, receive};
use crate::verdict::Verdict;
use crate::world::{Flaw, Wants, World};
use eaid_schemas::field::Text;
use eaid_schemas::retail_sales_cancellation::RetailSalesCancellation;

/// The routine.
pub static ROUTINE: Routine = Routine {
    name: "LOJA140",
    message: "RetailSalesCancellation",
    summary: "Recebe o cancelamento de uma venda e desfaz seus títulos, pedidos, filhos e reservas.",
    part: Part::Receives { majors: &[1, 2], open: &receive::<Loja140> },
    tables: &[Slx::TABLE],
};

/// The name of the transaction in answers.
const NAME: &str = "RETAILSALESCANCELLATION";
/// The tag that names the sale.
pub(crate) const SALE: &str = "/RetailSalesInternalId";

/// RetailSalesCancellation undoes a sale.
pub struct Loja140;

impl Receives for Loja140 {
    type Message = RetailSalesCancellation;

    /// A cancellation is never updated: what stands is answered as integrated already, whatever its stamp.
    const IDENTITY: Option<Alias> = None;

    fn internal_id(message: &RetailSalesCancellation) -> &str {
        message.internal_id.as_ref().map_or("", Text::as_str)
    }

    fn wants(letter: &Letter<RetailSalesCancellation>, _: &Books, wants: &mut Wants) {
        wants::wants(letter, wants);
    }

    fn wants_further(letter: &Letter<RetailSalesCancellation>, _: &Books, world: &World, wants: &mut Wants) {
        wants::wants_further(letter, world, wants);
    }

    fn apply(letter: &Letter<RetailSalesCancellation>, books: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        apply::apply(letter, books, world)
    }
}
