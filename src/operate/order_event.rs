//! An order event told by hand: the same way as one that came by a queue.

use super::by_hand::take;
use crate::decide::Outcome;
use crate::fault::Fault;
use crate::office::Office;
use crate::store::{NotKept, State};
use eaid_schemas::violation::Violation;

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
    let part = take(office, document.to_string().into_bytes(), "application/json").await?;
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
