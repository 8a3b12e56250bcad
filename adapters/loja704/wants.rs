//! What a reserve wants looked up.

use super::stock::MOST_PLACES;
use super::tables::Sc0;
use super::{branches, items};
use crate::books::{Books, StockControl};
use crate::desk::Desk;
use crate::effect::Alias;
use crate::product::Named;
use crate::routine::Letter;
use crate::world::{Wants, World};
use eaid_schemas::envelope::Event;
use eaid_schemas::item_reserve::ItemReserve;
use eaid_schemas::record::members;

/// The sequence of the numbers of a branch's reserve rows.
pub(super) fn sequence(company: &str, branch: &str) -> String {
    format!("sc0|{company}|{branch}")
}

/// How many rows an item may become: where the branch looks at its stock, one a lot or place.
fn rows_of_item(books: &Books, company: &str, branch: &str) -> u32 {
    if books.retail.stock_control(company, branch) == StockControl::Off {
        return 1;
    }
    u32::try_from(books.most_places(company, branch).clamp(1, MOST_PLACES)).unwrap_or(1)
}

/// Wants everything for a reserve; only what stands under its id for a delete.
pub(super) fn wants(letter: &Letter<ItemReserve>, books: &Books, wants: &mut Wants) {
    let message = &letter.message;
    if let Some(id) = &message.internal_id {
        wants.linked::<Sc0>(letter.partner(), Alias::RESERVE, id.as_str());
    }
    if letter.from.event == Event::Delete {
        return;
    }
    for item in members(&message.items) {
        Named { internal_id: &item.item_internal_id, code: &item.item_code }.wants(letter.partner(), wants);
        if let Some(warehouse) = &item.warehouse_internal_id {
            wants.depara(letter.partner(), Alias::WAREHOUSE, warehouse.as_str());
        }
        let Some((company, branch)) =
            item.reserve_branch.as_ref().and_then(|branch| branches::ours(books, letter, branch.as_str()))
        else {
            continue;
        };
        wants.numbers(&sequence(company, branch), rows_of_item(books, company, branch));
        if let Some(document) = &message.document_reserve {
            wants.rows::<Sc0>(Sc0::by_docres, &[company, document.as_str()]);
        }
    }
}

/// Wants the stock of the items, where any branch looks at its own. What is not known yet is wanted in the next round.
pub(super) fn wants_further(letter: &Letter<ItemReserve>, books: &Books, world: &World, wants: &mut Wants) {
    if letter.from.event != Event::Delete && books.retail.controls_stock() {
        let _unknown_yet = items::wants_stock(Desk::new(letter, books, world), wants);
    }
}
