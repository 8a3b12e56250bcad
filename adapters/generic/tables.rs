//! The table that a registration declares: company, branch and partner, its columns, and what is known of the
//! message that wrote the row.

use super::stage::{Kind, Stage};
use crate::table::{Cell, Column, Index, Kind as Holds, Row, Table};
use std::sync::{Mutex, PoisonError};

/// The columns before those of the registration.
const BEFORE: [(&str, &str); 3] =
    [("company", "Company."), ("branch", "Branch."), ("partner", "The partner that sent it.")];
/// The columns after them.
const AFTER: [(&str, &str); 3] = [
    ("internal_id", "The partner's id of the record; where it sends none, the key."),
    ("uuid", "UUID of the message that wrote it."),
    ("generated_on", "`GeneratedOn` of that message: an older one changes nothing."),
];

/// Whether a column of every table has the name.
pub(super) fn is_own(name: &str) -> bool {
    BEFORE.iter().chain(&AFTER).any(|(own, _)| *own == name)
}

/// The row of a message: the values of its columns between what all rows have.
pub(super) fn row(table: &'static Table, before: [&str; 3], values: Vec<Cell>, after: [&str; 3]) -> Row {
    let before = before.into_iter().map(Cell::from);
    Row::of(table, before.chain(values).chain(after.into_iter().map(Cell::from)))
}

/// The columns of the registration.
pub(super) fn columns_of(table: &'static Table) -> &'static [Column] {
    &table.columns[BEFORE.len()..table.columns.len() - AFTER.len()]
}

/// `GeneratedOn` of the message that wrote a row.
pub(super) fn stamp(row: &Row) -> &str {
    row[stamp_of(row.table)].as_text()
}

/// The column of the stamp.
pub(super) fn stamp_of(table: &Table) -> usize {
    table.columns.len() - 1
}

/// Every table that was declared in the life of the process.
static DECLARED: Mutex<Vec<&'static Table>> = Mutex::new(Vec::new());

/// The table of a registration that is right. The same declaration gives the same table, so that reading a file
/// again takes no memory; each different one stays until the process ends.
pub(super) fn declare(stage: &Stage) -> &'static Table {
    let columns: Vec<(&str, Holds, String)> = own(&BEFORE).chain(columns(stage)).chain(own(&AFTER)).collect();
    let mut key: Vec<usize> = (0..BEFORE.len()).collect();
    key.extend(stage.key.iter().filter_map(|name| columns.iter().position(|(column, ..)| column == name)));
    let mut declared = DECLARED.lock().unwrap_or_else(PoisonError::into_inner);
    let same = |table: &&&'static Table| {
        let alike =
            |(known, column): (&Column, &(&str, Holds, String))| known.name == column.0 && known.kind == column.1;
        table.name == stage.table
            && table.key() == key
            && table.columns.len() == columns.len()
            && table.columns.iter().zip(&columns).all(alike)
    };
    if let Some(known) = declared.iter().find(same) {
        return known;
    }
    let columns = columns.into_iter().map(|(name, kind, doc)| Column { name: leak(name), kind, doc: leak(&doc) });
    let table: &'static Table = Box::leak(Box::new(Table {
        name: leak(&stage.table),
        doc: "Rows of messages that are registered by key and columns.",
        columns: Vec::leak(columns.collect()),
        indexes: Vec::leak(vec![Index { name: "key", columns: Vec::leak(key), is_unique: true }]),
        link: None,
        day: None,
        is_awaited: false,
    }));
    declared.push(table);
    table
}

fn own<'s>(columns: &'static [(&'static str, &'static str)]) -> impl Iterator<Item = (&'s str, Holds, String)> {
    columns.iter().map(|(name, doc)| (*name, Holds::Text, (*doc).to_owned()))
}

fn columns(stage: &Stage) -> impl Iterator<Item = (&str, Holds, String)> {
    stage.columns.iter().map(|column| {
        let kind = match column.kind {
            Kind::Text | Kind::Flag => Holds::Text,
            Kind::Amount => Holds::Amount(column.decimals),
            Kind::Count => Holds::Amount(0),
            Kind::Date => Holds::Date,
        };
        (column.name.as_str(), kind, format!("{} of Content.", column.at))
    })
}

/// A text that stays until the process ends.
pub(super) fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}
