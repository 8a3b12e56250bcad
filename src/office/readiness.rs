//! Whether the process is able to work, and what stands in the way: database, broker, spool folder.

use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

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
}

/// All checks by name.
#[derive(Debug, Default)]
pub struct Board(Mutex<BTreeMap<&'static str, Check>>);

impl Board {
    /// Writes the present state of one check; `Err` with what is wrong.
    pub fn write(&self, name: &'static str, state: Result<(), String>, advice: &str) {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let check = board.entry(name).or_insert_with(|| Check {
            ok: state.is_err(),
            since: Utc::now(),
            last_error: String::new(),
            advice: advice.to_owned(),
        });
        if check.ok != state.is_ok() {
            check.ok = state.is_ok();
            check.since = Utc::now();
            match &state {
                Ok(()) => tracing::info!(check = name, "at work"),
                Err(error) => tracing::warn!(check = name, error, "not at work"),
            }
        }
        if let Err(error) = state {
            check.last_error = error;
        }
    }

    /// Every check.
    pub fn read(&self) -> BTreeMap<&'static str, Check> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether all are at work.
    pub fn is_ready(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().all(|check| check.ok)
    }
}
