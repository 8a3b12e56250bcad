//! Answers: exactly one Response a verdict, in the format of the message (`contract.md`, The answer).

use super::lay::Laid;
use super::{Moment, place};
use crate::catalog::Catalog;
use crate::store::{Outgoing, SendKind, Settled, State};
use eaid_adapters::verdict::Returned;
use eaid_schemas::envelope::Format;
use eaid_schemas::envelope::response::{Enabled, Heading, InternalId, Receipt, Response, write};
use eaid_schemas::read::HELD;
use eaid_schemas::violation::{Code, Violation};
use std::sync::Arc;
use uuid::Uuid;

/// An answer names no more findings than these: who has to mend so many goes by the first ones, and a large message of
/// many wrong items would make an answer, and a row, many times as large.
const MOST: usize = 1_000;

/// What an answer says, besides all that was found.
pub struct Answer {
    is_ok: bool,
    ids: Vec<InternalId>,
    /// What is exchanged with the partner, where that was asked.
    enabled: Option<Vec<Enabled>>,
    /// What the routine returns beside that.
    returned: Option<Returned>,
}

impl Answer {
    /// OK, with ids.
    pub fn ok(ids: Vec<InternalId>) -> Answer {
        Answer { is_ok: true, ids, enabled: None, returned: None }
    }

    /// ERROR, with ids that exist already.
    pub fn refused(ids: Vec<InternalId>) -> Answer {
        Answer { is_ok: false, ids, enabled: None, returned: None }
    }

    /// What is exchanged with the partner.
    pub fn who_is(enabled: Vec<Enabled>) -> Answer {
        Answer { enabled: Some(enabled), ..Answer::ok(Vec::new()) }
    }

    /// With what the routine returns beside ids and errors.
    pub fn returning(self, returned: Option<Returned>) -> Answer {
        Answer { returned, ..self }
    }
}

/// The id of the record itself, for an answer.
pub fn own_id(laid: &Laid, origin: &str, destination: &str) -> InternalId {
    InternalId {
        name: laid.entry.business.transaction.to_string(),
        origin: origin.to_owned(),
        destination: destination.to_owned(),
    }
}

/// A message settled, with its answer written: what was found in the order of the document.
pub fn settled(
    laid: &Laid,
    state: State,
    violations: Vec<Violation>,
    answer: Option<Answer>,
    catalog: &Catalog,
    at: &mut Moment<'_>,
) -> Settled {
    let violations = laid.in_order(told(violations));
    let written = answer.as_ref().map(|answer| write_answer(laid, answer, &violations, catalog, at));
    let outgoing: Vec<Outgoing> = written.into_iter().collect();
    let ids = answer.map_or_else(Vec::new, |answer| answer.ids);
    Settled {
        place: place(laid),
        state,
        cause: cause(state, &violations),
        violations,
        ids,
        waits: Vec::new(),
        patience_until: None,
        effects: Vec::new(),
        withheld: Vec::new(),
        is_answered: !outgoing.is_empty(),
        outgoing,
        settled_at: at.utc(),
    }
}

/// What is told of all that was found: errors before warnings where it is too much, and how much it was.
fn told(mut violations: Vec<Violation>) -> Vec<Violation> {
    let count = violations.len();
    if count > MOST {
        violations.sort_by_key(|found| !found.is_error());
        violations.truncate(MOST);
        let least = if count < HELD { "" } else { "pelo menos " };
        let text = format!("a mensagem tem {least}{count} erros e avisos; a resposta traz {MOST} deles");
        let whole = Violation { path: String::new(), text, ..violations[0].clone() };
        violations.push(whole);
    }
    violations
}

/// The code under which a message is grouped: its first error, or why it was superseded.
fn cause(state: State, violations: &[Violation]) -> Option<Code> {
    let first = violations.iter().find(|found| found.is_error());
    first.map(|found| found.code).or((state == State::Superseded).then_some(Code::Superseded))
}

/// What the headers of an answer take from the message; id and moment are to be filled in.
fn heading(laid: &Laid) -> Heading<'_> {
    let to = &laid.to;
    Heading {
        sub_type: if to.sub_type.is_empty() { "event" } else { &to.sub_type },
        event: if to.event.is_empty() { &laid.entry.event } else { &to.event },
        transaction: &to.transaction,
        version: &laid.entry.version,
        company: &to.company,
        branch: &to.branch,
        delivery_type: if to.is_sync { "sync" } else { "async" },
        ..Heading::default()
    }
}

/// The outbox row of something that goes back to the sender.
fn outgoing(laid: &Laid, id: Uuid, kind: SendKind, body: String, at: &Moment<'_>) -> Outgoing {
    Outgoing {
        id,
        message: Some(laid.entry.id),
        kind,
        partner: laid.entry.fingerprint.partner.clone(),
        transaction: laid.entry.business.transaction.clone(),
        correlation: laid.to.uuid.trim_end().into(),
        subject: laid.entry.business.internal_id.clone(),
        route_key: laid.to.route_key.clone(),
        transport: laid.to.transport.into(),
        format: laid.entry.format.clone(),
        body: Arc::from(body),
        created_at: at.utc(),
    }
}

fn format(laid: &Laid) -> Format {
    Format::parse(&laid.entry.format)
}

fn write_answer(
    laid: &Laid,
    answer: &Answer,
    messages: &[Violation],
    catalog: &Catalog,
    at: &mut Moment<'_>,
) -> Outgoing {
    let id = (at.fresh)();
    let (uuid, now) = (id.to_string(), &at.stamp);
    let heading = Heading { uuid: &uuid, kind: "Response", generated_on: now, ..heading(laid) };
    let response = Response {
        received_uuid: &laid.to.uuid,
        sent_by: &laid.entry.source,
        event: heading.event,
        received: &laid.to.received,
        processed_on: now,
        is_ok: answer.is_ok,
        messages,
        ids: &answer.ids,
        enabled: answer.enabled.as_deref(),
        returned: answer.returned.as_ref().map(|returned| returned.0.as_ref()),
    };
    let body = write(format(laid), &catalog.identity, &heading, &response);
    let kind = if answer.enabled.is_some() { SendKind::Whois } else { SendKind::Response };
    outgoing(laid, id, kind, body, at)
}

/// Says that a message arrived, and nothing of what became of it.
pub fn receipt(laid: &Laid, catalog: &Catalog, at: &mut Moment<'_>) -> Outgoing {
    let id = (at.fresh)();
    let (uuid, now) = (id.to_string(), &at.stamp);
    let heading = Heading { uuid: &uuid, kind: "Receipt", generated_on: now, ..heading(laid) };
    let content = Receipt {
        received_uuid: &laid.to.uuid,
        sent_by: &laid.entry.source,
        received: &laid.to.received,
        received_on: now,
    };
    let body = write(format(laid), &catalog.identity, &heading, &content);
    outgoing(laid, id, SendKind::Receipt, body, at)
}

/// A message whose successor arrived while it waited: it is answered and done.
pub fn superseded(laid: &Laid, catalog: &Catalog, at: &mut Moment<'_>) -> Settled {
    let text = "Uma mensagem mais nova do mesmo registro chegou enquanto esta esperava.";
    let violations = vec![Violation::error(Code::Superseded, "", text)];
    settled(laid, State::Superseded, violations, Some(Answer::refused(Vec::new())), catalog, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_findings_are_told_and_how_many_there_were() {
        let warning = |at: usize| Violation::warning(Code::WrongType, format!("/{at}"), "");
        let error = |at: usize| Violation::error(Code::Missing, format!("/{at}"), "");
        let found: Vec<_> = (0..MOST - 1).map(warning).chain([error(MOST)]).collect();
        assert_eq!(told(found.clone()), found, "all there is room for");
        let found: Vec<_> = found.into_iter().chain([error(MOST + 1)]).collect();
        let told = told(found);
        assert_eq!(told.len(), MOST + 1);
        assert_eq!(told[..2], [error(MOST), error(MOST + 1)], "errors before warnings");
        let whole =
            Violation::error(Code::Missing, "", "a mensagem tem 1001 erros e avisos; a resposta traz 1000 deles");
        assert_eq!(told[MOST], whole);
        let told = super::told((0..HELD).map(error).collect());
        assert!(told[MOST].text.starts_with("a mensagem tem pelo menos 5000 erros"), "{}", told[MOST].text);
    }
}
