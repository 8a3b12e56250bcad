//! An order event told by hand: the same way as one that came by a queue, in this process.

use crate::decide::Outcome;
use crate::decide::lay::{Arrival, lay};
use crate::fault::Fault;
use crate::inbound::step;
use crate::office::Office;
use crate::store::{NotKept, State};
use chrono::Utc;
use eaid_schemas::violation::Violation;
use std::sync::Arc;
use uuid::Uuid;

/// How often an event is decided again where another process was faster.
const TRIES: usize = 20;

/// What became of an event.
#[derive(Debug)]
pub enum Recorded {
    /// It was recorded; whether it changed anything (`false`: the same facts again).
    Taken(bool),
    /// It was refused; every reason.
    Refused(Vec<Violation>),
}

/// Records an order event: the document of `contract.md`, HTTP.
///
/// # Errors
/// [`NotKept`] where the store is not at work, or others are faster for too long.
pub async fn record(office: &Office, document: &serde_json::Value) -> Result<Recorded, NotKept> {
    let arrival = Arrival {
        id: Uuid::now_v7(),
        body: Arc::from(document.to_string().into_bytes()),
        content_type: Some("application/json".to_owned()),
        origin: "cli".to_owned(),
        redelivered: false,
        may_wait: false,
        received_at: Utc::now(),
    };
    let catalog = office.catalog();
    let laid = [lay(arrival, &catalog, &office.config.envelope_limits())];
    let mut tries = 0;
    let part = loop {
        tries += 1;
        match step(office, &catalog, &laid, false).await {
            Ok(part) => break part,
            Err(NotKept::Stale(_)) if tries < TRIES => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            Err(error) => return Err(error),
        }
    };
    // What is to be sent is the daemon's: it need not wait until our lease ends.
    if let Err(fault) = office.store.release(office.holder).await {
        tracing::debug!(%fault, "the lease ends by itself");
    }
    let Some(Outcome::Settled(place)) = part.decided.outcomes.first() else {
        return Ok(Recorded::Taken(false));
    };
    let settled = &part.decided.batch.settled[*place];
    Ok(match settled.state {
        State::Noted | State::Staged => Recorded::Taken(!settled.effects.is_empty()),
        State::SetAside => {
            let reasons: Vec<&str> = settled.violations.iter().map(|found| found.text.as_str()).collect();
            return Err(NotKept::Fault(Fault::Store(reasons.join("; "))));
        }
        _ => Recorded::Refused(settled.violations.clone()),
    })
}
