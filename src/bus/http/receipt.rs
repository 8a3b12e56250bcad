//! The Receipt: says that a message arrived, and nothing of what becomes of it.

use super::Reception;
use eaid_schemas::envelope::response::{Heading, Receipt, write};
use eaid_schemas::envelope::{Envelope, Header};
use eaid_schemas::field::Choice;
use uuid::Uuid;

impl Reception {
    /// The Receipt for a message, in its format.
    pub(super) fn receipt(&self, envelope: &Envelope) -> String {
        let header = &envelope.header;
        let now = self.clerk.now().format("%Y-%m-%dT%H:%M:%S%:z").to_string();
        let uuid = Uuid::now_v7().to_string();
        let heading = Heading {
            uuid: &uuid,
            kind: "Receipt",
            sub_type: header.sub_type.map_or("", |kind| kind.as_str()),
            event: Header::text(&header.event),
            transaction: Header::text(&header.transaction),
            version: Header::text(&header.version),
            company: Header::text(&header.company_id),
            branch: Header::text(&header.branch_id),
            generated_on: &now,
            delivery_type: "async",
            internal_id: "",
        };
        let receipt = Receipt {
            received_uuid: Header::text(&header.uuid),
            sent_by: Header::text(&header.source_application),
            received: &envelope.as_received(),
            received_on: &now,
        };
        write(envelope.format, &self.identity, &heading, &receipt)
    }
}
