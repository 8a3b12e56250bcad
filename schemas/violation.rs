//! What can be wrong with a message: a stable code, the path of the tag, a text for a person.

use std::collections::HashSet;
use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident = $text:literal;)+) => {
        /// The stable codes that answers carry. Their texts are fixed; more may follow.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])+ $name,)+ }

        impl Code {
            /// Every code, in the order of their declaration.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The code as it stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)+ }
            }

            /// Reads a code as it stands on the wire.
            pub fn parse(text: &str) -> Option<Code> {
                match text { $($text => Some(Code::$name),)+ _ => None }
            }
        }
    };
}

codes! {
    /// A mandatory tag is absent or empty.
    Missing = "missing";
    /// The JSON kind does not fit the tag.
    WrongType = "wrong_type";
    /// The text is shorter than the tag asks.
    TooShort = "too_short";
    /// The text is longer than its column.
    TooLong = "too_long";
    /// The number does not fit its column.
    OutOfRange = "out_of_range";
    /// A list holds more members than the limit.
    TooManyItems = "too_many_items";
    /// What the message names does not exist.
    NotFound = "not_found";
    /// The items of a reserve lie in different branches.
    BranchesDiffer = "branches_differ";
    /// The text is no number.
    NotANumber = "not_a_number";
    /// The text is no date.
    NotADate = "not_a_date";
    /// The value is not one of the closed list.
    NotInList = "not_in_list";
    /// The number must be greater than zero.
    NotPositive = "not_positive";
    /// The number has more decimals than its column.
    TooManyDecimals = "too_many_decimals";
    /// Neither header nor content names the event.
    EventMissing = "event_missing";
    /// The event cannot be used with this message.
    EventRefused = "event_refused";
    /// The header has no version.
    VersionMissing = "version_missing";
    /// The version is not one of those that eaid reads.
    VersionUnknown = "version_unknown";
    /// No routine reads this transaction.
    TransactionUnknown = "transaction_unknown";
    /// The sender is not the one of any route.
    SourceUnknown = "source_unknown";
    /// The header has no product name, the key of every De/Para.
    ProductMissing = "product_missing";
    /// The sender's company and branch have no De/Para.
    CompanyUnknown = "company_unknown";
    /// No adapter is registered for this message.
    NotRegistered = "not_registered";
    /// The id was integrated before.
    AlreadyIntegrated = "already_integrated";
    /// The document number was used before in the same series and station.
    DocumentUsed = "document_used";
    /// A total of the header differs from the sum of the items.
    SumDiffers = "sum_differs";
    /// The reserve was used, or differs in quantity or warehouse.
    ReserveDiffers = "reserve_differs";
    /// The delivery type needs a reserve.
    ReserveMissing = "reserve_missing";
    /// The customer is blocked.
    Blocked = "blocked";
    /// The date lies in a closed period.
    PeriodClosed = "period_closed";
    /// The state does not allow it.
    NotAllowed = "not_allowed";
    /// What the message waited for never arrived.
    NeverCame = "never_came";
    /// The available stock is less than what is asked.
    StockShort = "stock_short";
    /// The sale can no longer be cancelled.
    CannotCancel = "cannot_cancel";
    /// Warning: read against the book.
    ReadAs = "read_as";
    /// A newer message of the same id stands.
    Superseded = "superseded";
    /// Warning: a customer without RegisterSituation is stored blocked.
    SituationAbsent = "situation_absent";
    /// Unreadable: no JSON.
    NotJson = "not_json";
    /// Unreadable: no XML.
    NotXml = "not_xml";
    /// Unreadable: no Header and Content.
    NoEnvelope = "no_envelope";
    /// Unreadable: an empty body.
    Empty = "empty";
    /// Unreadable: larger than the limit.
    TooLarge = "too_large";
    /// Unreadable: nested deeper than the limit.
    TooDeep = "too_deep";
    /// Unreadable: the bytes are no text.
    Charset = "charset";
    /// Ours: a routine failed.
    Internal = "internal";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a finding refuses the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The message is at fault.
    Error,
    /// It was read all the same.
    Warning,
}

impl Level {
    /// As it stands in an answer: `ERROR` or `WARNING`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::Error => "ERROR",
            Level::Warning => "WARNING",
        }
    }
}

/// One finding: code, path of the tag, and a Portuguese text for the shop's IT person.
///
/// The text never holds personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Error or warning.
    pub level: Level,
    /// The stable code.
    pub code: Code,
    /// JSON pointer into `Content` in the canonical spelling (`/ListOfSaleItem/SaleItem/2/Quantity`, counted
    /// from 0); header fields are `/Header/…`.
    pub path: String,
    /// What is wrong and what to do, in Portuguese.
    pub text: String,
}

impl Violation {
    /// An error at a path.
    pub fn error(code: Code, path: impl Into<String>, text: impl Into<String>) -> Self {
        Violation { level: Level::Error, code, path: path.into(), text: text.into() }
    }

    /// A warning at a path.
    pub fn warning(code: Code, path: impl Into<String>, text: impl Into<String>) -> Self {
        Violation { level: Level::Warning, code, path: path.into(), text: text.into() }
    }

    /// Whether this finding alone refuses the message.
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }
}

/// The places where errors stand, found without going through all of them: a message may have one in each of
/// a hundred thousand items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorPaths(HashSet<String>);

impl ErrorPaths {
    /// Notes an error at a path: it stains all records above it.
    pub fn add(&mut self, path: &str) {
        let mut above = path;
        while !self.0.contains(above) {
            self.0.insert(above.to_owned());
            let Some((parent, _)) = above.rsplit_once('/') else { break };
            above = parent;
        }
    }

    /// Whether an error stands at a path or below it.
    pub fn covers(&self, path: &str) -> bool {
        !self.0.is_empty() && self.0.contains(path)
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorPaths;

    #[test]
    fn an_error_stains_what_is_above_it() {
        let mut paths = ErrorPaths::default();
        assert!(!paths.covers("/A"));
        paths.add("/A/B/2/C");
        for (path, expected) in [
            ("/A/B/2/C", true),
            ("/A/B/2", true),
            ("/A", true),
            ("/A/B/1", false),
            ("/A/B/2/C/D", false),
            ("/AB", false),
        ] {
            assert_eq!(paths.covers(path), expected, "{path}");
        }
    }
}
