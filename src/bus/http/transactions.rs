//! `POST /totvseai/standardmessage/v1/transactions`: one envelope, or a batch of them (`domain/protocol.md` 3.4).

use super::batch::{self, BatchQuery};
use super::reply::Refused;
use super::{Reception, intake::Received};
use crate::bus::Fate;
use crate::store::State as Fated;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use eaid_schemas::envelope::{DeliveryType, Document, Envelope, Format, Limits, decode};
use eaid_schemas::violation::Code;
use std::time::Duration;
use uuid::Uuid;

/// The pauses between looks for an answer.
const LOOKS: [Duration; 4] =
    [Duration::from_millis(20), Duration::from_millis(50), Duration::from_millis(100), Duration::from_millis(250)];

/// Takes an envelope or a batch.
pub(super) async fn receive(
    State(reception): State<Reception>,
    query: Result<Query<BatchQuery>, QueryRejection>,
    request: Request,
) -> Result<Response, Refused> {
    let received = reception.read(request).await?;
    let query = query.map(|Query(query)| query).unwrap_or_default();
    match batch::items(&received.body)? {
        Some(items) => batch::receive(&reception, &query, &items).await,
        None => one(&reception, received).await,
    }
}

async fn one(reception: &Reception, received: Received) -> Result<Response, Refused> {
    let Received { body, content_type, .. } = &received;
    let envelope = read(body, content_type.as_deref(), &reception.limits);
    let pending = reception.hand_over(body.clone(), content_type.clone(), true).await?;
    let fate = pending.fate().await?;
    let Some(envelope) = envelope else { return outside(fate) };
    if fate.state == Fated::Unreadable {
        return Err(unreadable(&fate));
    }
    if envelope.is_answerable() && envelope.wants() != Some(DeliveryType::Async) {
        let answer = match &fate.answer {
            Some(answer) => Some(answer.to_string()),
            None => await_answer(reception, &fate, envelope.wants()).await?,
        };
        if let Some(answer) = answer
            && is_for_the_call(&answer, envelope.wants(), &reception.limits)
        {
            return Ok(message(StatusCode::OK, answer));
        }
    }
    Ok(message(StatusCode::ACCEPTED, reception.receipt(&envelope.0)))
}

/// An envelope, and what its sender expects of the call.
struct Sent(Envelope);

impl Sent {
    fn wants(&self) -> Option<DeliveryType> {
        self.0.header.delivery_type
    }

    /// Responses and Receipts are never answered.
    fn is_answerable(&self) -> bool {
        use eaid_schemas::envelope::Type;
        !matches!(self.0.header.kind, Some(Type::Response | Type::Receipt))
    }
}

fn read(body: &[u8], content_type: Option<&str>, limits: &Limits) -> Option<Sent> {
    match decode(body, content_type, limits) {
        Ok(Document::Message(envelope)) => Some(Sent(*envelope)),
        Ok(Document::OrderEvent { .. } | Document::PreSale(_)) | Err(_) => None,
    }
}

/// What is no envelope: unreadable, or an order event that came by the wrong door and was taken all the same.
fn outside(fate: Fate) -> Result<Response, Refused> {
    match fate.state {
        Fated::Unreadable => Err(unreadable(&fate)),
        _ => super::order_events::outcome(&fate).map(|changed| axum::Json(changed).into_response()),
    }
}

pub(super) fn unreadable(fate: &Fate) -> Refused {
    match &fate.cause {
        Some((code, text)) => Refused::bad(*code, text.clone()),
        None => Refused::bad(Code::NoEnvelope, "O corpo não pôde ser lido como mensagem."),
    }
}

/// Looks for the answer of a message that is not answered yet, or was answered when it came the first time.
/// A caller who did not ask for a synchronous answer does not wait for one.
async fn await_answer(
    reception: &Reception,
    fate: &Fate,
    wants: Option<DeliveryType>,
) -> Result<Option<String>, Refused> {
    let until = tokio::time::Instant::now() + reception.settings.sync_wait.0;
    let mut looks = LOOKS.iter();
    let mut pause = LOOKS[0];
    loop {
        if let Some(answer) = stored_answer(reception, fate.message).await? {
            return Ok(Some(answer));
        }
        let will_come = matches!(fate.state, Fated::Waiting | Fated::Woken);
        if !will_come || wants != Some(DeliveryType::Sync) || tokio::time::Instant::now() + pause > until {
            return Ok(None);
        }
        tokio::time::sleep(pause).await;
        pause = looks.next().copied().unwrap_or(pause);
    }
}

async fn stored_answer(reception: &Reception, message: Uuid) -> Result<Option<String>, Refused> {
    let sent = reception.clerk.sent_for(&message.to_string()).await?;
    let answer = sent.into_iter().rfind(|sent| matches!(sent.kind.as_str(), "response" | "whois"));
    Ok(answer.map(|answer| answer.body))
}

/// Whether an answer belongs into the call: the sender asked so, or its registration says so, which the answer
/// itself tells.
fn is_for_the_call(answer: &str, wants: Option<DeliveryType>, limits: &Limits) -> bool {
    match wants {
        Some(wanted) => wanted == DeliveryType::Sync,
        None => read(answer.as_bytes(), None, limits).is_some_and(|answer| answer.wants() == Some(DeliveryType::Sync)),
    }
}

/// A message of ours as the body.
pub(super) fn message(status: StatusCode, text: String) -> Response {
    let format = if text.starts_with('<') { Format::Xml } else { Format::Json };
    (status, [(CONTENT_TYPE, format.content_type())], text).into_response()
}
