//! What HTTP asks of the rest of eaid.

use super::{Done, Found, Report, Sought, States};
use crate::fault::Fault;
use crate::store::monitor::{MessageStory, Page, SentLine};
use async_trait::async_trait;
use chrono::{DateTime, FixedOffset};
use eaid_schemas::pdvsync::{Shown, Standing};
use serde_json::Value;

/// Whether eaid is able to work.
#[derive(Clone, Debug)]
pub struct Readiness {
    /// It is.
    pub is_ready: bool,
    /// Each check with its state, since when, the last error and what to do. Holds no secrets: it is shown to
    /// everybody.
    pub checks: Value,
}

/// Answers what HTTP asks.
#[async_trait]
pub trait Clerk: Send + Sync {
    /// The messages that carry a UUID, newest first ([`crate::store::monitor::Monitor::stories`]).
    async fn stories(&self, uuid: &str) -> Result<Vec<MessageStory>, Fault>;

    /// What was sent for a message, by the id of its inbox row, oldest first
    /// ([`crate::store::monitor::Monitor::sent_for`]).
    async fn sent_for(&self, message: &str) -> Result<Vec<SentLine>, Fault>;

    /// Takes what an outside GravaBatch reports of a sale.
    async fn gravabatch_done(&self, report: &Report) -> Result<Done, Fault>;

    /// Pre-sales that wait for their payment, newest first.
    async fn pre_sales(&self, sought: &Sought, page: Page) -> Result<Found<Shown>, Fault>;

    /// A pre-sale by its number, in whatever state.
    async fn pre_sale(&self, number: &str) -> Result<Option<Shown>, Fault>;

    /// Where pre-sales stand, newest first.
    async fn standings(&self, sought: &States, page: Page) -> Result<Found<Standing>, Fault>;

    /// Whether eaid is able to work.
    fn readiness(&self) -> Readiness;

    /// The metrics as Prometheus text.
    fn metrics(&self) -> String;

    /// Now, in the zone of our messages.
    fn now(&self) -> DateTime<FixedOffset>;
}
