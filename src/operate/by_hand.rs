//! What a person hands in: taken the same way as what came by a queue, in this process.

use crate::decide::lay::{Arrival, lay};
use crate::inbound::{Part, step};
use crate::office::Office;
use crate::store::NotKept;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How often it is decided again where another process was faster.
const TRIES: usize = 20;

/// Takes a body.
///
/// # Errors
/// [`NotKept`] where the store is not at work, or others are faster for too long.
pub async fn take(office: &Office, body: Vec<u8>, content_type: &str) -> Result<Part, NotKept> {
    let arrival = Arrival {
        id: Uuid::now_v7(),
        body: Arc::from(body),
        content_type: Some(content_type.into()),
        origin: "cli".into(),
        redelivered: false,
        may_wait: false,
        received_at: office.store.now(),
    };
    let catalog = office.catalog();
    let laid = [lay(arrival, &catalog, &office.config.envelope_limits())];
    let mut tries = 0;
    let part = loop {
        tries += 1;
        match step(office, &catalog, &laid, false).await {
            Ok(part) => break part,
            Err(NotKept::Stale(_)) if tries < TRIES => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => return Err(error),
        }
    };
    // What is to be sent is the daemon's: it need not wait until our lease ends.
    if let Err(fault) = office.store.release(office.holder).await {
        tracing::debug!(%fault, "the lease ends by itself");
    }
    Ok(part)
}
