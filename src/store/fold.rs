//! The effects of a batch folded to one net change a row and a De/Para entry, so that set-based statements can
//! write them: several messages of a batch may touch the same row, each having seen what the one before it did.

use super::{Batch, NotKept, brought};
use eaid_adapters::effect::{Alias, Effect, Key, Update, joined};
use eaid_adapters::table::{Cell, Row, Table};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Columns and values.
pub(super) type Values<'a> = Vec<(usize, &'a Cell)>;

/// A row that changes.
#[derive(Debug)]
pub(super) struct Changed<'a> {
    /// Its key.
    pub key: Vec<&'a Cell>,
    /// What it gets.
    pub set: Values<'a>,
    /// What it must still hold.
    pub expect: Values<'a>,
}

/// A row that goes.
#[derive(Debug)]
pub(super) struct Gone<'a> {
    /// Its key.
    pub key: Vec<&'a Cell>,
    /// What it must still hold.
    pub expect: Values<'a>,
}

/// The net changes of one table. Deletes are to be written first, then updates, then inserts: keys and unique
/// values may move from one row to another.
#[derive(Debug)]
pub(super) struct Changes<'a> {
    /// The table.
    pub table: &'static Table,
    /// Rows that go, in the order of their keys.
    pub deletes: Vec<Gone<'a>>,
    /// Rows that change, in the order of their keys.
    pub updates: Vec<Changed<'a>>,
    /// New rows, in the order of their keys.
    pub inserts: Vec<Cow<'a, Row>>,
}

/// What a De/Para entry must be before it is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen<'a> {
    /// Not there.
    Nothing,
    /// There, with any value.
    Something,
    /// There, with this value and stamp.
    Entry(&'a str, &'a str),
}

/// The net change of one De/Para entry.
#[derive(Debug)]
pub(super) struct Link<'a> {
    /// The partner.
    pub partner: &'a str,
    /// The kind.
    pub alias: Alias,
    /// The partner's code.
    pub external: &'a str,
    /// What it must be before.
    pub seen: Seen<'a>,
    /// Our id and the stamp afterwards; none: the entry goes.
    pub now: Option<(&'a str, &'a str)>,
}

/// All net changes of a batch.
#[derive(Debug, Default)]
pub(super) struct Folded<'a> {
    /// Of declared tables, in the order in which they are written.
    pub tables: Vec<Changes<'a>>,
    /// Of De/Para, in the order of their keys.
    pub links: Vec<Link<'a>>,
    /// Keys that come: who waits for them is woken.
    pub brought: Vec<String>,
}

#[derive(Debug)]
enum Net<'a> {
    Untouched,
    Nothing,
    Insert(Cow<'a, Row>),
    Update { set: Values<'a>, expect: Values<'a> },
    Delete { expect: Values<'a> },
    Replace { expect: Values<'a>, row: Cow<'a, Row> },
}

/// What one effect does to a row.
#[derive(Clone, Copy)]
enum Act<'a> {
    Insert(&'a Row),
    Update(&'a Update),
    Delete(&'a [Cell]),
}

impl<'a> Act<'a> {
    /// A part of the row's key.
    fn key(self, at: usize, column: usize) -> Option<&'a Cell> {
        match self {
            Act::Insert(row) => Some(&row[column]),
            Act::Update(update) => update.key.get(at),
            Act::Delete(key) => key.get(at),
        }
    }

    /// The row's key.
    fn keys(self, table: &'static Table) -> impl Iterator<Item = Option<&'a Cell>> {
        table.key().iter().enumerate().map(move |(at, column)| self.key(at, *column))
    }
}

/// Folds the effects of a batch.
///
/// # Errors
/// [`NotKept::Stale`] where an effect does not fit the one before it.
pub(super) fn fold(batch: &Batch) -> Result<Folded<'_>, NotKept> {
    let settled = batch.superseded.iter().chain(&batch.settled);
    let effects = settled.flat_map(|settled| &settled.effects).chain(&batch.effects);
    let mut acts: Vec<(&'static Table, Vec<Act<'_>>)> = Vec::new();
    let mut links: BTreeMap<(&str, Alias, &str), Link<'_>> = BTreeMap::new();
    let mut brings: BTreeMap<Key, bool> = BTreeMap::new();
    let mut act = |table: &'static Table, act| match acts.iter_mut().find(|(known, _)| *known == table) {
        Some((_, acts)) => acts.push(act),
        None => acts.push((table, vec![act])),
    };
    for effect in effects {
        if let Some(key) = brought(effect) {
            brings.insert(key, true);
        }
        match effect {
            Effect::Insert(row) => act(row.table, Act::Insert(row)),
            Effect::Update(update) => act(update.table, Act::Update(update)),
            Effect::Delete { table, key } => {
                act(table, Act::Delete(key));
                if table.is_awaited {
                    brings.insert(Key::Row { table: table.name, key: joined(key) }, false);
                }
            }
            Effect::Link { partner, alias, external, internal, stamp, was } => {
                let seen = was.as_ref().map_or(Seen::Nothing, |was| Seen::Entry(&was.internal, &was.stamp));
                let now = Some((internal.as_str(), stamp.as_str()));
                link(&mut links, Link { partner, alias: *alias, external, seen, now })?;
            }
            Effect::Unlink { partner, alias, external } => {
                link(&mut links, Link { partner, alias: *alias, external, seen: Seen::Something, now: None })?;
                let (partner, external) = (partner.clone(), external.clone());
                brings.insert(Key::DePara { partner, alias: *alias, external }, false);
            }
            Effect::Send(_) => {}
        }
    }
    // A table of the list has its place; those that registrations declare come last, by name.
    let place = |table| eaid_adapters::TABLES.iter().position(|known| *known == table).unwrap_or(usize::MAX);
    acts.sort_by_key(|(table, _)| (place(*table), table.name));
    let tables = acts.into_iter().map(|(table, acts)| changes(table, acts)).collect::<Result<_, _>>()?;
    let brought = brings.into_iter().filter_map(|(key, comes)| comes.then(|| key.to_string())).collect();
    let links = links.into_values().filter(|link| link.seen != Seen::Nothing || link.now.is_some()).collect();
    Ok(Folded { tables, links, brought })
}

/// Folds what happens to the rows of one table, in the order of their keys.
fn changes<'a>(table: &'static Table, mut acts: Vec<Act<'a>>) -> Result<Changes<'a>, NotKept> {
    // Stable: the acts on one row keep their order.
    acts.sort_by(|a, b| a.keys(table).cmp(b.keys(table)));
    let mut changes = Changes { table, deletes: Vec::new(), updates: Vec::new(), inserts: Vec::new() };
    for row in acts.chunk_by(|a, b| a.keys(table).eq(b.keys(table))) {
        let mut net = Net::Untouched;
        for act in row {
            net = match act {
                Act::Insert(row) => insert(net, row),
                Act::Update(update) => amend(net, update),
                Act::Delete(_) => delete(net),
            }
            .map_err(|error| named(table, error))?;
        }
        let key = || row[0].keys(table).flatten().collect();
        match net {
            Net::Untouched | Net::Nothing => {}
            Net::Insert(row) => changes.inserts.push(row),
            Net::Update { set, expect } => changes.updates.push(Changed { key: key(), set, expect }),
            Net::Delete { expect } => changes.deletes.push(Gone { key: key(), expect }),
            Net::Replace { expect, row } => {
                changes.deletes.push(Gone { key: key(), expect });
                changes.inserts.push(row);
            }
        }
    }
    Ok(changes)
}

fn insert<'a>(net: Net<'a>, row: &'a Row) -> Result<Net<'a>, NotKept> {
    match net {
        Net::Untouched | Net::Nothing => Ok(Net::Insert(Cow::Borrowed(row))),
        Net::Delete { expect } => Ok(Net::Replace { expect, row: Cow::Borrowed(row) }),
        _ => Err(stale("a row is inserted twice")),
    }
}

fn amend<'a>(net: Net<'a>, update: &'a Update) -> Result<Net<'a>, NotKept> {
    if update.set.iter().any(|(column, _)| update.table.key().contains(column)) {
        return Err(NotKept::Rejected("a key cannot change".to_owned()));
    }
    match net {
        Net::Untouched => amend(Net::Update { set: Vec::new(), expect: Vec::new() }, update),
        Net::Insert(row) => Ok(Net::Insert(amended(row, update)?)),
        Net::Replace { expect, row } => Ok(Net::Replace { expect, row: amended(row, update)? }),
        Net::Update { mut set, mut expect } => {
            for (column, value) in &update.expect {
                let known = set.iter().chain(&expect).find(|(known, _)| known == column);
                match known {
                    Some((_, known)) if *known != value => return Err(stale("a row is not as it was expected")),
                    Some(_) => {}
                    None => expect.push((*column, value)),
                }
            }
            for (column, value) in &update.set {
                set.retain(|(known, _)| known != column);
                set.push((*column, value));
            }
            Ok(Net::Update { set, expect })
        }
        Net::Nothing | Net::Delete { .. } => Err(stale("a row is changed after it went")),
    }
}

fn delete(net: Net<'_>) -> Result<Net<'_>, NotKept> {
    match net {
        Net::Untouched => Ok(Net::Delete { expect: Vec::new() }),
        Net::Insert(_) => Ok(Net::Nothing),
        Net::Update { expect, .. } | Net::Replace { expect, .. } => Ok(Net::Delete { expect }),
        Net::Nothing | Net::Delete { .. } => Err(stale("a row goes twice")),
    }
}

fn amended<'a>(mut row: Cow<'a, Row>, update: &'a Update) -> Result<Cow<'a, Row>, NotKept> {
    if update.expect.iter().any(|(column, value)| row[*column] != *value) {
        return Err(stale("a row is not as it was expected"));
    }
    for (column, value) in &update.set {
        row.to_mut().set(*column, value.clone());
    }
    Ok(row)
}

fn link<'a>(links: &mut BTreeMap<(&'a str, Alias, &'a str), Link<'a>>, next: Link<'a>) -> Result<(), NotKept> {
    let key = (next.partner, next.alias, next.external);
    let Some(before) = links.get_mut(&key) else {
        links.insert(key, next);
        return Ok(());
    };
    let fits = match (before.now, next.seen) {
        (None, seen) => seen == Seen::Nothing,
        (Some(_), Seen::Something) => true,
        (Some((internal, stamp)), seen) => seen == Seen::Entry(internal, stamp),
    };
    if !fits {
        return Err(stale("a De/Para entry is not as it was expected"));
    }
    before.now = next.now;
    Ok(())
}

fn named(table: &Table, error: NotKept) -> NotKept {
    match error {
        NotKept::Stale(why) => NotKept::Stale(format!("{}: {why}", table.name)),
        NotKept::Rejected(why) => NotKept::Rejected(format!("{}: {why}", table.name)),
        fault => fault,
    }
}

fn stale(why: &str) -> NotKept {
    NotKept::Stale(why.to_owned())
}
