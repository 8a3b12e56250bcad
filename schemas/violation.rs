//! What can be wrong with a message: a stable code, the path of the tag, a text for a person.

mod code;

pub use code::{Code, Page};
use std::collections::HashSet;

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
