//! Messages of our own as outbox rows: traces, and failures of GravaBatch.

use super::Moment;
use crate::catalog::condition::Held;
use crate::catalog::{Catalog, Method, Registration};
use crate::store::{Outgoing, SendKind, Withheld};
use eaid_adapters::effect::{EVERYBODY, Effect, Sending, What};
use eaid_schemas::envelope::Format;
use eaid_schemas::envelope::response::{Heading, Response, write};
use std::sync::Arc;
use uuid::Uuid;

/// What effects send.
#[derive(Debug, Default)]
pub struct Post {
    /// Rows of the outbox.
    pub outgoing: Vec<Outgoing>,
    /// What conditions hold back.
    pub withheld: Vec<Withheld>,
}

impl Post {
    fn add(&mut self, sent: Option<Result<Outgoing, Box<Withheld>>>) {
        match sent {
            Some(Ok(outgoing)) => self.outgoing.push(outgoing),
            Some(Err(withheld)) => self.withheld.push(*withheld),
            None => {}
        }
    }
}

/// All that effects send, for the message that caused them, if one did.
pub fn post(effects: &[Effect], message: Option<Uuid>, catalog: &Catalog, at: &mut Moment<'_>) -> Post {
    let mut post = Post::default();
    for effect in effects {
        match effect {
            Effect::Send(sending) if sending.partner == EVERYBODY => {
                for partner in catalog.partners() {
                    let sending = Sending { partner: partner.to_owned(), ..sending.clone() };
                    post.add(outgoing(&sending, message, catalog, at));
                }
            }
            Effect::Send(sending) => post.add(outgoing(sending, message, catalog, at)),
            _ => {}
        }
    }
    post
}

/// The outbox row of a message of ours, or why it is held back; `None` where no adapter is registered that sends
/// it.
fn outgoing(
    sending: &Sending,
    message: Option<Uuid>,
    catalog: &Catalog,
    at: &mut Moment<'_>,
) -> Option<Result<Outgoing, Box<Withheld>>> {
    let mut route = catalog.route_of(&sending.partner);
    let id = (at.fresh)();
    let now = &at.stamp;
    let uuid = id.to_string();
    let mut heading = Heading {
        uuid: &uuid,
        sub_type: "event",
        event: "upsert",
        company: &sending.company,
        branch: &sending.branch,
        generated_on: now,
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
            if let Some(condition) = &registration.condition {
                // Conditions see the JSON form, whatever goes out.
                let judged = match registration.format {
                    Format::Json => condition.holds(&body),
                    Format::Xml => condition.holds(&write(Format::Json, &catalog.identity, &heading, content.as_ref())),
                };
                if let Err(held) = judged {
                    return Some(Err(Box::new(withhold(id, sending, message, held, registration, catalog, at))));
                }
            }
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
                processed_on: now,
                is_ok: false,
                messages: violations,
                ids,
                enabled: None,
                returned: None,
            };
            (SendKind::Error, *transaction, *format, write(*format, &catalog.identity, &heading, &response))
        }
    };
    Some(Ok(Outgoing {
        id,
        message,
        kind,
        partner: sending.partner.as_str().into(),
        transaction: transaction.into(),
        correlation: sending.correlation.as_str().into(),
        subject: sending.subject.as_str().into(),
        route_key: route.map_or("unknown", |route| &route.key).into(),
        transport: catalog.transport(route, &sending.origin).into(),
        format: format.as_str().into(),
        body: Arc::from(body),
        created_at: at.utc(),
    }))
}

fn withhold(
    id: Uuid,
    sending: &Sending,
    message: Option<Uuid>,
    held: Held,
    registration: &Registration,
    catalog: &Catalog,
    at: &Moment<'_>,
) -> Withheld {
    let transaction = registration.routine.message.to_ascii_uppercase();
    Withheld {
        id,
        message,
        partner: sending.partner.clone(),
        transaction,
        subject: sending.subject.clone(),
        reason: held.reason,
        is_failure: held.is_failure,
        catalog: catalog.fingerprint.clone(),
        created_at: at.utc(),
    }
}
