//! Answers: exactly one Response a verdict, in the format of the message (`contract.md`, The answer).

use super::lay::Laid;
use super::{Moment, place};
use crate::catalog::Catalog;
use crate::store::{Outgoing, SendKind, Settled, State};
use eaid_adapters::routine::Part;
use eaid_schemas::envelope::Format;
use eaid_schemas::envelope::response::{Heading, InternalId, Response, write};
use eaid_schemas::violation::{Code, Violation};
use eaid_schemas::write::{Content, Writer};
use std::sync::Arc;

/// What an answer says.
pub struct Answer {
    is_ok: bool,
    messages: Vec<Violation>,
    ids: Vec<InternalId>,
    kind: SendKind,
}

impl Answer {
    /// OK, with warnings and ids.
    pub fn ok(messages: Vec<Violation>, ids: Vec<InternalId>) -> Answer {
        Answer { is_ok: true, messages, ids, kind: SendKind::Response }
    }

    /// ERROR with every reason, and ids that exist already.
    pub fn refused(messages: Vec<Violation>, ids: Vec<InternalId>) -> Answer {
        Answer { is_ok: false, messages, ids, kind: SendKind::Response }
    }

    /// What is registered.
    pub fn who_is() -> Answer {
        Answer { is_ok: true, messages: Vec::new(), ids: Vec::new(), kind: SendKind::Whois }
    }
}

/// The id of the record itself, for an answer.
pub fn own_id(laid: &Laid, origin: &str, destination: &str) -> InternalId {
    InternalId {
        name: laid.entry.business.transaction.clone(),
        origin: origin.to_owned(),
        destination: destination.to_owned(),
    }
}

/// A message settled, with its answer written.
pub fn settled(
    laid: &Laid,
    state: State,
    violations: Vec<Violation>,
    answer: Option<Answer>,
    catalog: &Catalog,
    at: &mut Moment<'_>,
) -> Settled {
    let ids = answer.as_ref().map_or_else(Vec::new, |answer| answer.ids.clone());
    let outgoing: Vec<Outgoing> = answer.map(|answer| write_answer(laid, &answer, catalog, at)).into_iter().collect();
    Settled {
        place: place(laid),
        state,
        cause: cause(state, &violations),
        violations,
        ids,
        waits: Vec::new(),
        patience_until: None,
        effects: Vec::new(),
        is_answered: !outgoing.is_empty(),
        outgoing,
        settled_at: at.utc(),
    }
}

/// The code under which a message is grouped: its first error, or why it was superseded.
fn cause(state: State, violations: &[Violation]) -> Option<Code> {
    let first = violations.iter().find(|found| found.is_error());
    first.map(|found| found.code).or((state == State::Superseded).then_some(Code::Superseded))
}

/// The stamp of our own messages.
pub fn stamp(at: &Moment<'_>) -> String {
    at.now.format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn write_answer(laid: &Laid, answer: &Answer, catalog: &Catalog, at: &mut Moment<'_>) -> Outgoing {
    let id = (at.fresh)();
    let uuid = id.to_string();
    let now = stamp(at);
    let to = &laid.to;
    let event = if to.event.is_empty() { &laid.entry.event } else { &to.event };
    let heading = Heading {
        uuid: &uuid,
        kind: "Response",
        sub_type: if to.sub_type.is_empty() { "event" } else { &to.sub_type },
        event,
        transaction: &to.transaction,
        version: &laid.entry.version,
        company: &to.company,
        branch: &to.branch,
        generated_on: &now,
        delivery_type: if to.is_sync { "sync" } else { "async" },
    };
    let response = Response {
        received_uuid: &to.uuid,
        sent_by: &laid.entry.source,
        event,
        processed_on: &now,
        is_ok: answer.is_ok,
        messages: &answer.messages,
        ids: &answer.ids,
    };
    let who_is;
    let content: &dyn Content = match answer.kind {
        SendKind::Whois => {
            who_is = WhoIs { response: &response, catalog };
            &who_is
        }
        _ => &response,
    };
    let format = if laid.entry.format == "xml" { Format::Xml } else { Format::Json };
    Outgoing {
        id,
        message: Some(laid.entry.id),
        kind: answer.kind,
        partner: laid.entry.fingerprint.partner.clone(),
        transaction: laid.entry.business.transaction.clone(),
        correlation: to.uuid.trim_end().to_owned(),
        subject: laid.entry.business.internal_id.clone(),
        route_key: to.route_key.clone(),
        transport: to.transport.to_owned(),
        format: format.as_str().to_owned(),
        body: Arc::from(write(format, &catalog.identity, &heading, content)),
        created_at: at.utc(),
    }
}

/// The answer to WhoIs: a Response that lists what is registered (`domain/protocol.md` 2.5).
struct WhoIs<'a> {
    response: &'a Response<'a>,
    catalog: &'a Catalog,
}

impl Content for WhoIs<'_> {
    fn write(&self, out: &mut dyn Writer) {
        let texts = |out: &mut dyn Writer, pairs: &[(&str, &str)]| {
            for (name, text) in pairs {
                out.property(name);
                out.text(text);
            }
        };
        out.begin_object();
        out.property("ReceivedMessage");
        out.begin_object();
        texts(out, &[("UUID", self.response.received_uuid), ("SentBy", self.response.sent_by)]);
        out.end_object();
        out.property("ProcessingInformation");
        out.begin_object();
        texts(out, &[("ProcessedOn", self.response.processed_on), ("Status", "OK")]);
        out.end_object();
        out.property("ReturnContent");
        out.begin_object();
        out.property("EnabledTransactions");
        out.begin_object();
        out.begin_list("Transaction");
        for registration in &self.catalog.registrations {
            let mode = match registration.routine.part {
                Part::Receives { .. } if registration.receive => "RECEIVE_ENABLED",
                Part::Sends if registration.send => "SEND_ENABLED",
                _ => continue,
            };
            out.begin_object();
            let version = registration.version.to_string();
            texts(out, &[("Name", registration.routine.message), ("Version", &version), ("Mode", mode)]);
            out.end_object();
        }
        out.end_list();
        out.end_object();
        out.end_object();
        out.end_object();
    }
}

/// A message whose successor arrived while it waited: it is answered and done.
pub fn superseded(laid: &Laid, catalog: &Catalog, at: &mut Moment<'_>) -> Settled {
    let text = "Uma mensagem mais nova do mesmo registro chegou enquanto esta esperava.";
    let violations = vec![Violation::error(Code::Superseded, "", text)];
    let answer = Answer::refused(violations.clone(), Vec::new());
    settled(laid, State::Superseded, violations, Some(answer), catalog, at)
}
