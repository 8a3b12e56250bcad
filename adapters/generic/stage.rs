//! What a registration says of the table that its messages land in.

use serde::Deserialize;

/// `[adapter.stage]`: which values of a message are kept, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// The table, and the view of the same name.
    pub table: String,
    /// The columns that tell records apart, besides company, branch and partner.
    pub key: Vec<String>,
    /// The De/Para kind that the message brings (`SA3`): InternalId of the sender to `company|branch|key`.
    #[serde(default)]
    pub depara: String,
    /// The columns.
    pub columns: Vec<Column>,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name: lower case letters, digits and `_`.
    pub name: String,
    /// JSON pointer into Content.
    pub at: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Greatest length of a text in characters; digits of an amount (with its decimals) or a count.
    #[serde(default)]
    pub length: u32,
    /// Digits of an amount after the point.
    #[serde(default)]
    pub decimals: u32,
    /// Mandatory in all but a delete.
    #[serde(default)]
    pub required: bool,
    /// Personal data: never quoted.
    #[serde(default)]
    pub personal: bool,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text.
    Text,
    /// A decimal.
    Amount,
    /// A whole number from 0.
    Count,
    /// A day; its time is passed over.
    Date,
    /// Yes or no: `T`, `F`, or empty where it was not told.
    Flag,
}

impl Kind {
    /// Every kind, as a registration spells it.
    pub const ALL: &'static [(&'static str, Kind)] = &[
        ("text", Kind::Text),
        ("amount", Kind::Amount),
        ("count", Kind::Count),
        ("date", Kind::Date),
        ("flag", Kind::Flag),
    ];
}
