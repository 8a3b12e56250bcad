//! Reconciliation: what was received, staged, turned into titles and answered, by branch, day and payment form, and
//! every sale in which two of these disagree.
//!
//! | file | subject |
//! |---|---|
//! | `gather` | reading messages, sales and titles of a period |
//! | `compare` | pure: what was read becomes lines and differences |
//! | `words` | differences in the words of the people who run the shop |
//!
//! The day is that of issue, as on the shop's own closing; a sale counts once in each form that it was paid with.

mod compare;
mod gather;
#[cfg(test)]
mod tests;
mod words;

pub use gather::reconcile;
pub use words::reais;

use crate::store::State;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Reais by payment form.
pub type Forms = BTreeMap<String, Decimal>;

/// The form of a sale without payments.
const NONE: &str = "-";

/// What is reconciled.
#[derive(Clone, Debug)]
pub struct Period {
    /// Days of issue.
    pub days: RangeInclusive<NaiveDate>,
    /// A branch alone: `0101`, or `01|0101`.
    pub branch: Option<String>,
}

impl Period {
    /// Whether a branch is part of it.
    fn includes(&self, place: &Place) -> bool {
        let named =
            |branch: &String| *branch == place.branch || *branch == format!("{}|{}", place.company, place.branch);
        self.branch.as_ref().is_none_or(named)
    }
}

/// A branch of a company.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Company.
    pub company: String,
    /// Branch.
    pub branch: String,
}

/// How many sales, and their payments in reais.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// Sales.
    pub sales: u64,
    /// Reais.
    #[serde(serialize_with = "cents")]
    pub value: Decimal,
}

fn cents<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{value:.2}"))
}

impl Figure {
    fn add(&mut self, value: Decimal) {
        self.sales += 1;
        self.value += value;
    }
}

/// The figures of a branch, a day and a form, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// In messages, each sale once, however often it was sent.
    pub received: Figure,
    /// In SL1 and SL4.
    pub staged: Figure,
    /// Of these, in titles (gross), or at the word of an outside GravaBatch.
    pub titles: Figure,
    /// Of these, cancelled: they have no titles.
    pub cancelled: Figure,
    /// Received, with an answer that the transport has confirmed.
    pub answered: Figure,
}

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Day of issue.
    pub day: NaiveDate,
    /// Payment form; `?CODE` where the partner's code has no De/Para.
    pub form: String,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What is wrong with a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Received, not staged.
    NotStaged,
    /// Staged, received by no message.
    WithoutMessage,
    /// Staged with other payments than received.
    StagedOtherwise,
    /// GravaBatch has not taken it (RX).
    NotBatched,
    /// GravaBatch gave it up (ER).
    Failed,
    /// Its titles are not its payments.
    TitlesDiffer,
    /// It is cancelled and has titles.
    TitlesLeft,
    /// Titles that belong to no sale.
    WithoutSale,
    /// Its answer was not confirmed.
    NotAnswered,
}

/// A difference, with the sale behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What is wrong.
    pub kind: Kind,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Day of issue.
    pub day: NaiveDate,
    /// The partner's id of the sale; empty for titles without one.
    pub internal_id: String,
    /// Our number of it, `company|branch|number`; empty where it is not staged.
    pub sale: String,
    /// Series and number of its document, as far as known.
    pub document: String,
    /// The UUID of its message; empty without one.
    pub uuid: String,
    /// Payments of the message.
    pub received: Option<Forms>,
    /// Payments staged.
    pub staged: Option<Forms>,
    /// Titles.
    pub titles: Option<Forms>,
    /// The same in Portuguese.
    pub text: String,
    /// What shows or mends it.
    pub command: String,
}

/// The result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    /// By branch, day and form.
    pub lines: Vec<Line>,
    /// Of all lines, each sale once.
    pub total: Figures,
    /// Every difference.
    pub differences: Vec<Difference>,
}

/// A message of a sale.
#[derive(Clone, Debug)]
struct Message {
    place: Place,
    day: NaiveDate,
    partner: String,
    internal_id: String,
    uuid: String,
    document: String,
    state: State,
    cause: String,
    lacks: Vec<String>,
    is_answered: bool,
    forms: Forms,
}

/// A staged sale.
#[derive(Clone, Debug)]
struct Sale {
    place: Place,
    day: NaiveDate,
    number: String,
    partner: String,
    internal_id: String,
    uuid: String,
    document: String,
    situa: String,
    storc: String,
    reason: String,
    forms: Forms,
}

/// A title.
#[derive(Clone, Debug)]
struct Title {
    place: Place,
    day: NaiveDate,
    sale: String,
    document: String,
    form: String,
    value: Decimal,
}

/// All that was read of a period.
#[derive(Clone, Debug, Default)]
struct Facts {
    messages: Vec<Message>,
    sales: Vec<Sale>,
    titles: Vec<Title>,
    /// Somebody else makes the titles: they are not here.
    is_batched_outside: bool,
}
