//! Whole messages for the tests, in both formats.

use eaid_schemas::envelope::response::{Heading, Identity, write};
use eaid_schemas::envelope::{Document, Envelope, Format, Limits, decode};
use eaid_schemas::write::Content;

pub const LIMITS: Limits = Limits { body: 1 << 22, depth: 32, items: 1000 };
pub const FORMATS: [Format; 2] = [Format::Json, Format::Xml];

/// A message of a content as we write it.
pub fn message(format: Format, content: &dyn Content) -> String {
    let identity =
        Identity { source_application: "OMNI".into(), product_name: "OMNI".into(), product_version: "1".into() };
    let heading = Heading {
        uuid: "436601c4-51c9-4ff2-8ee2-b678a055b9b8",
        kind: "BusinessMessage",
        sub_type: "event",
        event: "upsert",
        transaction: "RetailSales",
        version: "999.000",
        company: "01",
        branch: "0101",
        generated_on: "2026-11-20T14:30:00-03:00",
        internal_id: "S-1",
        delivery_type: "async",
    };
    write(format, &identity, &heading, content)
}

/// Its envelope.
pub fn open(text: &str) -> Envelope {
    match decode(text.as_bytes(), None, &LIMITS) {
        Ok(Document::Message(envelope)) => *envelope,
        other => panic!("no message: {other:?}\n{text}"),
    }
}
