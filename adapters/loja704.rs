//! LOJA704: ItemReserve becomes a stock reserve (`domain/itemreserve.md`, `domain/README.md` 10).
//!
//! | file | subject |
//! |---|---|
//! | `wants` | what is looked up |
//! | `apply` | upsert, delete, and the verdict |
//! | `items` | the rows of a reserve |
//! | `stock` | what is free of a product, where its branch looks at that |
//! | `branches` | the company De/Para of its branches |
//! | `release` | what a sale used of reserves is given back |

mod apply;
mod branches;
mod items;
pub(crate) mod release;
mod stock;
pub mod tables;
mod wants;

use crate::books::Books;
use crate::effect::Alias;
use crate::routine::{Letter, Part, Receives, Routine, receive};
use crate::verdict::Verdict;
use crate::world::{Flaw, Wants, World};
use eaid_schemas::field::Text;
use eaid_schemas::item_reserve::ItemReserve;

/// The routine.
pub static ROUTINE: Routine = Routine {
    name: "LOJA704",
    message: "ItemReserve",
    summary: "Recebe a reserva de estoque e a grava em SC0, uma linha por produto.",
    part: Part::Receives { majors: &[1, 2], open: &receive::<Loja704> },
    tables: &[tables::Sc0::TABLE],
};

/// The name of the transaction in answers.
const NAME: &str = "ITEMRESERVE";
/// Where the items stand in the message.
const ITEMS: &str = "/ReserveItemType/Item";

/// ItemReserve becomes a stock reserve.
pub struct Loja704;

impl Receives for Loja704 {
    type Message = ItemReserve;
    const IDENTITY: Option<Alias> = Some(Alias::RESERVE);

    fn internal_id(message: &ItemReserve) -> &str {
        message.internal_id.as_ref().map_or("", Text::as_str)
    }

    fn wants(letter: &Letter<ItemReserve>, books: &Books, wants: &mut Wants) {
        wants::wants(letter, books, wants);
    }

    fn wants_further(letter: &Letter<ItemReserve>, books: &Books, world: &World, wants: &mut Wants) {
        wants::wants_further(letter, books, world, wants);
    }

    fn apply(letter: &Letter<ItemReserve>, books: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        apply::apply(letter, books, world)
    }
}
