//! `[retention]`: how long messages are kept.

use super::units::{Keep, Span};
use crate::store::State;
use serde::Deserialize;

/// How long messages are kept after they were settled, by their state, and what was sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Staged, and the answer confirmed.
    pub answered: Keep,
    /// Refused.
    pub refused: Keep,
    /// A newer one of the same id stands.
    pub superseded: Keep,
    /// Needing no answer.
    pub noted: Keep,
    /// No envelope.
    pub unreadable: Keep,
    /// A routine failed on it.
    pub set_aside: Keep,
    /// Put away by a person.
    pub discarded: Keep,
    /// What was sent and is no answer.
    pub sent: Keep,
    /// How often is looked; 0: never.
    pub every: Span,
    /// Messages at once.
    pub batch: usize,
}

impl Retention {
    /// How long messages in a state are kept.
    pub fn of(&self, state: State) -> Keep {
        match state {
            State::Waiting | State::Woken => Keep(None),
            State::Staged => self.answered,
            State::Refused => self.refused,
            State::Superseded => self.superseded,
            State::Unreadable => self.unreadable,
            State::Noted => self.noted,
            State::SetAside => self.set_aside,
            State::Discarded => self.discarded,
        }
    }
}
