//! Changes of rows that are there, of declared tables, with statements made of their declarations.

use super::filled::values;
use super::migrate::is_sparse;
use super::rows::{Column, parameters};
use crate::store::NotKept;
use crate::store::fold::{Changed, Changes, Gone, Values};
use eaid_adapters::table::{Cell, Kind, Table};
use sqlx::{AssertSqlSafe, PgConnection};
use std::collections::BTreeMap;

type Columns = Vec<usize>;

/// The physical table of a declared one.
pub(super) fn physical(table: &Table) -> String {
    format!("t_{}", table.name)
}

/// The type of a column.
pub(super) fn type_of(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Amount(scale) => format!("numeric(18,{scale})"),
        Kind::Date => "date".to_owned(),
    }
}

/// Changes the rows of one table that are there: what goes, then what differs.
pub(super) async fn change(connection: &mut PgConnection, changes: &Changes<'_>) -> Result<(), NotKept> {
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
    Ok(())
}

/// Changes rows that are there and hold what was expected.
async fn update(
    connection: &mut PgConnection,
    table: &'static Table,
    set: &Columns,
    expect: &Columns,
    rows: &[&Changed<'_>],
) -> Result<(), NotKept> {
    let mut joined = Joined::on_key(table, rows.iter().map(|row| &row.key))?;
    let set = joined.add(set, rows.iter().map(|row| &row.set))?;
    let expect = joined.add(expect, rows.iter().map(|row| &row.expect))?;
    let mut changes: Vec<String> = set.iter().map(|(column, place)| format!("{column} = n.v{place}")).collect();
    if changes.is_empty() {
        // Only looked at: the row is locked all the same.
        changes.extend(joined.key.first().map(|(column, _)| format!("{column} = t.{column}")));
    }
    let head = format!("update {} t set {} from", physical(table), changes.join(", "));
    joined.run(connection, &head, &expect, rows.len()).await
}

/// Takes rows away that are there and hold what was expected.
async fn delete(
    connection: &mut PgConnection,
    table: &'static Table,
    expect: &Columns,
    rows: &[&Gone<'_>],
) -> Result<(), NotKept> {
    let mut joined = Joined::on_key(table, rows.iter().map(|row| &row.key))?;
    let expect = joined.add(expect, rows.iter().map(|row| &row.expect))?;
    joined.run(connection, &format!("delete from {} t using", physical(table)), &expect, rows.len()).await
}

/// A column of the rows `t` as it is written by us: somebody else may have put an empty value where we put null.
fn seen(table: &Table, name: &str) -> String {
    let column = table.columns.iter().position(|column| column.name == name).filter(|at| is_sparse(table, *at));
    match column.map(|at| table.columns[at].kind) {
        Some(Kind::Text) => format!("nullif(t.{name}, '')"),
        Some(Kind::Amount(_)) => format!("nullif(t.{name}, 0)"),
        Some(Kind::Date) | None => format!("t.{name}"),
    }
}

fn columns(values: &Values<'_>) -> Columns {
    let mut columns: Columns = values.iter().map(|(column, _)| *column).collect();
    columns.sort_unstable();
    columns
}

/// Names of columns and the places of their values.
type Places = Vec<(&'static str, usize)>;

/// A list `n (v1, v2, …)` that the rows `t` of a table are joined with.
struct Joined<'a> {
    table: &'static Table,
    key: Places,
    columns: Vec<Column<'a>>,
}

impl<'a> Joined<'a> {
    fn on_key<'r>(table: &'static Table, keys: impl Iterator<Item = &'r Vec<&'a Cell>> + Clone) -> Result<Self, NotKept>
    where
        'a: 'r,
    {
        let mut joined = Joined { table, key: Places::new(), columns: Vec::new() };
        for (at, column) in table.key().iter().enumerate() {
            let place = joined.push(*column, keys.clone().filter_map(|key| key.get(at).copied()).collect())?;
            joined.key.push(place);
        }
        Ok(joined)
    }

    fn add<'r>(
        &mut self,
        columns: &Columns,
        rows: impl Iterator<Item = &'r Values<'a>> + Clone,
    ) -> Result<Places, NotKept>
    where
        'a: 'r,
    {
        let place = |column: &usize| {
            let cell = |row: &'r Values<'a>| row.iter().find(|(known, _)| known == column).map(|(_, cell)| *cell);
            self.push(*column, rows.clone().filter_map(cell).collect())
        };
        columns.iter().map(place).collect()
    }

    fn push(&mut self, column: usize, cells: Vec<&'a Cell>) -> Result<(&'static str, usize), NotKept> {
        self.columns.push(values(self.table, column, &cells)?);
        Ok((self.table.columns[column].name, self.columns.len()))
    }

    /// Runs a statement that must meet every row of the list.
    async fn run(self, connection: &mut PgConnection, head: &str, expect: &Places, rows: usize) -> Result<(), NotKept> {
        let key = self.key.iter().map(|(column, place)| format!("t.{column} = n.v{place}"));
        let expect = expect
            .iter()
            .map(|(column, place)| format!("{} is not distinct from n.v{place}", seen(self.table, column)));
        let names: Vec<String> = (1..=self.columns.len()).map(|place| format!("v{place}")).collect();
        let sql = format!(
            "{head} unnest({}) as n ({}) where {}",
            parameters(self.columns.iter(), 1),
            names.join(", "),
            key.chain(expect).collect::<Vec<_>>().join(" and ")
        );
        let query = self.columns.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, column| column.bind(query));
        if query.execute(connection).await?.rows_affected() == rows as u64 {
            Ok(())
        } else {
            Err(NotKept::Stale(format!("{}: a row is not as it was expected", self.table.name)))
        }
    }
}
