//! What a reserve wants looked up.

use super::branches;
use super::tables::Sc0;
use crate::books::Books;
use crate::effect::Alias;
use crate::product::Named;
use crate::routine::Letter;
use crate::world::Wants;
use eaid_schemas::envelope::Event;
use eaid_schemas::item_reserve::ItemReserve;
use eaid_schemas::record::members;

/// The sequence of the numbers of a branch's reserve rows.
pub(super) fn sequence(company: &str, branch: &str) -> String {
    format!("sc0|{company}|{branch}")
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
        wants.numbers(&sequence(company, branch), 1);
        if let Some(document) = &message.document_reserve {
            wants.rows::<Sc0>(Sc0::by_docres, &[company, document.as_str()]);
        }
    }
}
