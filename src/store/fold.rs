//! The effects of a batch folded to one net change a row and a De/Para entry, so that set-based statements can
//! write them: several messages of a batch may touch the same row, each having seen what the one before it did.

use super::{Batch, NotKept, brought};
use eaid_adapters::effect::{Alias, Effect, Key, Update};
use eaid_adapters::table::{Cell, KEY, Row, Table};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

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
    /// New rows.
    pub inserts: Vec<Cow<'a, Row>>,
}

/// What a De/Para entry must be before it is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen<'a> {
    /// Not there.
    Nothing,
    /// There, with any value.
    Something,
    /// There, with this value.
    Internal(&'a str),
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
    Nothing,
    Insert(Cow<'a, Row>),
    Update { set: Values<'a>, expect: Values<'a> },
    Delete { expect: Values<'a> },
    Replace { expect: Values<'a>, row: Cow<'a, Row> },
}

/// Folds the effects of a batch.
///
/// # Errors
/// [`NotKept::Stale`] where an effect does not fit the one before it.
pub(super) fn fold(batch: &Batch) -> Result<Folded<'_>, NotKept> {
    let settled = batch.superseded.iter().chain(&batch.settled);
    let effects = settled.flat_map(|settled| &settled.effects).chain(&batch.effects);
    let mut shelves: Vec<(&'static Table, HashMap<Vec<&Cell>, Net<'_>>)> = Vec::new();
    let mut links: BTreeMap<(&str, Alias, &str), Link<'_>> = BTreeMap::new();
    let mut brings: BTreeMap<Key, bool> = BTreeMap::new();
    for effect in effects {
        if let Some(key) = brought(effect) {
            brings.insert(key, true);
        }
        match effect {
            Effect::Insert(row) => {
                let key = row.table.key().iter().map(|column| &row.cells[*column]).collect();
                change(&mut shelves, row.table, key, |net| insert(net, row))?;
            }
            Effect::Update(update) => {
                change(&mut shelves, update.table, update.key.iter().collect(), |net| amend(net, update))?;
            }
            Effect::Delete { table, key } => {
                change(&mut shelves, table, key.iter().collect(), delete)?;
                if table.is_awaited {
                    let values: Vec<&str> = key.iter().map(Cell::as_text).collect();
                    brings.insert(Key::Row { table: table.name, key: values.join("|") }, false);
                }
            }
            Effect::Link { partner, alias, external, internal, stamp, was } => {
                let seen = was.as_deref().map_or(Seen::Nothing, Seen::Internal);
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
    // A table of the list has its place; one that is not listed comes last.
    shelves
        .sort_by_key(|(table, _)| eaid_adapters::TABLES.iter().position(|known| known == table).unwrap_or(usize::MAX));
    let brought = brings.into_iter().filter_map(|(key, comes)| comes.then(|| key.to_string()));
    Ok(Folded {
        tables: shelves.into_iter().map(|(table, rows)| changes(table, rows)).collect(),
        links: links.into_values().filter(|link| link.seen != Seen::Nothing || link.now.is_some()).collect(),
        brought: brought.collect(),
    })
}

fn change<'a>(
    shelves: &mut Vec<(&'static Table, HashMap<Vec<&'a Cell>, Net<'a>>)>,
    table: &'static Table,
    key: Vec<&'a Cell>,
    apply: impl FnOnce(Option<Net<'a>>) -> Result<Net<'a>, NotKept>,
) -> Result<(), NotKept> {
    let place = shelves.iter().position(|(known, _)| *known == table).unwrap_or_else(|| {
        shelves.push((table, HashMap::new()));
        shelves.len() - 1
    });
    let shelf = &mut shelves[place].1;
    let net = apply(shelf.remove(&key)).map_err(|error| match error {
        NotKept::Stale(why) => NotKept::Stale(format!("{}: {why}", table.name)),
        other => other,
    })?;
    shelf.insert(key, net);
    Ok(())
}

fn insert<'a>(net: Option<Net<'a>>, row: &'a Row) -> Result<Net<'a>, NotKept> {
    match net {
        None | Some(Net::Nothing) => Ok(Net::Insert(Cow::Borrowed(row))),
        Some(Net::Delete { expect }) => Ok(Net::Replace { expect, row: Cow::Borrowed(row) }),
        Some(_) => Err(stale("a row is inserted twice")),
    }
}

fn amend<'a>(net: Option<Net<'a>>, update: &'a Update) -> Result<Net<'a>, NotKept> {
    if update.set.iter().any(|(column, _)| update.table.key().contains(column)) {
        return Err(NotKept::Rejected(format!("{}: a key cannot change", update.table.name)));
    }
    match net {
        None => amend(Some(Net::Update { set: Vec::new(), expect: Vec::new() }), update),
        Some(Net::Insert(row)) => Ok(Net::Insert(amended(row, update)?)),
        Some(Net::Replace { expect, row }) => Ok(Net::Replace { expect, row: amended(row, update)? }),
        Some(Net::Update { mut set, mut expect }) => {
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
        Some(Net::Nothing | Net::Delete { .. }) => Err(stale("a row is changed after it went")),
    }
}

fn delete<'a>(net: Option<Net<'a>>) -> Result<Net<'a>, NotKept> {
    match net {
        None => Ok(Net::Delete { expect: Vec::new() }),
        Some(Net::Insert(_)) => Ok(Net::Nothing),
        Some(Net::Update { expect, .. } | Net::Replace { expect, .. }) => Ok(Net::Delete { expect }),
        Some(Net::Nothing | Net::Delete { .. }) => Err(stale("a row goes twice")),
    }
}

fn amended<'a>(mut row: Cow<'a, Row>, update: &'a Update) -> Result<Cow<'a, Row>, NotKept> {
    if update.expect.iter().any(|(column, value)| row.cells[*column] != *value) {
        return Err(stale("a row is not as it was expected"));
    }
    for (column, value) in &update.set {
        row.to_mut().cells[*column] = value.clone();
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
        (Some((internal, _)), seen) => seen == Seen::Internal(internal),
    };
    if !fits {
        return Err(stale("a De/Para entry is not as it was expected"));
    }
    before.now = next.now;
    Ok(())
}

fn changes<'a>(table: &'static Table, rows: HashMap<Vec<&'a Cell>, Net<'a>>) -> Changes<'a> {
    let mut changes = Changes { table, deletes: Vec::new(), updates: Vec::new(), inserts: Vec::new() };
    for (key, net) in rows {
        match net {
            Net::Nothing => {}
            Net::Insert(row) => changes.inserts.push(row),
            Net::Update { set, expect } => changes.updates.push(Changed { key, set, expect }),
            Net::Delete { expect } => changes.deletes.push(Gone { key, expect }),
            Net::Replace { expect, row } => {
                changes.deletes.push(Gone { key, expect });
                changes.inserts.push(row);
            }
        }
    }
    changes.deletes.sort_by(|a, b| a.key.cmp(&b.key));
    changes.updates.sort_by(|a, b| a.key.cmp(&b.key));
    changes.inserts.sort_by(|a, b| key_of(a).cmp(key_of(b)));
    changes
}

fn key_of(row: &Row) -> impl Iterator<Item = &Cell> {
    row.table.indexes[KEY].columns.iter().map(|column| &row.cells[*column])
}

fn stale(why: &str) -> NotKept {
    NotKept::Stale(why.to_owned())
}
