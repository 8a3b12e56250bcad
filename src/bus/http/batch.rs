//! A batch: `{"Items":[{Header,Content},…]}`, asynchronous only (`domain/protocol.md` 3.4).

use super::Reception;
use super::intake::Pending;
use super::reply::Refused;
use super::transactions::unreadable;
use crate::store::State as Fated;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use eaid_schemas::envelope::{DeliveryType, Document, Envelope, decode};
use eaid_schemas::violation::Code;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::Arc;

/// What the address of a batch says.
#[derive(Debug, Default, Deserialize)]
pub(super) struct BatchQuery {
    #[serde(rename = "batchUUID", alias = "batchUuid", alias = "batchuuid")]
    batch_uuid: Option<String>,
    #[serde(rename = "batchType", alias = "batchtype")]
    batch_type: Option<String>,
}

#[derive(Deserialize)]
struct Batch<'b> {
    #[serde(borrow, rename = "Items", alias = "items", alias = "ITEMS")]
    items: Vec<&'b RawValue>,
}

/// What became of the batch.
#[derive(Serialize)]
struct Accepted<'b> {
    #[serde(rename = "batchUUID")]
    batch_uuid: &'b str,
    #[serde(rename = "Items")]
    items: Vec<Box<RawValue>>,
}

/// The members of a body that is a batch; `None` where it is anything else.
pub(super) fn items(body: &[u8]) -> Result<Option<Vec<Box<RawValue>>>, Refused> {
    let Ok(text) = std::str::from_utf8(body) else { return Ok(None) };
    match serde_json::from_str::<Batch<'_>>(text.trim_start_matches('\u{feff}')) {
        Ok(batch) if batch.items.is_empty() => {
            Err(Refused::bad(Code::Missing, "O lote não tem nenhuma mensagem em Items."))
        }
        Ok(batch) => Ok(Some(batch.items.into_iter().map(ToOwned::to_owned).collect())),
        Err(_) => Ok(None),
    }
}

/// Takes the messages of a batch, each by itself, and answers with a Receipt for each.
pub(super) async fn receive(
    reception: &Reception,
    query: &BatchQuery,
    items: &[Box<RawValue>],
) -> Result<Response, Refused> {
    let batch_uuid = match query.batch_uuid.as_deref().map(str::trim) {
        Some(uuid) if !uuid.is_empty() => uuid,
        _ => return Err(Refused::bad(Code::Missing, "Um lote precisa de batchUUID na URL.")),
    };
    match query.batch_type.as_deref() {
        None | Some("" | "simpleBatch") => {}
        Some("businessTransaction") => {
            let text = "batchType=businessTransaction (tudo ou nada) não é aceito; envie com batchType=simpleBatch.";
            return Err(Refused::new(StatusCode::NOT_IMPLEMENTED, "not_allowed", text));
        }
        Some(_) => return Err(Refused::bad(Code::NotInList, "batchType aceita simpleBatch.")),
    }
    if items.len() > reception.limits.items {
        let text = format!("O lote tem {} mensagens; o limite é {}.", items.len(), reception.limits.items);
        return Err(Refused::bad(Code::TooManyItems, text));
    }
    let envelopes: Vec<Option<Box<Envelope>>> = items.iter().map(|item| read(reception, item)).collect();
    if let Some(at) = envelopes.iter().flatten().position(|envelope| !is_async(envelope)) {
        let text = format!(
            "Um lote só leva mensagens assíncronas: a mensagem {} precisa de Header.DeliveryType async. Nada foi recebido.",
            at + 1
        );
        return Err(Refused::bad(Code::NotAllowed, text));
    }
    let results = keep(reception, items, &envelopes).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { batch_uuid, items: results })).into_response())
}

fn read(reception: &Reception, item: &RawValue) -> Option<Box<Envelope>> {
    match decode(item.get().as_bytes(), Some("application/json"), &reception.limits) {
        Ok(Document::Message(envelope)) => Some(envelope),
        Ok(Document::OrderEvent { .. } | Document::PreSale(_)) | Err(_) => None,
    }
}

/// One that does not say counts as synchronous: its registration might say so, and then its answer would be kept
/// for a call that nobody makes.
fn is_async(envelope: &Envelope) -> bool {
    envelope.header.delivery_type == Some(DeliveryType::Async)
}

/// Hands all over in their order, and waits until all are kept.
async fn keep(
    reception: &Reception,
    items: &[Box<RawValue>],
    envelopes: &[Option<Box<Envelope>>],
) -> Result<Vec<Box<RawValue>>, Refused> {
    let mut results = Vec::with_capacity(items.len());
    let mut pending: std::collections::VecDeque<Pending> = std::collections::VecDeque::new();
    let mut waiting = envelopes.iter();
    for item in items {
        // A bounded number is under way, so that a large batch does not outlast the patience of its first.
        if pending.len() >= 200
            && let (Some(first), Some(envelope)) = (pending.pop_front(), waiting.next())
        {
            results.push(result(reception, first, envelope.as_deref()).await?);
        }
        let body = Arc::from(item.get().as_bytes());
        pending.push_back(reception.hand_over(body, Some("application/json".to_owned()), true).await?);
    }
    for (first, envelope) in pending.into_iter().zip(waiting) {
        results.push(result(reception, first, envelope.as_deref()).await?);
    }
    Ok(results)
}

async fn result(
    reception: &Reception,
    pending: Pending,
    envelope: Option<&Envelope>,
) -> Result<Box<RawValue>, Refused> {
    let fate = pending.fate().await?;
    let text = match envelope {
        Some(envelope) if fate.state != Fated::Unreadable => reception.receipt(envelope),
        _ => {
            let refused = unreadable(&fate);
            serde_json::json!({ "code": refused.code, "message": refused.message }).to_string()
        }
    };
    RawValue::from_string(text).map_err(|_| Refused::later())
}
