//! What MATA410B fills: invoices of orders as the ERP tells them, and the timeline of each order.

use crate::table;

table! {
    /// Invoices of orders.
    pub table Sf2 "sf2" key(company, f2_filial, order_number, f2_doc, f2_serie) {
        /// Company.
        company: text;
        /// Branch.
        f2_filial: text;
        /// The order or child it belongs to.
        order_number: text;
        /// Document.
        f2_doc: text;
        /// Series.
        f2_serie: text;
        /// Issued.
        f2_emissao: date;
        /// Gross value.
        f2_valbrut: amount(2);
        /// Access key.
        f2_chvnfe: text;
        /// The authorised document.
        xml: text;
    }
    index by_order(company, f2_filial, order_number);
}

table! {
    /// The timeline of an order.
    pub table OrderTrace "order_trace" key(company, branch, order_number, step) {
        /// Company.
        company: text;
        /// Branch.
        branch: text;
        /// The order or child.
        order_number: text;
        /// Counts the events of the order, from 001.
        step: text;
        /// The event, or how it began.
        event: text;
        /// Code of the status afterwards.
        status: text;
        /// Its text on the wire.
        status_text: text;
        /// When it happened, as told.
        at: text;
        /// When eaid recorded it.
        recorded_at: text;
    }
    index by_order(company, branch, order_number);
}
