//! Keys that messages wait for, as both engines keep them.

use super::monitor::DeParaLine;
use eaid_adapters::effect::Key;
use std::collections::BTreeMap;

/// A key in parts: the alias or the table, the partner (of a row: empty), the partner's code or the row's key.
pub(super) fn parts(key: &Key) -> (&str, &str, &str) {
    match key {
        Key::DePara { partner, alias, external } => (alias.alias, partner, external),
        Key::Row { table, key } => (table, "", key),
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
