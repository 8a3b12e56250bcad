//! The parts of a running daemon, by name: whoever ends unasked, and whoever is late, can be told.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;
use tokio::task::{Id, JoinSet};

/// How long each group of parts may take to stop.
const DEADLINE: Duration = Duration::from_secs(15);

/// Parts that run side by side.
#[derive(Default)]
pub struct Parts {
    tasks: JoinSet<Result<(), String>>,
    names: HashMap<Id, &'static str>,
}

impl Parts {
    /// Starts a part.
    pub fn spawn<F>(&mut self, name: &'static str, part: F)
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let task = self.tasks.spawn(part);
        self.names.insert(task.id(), name);
    }

    /// The next part to end, and how; `None` where there is none.
    pub async fn ended(&mut self) -> Option<(&'static str, Result<(), String>)> {
        let (id, how) = match self.tasks.join_next_with_id().await? {
            Ok((id, how)) => (id, how),
            // What a panic said went to stderr.
            Err(error) => {
                (error.id(), Err(if error.is_panic() { "it panicked" } else { "it was given up" }.to_owned()))
            }
        };
        Some((self.names.remove(&id).unwrap_or("?"), how))
    }

    /// Waits for all to end, at most until the deadline, and names who is late.
    pub async fn finish(&mut self, what: &str) {
        let deadline = tokio::time::Instant::now() + DEADLINE;
        loop {
            match tokio::time::timeout_at(deadline, self.ended()).await {
                Ok(None) => return,
                Ok(Some((_, Ok(())))) => {}
                Ok(Some((part, Err(error)))) => tracing::warn!(part, error, "ended with an error"),
                Err(_) => {
                    let late = self.late();
                    tracing::warn!(what, late, "did not end in time; what they hold is given back by itself");
                    self.tasks.abort_all();
                    return;
                }
            }
        }
    }

    /// The names of those that have not ended.
    fn late(&self) -> String {
        let mut names: Vec<&str> = self.names.values().copied().collect();
        names.sort_unstable();
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_late_are_named() {
        let mut parts = Parts::default();
        parts.spawn("quick", async { Ok(()) });
        parts.spawn("slow", std::future::pending());
        parts.spawn("stuck", std::future::pending());
        assert_eq!(parts.ended().await, Some(("quick", Ok(()))));
        assert_eq!(parts.late(), "slow, stuck");
    }

    #[tokio::test]
    async fn a_panic_is_an_end_with_a_name() {
        let mut parts = Parts::default();
        parts.spawn("inbound", async { panic!("at the disco") });
        assert_eq!(parts.ended().await, Some(("inbound", Err("it panicked".to_owned()))));
        assert_eq!(parts.ended().await, None);
    }
}
