//! What the row of a settled message holds, alike for both engines.

use super::{Settled, State};
use chrono::{DateTime, Utc};
use eaid_schemas::violation::Code;
use uuid::Uuid;

impl Settled {
    /// The outbox row that answers it.
    pub(super) fn answer(&self) -> Option<Uuid> {
        self.outgoing.first().filter(|_| self.is_answered).map(|outgoing| outgoing.id)
    }

    /// The code of its cause; empty without one.
    pub(super) fn cause_text(&self) -> &'static str {
        self.cause.map_or("", Code::as_str)
    }

    /// When it was settled. A message that waits is not.
    pub(super) fn when_settled(&self) -> Option<DateTime<Utc>> {
        (self.state != State::Waiting).then_some(self.settled_at)
    }

    /// Whether it was refused because a key never came: its waits then stay, to say what is missing.
    pub(super) fn never_came(&self) -> bool {
        self.state == State::Refused && self.cause == Some(Code::NeverCame)
    }
}
