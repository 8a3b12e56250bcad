//! Older never overwrites newer: stamps of one partner are compared where they have one form, else the order
//! of arrival stands.

use crate::store::Entry;
use chrono::{DateTime, NaiveDateTime, Utc};

/// A stamp in one of the forms that can be compared among themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stamp {
    /// With a zone.
    Zoned(DateTime<Utc>),
    /// Without: the sender's local time.
    Local(NaiveDateTime),
}

fn stamp(text: &str) -> Option<Stamp> {
    let text = text.trim();
    if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
        return Some(Stamp::Zoned(zoned.to_utc()));
    }
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y%m%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(Stamp::Local)
}

/// Whether the first stamp is certainly before the second.
pub fn is_older(first: &str, second: &str) -> bool {
    match (stamp(first), stamp(second)) {
        (Some(Stamp::Zoned(first)), Some(Stamp::Zoned(second))) => first < second,
        (Some(Stamp::Local(first)), Some(Stamp::Local(second))) => first < second,
        _ => false,
    }
}

/// Whether a message may take the place of a waiting one.
pub fn is_not_older(newer: &Entry, waiting: &Entry) -> bool {
    !is_older(&newer.generated_on, &waiting.generated_on)
}

#[cfg(test)]
mod tests {
    use super::is_older;

    #[test]
    fn only_one_form_is_compared() {
        assert!(is_older("2026-01-15T12:00:00Z", "2026-01-15T12:00:01Z"));
        assert!(is_older("2026-01-15T09:30:00-03:00", "2026-01-15T12:31:00Z"));
        assert!(!is_older("2026-01-15T12:00:00", "2026-01-15T12:00:01Z"), "forms differ: arrival decides");
        assert!(is_older("2026-01-15T12:00:00", "2026-01-15T12:00:00.5"));
        assert!(!is_older("2026-01-15T12:00:00Z", "2026-01-15T12:00:00Z"), "equal is not older");
        assert!(!is_older("yesterday", "2026-01-15T12:00:00Z"));
    }
}
