//! LOJA701: RetailSales becomes a staged sale (`domain/retailsales.md` 2 to 9, `domain/README.md`).
//!
//! | file | subject |
//! |---|---|
//! | `wants` | what is looked up |
//! | `apply` | the order of the checks, and the verdict |
//! | `document` | number, series and station: the id of the sale |
//! | `parties` | customer, seller, operator, carrier |
//! | `header` | the rules of the header and its columns |
//! | `items` | the lines |
//! | `taxes` | taxes of header and items into their columns |
//! | `reserves` | which rows of a reserve an item uses |
//! | `subset` | rows that add up to a quantity |
//! | `assignment` | the same for several items at once |
//! | `split` | an item as a line a row |
//! | `hotel` | stays, meals and returned documents |
//! | `discounts` | item discounts, shares of the header discount, the sums that must hold |
//! | `payments` | payment forms, administrators and rows |
//! | `shares` | exact parts of an amount |
//! | `paid` | what a message says was paid, for reconciliation |

mod apply;
mod assignment;
mod discounts;
mod document;
mod header;
pub mod hotel;
mod items;
pub mod paid;
mod parties;
mod payments;
mod reserves;
pub mod shares;
mod split;
mod subset;
pub mod tables;
mod taxes;
mod wants;

use crate::books::Books;
use crate::effect::Alias;
use crate::routine::{Letter, Part, Receives, Routine, receive};
use crate::verdict::Verdict;
use crate::world::{Flaw, Wants, World};
use eaid_schemas::field::Text;
use eaid_schemas::retail_sales::RetailSales;

/// The routine.
pub static ROUTINE: Routine = Routine {
    name: "LOJA701",
    message: "RetailSales",
    summary: "Recebe a venda e a grava em SL1, SL2 e SL4 na situação RX, à espera do GravaBatch.",
    part: Part::Receives { majors: &[2], open: &receive::<Loja701> },
    tables: &[
        tables::Sl1::TABLE,
        tables::Sl2::TABLE,
        tables::Sl4::TABLE,
        tables::Slx::TABLE,
        hotel::Mh3::TABLE,
        hotel::Mh4::TABLE,
    ],
};

/// The name of the transaction in answers.
const NAME: &str = "RETAILSALES";
/// Where the lines stand in the message.
const ITEMS: &str = "/ListOfSaleItem/SaleItem";
/// Where the payments stand in the message.
const PAYMENTS: &str = "/ListOfSaleCondition/SaleCondition";

/// RetailSales becomes a staged sale.
pub struct Loja701;

impl Receives for Loja701 {
    type Message = RetailSales;

    /// A sale is never updated: what stands is answered as integrated already, whatever its stamp.
    const IDENTITY: Option<Alias> = None;

    fn internal_id(message: &RetailSales) -> &str {
        message.internal_id.as_ref().map_or("", Text::as_str)
    }

    fn wants(letter: &Letter<RetailSales>, books: &Books, wants: &mut Wants) {
        wants::wants(letter, books, wants);
    }

    fn apply(letter: &Letter<RetailSales>, books: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        apply::apply(letter, books, world)
    }
}
