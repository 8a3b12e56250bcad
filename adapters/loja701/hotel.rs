//! What hotels and returns add to a sale: the stay, the meals of an item, and the document that an item gives back
//! (`domain/retailsales.md` 3 and 4). The fields are kept as they are typed; no rule of the shop looks at them.

use super::tables::{Sl1, Sl2};
use crate::desk::text;
use crate::table;
use crate::table::Word;
use eaid_schemas::field::Amount;
use eaid_schemas::retail_sales::{RetailSales, SaleItem};
use rust_decimal::Decimal;

table! {
    /// Stays: one row a sale of a hotel.
    pub table Mh3 "mh3" key(company, mh3_filial, mh3_num) {
        /// Company.
        company: text;
        /// Branch.
        mh3_filial: text;
        /// Number of the sale.
        mh3_num: text;
        /// Account of the stay.
        mh3_conta: text;
        /// Day of arrival.
        mh3_data: date;
        /// Kind of room.
        mh3_tipouh: text;
        /// Number of the room.
        mh3_numuh: text;
        /// Main guest.
        mh3_hospri: text;
        /// The other guests.
        mh3_hosped: text;
        /// Group.
        mh3_grupo: text;
        /// Event.
        mh3_evento: text;
    }
}

table! {
    /// Meals of a stay, and the documents that returned items come from: one row an item that has either.
    pub table Mh4 "mh4" key(company, mh4_filial, mh4_num, mh4_item) {
        /// Company.
        company: text;
        /// Branch.
        mh4_filial: text;
        /// Number of the sale.
        mh4_num: text;
        /// Line of the sale: the first one, where the item has several.
        mh4_item: text;
        /// Kind of board.
        mh4_tipopen: text;
        /// Its value.
        mh4_vlrpen: amount(2);
        /// Value of the breakfast.
        mh4_vlrcafe: amount(2);
        /// Its day.
        mh4_dtlanc: date;
        /// Document that the item comes from.
        mh4_docori: text;
        /// Its series.
        mh4_serieori: text;
        /// Its item.
        mh4_iteoriori: text;
    }
}

/// Our code of the stay, for the sale itself.
pub(super) fn account(message: &RetailSales) -> Word {
    message.booking.as_ref().map_or_else(Word::default, |booking| text(&booking.hotel_account_code))
}

/// The stay of a sale, where it has one.
pub(super) fn stay(message: &RetailSales, sale: &Sl1) -> Option<Mh3> {
    let booking = message.booking.as_ref()?;
    Some(Mh3 {
        company: sale.company.clone(),
        mh3_filial: sale.l1_filial.clone(),
        mh3_num: sale.l1_num.clone(),
        mh3_conta: text(&booking.hotel_account_code),
        mh3_data: booking.checkin_date.as_ref().map(|moment| moment.date),
        mh3_tipouh: text(&booking.habitational_unit_type),
        mh3_numuh: text(&booking.habitational_unit_number),
        mh3_hospri: text(&booking.main_guest_name),
        mh3_hosped: text(&booking.additional_guest_name),
        mh3_grupo: text(&booking.group_name),
        mh3_evento: text(&booking.event_name),
    })
}

/// Meals and source document of an item, where it has either; the line is given its number later.
pub(super) fn meals(item: &SaleItem) -> Option<Mh4> {
    let board = item.board_basis.as_ref();
    let is_return = item.source_document.is_some() || item.source_document_serie.is_some();
    if board.is_none() && !is_return {
        return None;
    }
    let money = |amount: Option<Amount<13, 2>>| amount.map_or(Decimal::ZERO, Amount::get);
    Some(Mh4 {
        mh4_tipopen: board.map_or_else(Word::default, |board| text(&board.board_basis_type)),
        mh4_vlrpen: money(board.and_then(|board| board.board_basis_value)),
        mh4_vlrcafe: money(board.and_then(|board| board.breakfast_value)),
        mh4_dtlanc: board.and_then(|board| board.date_of_movement.as_ref()).map(|moment| moment.date),
        mh4_docori: text(&item.source_document),
        mh4_serieori: text(&item.source_document_serie),
        mh4_iteoriori: text(&item.source_document_item),
        ..Mh4::default()
    })
}

/// The same of a line that has its number.
pub(super) fn of_line(meals: Mh4, line: &Sl2) -> Mh4 {
    Mh4 {
        company: line.company.clone(),
        mh4_filial: line.l2_filial.clone(),
        mh4_num: line.l2_num.clone(),
        mh4_item: line.l2_item.clone(),
        ..meals
    }
}
