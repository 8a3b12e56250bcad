//! What a sale wants looked up: everything that `apply` may ask, in one round trip.

use super::document::{self, Issued};
use super::parties::{self, Buyer};
use super::tables::Sl1;
use crate::books::Books;
use crate::effect::Alias;
use crate::loja704::tables::Sc0;
use crate::number_sequence;
use crate::product::Named;
use crate::routine::Letter;
use crate::table::KEY;
use crate::world::Wants;
use eaid_schemas::envelope::Event;
use eaid_schemas::field::PartnerCode;
use eaid_schemas::record::members;
use eaid_schemas::retail_sales::{RetailSales, SaleCondition, SaleItem};

/// Wants everything for a sale; nothing for a delete, which is refused.
pub(super) fn wants(letter: &Letter<RetailSales>, books: &Books, wants: &mut Wants) {
    if letter.from.event == Event::Delete {
        return;
    }
    let message = &letter.message;
    let mut asking = Asking { partner: letter.partner(), wants };
    if let Some(id) = &message.internal_id {
        asking.wants.depara(asking.partner, Alias::SALE, id.as_str());
    }
    if let Some(document) = &message.document_code {
        let key = [&*letter.from.company, &*letter.from.branch, document.as_str()];
        asking.wants.rows::<Issued>(Sl1::by_document, &key);
    }
    asking.customer(message, books);
    asking.codes(Alias::SELLER, [&message.seller_internal_id]);
    asking.codes(Alias::OPERATOR, [&message.operator_code, &message.operator_internal_id]);
    asking.codes(Alias::CARRIER, [&message.carrier_code, &message.carrier_internal_id]);
    let stations = [&message.station_sale_point_code, &message.station_sale_point_internal_id, &message.station_code];
    asking.codes(Alias::STATION, stations);
    for item in members(&message.items) {
        asking.item(item, &letter.from.company, &letter.from.branch);
    }
    for payment in members(&message.payments) {
        asking.payment(payment);
    }
    wants.numbers(&number_sequence(&letter.from.company, &letter.from.branch), 1);
    if let (true, Some(series)) = (document::is_numbered_here(message), &message.serie_code) {
        wants.numbers(&document::sequence(&letter.from, series.as_str()), 1);
    }
}

struct Asking<'w> {
    partner: &'w str,
    wants: &'w mut Wants,
}

impl Asking<'_> {
    fn codes<const N: usize>(&mut self, alias: Alias, tags: [&Option<PartnerCode>; N]) {
        for code in tags.into_iter().flatten() {
            self.wants.depara(self.partner, alias, code.as_str());
        }
    }

    fn customer(&mut self, message: &RetailSales, books: &Books) {
        if let (Some(code), Some(store)) = (&message.customer_code, &message.store_code) {
            self.wants.rows::<Buyer>(KEY, &[code.as_str(), store.as_str()]);
        } else if let Some(id) = &message.customer_vendor_internal_id {
            self.wants.linked::<Buyer>(self.partner, Alias::CUSTOMER, id.as_str());
            if parties::is_from_supplier(message) {
                self.wants.depara(self.partner, Alias::SUPPLIER, id.as_str());
            }
        } else {
            let (code, store) = books.retail.default_customer();
            self.wants.rows::<Buyer>(KEY, &[code, store]);
        }
    }

    fn item(&mut self, item: &SaleItem, company: &str, branch: &str) {
        Named { internal_id: &item.item_internal_id, code: &item.item_code }.wants(self.partner, self.wants);
        self.codes(Alias::WAREHOUSE, [&item.warehouse_internal_id]);
        self.codes(Alias::STORE, [&item.store_identification_code]);
        self.codes(Alias::CARRIER, [&item.item_carrier_code, &item.item_carrier_internal_id]);
        if let Some(operation) = &item.operation_code
            && super::items::is_partners_tes(operation.as_str())
        {
            self.wants.depara(self.partner, Alias::TES, operation.as_str());
        }
        if let Some(reserve) = &item.item_reserve_internal_id {
            self.wants.linked::<Sc0>(self.partner, Alias::RESERVE, reserve.as_str());
        } else if let Some(number) = &item.item_reserve_code {
            self.wants.rows::<Sc0>(KEY, &[company, branch, number.as_str()]);
        }
    }

    fn payment(&mut self, payment: &SaleCondition) {
        self.codes(Alias::GENERIC, [&payment.payment_method_internal_id, &payment.payment_method_code]);
        self.codes(Alias::GENERIC, [&payment.bank_check]);
        self.codes(Alias::ADMINISTRATOR, [&payment.financial_manager_code]);
        self.codes(Alias::PAYMENT_TERM, [&payment.payment_term_code_internal_id]);
        if let Some(term) = &payment.payment_term_code {
            self.wants.depara(self.partner, Alias::PAYMENT_TERM, term.as_str());
        }
    }
}
