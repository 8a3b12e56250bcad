//! What a batch asks, sorted by kind: one part of the look-up for each kind.

use super::Ask;
use eaid_adapters::table::Table;
use eaid_adapters::world::Want;
use std::collections::BTreeMap;

/// A De/Para entry that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry<'a> {
    partner: &'a str,
    alias: &'a str,
    external: &'a str,
}

impl Entry<'_> {
    /// Partner, alias, external code.
    pub(super) fn texts(&self) -> [String; 3] {
        [self.partner.to_owned(), self.alias.to_owned(), self.external.to_owned()]
    }
}

/// Questions by kind. The kinds stand in a fixed order, so that there are few different statements.
#[derive(Default)]
pub(super) struct Questions<'a> {
    /// De/Para entries, also those whose rows are asked for.
    pub depara: Vec<Entry<'a>>,
    /// Entries whose rows are asked for, a table.
    pub linked: Vec<(&'static Table, Vec<Entry<'a>>)>,
    /// Values of rows, a table and index.
    pub rows: Vec<((&'static Table, usize), Vec<&'a Vec<String>>)>,
}

/// Sorts questions.
pub(super) fn sort<'a>(ask: &Ask<'a>) -> Questions<'a> {
    let mut linked: BTreeMap<&str, (&'static Table, Vec<Entry<'a>>)> = BTreeMap::new();
    let mut rows: BTreeMap<(&str, usize), (&'static Table, Vec<&'a Vec<String>>)> = BTreeMap::new();
    let mut depara = Vec::new();
    for want in ask.wants.asked() {
        match want {
            Want::DePara { partner, alias, external } => depara.push(Entry { partner, alias: alias.alias, external }),
            Want::Linked { partner, alias, external, table } => {
                let entry = Entry { partner, alias: alias.alias, external };
                depara.push(entry);
                linked.entry(table.name).or_insert_with(|| (*table, Vec::new())).1.push(entry);
            }
            Want::Rows { table, index, values } => {
                rows.entry((table.name, *index)).or_insert_with(|| (*table, Vec::new())).1.push(values);
            }
        }
    }
    depara.sort_unstable();
    depara.dedup();
    Questions {
        depara,
        linked: linked.into_values().collect(),
        rows: rows.into_iter().map(|((_, index), (table, values))| ((table, index), values)).collect(),
    }
}
