//! What is old: looked through and deleted in steps, each small enough that nobody waits for it.

use super::State;
use crate::fault::Fault;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::time::Duration;
use uuid::Uuid;

/// A part of what was received or sent, in the order of its ids, which is that of time.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// Behind this id.
    pub after: Uuid,
    /// Before this one.
    pub before: Uuid,
    /// At most so many.
    pub limit: usize,
}

/// A message that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldMessage {
    /// Ours.
    pub id: Uuid,
    /// Its state.
    pub state: State,
    /// Its partner.
    pub partner: String,
    /// Its transaction.
    pub transaction: String,
    /// The sender's id of the record.
    pub internal_id: String,
    /// When it was settled; of one that is not, when it was taken.
    pub settled_at: DateTime<Utc>,
    /// It is being decided, or something sent for it is not confirmed.
    pub is_needed: bool,
}

/// What was sent and is no answer of a message that is here, or was held back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldWord {
    /// Ours.
    pub id: Uuid,
    /// What it is of.
    pub subject: String,
    /// When it was confirmed or held back; of one that is not confirmed, when it was made.
    pub said_at: DateTime<Utc>,
    /// It is not confirmed, or the answer of a message that is here.
    pub is_needed: bool,
}

/// What the last sweep did to one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sweep {
    /// The kind: a key of `[retention]`.
    pub kind: String,
    /// When it ended.
    pub swept_at: DateTime<Utc>,
    /// How many it deleted.
    pub deleted: u64,
    /// How many are old enough and still needed.
    pub held: u64,
}

/// What retention asks.
#[async_trait]
pub trait Retention {
    /// Claims the work for a process and a time, or renews that; `false` where another process has it.
    async fn claim_sweep(&self, holder: Uuid, lease: Duration) -> Result<bool, Fault>;

    /// Every message of a stretch.
    async fn old_messages(&self, stretch: Stretch) -> Result<Vec<OldMessage>, Fault>;

    /// Everything of a stretch that was sent or held back.
    async fn old_words(&self, stretch: Stretch) -> Result<Vec<OldWord>, Fault>;

    /// Deletes messages with their answers and waits. One that is needed, or was settled anew since it was looked at,
    /// stays. Gives those that went.
    async fn delete_messages(&self, messages: &[OldMessage]) -> Result<Vec<Uuid>, Fault>;

    /// Deletes what was sent and is not needed, or was held back. Gives how many went.
    async fn delete_words(&self, words: &[OldWord]) -> Result<u64, Fault>;

    /// Gives a bounded part of the space that is free back to the system, where the engine can; `true`: there is more.
    async fn give_back(&self) -> Result<bool, Fault>;

    /// Notes what a sweep did, in the place of the one before.
    async fn note_sweeps(&self, sweeps: &[Sweep]) -> Result<(), Fault>;

    /// What the last sweep did, by kind.
    async fn sweeps(&self) -> Result<Vec<Sweep>, Fault>;
}
