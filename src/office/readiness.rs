//! Whether the process is able to work, and what stands in the way: database, broker, spool folder, and the loops
//! that wait for them. What does not work is said in the log once, then at intervals.

use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// How often the log is told of what still does not work.
const AGAIN: Duration = Duration::from_secs(60);
/// How often it is told that the reason is another one now.
const OTHERWISE: Duration = Duration::from_secs(10);

/// One thing that must be at work.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// Whether it is.
    pub ok: bool,
    /// Since when it is so.
    pub since: DateTime<Utc>,
    /// The last error, without secrets; kept after it is over.
    pub last_error: String,
    /// What to do about it.
    pub advice: String,
    /// When the log was told of the trouble, and how it was then.
    #[serde(skip)]
    told: Option<(Instant, String)>,
}

/// All checks by name.
#[derive(Debug, Default)]
pub struct Board {
    checks: Mutex<BTreeMap<&'static str, Check>>,
    changed: Notify,
}

impl Board {
    /// Puts a check on the board whose state nobody knows yet: until then the process is not ready.
    pub fn expect(&self, name: &'static str, advice: &str) {
        self.checks().entry(name).or_insert_with(|| Check::unknown(advice));
    }

    /// Writes the present state of one check; `Err` with what is wrong.
    pub fn write(&self, name: &'static str, state: Result<(), String>, advice: &str) {
        let mut checks = self.checks();
        let check = checks.entry(name).or_insert_with(|| Check::unknown(advice));
        let is_changed = check.ok != state.is_ok() || check.told.is_none();
        if check.ok != state.is_ok() {
            check.ok = state.is_ok();
            check.since = Utc::now();
        }
        match state {
            Ok(()) => {
                if is_changed {
                    tracing::info!(check = name, "at work");
                }
                check.told = Some((Instant::now(), String::new()));
            }
            Err(error) => {
                let is_due = check
                    .told
                    .as_ref()
                    .is_none_or(|(told, how)| told.elapsed() >= if *how == error { AGAIN } else { OTHERWISE });
                if is_changed || is_due {
                    let since = check.since.format("%H:%M:%S").to_string();
                    tracing::warn!(check = name, error, since, "not at work");
                    check.told = Some((Instant::now(), error.clone()));
                }
                check.last_error = error;
            }
        }
        drop(checks);
        if is_changed {
            self.changed.notify_one();
        }
    }

    /// Every check.
    pub fn read(&self) -> BTreeMap<&'static str, Check> {
        self.checks().clone()
    }

    /// Whether all are at work.
    pub fn is_ready(&self) -> bool {
        self.checks().values().all(|check| check.ok)
    }

    /// What is not at work, one thing a line; empty where all is.
    pub fn troubles(&self) -> String {
        let checks = self.checks();
        let troubles = checks.iter().filter(|(_, check)| !check.ok && !check.last_error.is_empty());
        troubles.map(|(name, check)| format!("{name}: {}", check.last_error)).collect::<Vec<_>>().join("\n")
    }

    /// Waits until a thing has begun to work or ceased to. For one listener.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    fn checks(&self) -> MutexGuard<'_, BTreeMap<&'static str, Check>> {
        self.checks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Check {
    fn unknown(advice: &str) -> Check {
        Check { ok: false, since: Utc::now(), last_error: String::new(), advice: advice.to_owned(), told: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_is_told_and_a_repetition_is_not() {
        let board = Board::default();
        let changes = || board.changed.notified();
        board.expect("database", "");
        assert!(!board.is_ready() && board.troubles().is_empty(), "nobody has looked yet");
        board.write("database", Err("gone".to_owned()), "");
        changes().await;
        assert_eq!(board.troubles(), "database: gone");
        board.write("database", Err("gone".to_owned()), "");
        let again = tokio::time::timeout(Duration::from_millis(10), changes()).await;
        assert!(again.is_err(), "told a second time");
        board.write("database", Ok(()), "");
        changes().await;
        assert!(board.is_ready() && board.troubles().is_empty());
    }
}
