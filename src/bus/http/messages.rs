//! `GET /api/v1/messages/{uuid}`: what became of a message, and its answers.

use super::Reception;
use super::reply::Refused;
use crate::store::monitor::{MessageLine, MessageStory, SentLine, WaitLine};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::violation::Violation;
use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Serialize)]
struct Stories<'s> {
    uuid: &'s str,
    /// Newest first: a UUID is not always unique.
    messages: Vec<Story<'s>>,
}

#[derive(Serialize)]
struct Story<'s> {
    #[serde(flatten)]
    line: &'s MessageLine,
    violations: Vec<Found<'s>>,
    ids: Vec<Id<'s>>,
    waits: &'s [WaitLine],
    sent: Vec<Sent<'s>>,
}

#[derive(Serialize)]
struct Found<'s> {
    #[serde(rename = "type")]
    level: &'s str,
    code: &'s str,
    message: &'s str,
    path: &'s str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Id<'s> {
    name: &'s str,
    origin: &'s str,
    destination: &'s str,
}

#[derive(Serialize)]
struct Sent<'s> {
    #[serde(flatten)]
    line: &'s SentLine,
    message: Whole<'s>,
}

/// A message of ours: as it is where it is JSON, else as text.
#[derive(Serialize)]
#[serde(untagged)]
enum Whole<'s> {
    Json(&'s RawValue),
    Text(&'s str),
}

/// Tells of the messages that carry a UUID.
pub(super) async fn show(State(reception): State<Reception>, Path(uuid): Path<String>) -> Result<Response, Refused> {
    let stories = reception.clerk.stories(&uuid).await?;
    if stories.is_empty() {
        return Err(Refused::new(StatusCode::NOT_FOUND, "not_found", "Nenhuma mensagem com este UUID."));
    }
    let messages = stories.iter().map(story).collect();
    Ok(Json(Stories { uuid: &uuid, messages }).into_response())
}

fn story(story: &MessageStory) -> Story<'_> {
    Story {
        line: &story.line,
        violations: story.violations.iter().map(found).collect(),
        ids: story.ids.iter().map(id).collect(),
        waits: &story.waits,
        sent: story.sent.iter().map(sent).collect(),
    }
}

fn found(violation: &Violation) -> Found<'_> {
    Found {
        level: violation.level.as_str(),
        code: violation.code.as_str(),
        message: &violation.text,
        path: &violation.path,
    }
}

fn id(id: &InternalId) -> Id<'_> {
    Id { name: &id.name, origin: &id.origin, destination: &id.destination }
}

fn sent(line: &SentLine) -> Sent<'_> {
    let message = match serde_json::from_str(&line.body) {
        Ok(json) => Whole::Json(json),
        Err(_) => Whole::Text(&line.body),
    };
    Sent { line, message }
}
