//! What people ask of the store: the monitor's lists, De/Para by hand, orders. Read by the command line and the
//! web pages.

use super::{Outgoing, Process, State, Stored};
use crate::fault::Fault;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use eaid_adapters::effect::Alias;
use eaid_adapters::table::{Row as TableRow, Table};
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::violation::Violation;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use uuid::Uuid;

/// What a list of messages is narrowed by; every part is optional, all must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// State, in the words of view `xx3` (`answered` too).
    pub state: Option<String>,
    /// Transaction, case ignored.
    pub transaction: Option<String>,
    /// Partner.
    pub partner: Option<String>,
    /// The sender's id.
    pub internal_id: Option<String>,
    /// UUID.
    pub uuid: Option<String>,
    /// Cause.
    pub cause: Option<String>,
    /// Received at or after.
    pub since: Option<DateTime<Utc>>,
    /// Received before.
    pub until: Option<DateTime<Utc>>,
    /// At most so many, newest first.
    pub limit: usize,
}

/// A line of the list of messages.
#[derive(Clone, Debug, Serialize)]
pub struct MessageLine {
    /// Ours.
    pub id: Uuid,
    /// The sender's.
    pub uuid: String,
    /// Partner.
    pub partner: String,
    /// Transaction.
    pub transaction: String,
    /// Event.
    pub event: String,
    /// Version.
    pub version: String,
    /// The sender's id of the record.
    pub internal_id: String,
    /// State in the words of view `xx3`.
    pub status: String,
    /// Cause.
    pub cause: String,
    /// How often it was decided.
    pub attempts: u32,
    /// Transport.
    pub origin: String,
    /// When it was taken.
    pub received_at: DateTime<Utc>,
    /// When it was settled.
    pub settled_at: Option<DateTime<Utc>>,
}

/// A message with all that is known of it.
#[derive(Clone, Debug)]
pub struct MessageStory {
    /// Its line.
    pub line: MessageLine,
    /// Its row.
    pub stored: Stored,
    /// Violations and warnings of its last decision.
    pub violations: Vec<Violation>,
    /// Ids of its answer.
    pub ids: Vec<InternalId>,
    /// Keys it still waits for, as text, with path and advice.
    pub waits: Vec<WaitLine>,
    /// Keys it waited for, and until when, oldest first.
    pub waited: Vec<WaitedLine>,
    /// What was sent for it.
    pub sent: Vec<SentLine>,
}

/// A key that a message waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaitedLine {
    /// The key as text.
    pub key: String,
    /// The tag that names it.
    pub path: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when: it came, or the waiting was ended otherwise.
    pub until: DateTime<Utc>,
}

/// A key that a message waits for.
#[derive(Clone, Debug, Serialize)]
pub struct WaitLine {
    /// The key as text.
    pub key: String,
    /// The tag that names it.
    pub path: String,
    /// What to do.
    pub text: String,
}

/// A message as reconciliation reads it.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its row, body included.
    pub stored: Stored,
    /// Its cause; empty without one.
    pub cause: String,
    /// The keys that it waits for, or that never came, as text.
    pub lacks: Vec<String>,
    /// Its answer was confirmed.
    pub is_answered: bool,
}

/// The last id before those of messages that come from a moment on: ids are of version 7.
pub fn before(moment: DateTime<Utc>) -> Uuid {
    Uuid::from_u128(u128::from(moment.timestamp_millis().max(0).unsigned_abs()) << 80)
}

/// A part of a list.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// So many come before it.
    pub skip: usize,
    /// At most so many.
    pub limit: usize,
}

/// What was sent.
#[derive(Clone, Debug, Serialize)]
pub struct SentLine {
    /// The UUID of its envelope.
    pub id: Uuid,
    /// Kind.
    pub kind: String,
    /// Transaction.
    pub transaction: String,
    /// The UUID it answers.
    pub correlation: String,
    /// What it is of.
    pub subject: String,
    /// Route key.
    pub route_key: String,
    /// Transport.
    pub transport: String,
    /// `due`, `sent`, `unroutable`.
    pub state: String,
    /// Last error or reason.
    pub note: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was confirmed.
    pub sent_at: Option<DateTime<Utc>>,
    /// The whole message; where it is damaged, that.
    #[serde(skip)]
    pub body: String,
}

/// What was held back by the condition of its registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WithheldLine {
    /// Transaction.
    pub transaction: String,
    /// The partner it would have gone to.
    pub partner: String,
    /// Why, in Portuguese.
    pub reason: String,
    /// Version of the catalog that says so.
    pub catalog: String,
    /// When it would have been made.
    pub created_at: DateTime<Utc>,
}

/// A count goes no further: `status` must be quick when there is very much.
pub const COUNTED: usize = 10_000;

/// A count and the age of its oldest member.
#[derive(Clone, Debug, Serialize)]
pub struct Tally {
    /// What is counted.
    pub name: String,
    /// How many; [`COUNTED`] stands for that many or more.
    pub count: u64,
    /// Since when the oldest stands there.
    pub oldest: Option<DateTime<Utc>>,
}

/// One screen of the store's state.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Overview {
    /// Messages a state, in the words of view `xx3`.
    pub messages: Vec<Tally>,
    /// Refused and waiting messages a cause (for waiting: the alias waited for), most first.
    pub causes: Vec<Tally>,
    /// Outbox rows a state.
    pub outbox: Vec<Tally>,
}

/// A De/Para entry.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct DeParaLine {
    /// XXF_REFER.
    pub reference: String,
    /// XXF_ALIAS.
    pub alias: String,
    /// XXF_FIELD.
    pub field: String,
    /// XXF_EXTVAL.
    pub external: String,
    /// XXF_INTVAL.
    pub internal: String,
}

/// Either value of a De/Para entry.
#[derive(Clone, Copy, Debug)]
pub enum Side<'s> {
    /// The partner's.
    External(&'s str),
    /// Ours.
    Internal(&'s str),
}

/// A De/Para entry that messages lack.
#[derive(Clone, Debug, Serialize)]
pub struct MissingLine {
    /// Partner.
    pub reference: String,
    /// Alias.
    pub alias: String,
    /// Field.
    pub field: String,
    /// The partner's code.
    pub external: String,
    /// How many waiting messages want it.
    pub waiting: u64,
    /// How many messages were refused because it never came.
    pub refused: u64,
    /// Since when it is wanted.
    pub since: Option<DateTime<Utc>>,
}

/// What a change of De/Para by hand did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeParaChange {
    /// Entries that are new or changed.
    pub changed: u64,
    /// Entries that stood so already.
    pub unchanged: u64,
    /// Messages that were woken.
    pub woken: u64,
}

/// What people ask.
#[async_trait]
pub trait Monitor {
    /// Messages, newest first.
    async fn messages(&self, filter: &Filter) -> Result<Vec<MessageLine>, Fault>;

    /// The messages that carry a UUID (the sender's or ours), newest first, with all that is known of them.
    async fn stories(&self, uuid: &str) -> Result<Vec<MessageStory>, Fault>;

    /// Puts messages back to be decided: refused, set aside, waiting. Gives how many.
    async fn retry(&self, filter: &Filter) -> Result<u64, Fault>;

    /// Counts, each up to [`COUNTED`], and ages.
    async fn overview(&self) -> Result<Overview, Fault>;

    /// De/Para entries, narrowed by reference, alias and a part of either value.
    async fn depara(
        &self,
        reference: Option<&str>,
        alias: Option<Alias>,
        part: Option<&str>,
        limit: usize,
    ) -> Result<Vec<DeParaLine>, Fault>;

    /// De/Para entries of a kind with exactly this value, whoever the partner. Of sales only by the partner's value.
    async fn exact_depara(&self, alias: Alias, side: Side<'_>) -> Result<Vec<DeParaLine>, Fault>;

    /// Enters De/Para entries by hand, all or none, and wakes who waits for them.
    async fn set_depara(&self, lines: &[DeParaLine]) -> Result<DeParaChange, Fault>;

    /// Removes an entry; `false` where there was none.
    async fn remove_depara(&self, reference: &str, alias: Alias, external: &str) -> Result<bool, Fault>;

    /// What waiting and refused messages lack, most wanted first.
    async fn missing_depara(&self, limit: usize) -> Result<Vec<MissingLine>, Fault>;

    /// What was sent of a subject (an order, a sale), oldest first.
    async fn sent_of(&self, subject: &str) -> Result<Vec<SentLine>, Fault>;

    /// What was held back of a subject, oldest first.
    async fn withheld_of(&self, subject: &str) -> Result<Vec<WithheldLine>, Fault>;

    /// What was sent for a message or under a correlation, oldest first.
    async fn sent_for(&self, uuid: &str) -> Result<Vec<SentLine>, Fault>;

    /// Makes unroutable messages due again. Gives how many.
    async fn resend(&self, kind: Option<super::SendKind>) -> Result<u64, Fault>;

    /// Daemons that said something of themselves since a moment, by name.
    async fn processes(&self, since: DateTime<Utc>) -> Result<Vec<Process>, Fault>;

    /// An outbox row by its UUID.
    async fn outgoing(&self, id: Uuid) -> Result<Option<Outgoing>, Fault>;

    /// Rows of a declared table's view, narrowed by exact values of its columns, in the order of its key, at most
    /// `limit` (0: all). For what is short by its nature: the lines of a sale, the titles of a document.
    async fn view(&self, table: &'static Table, exact: &[(&str, &str)], limit: usize) -> Result<Vec<TableRow>, Fault>;

    /// A page of such rows, newest first by a column, then by the key.
    async fn newest(
        &self,
        table: &'static Table,
        exact: &[(&str, &str)],
        by: usize,
        page: Page,
    ) -> Result<Vec<TableRow>, Fault>;

    /// Counts such rows, no further than to `most`.
    async fn counted(&self, table: &'static Table, exact: &[(&str, &str)], most: usize) -> Result<u64, Fault>;

    /// Visits the rows of a declared table whose day, in a column, lies in a span. One at a time, in no order: there
    /// may be very many.
    async fn of_days(
        &self,
        table: &'static Table,
        column: usize,
        days: &RangeInclusive<NaiveDate>,
        visit: &mut (dyn FnMut(TableRow) + Send),
    ) -> Result<(), Fault>;

    /// Messages of a transaction behind an id ([`before`] gives that of a moment), oldest first.
    async fn received(&self, transaction: &str, after: Uuid, limit: usize) -> Result<Vec<Received>, Fault>;

    /// Whether messages in a state are there, for tests and `status`.
    async fn count(&self, state: State) -> Result<u64, Fault>;
}
