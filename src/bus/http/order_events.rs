//! `POST /api/v1/order-events`: what the ERP side tells of orders (`contract.md`, HTTP).

use super::Reception;
use super::reply::Refused;
use crate::bus::Fate;
use crate::store::State as Fated;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use eaid_schemas::envelope::{Document, decode};
use eaid_schemas::violation::Code;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::sync::Arc;

/// The longest list.
const LONGEST: usize = 1000;

/// Takes one event or a list.
pub(super) async fn receive(State(reception): State<Reception>, request: Request) -> Result<Response, Refused> {
    let received = reception.read(request).await?;
    let Ok(text) = std::str::from_utf8(&received.body) else {
        return Err(unreadable(Code::Charset, "Eventos de pedido vêm em UTF-8."));
    };
    if !text.trim_start().starts_with('[') {
        return Ok(Json(one(&reception, text).await?).into_response());
    }
    let events: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|_| unreadable(Code::NotJson, "A lista não é JSON válido."))?;
    if events.len() > LONGEST {
        return Err(unreadable(Code::TooManyItems, format!("Uma lista leva até {LONGEST} eventos.")));
    }
    Ok(Json(list(&reception, &events).await?).into_response())
}

async fn one(reception: &Reception, text: &str) -> Result<Value, Refused> {
    let fate = hand_over(reception, text).await?.fate().await?;
    outcome(&fate)
}

/// Hands all over in their order, so that one batch decides them, and then tells of each. A bad one does not stop
/// the others; a fault of ours does, and the whole list can be sent again.
async fn list(reception: &Reception, events: &[&RawValue]) -> Result<Vec<Value>, Refused> {
    let mut under_way = Vec::with_capacity(events.len());
    for event in events {
        under_way.push(match hand_over(reception, event.get()).await {
            Err(refused) if refused.status == StatusCode::SERVICE_UNAVAILABLE => return Err(refused),
            handed => handed,
        });
    }
    let mut results = Vec::with_capacity(events.len());
    for handed in under_way {
        let told = match handed {
            Ok(pending) => outcome(&pending.fate().await?),
            Err(refused) => Err(refused),
        };
        results.push(told.unwrap_or_else(
            |refused| json!({ "status": refused.status.as_u16(), "code": refused.code, "error": refused.message }),
        ));
    }
    Ok(results)
}

/// Hands an event over, if it is one: what is none leaves no trace in the inbox, since its sender is told at once.
async fn hand_over(reception: &Reception, text: &str) -> Result<super::intake::Pending, Refused> {
    match decode(text.as_bytes(), Some("application/json; charset=utf-8"), &reception.limits) {
        Ok(Document::OrderEvent { .. }) => {
            reception.hand_over(Arc::from(text.as_bytes()), Some("application/json".to_owned()), false).await
        }
        Ok(Document::Message(_) | Document::PreSale(_)) => {
            Err(unreadable(Code::WrongType, "Isto é uma mensagem, não um evento de pedido."))
        }
        Err(error) if error.code == Code::NoEnvelope => {
            Err(unreadable(Code::Missing, "Um evento de pedido precisa de `order` e `event`."))
        }
        Err(error) => Err(unreadable(error.code, error.text)),
    }
}

/// What is told of an event by what became of it.
pub(super) fn outcome(fate: &Fate) -> Result<Value, Refused> {
    let (code, text) = match &fate.cause {
        Some((code, text)) => (*code, text.clone()),
        None => (Code::Internal, "O evento não foi aplicado; veja a mensagem no monitor.".to_owned()),
    };
    let status = match (fate.state, code) {
        (Fated::Noted | Fated::Staged | Fated::Superseded, _) => return Ok(json!({ "changed": fate.is_changed })),
        (Fated::Refused, Code::NotFound | Code::NeverCame) => StatusCode::NOT_FOUND,
        (Fated::Refused, Code::NotAllowed) => StatusCode::CONFLICT,
        (Fated::Refused | Fated::Unreadable, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (Fated::Waiting | Fated::Woken | Fated::SetAside | Fated::Discarded, _) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Err(Refused::new(status, code.as_str(), text))
}

fn unreadable(code: Code, text: impl Into<String>) -> Refused {
    Refused::new(StatusCode::UNPROCESSABLE_ENTITY, code.as_str(), text)
}
