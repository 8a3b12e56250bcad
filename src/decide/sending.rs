//! Messages of our own as outbox rows: traces, and failures of GravaBatch.

use super::Moment;
use super::answer::stamp;
use crate::catalog::{Catalog, Method};
use crate::store::{Outgoing, SendKind};
use eaid_adapters::effect::{Sending, What};
use eaid_schemas::envelope::response::{Heading, Response, write};
use std::sync::Arc;
use uuid::Uuid;

/// The outbox row of a message of ours; `None` where no adapter is registered that sends it.
pub fn outgoing(sending: &Sending, message: Option<Uuid>, catalog: &Catalog, at: &mut Moment<'_>) -> Option<Outgoing> {
    let mut route = catalog.route_of(&sending.partner);
    let now = stamp(at);
    let id = (at.fresh)();
    let uuid = id.to_string();
    let mut heading = Heading {
        uuid: &uuid,
        sub_type: "event",
        event: "upsert",
        company: &sending.company,
        branch: &sending.branch,
        generated_on: &now,
        ..Heading::default()
    };
    let (kind, transaction, format, body) = match &sending.what {
        What::Trace { transaction, content, .. } => {
            let (registration, to) = catalog.sender(transaction, &sending.partner, &sending.branch)?;
            route = Some(to);
            let version = registration.version.to_string();
            heading.kind = "BusinessMessage";
            heading.transaction = transaction;
            heading.version = &version;
            heading.internal_id = &sending.subject;
            heading.delivery_type = if registration.method == Method::Sync { "Sync" } else { "Async" };
            let body = write(registration.format, &catalog.identity, &heading, content.as_ref());
            (SendKind::Trace, *transaction, registration.format, body)
        }
        What::Failure { transaction, version, format, sent_by, violations, ids } => {
            heading.kind = "Response";
            heading.transaction = transaction;
            heading.version = version;
            heading.delivery_type = "async";
            let response = Response {
                received_uuid: &sending.correlation,
                sent_by,
                event: "upsert",
                received: "",
                processed_on: &now,
                is_ok: false,
                messages: violations,
                ids,
                enabled: None,
            };
            (SendKind::Error, *transaction, *format, write(*format, &catalog.identity, &heading, &response))
        }
    };
    Some(Outgoing {
        id,
        message,
        kind,
        partner: sending.partner.clone(),
        transaction: transaction.to_owned(),
        correlation: sending.correlation.clone(),
        subject: sending.subject.clone(),
        route_key: route.map_or_else(|| "unknown".to_owned(), |route| route.key.clone()),
        transport: catalog.transport(route, &sending.origin).to_owned(),
        format: format.as_str().to_owned(),
        body: Arc::from(body),
        created_at: at.utc(),
    })
}
