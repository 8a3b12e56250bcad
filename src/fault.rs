//! A fault is ours, never a message's: the store or the bus is down, the disk is full. Nothing is settled; the
//! loop stops taking, backs off and tries again. Kept apart from refusals by the compiler.

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The longest pause between two attempts, before jitter, which may double it: after a repair work goes on within
/// half a minute.
const LONGEST: Duration = Duration::from_secs(2);

/// Something outside is not at work.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database.
    #[error("banco de dados: {0}")]
    Store(String),
    /// The broker.
    #[error("RabbitMQ: {0}")]
    Bus(String),
    /// The spool folder.
    #[error("pasta {path}: {reason}")]
    Spool {
        /// The folder or file.
        path: String,
        /// What the system said.
        reason: String,
    },
}

/// The pauses between attempts: growing, with jitter, without an end.
pub fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(LONGEST)
        .with_jitter()
        .without_max_times()
        .build()
}

/// Waits one pause; `None` where the process stops meanwhile.
pub async fn pause(pauses: &mut ExponentialBackoff, stop: &CancellationToken) -> Option<()> {
    tokio::select! {
        () = stop.cancelled() => None,
        () = tokio::time::sleep(pauses.next().unwrap_or(LONGEST)) => Some(()),
    }
}
