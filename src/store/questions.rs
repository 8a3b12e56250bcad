//! What a batch asks, sorted by kind: one part of the look-up for each kind.

use super::{Ask, BusinessKey, Fingerprint, Found, keys};
use eaid_adapters::table::{Index, Table, Word};
use eaid_adapters::world::Want;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A De/Para entry that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry<'a> {
    partner: &'a str,
    alias: &'a str,
    external: &'a str,
}

impl<'a> Entry<'a> {
    /// Partner, alias, external code.
    pub(super) fn texts(&self) -> [&'a str; 3] {
        [self.partner, self.alias, self.external]
    }
}

/// A key of a message that is asked for: its parts as they are kept, and as they were asked.
pub(super) struct Asked<'a, T> {
    parts: [Cow<'a, str>; 3],
    asked: &'a T,
}

impl<T> Asked<'_, T> {
    /// The parts as they are kept.
    pub(super) fn texts(&self) -> [&str; 3] {
        let [first, second, third] = &self.parts;
        [first, second, third]
    }

    /// What was asked, where that is kept otherwise.
    fn original(&self, kept: [&str; 3]) -> Option<&T> {
        let is_changed = self.parts.iter().any(|part| matches!(part, Cow::Owned(_)));
        (is_changed && self.texts() == kept).then_some(self.asked)
    }
}

/// De/Para entries that are asked for with their rows.
pub(super) struct Linked<'a> {
    /// The table of the rows.
    pub table: &'static Table,
    /// The columns that are read of them; none: all.
    pub columns: Option<Vec<usize>>,
    /// The entries.
    pub entries: Vec<Entry<'a>>,
}

/// Rows that are asked for.
pub(super) struct Rows<'a> {
    /// Their table.
    pub table: &'static Table,
    /// The columns that are read of them; none: all.
    pub columns: Option<Vec<usize>>,
    /// By which index.
    pub index: &'static Index,
    /// Its values.
    pub values: Vec<&'a [Word]>,
}

/// Questions by kind. The kinds stand in a fixed order, so that there are few different statements.
#[derive(Default)]
pub(super) struct Questions<'a> {
    /// De/Para entries that are asked for without rows.
    pub depara: Vec<Entry<'a>>,
    /// Entries that are asked for with their rows, a table.
    pub linked: Vec<Linked<'a>>,
    /// Rows by their values, a table and index.
    pub rows: Vec<Rows<'a>>,
    /// Fingerprints with a UUID: UUID, partner, digest.
    pub named: Vec<Asked<'a, Fingerprint>>,
    /// Fingerprints without: the same.
    pub bare: Vec<Asked<'a, Fingerprint>>,
    /// Business keys: the sender's id, partner, transaction.
    pub keys: Vec<Asked<'a, BusinessKey>>,
}

impl Questions<'_> {
    /// Gives back what was asked, where it is kept otherwise.
    pub(super) fn restore(&self, found: &mut Found) {
        for known in &mut found.known {
            let Fingerprint { uuid, partner, digest } = &known.fingerprint;
            let mut prints = self.named.iter().chain(&self.bare);
            if let Some(original) = prints.find_map(|print| print.original([uuid, partner, digest])) {
                known.fingerprint = original.clone();
            }
        }
        for waiting in &mut found.waiting {
            let BusinessKey { internal_id, partner, transaction } = &waiting.key;
            if let Some(original) = self.keys.iter().find_map(|key| key.original([internal_id, partner, transaction])) {
                waiting.key = original.clone();
            }
        }
    }
}

/// Sorts questions. What holds the character NUL is nowhere kept and not asked for.
pub(super) fn sort<'a>(ask: &Ask<'a>) -> Questions<'a> {
    let mut linked: BTreeMap<&str, Linked<'a>> = BTreeMap::new();
    let mut rows: BTreeMap<(&str, usize), Rows<'a>> = BTreeMap::new();
    let mut questions = Questions::default();
    for want in ask.wants.asked() {
        match want {
            Want::DePara { partner, external, .. } | Want::Linked { partner, external, .. }
                if partner.contains('\0') || external.contains('\0') => {}
            Want::Rows { values, .. } if values.iter().any(|value| value.contains('\0')) => {}
            Want::DePara { partner, alias, external } => {
                questions.depara.push(Entry { partner, alias: alias.alias, external });
            }
            Want::Linked { partner, alias, external, table } => {
                let entry = Entry { partner, alias: alias.alias, external };
                let new = || Linked { table, columns: ask.wants.columns(table), entries: Vec::new() };
                linked.entry(table.name).or_insert_with(new).entries.push(entry);
            }
            Want::Rows { table, index, values } => {
                // Of an index that is not declared there are no rows.
                let Some(declared) = table.indexes.get(*index) else { continue };
                let new = || Rows { table, columns: ask.wants.columns(table), index: declared, values: Vec::new() };
                rows.entry((table.name, *index)).or_insert_with(new).values.push(values);
            }
        }
    }
    questions.linked = linked.into_values().collect();
    questions.rows = rows.into_values().collect();
    let print = |asked: &'a Fingerprint| {
        let parts = [&asked.uuid, &asked.partner, &asked.digest].map(|text| keys::short(text));
        Asked { parts, asked }
    };
    (questions.bare, questions.named) =
        ask.fingerprints.iter().copied().map(print).partition(|print| print.parts[0].is_empty());
    let key = |asked: &'a BusinessKey| {
        let parts = [&asked.internal_id, &asked.partner, &asked.transaction].map(|text| keys::short(text));
        Asked { parts, asked }
    };
    questions.keys = ask.keys.iter().copied().filter(|key| !key.internal_id.is_empty()).map(key).collect();
    questions
}
