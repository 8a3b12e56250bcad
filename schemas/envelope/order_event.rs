//! The order event: what the ERP side tells of an order (`contract.md`, HTTP).

use super::json::read_text;
use crate::field::{Amount, Moment, Text};
use crate::place::{Place, Sought};
use crate::read::Reading;
use crate::{choice, record};

choice! {
    /// What happened to the order.
    pub enum OrderEventKind {
        /// Delivery orders: the outgoing invoice was made.
        Invoiced = "invoiced",
        /// Delivery orders: SEFAZ authorised the NF-e.
        NfeAuthorized = "nfe_authorized",
        /// Delivery orders: it left.
        Shipped = "shipped",
        /// Delivery orders: it arrived.
        Delivered = "delivered",
        /// Delivery orders: it was cancelled.
        Cancelled = "cancelled",
        /// Delivery orders: it came back.
        Returned = "returned",
        /// Pick-up orders: the pending order was confirmed.
        PickupConfirmed = "pickup_confirmed",
        /// Pick-up orders: the fiscal document was authorised.
        FiscalDocumentAuthorized = "fiscal_document_authorized",
    }
}

record! {
    /// The invoice that the event speaks of.
    pub struct OrderInvoice "invoice" {
        /// Number of the fiscal document. Absent: the one invoice that the order has.
        number: Text<9> = field("number");
        /// Its series.
        serie: Text<5> = field("serie");
        /// Its gross value.
        value: Amount<13, 2> = field("value");
        /// When it was issued.
        issued_on: Moment = field("issued_on");
        /// The 44 digits of its key; empty before authorisation.
        access_key: Text<44> = field("access_key");
        /// The authorised document.
        xml: Text<4000000> = field("xml");
    }
}

record! {
    /// One event of one order.
    pub struct OrderEvent "event" {
        /// `company|branch|number`.
        order: Text<50> = field("order").key();
        /// What happened.
        event: OrderEventKind = field("event").key();
        /// When it happened.
        at: Moment = field("at");
        /// The invoice, for the events that have one.
        invoice: OrderInvoice = field("invoice");
        /// The carrier's tracking code.
        tracking_code: Text<20> = field("tracking_code");
    }
}

/// Where paths stand in the text of an event, as [`Envelope::locate`](super::Envelope::locate) tells it of messages.
pub fn locate(text: &str, paths: &[&str]) -> Vec<Place> {
    let mut cx = Reading::new(true, usize::MAX).seeking(Sought::of(paths.iter().copied()));
    // What broke the first reading off breaks this one off at the same place.
    drop(read_text::<OrderEvent>(text, &mut cx));
    let sought = cx.sought();
    paths.iter().map(|path| Place { at: sought.find(path).map_or(0, |(at, _)| at), xpath: None }).collect()
}
