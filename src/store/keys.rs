//! Keys as both engines keep them: what messages wait for, and what they are known by.

use super::monitor::DeParaLine;
use eaid_adapters::effect::Key;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Longer texts are not indexed whole: an index row of PostgreSQL ends at 2.7 kB, and takes up to three of them.
const LONGEST: usize = 500;

/// A key in parts: the alias or the table, the partner (of a row: empty), the partner's code or the row's key.
pub(super) fn parts(key: &Key) -> (&str, &str, &str) {
    match key {
        Key::DePara { partner, alias, external } => (alias.alias, partner, external),
        Key::Row { table, key } | Key::Left { table, key, .. } => (table, "", key),
    }
}

/// What is sought among the rows of a table, by the table and the state that its rows must have left.
pub(super) type Sought<'a, T> = BTreeMap<(&'a str, Option<Held<'a>>), Vec<T>>;

/// A value that a column must no longer hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Held<'k> {
    /// The column.
    pub column: &'static str,
    /// The value.
    pub value: &'k str,
}

/// The table, the value that is to be held no longer, and the row's key, where a key is one of rows.
pub(super) fn row(key: &Key) -> Option<(&'static str, Option<Held<'_>>, &str)> {
    match key {
        Key::DePara { .. } => None,
        Key::Row { table, key } => Some((*table, None, key)),
        Key::Left { table, column, value, key } => Some((*table, Some(Held { column, value }), key)),
    }
}

/// Entries by hand, of those for one key the last, in the order of their keys.
pub(super) fn last_of_each(lines: &[DeParaLine]) -> Vec<&DeParaLine> {
    let by_key = lines.iter().map(|line| ((&line.external, &line.reference, &line.alias), line));
    by_key.collect::<BTreeMap<_, _>>().into_values().collect()
}

/// The key that waits for an entry by hand, as text. The alias may be one that no routine asks for.
pub(super) fn text_of(line: &DeParaLine) -> String {
    format!("{}/{}/{}", line.alias, line.reference, line.external)
}

/// A text of a message's head as it is kept: without the character NUL, which PostgreSQL does not hold, and of one
/// that no index takes only the beginning, with a number made of the whole. The bytes of the message have it all.
pub(super) fn short(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST && !text.contains('\0') {
        return Cow::Borrowed(text);
    }
    let text = text.replace('\0', "\u{fffd}");
    if text.len() <= LONGEST {
        return Cow::Owned(text);
    }
    // FNV-1a: the same in every version of eaid.
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let whole = text.bytes().fold(0xcbf2_9ce4_8422_2325, mix);
    Cow::Owned(format!("{}… {whole:016x}", &text[..text.floor_char_boundary(LONGEST - 24)]))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, short};

    #[test]
    fn long_texts_stay_apart() {
        assert_eq!(short("a"), "a");
        assert_eq!(short("a\0b"), "a\u{fffd}b");
        let (one, other) = ("á".repeat(5000), "á".repeat(5001));
        assert_ne!(short(&one), short(&other));
        assert!(short(&one).len() <= LONGEST && short(&one).starts_with("áá"));
        assert_eq!(short(&short(&one)), short(&one));
    }
}
