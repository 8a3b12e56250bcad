//! What a batch asks, sorted by kind: one part of the look-up for each kind.

use super::Ask;
use eaid_adapters::table::{Index, Table};
use eaid_adapters::world::Want;
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

/// Rows that are asked for.
pub(super) struct Rows<'a> {
    /// Their table.
    pub table: &'static Table,
    /// By which index.
    pub index: &'static Index,
    /// Its values.
    pub values: Vec<&'a [String]>,
}

/// Questions by kind. The kinds stand in a fixed order, so that there are few different statements.
#[derive(Default)]
pub(super) struct Questions<'a> {
    /// De/Para entries that are asked for without rows.
    pub depara: Vec<Entry<'a>>,
    /// Entries that are asked for with their rows, a table.
    pub linked: Vec<(&'static Table, Vec<Entry<'a>>)>,
    /// Rows by their values, a table and index.
    pub rows: Vec<Rows<'a>>,
}

/// Sorts questions.
pub(super) fn sort<'a>(ask: &Ask<'a>) -> Questions<'a> {
    let mut linked: BTreeMap<&str, (&'static Table, Vec<Entry<'a>>)> = BTreeMap::new();
    let mut rows: BTreeMap<(&str, usize), Rows<'a>> = BTreeMap::new();
    let mut depara = Vec::new();
    for want in ask.wants.asked() {
        match want {
            Want::DePara { partner, alias, external } => depara.push(Entry { partner, alias: alias.alias, external }),
            Want::Linked { partner, alias, external, table } => {
                let entry = Entry { partner, alias: alias.alias, external };
                linked.entry(table.name).or_insert_with(|| (*table, Vec::new())).1.push(entry);
            }
            Want::Rows { table, index, values } => {
                // Of an index that is not declared there are no rows.
                let Some(declared) = table.indexes.get(*index) else { continue };
                let new = || Rows { table, index: declared, values: Vec::new() };
                rows.entry((table.name, *index)).or_insert_with(new).values.push(values);
            }
        }
    }
    Questions { depara, linked: linked.into_values().collect(), rows: rows.into_values().collect() }
}
