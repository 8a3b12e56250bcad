//! What a batch looked at and what it changes, so that the next one can be looked up and decided while this one is
//! still being kept, and its verdicts be thrown away where they were given too early.

use super::Want;
use crate::effect::Alias;
use crate::table::{Row, Table, Word};
use foldhash::HashSet;
use foldhash::fast::FixedState;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hash, Hasher};

/// What was looked at and what changes, as hashes: two that meet by chance cost a second look, no more.
#[derive(Clone, Debug, Default)]
pub struct Footprint {
    looked: HashSet<u64>,
    looked_in: BTreeSet<&'static str>,
    changed: HashSet<u64>,
    changed_in: BTreeSet<&'static str>,
}

/// One thing that can be looked at.
#[derive(Hash)]
enum Spot<'a> {
    DePara(&'a str, Alias, &'a str),
    Linked(&'static str, &'a str),
}

fn hash(of: impl Hash) -> u64 {
    FixedState::default().hash_one(of)
}

/// Rows by the values of an index.
fn rows<'a>(table: &Table, index: usize, values: impl Iterator<Item = &'a str>) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    (table.name, index).hash(&mut hasher);
    values.for_each(|value| value.hash(&mut hasher));
    hasher.finish()
}

impl Footprint {
    /// Whether this batch changes what a later one, decided before this was kept, had looked at.
    pub fn crosses(&self, later: &Footprint) -> bool {
        !self.changed_in.is_disjoint(&later.looked_in) || !self.changed.is_disjoint(&later.looked)
    }

    /// Notes something else that names a message: it is looked at, and no other batch can decide it as well.
    pub fn name(&mut self, name: impl Hash) {
        let name = hash(name);
        self.looked.insert(name);
        self.changed.insert(name);
    }

    /// Takes in what another batch did, that was kept with this one.
    pub fn join(&mut self, other: Footprint) {
        self.looked.extend(other.looked);
        self.looked_in.extend(other.looked_in);
        self.changed.extend(other.changed);
        self.changed_in.extend(other.changed_in);
    }

    /// Notes what was looked up; `internal` is the id that a De/Para entry led to.
    pub(super) fn look(&mut self, want: &Want, internal: Option<&str>) {
        match want {
            Want::DePara { partner, alias, external } => {
                self.looked.insert(hash(Spot::DePara(partner, *alias, external)));
            }
            Want::Linked { partner, alias, external, table } => {
                self.looked.insert(hash(Spot::DePara(partner, *alias, external)));
                self.looked_in.insert(table.name);
                self.looked.extend(internal.map(|internal| hash(Spot::Linked(table.name, internal))));
            }
            Want::Rows { table, index, values } => {
                self.looked.insert(rows(table, *index, values.iter().map(Word::as_str)));
                self.looked_in.insert(table.name);
            }
        }
    }

    /// Notes a De/Para entry that changes.
    pub(super) fn change_depara(&mut self, partner: &str, alias: Alias, external: &str) {
        self.changed.insert(hash(Spot::DePara(partner, alias, external)));
    }

    /// Notes a row that comes, changes or goes, by all the ways to find it.
    pub(super) fn change_row(&mut self, row: &Row) {
        let text = |column: usize| row[column].as_text();
        for (index, declared) in row.table.indexes.iter().enumerate() {
            self.changed.insert(rows(row.table, index, declared.columns.iter().map(|column| text(*column))));
        }
        if let Some(link) = row.table.link {
            self.changed.insert(hash(Spot::Linked(row.table.name, text(link))));
        }
    }

    /// Notes that some row of a table changes, nobody knows how it is found.
    pub(super) fn change_in(&mut self, table: &Table) {
        self.changed_in.insert(table.name);
    }
}
