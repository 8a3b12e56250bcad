//! Upsert and delete of one row, with its De/Para entry.

use super::{Message, tables};
use crate::effect::{Effect, Update};
use crate::table::{Cell, KEY, Kind, Row};
use crate::verdict::{Findings, Staged, Verdict};
use crate::world::{DePara, Flaw, World};
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::envelope::{Event, Header};
use eaid_schemas::pick::Datum;
use eaid_schemas::violation::Code;

pub(super) fn apply(message: &Message, world: &World) -> Result<Verdict, Flaw> {
    let mut found = Findings::after(&message.found);
    let standing = message.row(world)?;
    let entry = match message.alias() {
        Some((alias, id)) => world.depara(&message.from.partner, alias, id)?,
        None => None,
    };
    let is_delete = message.from.event == Event::Delete;
    if is_delete && standing.is_none() && message.key().is_some() {
        let text = "O registro a excluir não existe: confira a chave.";
        found.error(Code::NotFound, message.declared.picks.picks()[message.declared.key[0]].pointer(), text);
    }
    Ok(found.verdict(|| match standing {
        Some(row) if is_delete => removed(message, row, entry),
        standing => stored(message, standing, entry),
    }))
}

/// What the answer names. An entry that somebody made by hand stands, and is what the sender is told.
fn answer(message: &Message, entry: Option<&DePara>) -> Vec<InternalId> {
    let by_hand = entry.filter(|entry| is_by_hand(entry)).map(|entry| entry.internal.to_string());
    let origin = match &message.values[message.declared.id] {
        Some(Datum::Text(raw)) => raw.clone(),
        _ => message.id.as_str().into(),
    };
    let name = Header::text(&message.header.transaction).trim().to_ascii_uppercase();
    by_hand
        .or_else(|| message.own_id())
        .map(|destination| InternalId { name, origin: origin.into(), destination })
        .into_iter()
        .collect()
}

fn is_by_hand(entry: &DePara) -> bool {
    entry.stamp.is_empty()
}

/// A new row, or the columns that changed.
fn stored(message: &Message, standing: Option<&Row>, entry: Option<&DePara>) -> Staged {
    let (Some(row), Some(internal)) = (row(message), message.own_id()) else { return Staged::default() };
    let mut effects = match standing {
        None => vec![Effect::Insert(row)],
        Some(before) => changes(before, &row).map(Effect::Update).into_iter().collect(),
    };
    if let Some((alias, id)) = message.alias().filter(|_| !entry.is_some_and(is_by_hand)) {
        effects.push(Effect::Link {
            partner: message.from.partner.clone(),
            alias,
            external: id.into(),
            internal: internal.into(),
            stamp: Header::text(&message.header.generated_on).into(),
            was: entry.cloned(),
        });
    }
    Staged { effects, ids: answer(message, entry), ..Staged::default() }
}

fn removed(message: &Message, row: &Row, entry: Option<&DePara>) -> Staged {
    let unchanged = Update { table: row.table, key: row.values(KEY), set: Vec::new(), expect: vec![seen(row)] };
    let mut effects = vec![Effect::Update(unchanged), Effect::Delete { table: row.table, key: row.values(KEY) }];
    let own = entry.filter(|entry| !is_by_hand(entry) && Some(entry.internal.as_str()) == message.own_id().as_deref());
    if let (Some((alias, id)), Some(_)) = (message.alias(), own) {
        effects.push(Effect::Unlink { partner: message.from.partner.clone(), alias, external: id.into() });
    }
    Staged { effects, ids: answer(message, entry), ..Staged::default() }
}

/// The row of the message.
fn row(message: &Message) -> Option<Row> {
    let table = message.declared.table;
    let [company, branch, partner] = [&message.from.company, &message.from.branch, &message.from.partner];
    message.key()?;
    let own = tables::columns_of(table).iter().zip(&message.values);
    let values = own.map(|(column, value)| cell(column.kind, value.as_ref()));
    let after = [message.id.as_str(), Header::text(&message.header.uuid), Header::text(&message.header.generated_on)];
    Some(tables::row(table, [company, branch, partner], values.collect(), after))
}

fn cell(kind: Kind, value: Option<&Datum>) -> Cell {
    match value {
        None => Cell::empty(kind),
        Some(text @ Datum::Text(_)) => Cell::from(text.as_text()),
        Some(Datum::Number(number)) => Cell::Amount(*number),
        Some(Datum::Day(day)) => Cell::Date(Some(*day)),
        Some(Datum::Flag(flag)) => Cell::from(if *flag { "T" } else { "F" }),
    }
}

/// The stamp as it was seen: another process that was faster makes this one decide again.
fn seen(row: &Row) -> (usize, Cell) {
    (tables::stamp_of(row.table), Cell::from(tables::stamp(row)))
}

fn changes(before: &Row, after: &Row) -> Option<Update> {
    let (key, set) = (before.values(KEY), before.changes(after));
    let update = Update { table: before.table, key, set, expect: vec![seen(before)] };
    (!update.set.is_empty()).then_some(update)
}
