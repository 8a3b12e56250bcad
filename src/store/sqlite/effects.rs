//! Net changes of declared tables, with statements made of their declarations.

use super::insert::{self, Values as Bound};
use super::values::list;
use crate::store::NotKept;
use crate::store::cells::fit;
use crate::store::fold::{Changed, Changes, Gone, Values};
use eaid_adapters::table::{Cell, Kind, Row, Table};
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::borrow::Cow;
use std::collections::BTreeMap;

type Columns = Vec<usize>;
/// A row as it is bound: texts, or nothing.
type Texts = Vec<Option<String>>;

/// The physical table of a declared one.
pub(super) fn physical(table: &Table) -> String {
    format!("t_{}", table.name)
}

/// The type of a column. All have the affinity of text; the name says what it holds.
pub(super) fn type_of(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Amount(scale) => format!("text_amount_{scale}"),
        Kind::Date => "text_date".to_owned(),
    }
}

/// Writes the changes of one table: what goes, what changes, what is new.
pub(super) async fn write(connection: &mut SqliteConnection, changes: &Changes<'_>) -> Result<(), NotKept> {
    let table = changes.table;
    let mut deletes: BTreeMap<Columns, Vec<&Gone<'_>>> = BTreeMap::new();
    for gone in &changes.deletes {
        deletes.entry(columns(&gone.expect)).or_default().push(gone);
    }
    for (expect, rows) in deletes {
        delete(connection, table, &expect, &rows).await?;
    }
    let mut updates: BTreeMap<(Columns, Columns), Vec<&Changed<'_>>> = BTreeMap::new();
    for changed in &changes.updates {
        updates.entry((columns(&changed.set), columns(&changed.expect))).or_default().push(changed);
    }
    for ((set, expect), rows) in updates {
        update(connection, table, &set, &expect, &rows).await?;
    }
    insert(connection, changes).await
}

/// Writes new rows. Columns that are empty in all of them are left to their defaults.
async fn insert(connection: &mut SqliteConnection, changes: &Changes<'_>) -> Result<(), NotKept> {
    if changes.inserts.is_empty() {
        return Ok(());
    }
    let table = changes.table;
    let filled: Columns = (0..table.columns.len())
        .filter(|column| table.key().contains(column) || changes.inserts.iter().any(|row| !row[*column].is_empty()))
        .collect();
    let names: Vec<&str> = filled.iter().map(|column| table.columns[*column].name).collect();
    let bind = |bound: &mut Bound, row: &Cow<'_, Row>| {
        for column in &filled {
            let fitting = fit(table, *column, &row[*column])?;
            match fitting.text() {
                Some(text) => bound.add(text)?,
                None => bound.add(fitting.to_text())?,
            }
        }
        Ok(())
    };
    insert::insert(connection, &physical(table), &names, &changes.inserts, bind).await
}

/// Changes rows that are there and hold what was expected.
async fn update(
    connection: &mut SqliteConnection,
    table: &'static Table,
    set: &Columns,
    expect: &Columns,
    rows: &[&Changed<'_>],
) -> Result<(), NotKept> {
    let width = table.key().len();
    let mut changes: Vec<String> = set
        .iter()
        .zip(width..)
        .map(|(column, place)| format!("{} = n.value->>{place}", table.columns[*column].name))
        .collect();
    if changes.is_empty() {
        // Only looked at.
        changes.extend(table.key().first().map(|column| {
            let name = table.columns[*column].name;
            format!("{name} = t.{name}")
        }));
    }
    let sql = format!(
        "update {} as t set {} from json_each(?1) as n where {}",
        physical(table),
        changes.join(", "),
        conditions(table, expect, width + set.len())
    );
    let mut texts = Vec::with_capacity(rows.len());
    for row in rows {
        texts.push(bound(table, &row.key, set, &row.set, expect, &row.expect)?);
    }
    run(connection, table, sql, &texts).await
}

/// Takes rows away that are there and hold what was expected.
async fn delete(
    connection: &mut SqliteConnection,
    table: &'static Table,
    expect: &Columns,
    rows: &[&Gone<'_>],
) -> Result<(), NotKept> {
    let name = physical(table);
    let sql = format!(
        "delete from {name} where rowid in (select t.rowid from json_each(?1) as n cross join {name} as t where {})",
        conditions(table, expect, table.key().len())
    );
    let mut texts = Vec::with_capacity(rows.len());
    for row in rows {
        texts.push(bound(table, &row.key, &Columns::new(), &Values::new(), expect, &row.expect)?);
    }
    run(connection, table, sql, &texts).await
}

/// Says which row `t` a bound row `n` means, and what it must hold.
fn conditions(table: &Table, expect: &Columns, first: usize) -> String {
    let key = table.key().iter().zip(0..);
    let key = key.map(|(column, place)| format!("t.{} = n.value->>{place}", table.columns[*column].name));
    let expect = expect.iter().zip(first..);
    let expect = expect.map(|(column, place)| format!("t.{} is n.value->>{place}", table.columns[*column].name));
    key.chain(expect).collect::<Vec<_>>().join(" and ")
}

/// A row to be bound: its key, its new values, its expectations.
fn bound(
    table: &Table,
    key: &[&Cell],
    set: &Columns,
    new: &Values<'_>,
    expect: &Columns,
    old: &Values<'_>,
) -> Result<Texts, NotKept> {
    let text = |column: usize, cell: Option<&Cell>| -> Result<Option<String>, NotKept> {
        match cell {
            Some(cell) => Ok(fit(table, column, cell)?.to_text()),
            None => Ok(None),
        }
    };
    let find = |values: &Values<'_>, column: usize| {
        let found = values.iter().find(|(known, _)| *known == column).map(|(_, cell)| *cell);
        text(column, found)
    };
    let mut texts = Texts::new();
    for (column, cell) in table.key().iter().zip(key) {
        texts.push(text(*column, Some(cell))?);
    }
    for column in set {
        texts.push(find(new, *column)?);
    }
    for column in expect {
        texts.push(find(old, *column)?);
    }
    Ok(texts)
}

/// Runs a statement that must meet every bound row.
async fn run(connection: &mut SqliteConnection, table: &Table, sql: String, rows: &[Texts]) -> Result<(), NotKept> {
    let met = sqlx::query(AssertSqlSafe(sql)).bind(list(rows)?).execute(connection).await?.rows_affected();
    if met == rows.len() as u64 {
        Ok(())
    } else {
        Err(NotKept::Stale(format!("{}: a row is not as it was expected", table.name)))
    }
}

fn columns(values: &Values<'_>) -> Columns {
    let mut columns: Columns = values.iter().map(|(column, _)| *column).collect();
    columns.sort_unstable();
    columns
}
