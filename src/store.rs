//! The only room that knows SQL. Two engines behind one trait, each with statements of its own.
//!
//! The spine (inbox, outbox, De/Para, waits, numbers, claims) is written by hand in each engine's migrations;
//! the tables of the routines, and their views, are made from their declarations. No column of a declared
//! table is named here.
//!
//! One transaction ([`Store::keep`]) holds a batch's inbox rows, effects, De/Para and outbox.

use crate::fault::Fault;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use eaid_adapters::effect::{Alias, Effect, Key};
use eaid_adapters::table::{Row, Table, Word};
use eaid_adapters::verdict::Missing;
use eaid_adapters::world::{DePara, Wants};
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::violation::{Code, Violation};
use serde::Serialize;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

pub use packing::Damaged;
pub use queue::{Claim, Queue};

pub mod monitor;

mod cells;
mod counted;
mod entries;
mod fold;
mod keys;
pub mod names;
mod notes;
mod odds;
mod packing;
pub mod postgres;
mod questions;
mod queue;
pub mod retention;
mod sequences;
mod settled;
pub mod sqlite;
#[cfg(test)]
pub(crate) mod suite;
mod trouble;

/// What became of a message: the words of view `xx3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Parked on keys that are not there yet.
    Waiting,
    /// Its keys came, or a person retries it: to be decided again. Shown as waiting.
    Woken,
    /// Its effects are kept. Shown as `answered` once the answer is confirmed.
    Staged,
    /// At fault; answered with every reason.
    Refused,
    /// A newer message of the same id stands.
    Superseded,
    /// No envelope.
    Unreadable,
    /// Read and needing no answer: Responses, Receipts, order events.
    Noted,
    /// A routine failed on it: an alarm.
    SetAside,
    /// Put away by a person.
    Discarded,
}

impl State {
    /// Every state.
    pub const ALL: &'static [State] = &[
        State::Waiting,
        State::Woken,
        State::Staged,
        State::Refused,
        State::Superseded,
        State::Unreadable,
        State::Noted,
        State::SetAside,
        State::Discarded,
    ];

    /// As it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Woken => "woken",
            State::Staged => "staged",
            State::Refused => "refused",
            State::Superseded => "superseded",
            State::Unreadable => "unreadable",
            State::Noted => "noted",
            State::SetAside => "set_aside",
            State::Discarded => "discarded",
        }
    }

    /// Reads it back.
    pub fn parse(text: &str) -> Option<State> {
        State::ALL.iter().copied().find(|state| state.as_str() == text)
    }
}

/// What identifies a delivery: the same message is the same partner and UUID with equal content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// The partner as its route spells it; empty where unknown.
    pub partner: Word,
    /// The UUID, trimmed; empty where missing: then nothing is taken for the same, unless the broker says
    /// that it delivers again.
    pub uuid: Word,
    /// Digest of the content (of the bytes, where unreadable), 32 hex digits.
    pub digest: Word,
}

/// The business key: partner, transaction in upper case, the sender's id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct BusinessKey {
    /// The partner.
    pub partner: Word,
    /// The transaction.
    pub transaction: Word,
    /// The sender's id; empty: no key.
    pub internal_id: Word,
}

/// The row of the inbox as it is first written.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Ours, of version 7.
    pub id: Uuid,
    /// What identifies it.
    pub fingerprint: Fingerprint,
    /// Its business key.
    pub business: BusinessKey,
    /// ProductName as it came.
    pub product: Word,
    /// SourceApplication as it came.
    pub source: Word,
    /// The event to act on, lower case.
    pub event: Word,
    /// Version as it came.
    pub version: Word,
    /// `GeneratedOn` as it came.
    pub generated_on: Word,
    /// The transport: `amqp`, `spool`, `http`.
    pub origin: Word,
    /// `json` or `xml`.
    pub format: Word,
    /// Content type as it came.
    pub content_type: Word,
    /// When it was taken.
    pub received_at: DateTime<Utc>,
    /// Version of the catalog that judged it.
    pub catalog: Word,
    /// The bytes as they came.
    pub body: Arc<[u8]>,
    /// The broker delivers it again: a body without UUID is then compared by digest.
    pub redelivered: bool,
}

/// Where a message of the batch stands in the inbox.
#[derive(Clone, Debug)]
pub enum Place {
    /// It is new.
    New(Arc<Entry>),
    /// It was woken, and is claimed by us.
    Woken(Uuid),
}

impl Place {
    /// The id of its inbox row.
    pub fn id(&self) -> Uuid {
        match self {
            Place::New(entry) => entry.id,
            Place::Woken(id) => *id,
        }
    }
}

/// One settled or parked message.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Where it stands.
    pub place: Place,
    /// What became of it.
    pub state: State,
    /// The first error's code, for grouping.
    pub cause: Option<Code>,
    /// Every violation and warning.
    pub violations: Vec<Violation>,
    /// Ids of the answer.
    pub ids: Vec<InternalId>,
    /// What it waits for; filled exactly when `state` is waiting.
    pub waits: Vec<Missing>,
    /// When waiting ends.
    pub patience_until: Option<DateTime<Utc>>,
    /// What happens.
    pub effects: Vec<Effect>,
    /// What is sent. The first is the answer, if `is_answered`.
    pub outgoing: Vec<Outgoing>,
    /// What is held back.
    pub withheld: Vec<Withheld>,
    /// Whether the first of `outgoing` is its answer.
    pub is_answered: bool,
    /// When it was decided.
    pub settled_at: DateTime<Utc>,
}

/// The same message again: its stored answer is sent again, nothing else happens.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// The inbox row of the first one.
    pub message: Uuid,
}

impl Repeat {
    /// Whether the message of each was found.
    fn are_all_here(repeats: &[Repeat], found: u64) -> Result<(), NotKept> {
        let messages: HashSet<Uuid> = repeats.iter().map(|repeat| repeat.message).collect();
        match messages.len() as u64 == found {
            true => Ok(()),
            false => Err(NotKept::Stale("inbox: a repeated message is no longer there".to_owned())),
        }
    }
}

/// The kind of an outgoing message, first word of its routing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SendKind {
    /// Answers a business message.
    Response,
    /// Says that it arrived.
    Receipt,
    /// Tells of an order.
    Trace,
    /// Answers WhoIs.
    Whois,
    /// Tells of a failure of GravaBatch.
    Error,
}

impl SendKind {
    /// As it stands in routing keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            SendKind::Response => "response",
            SendKind::Receipt => "receipt",
            SendKind::Trace => "trace",
            SendKind::Whois => "whois",
            SendKind::Error => "error",
        }
    }

    /// Reads it back.
    pub fn parse(text: &str) -> Option<SendKind> {
        [SendKind::Response, SendKind::Receipt, SendKind::Trace, SendKind::Whois, SendKind::Error]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// A message to send: a row of the outbox.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The UUID of its envelope, ours, of version 7.
    pub id: Uuid,
    /// The inbox row that caused it, if one did.
    pub message: Option<Uuid>,
    /// Its kind.
    pub kind: SendKind,
    /// The partner it goes to.
    pub partner: Word,
    /// Its transaction.
    pub transaction: Word,
    /// The UUID answered.
    pub correlation: Word,
    /// What it is of: an order, a sale; for timelines.
    pub subject: Word,
    /// The key of the route, lower case; `unknown` where there is none.
    pub route_key: Word,
    /// `amqp`, `spool`, `post` (a call of the partner), or `http` (fetched by the sender; nothing to publish).
    pub transport: Word,
    /// `json` or `xml`.
    pub format: Word,
    /// The whole message.
    pub body: Arc<str>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl Outgoing {
    /// Whether its sender fetches it: nobody publishes it.
    pub fn is_fetched(&self) -> bool {
        self.transport == "http"
    }
}

/// A message of ours that the condition of its registration held back: noted, never sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// Ours, of version 7.
    pub id: Uuid,
    /// The inbox row that caused it, if one did.
    pub message: Option<Uuid>,
    /// The partner it would have gone to.
    pub partner: String,
    /// Its transaction.
    pub transaction: String,
    /// What it is of: an order, a sale; for timelines.
    pub subject: String,
    /// Why, in Portuguese.
    pub reason: String,
    /// The condition could not be evaluated: an alarm. Told when it is kept, not stored apart from the reason.
    pub is_failure: bool,
    /// Version of the catalog that says so.
    pub catalog: String,
    /// When it would have been made.
    pub created_at: DateTime<Utc>,
}

/// What became of a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Confirmed.
    Sent,
    /// The broker returned it: kept as such until a person sends it again.
    Unroutable(String),
    /// Not confirmed: it is due again after the delay.
    Failed(String, Duration),
}

/// The mark of a publication.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Which.
    pub id: Uuid,
    /// What became of it.
    pub outcome: Outcome,
}

/// What one transaction keeps.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Version of the catalog that judged the messages.
    pub catalog: String,
    /// Messages, in the order of their arrival.
    pub settled: Vec<Settled>,
    /// Repeated messages.
    pub repeats: Vec<Repeat>,
    /// Waiting messages that a newer one of the same key supersedes: settled with their own answers. They must
    /// still be waiting.
    pub superseded: Vec<Settled>,
    /// Effects that no message caused (GravaBatch), with what they send.
    pub effects: Vec<Effect>,
    /// What those effects send.
    pub outgoing: Vec<Outgoing>,
    /// What of it is held back.
    pub withheld: Vec<Withheld>,
    /// Marks of earlier publications that ride along.
    pub marks: Vec<Mark>,
    /// Outbox rows of this batch are leased to this process for a time: it publishes them from memory.
    pub lease: Option<(Uuid, Duration)>,
}

impl Batch {
    /// How much its new messages weigh.
    pub fn bytes(&self) -> usize {
        let bodies = self.settled.iter().map(|one| match &one.place {
            Place::New(entry) => entry.body.len(),
            Place::Woken(_) => 0,
        });
        bodies.sum()
    }
}

/// What a kept batch set off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Waiting messages whose last key came, and messages that needed no wait after all.
    pub woken: usize,
    /// Answers that are due again for repeated messages.
    pub repeated: usize,
}

/// Why a batch was not kept. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// Another process was faster: look up and decide again.
    #[error("another process was faster: {0}")]
    Stale(String),
    /// The database refuses the data of one of its messages.
    #[error("the database refuses the data: {0}")]
    Rejected(String),
    /// The database is not at work.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What a batch asks.
#[derive(Debug)]
pub struct Ask<'a> {
    /// What its routines want.
    pub wants: &'a Wants,
    /// The fingerprints of its new messages.
    pub fingerprints: &'a [&'a Fingerprint],
    /// The business keys of its messages.
    pub keys: &'a [&'a BusinessKey],
}

/// A message that is known already.
#[derive(Clone, Debug)]
pub struct Known {
    /// Which.
    pub fingerprint: Fingerprint,
    /// Its inbox row.
    pub id: Uuid,
    /// Its state.
    pub state: State,
}

/// A message that waits under a business key.
#[derive(Clone, Debug)]
pub struct Predecessor {
    /// The key.
    pub key: BusinessKey,
    /// Its inbox row, all that is needed to answer it.
    pub stored: Stored,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// De/Para entries: partner, kind, external code, entry.
    pub depara: Vec<(Word, Alias, Word, DePara)>,
    /// Rows of declared tables.
    pub rows: Vec<Row>,
    /// Messages that are known already.
    pub known: Vec<Known>,
    /// Messages that wait under the same business keys.
    pub waiting: Vec<Predecessor>,
}

/// A message as the inbox holds it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its row, body included.
    pub entry: Entry,
    /// Its body cannot be given back: that of the row is what the database holds instead.
    pub is_damaged: bool,
    /// Its state.
    pub state: State,
    /// Its patience has ended: what is still missing refuses it.
    pub is_expired: bool,
    /// When its waiting ends.
    pub patience_until: Option<DateTime<Utc>>,
    /// How often it was decided.
    pub attempts: u32,
}

/// How much may be read at once: so many rows, and so many bytes of bodies. A body of more comes alone.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Rows.
    pub rows: usize,
    /// Bytes of their bodies.
    pub bytes: usize,
}

/// What a daemon says of itself, for `eaid status` wherever it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Process {
    /// Its id: that of its leases.
    pub id: Uuid,
    /// Host and process number.
    pub name: String,
    /// Version of the catalog in force there.
    pub catalog: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Why the files as they stand are not in force, one reason a line; empty: they are.
    pub refused: String,
    /// What does not work there, one thing a line; empty: all does.
    pub troubles: String,
    /// When it said so.
    pub seen_at: DateTime<Utc>,
}

/// What the database says of itself.
#[derive(Clone, Debug)]
pub struct Health {
    /// Engine and version.
    pub engine: String,
    /// Whether every migration and declared table is there.
    pub is_migrated: bool,
    /// What of the tables cannot be made as declared.
    pub odds: Vec<String>,
}

/// The store.
#[async_trait]
pub trait Store: monitor::Monitor + retention::Retention + Send + Sync {
    /// Creates or upgrades the spine, the declared tables and the views. Safe when several processes start at
    /// once, and when nothing is to be done.
    async fn migrate(&self, tables: &[&'static Table]) -> Result<(), Fault>;

    /// Now, by the clock that counts here: on a server it is the server's, whatever the clock of this host says. All
    /// times that are kept are of this clock.
    fn now(&self) -> DateTime<Utc>;

    /// Whether the database answers and is migrated.
    async fn health(&self, tables: &[&'static Table]) -> Result<Health, Fault>;

    /// Looks up everything a batch asks in one round trip.
    async fn look_up(&self, ask: &Ask<'_>) -> Result<Found, Fault>;

    /// Takes blocks of numbers out of sequences: for each the range taken, from 1 on. They are taken for good.
    async fn lease_numbers(&self, sequences: &[(String, u32)]) -> Result<Vec<Range<u64>>, Fault>;

    /// Keeps a batch, in one transaction with set-based writes.
    ///
    /// Parking is exclusive with the bringing of keys, so that no wake-up is lost: a parked message re-checks
    /// its keys after it has registered, and the transaction that brings a key sees who waits for it.
    async fn keep(&self, batch: &Batch) -> Result<Kept, NotKept>;

    /// Claims woken messages and those whose patience has ended, oldest first, for a process and a time.
    async fn claim_woken(&self, holder: Uuid, lease: Duration, most: Bounds) -> Result<Vec<Stored>, Fault>;

    /// Claims ready rows of a queue whose lanes nobody else holds, in the order of its index.
    async fn claim_rows(&self, claim: &Claim<'_>) -> Result<Vec<Row>, Fault>;

    /// Notes what a process says of itself, in the place of what it said before.
    async fn report(&self, process: &Process) -> Result<(), Fault>;

    /// Gives lanes and leases of a process back, at its end, and forgets what it said of itself.
    async fn release(&self, holder: Uuid) -> Result<(), Fault>;

    /// Takes outbox rows that are due and leased to nobody, oldest first.
    async fn due(&self, holder: Uuid, lease: Duration, most: Bounds) -> Result<Vec<Outgoing>, Fault>;

    /// Notes that a message which may have killed processes is about to be tried alone, by the digest of its bytes;
    /// gives how many did not survive that before.
    async fn suspect(&self, digest: &str) -> Result<u32, Fault>;

    /// Strikes that note: it was survived.
    async fn acquit(&self, digest: &str) -> Result<(), Fault>;

    /// Marks publications.
    async fn published(&self, marks: &[Mark]) -> Result<(), Fault>;
}

/// The key that an effect brings to those who wait.
pub fn brought(effect: &Effect) -> Option<Key> {
    match effect {
        Effect::Link { partner, alias, external, .. } => {
            Some(Key::DePara { partner: partner.clone(), alias: *alias, external: external.clone() })
        }
        Effect::Insert(row) if row.table.is_awaited => Some(Key::of_row(row)),
        Effect::Update(update) => update.leaves(),
        _ => None,
    }
}

/// Opens the store that a url names: `postgres://…` or `sqlite://…`.
///
/// # Errors
/// [`Fault::Store`] for another scheme, and where the database does not let us in.
pub async fn open(url: &str) -> Result<Arc<dyn Store>, Fault> {
    match url.split_once(':') {
        Some(("postgres" | "postgresql", _)) => Ok(Arc::new(postgres::Postgres::connect(url).await?)),
        Some(("sqlite", _)) => Ok(Arc::new(sqlite::Sqlite::connect(url).await?)),
        _ => Err(Fault::Store("[database] url: esperado postgres://… ou sqlite://…".to_owned())),
    }
}
