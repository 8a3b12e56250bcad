//! Watches a run from outside: the depths of the queues, and what every process has used.

use crate::Failed;
use crate::broker::Broker;
use crate::processes::{Processes, Used};
use std::time::{Duration, Instant};

/// A moment and what every process had used by then.
pub struct Mark {
    /// When.
    pub at: Instant,
    /// What.
    pub used: Used,
}

/// Watches the queues from the first message taken to the last answer given.
///
/// # Errors
/// Where that takes more than a quarter of an hour.
pub async fn watch(broker: &Broker, messages: usize, servers: &Processes) -> Result<(Mark, Mark), Failed> {
    let mut first = None;
    let deadline = Instant::now() + Duration::from_secs(900);
    loop {
        let at = Instant::now();
        let depth = broker.depth().await?;
        if first.is_none() && depth.waiting < messages {
            first = Some(Mark { at, used: servers.used()? });
        }
        if let Some(begun) = first.take() {
            if depth.answers >= messages && depth.waiting == 0 {
                return Ok((begun, Mark { at, used: servers.used()? }));
            }
            first = Some(begun);
        }
        if at > deadline {
            return Err(format!("gave up with {} waiting and {} answers", depth.waiting, depth.answers).into());
        }
        // Looking costs the broker; so often is exact to about one percent.
        tokio::time::sleep(Duration::from_millis(if first.is_some() { 20 } else { 2 })).await;
    }
}
