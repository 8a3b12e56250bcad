//! From a call's body to the fate of its message.

use super::Reception;
use super::reply::Refused;
use crate::bus::{Delivery, Fate, Ticket};
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// How long a call waits for its turn.
const TURN: Duration = Duration::from_secs(3);
/// How long a message may take to be kept. One that takes longer may be kept all the same: the caller sends it
/// again, and it is recognised.
const KEPT: Duration = Duration::from_secs(30);

/// The body of a call.
pub(super) struct Received {
    pub(super) body: Arc<[u8]>,
    pub(super) content_type: Option<String>,
    /// Its share of the bytes in hand.
    _weight: OwnedSemaphorePermit,
}

impl Reception {
    /// Reads the body of a call, up to the limit of a message.
    pub(super) async fn read(&self, request: Request) -> Result<Received, Refused> {
        let limit = self.limits.body;
        let (head, body) = request.into_parts();
        // A call that has no body weighs nothing; of one in chunks nobody knows before it is read.
        let exact = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
        let length = content_length(&head.headers).or(exact);
        if length.is_some_and(|length| length > limit) {
            return Err(Refused::too_large(limit));
        }
        let share = tokio::time::timeout(TURN, self.weight.share(length.unwrap_or(limit))).await;
        let Ok(Some(weight)) = share else { return Err(Refused::later()) };
        let body = collect(body, limit).await?;
        let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
        Ok(Received { body, content_type, _weight: weight })
    }

    /// Hands a message over; its fate comes when it is kept.
    pub(super) async fn hand_over(
        &self,
        body: Arc<[u8]>,
        content_type: Option<String>,
        may_wait: bool,
    ) -> Result<Pending, Refused> {
        let room = match tokio::time::timeout(TURN, self.deliveries.reserve()).await {
            Ok(Ok(room)) => room,
            // Closed: the process stops. Full: the store is slow, or down.
            Ok(Err(_)) | Err(_) => return Err(Refused::later()),
        };
        let (ticket, fate) = oneshot::channel();
        room.send(Delivery {
            body,
            content_type: content_type.map(Into::into),
            origin: "http",
            redelivered: false,
            returned: 0,
            may_wait,
            taken: Instant::now(),
            ticket: Ticket::Http(ticket),
        });
        Ok(Pending { fate, until: tokio::time::Instant::now() + KEPT })
    }
}

/// A message on its way into the store.
pub(super) struct Pending {
    fate: oneshot::Receiver<Fate>,
    until: tokio::time::Instant,
}

impl Pending {
    /// The same, with less patience.
    pub(super) fn within(self, patience: Duration) -> Pending {
        Pending { until: self.until.min(tokio::time::Instant::now() + patience), ..self }
    }

    /// Waits until it is kept.
    pub(super) async fn fate(self) -> Result<Fate, Refused> {
        match tokio::time::timeout_at(self.until, self.fate).await {
            Ok(Ok(fate)) => Ok(fate),
            Ok(Err(_)) | Err(_) => Err(Refused::later()),
        }
    }
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

pub(super) async fn collect(body: Body, limit: usize) -> Result<Arc<[u8]>, Refused> {
    match to_bytes(body, limit).await {
        Ok(bytes) => Ok(Arc::from(&bytes[..])),
        Err(error) if is_length(&error) => Err(Refused::too_large(limit)),
        Err(_) => Err(Refused::new(axum::http::StatusCode::BAD_REQUEST, "incomplete", "O corpo chegou incompleto.")),
    }
}

/// Whether reading stopped at the limit; else the caller went away.
fn is_length(error: &axum::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if inner.to_string().contains("length limit") {
            return true;
        }
        source = inner.source();
    }
    false
}
