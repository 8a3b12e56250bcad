//! Net changes of declared tables, with statements made of their declarations.

use crate::store::NotKept;
use crate::store::cells::fit;
use crate::store::fold::{Changed, Changes, Gone, Values};
use eaid_adapters::table::{Cell, Kind, Table};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgConnection, Postgres};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

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

/// The columns that were ever filled, a table: an insert names these and leaves the others to their defaults. The
/// set only grows, so that a process makes few different statements.
#[derive(Debug, Default)]
pub(super) struct Filled(Mutex<HashMap<&'static str, Vec<bool>>>);

impl Filled {
    /// Takes in what new rows fill; gives all columns that were ever filled.
    fn learn(&self, changes: &Changes<'_>) -> Columns {
        let table = changes.table;
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let filled = tables.entry(table.name).or_default();
        filled.resize(table.columns.len(), false);
        for column in table.key() {
            filled[*column] = true;
        }
        for (column, filled) in filled.iter_mut().enumerate() {
            *filled = *filled || changes.inserts.iter().any(|row| !row.cells[column].is_empty());
        }
        (0..filled.len()).filter(|column| filled[*column]).collect()
    }
}

/// Writes the changes of one table: what goes, what changes, what is new.
pub(super) async fn write(
    connection: &mut PgConnection,
    filled: &Filled,
    changes: &Changes<'_>,
) -> Result<(), NotKept> {
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
    if changes.inserts.is_empty() { Ok(()) } else { insert(connection, &filled.learn(changes), changes).await }
}

/// Writes new rows. A key or a unique value that is taken is a violation.
async fn insert(connection: &mut PgConnection, filled: &Columns, changes: &Changes<'_>) -> Result<(), NotKept> {
    let mut arrays = Arrays::of(changes.table);
    let mut names = Vec::with_capacity(filled.len());
    for column in filled {
        let cells = changes.inserts.iter().map(|row| Some(&row.cells[*column])).collect();
        names.push(arrays.push(*column, cells).0);
    }
    let sql = format!(
        "insert into {} ({}) select * from unnest({})",
        physical(changes.table),
        names.join(", "),
        arrays.parameters()
    );
    arrays.run(connection, sql, changes.inserts.len()).await
}

/// Changes rows that are there and hold what was expected.
async fn update(
    connection: &mut PgConnection,
    table: &'static Table,
    set: &Columns,
    expect: &Columns,
    rows: &[&Changed<'_>],
) -> Result<(), NotKept> {
    let mut arrays = Arrays::of(table);
    let key = arrays.add_key(rows.iter().map(|row| &row.key));
    let set = arrays.add(set, rows.iter().map(|row| &row.set));
    let expect = arrays.add(expect, rows.iter().map(|row| &row.expect));
    let mut changes: Vec<String> = set.iter().map(|(column, place)| format!("{column} = n.v{place}")).collect();
    if changes.is_empty() {
        // Only looked at: the row is locked all the same.
        changes.extend(key.first().map(|(column, _)| format!("{column} = t.{column}")));
    }
    let sql = format!(
        "update {} t set {} from unnest({}) as n ({}) where {}",
        physical(table),
        changes.join(", "),
        arrays.parameters(),
        arrays.names(),
        conditions(&key, &expect),
    );
    arrays.run(connection, sql, rows.len()).await
}

/// Takes rows away that are there and hold what was expected.
async fn delete(
    connection: &mut PgConnection,
    table: &'static Table,
    expect: &Columns,
    rows: &[&Gone<'_>],
) -> Result<(), NotKept> {
    let mut arrays = Arrays::of(table);
    let key = arrays.add_key(rows.iter().map(|row| &row.key));
    let expect = arrays.add(expect, rows.iter().map(|row| &row.expect));
    let sql = format!(
        "delete from {} t using unnest({}) as n ({}) where {}",
        physical(table),
        arrays.parameters(),
        arrays.names(),
        conditions(&key, &expect),
    );
    arrays.run(connection, sql, rows.len()).await
}

fn conditions(key: &[(&str, usize)], expect: &[(&str, usize)]) -> String {
    let key = key.iter().map(|(column, place)| format!("t.{column} = n.v{place}"));
    let expect = expect.iter().map(|(column, place)| format!("t.{column} is not distinct from n.v{place}"));
    key.chain(expect).collect::<Vec<_>>().join(" and ")
}

fn columns(values: &Values<'_>) -> Columns {
    let mut columns: Columns = values.iter().map(|(column, _)| *column).collect();
    columns.sort_unstable();
    columns
}

/// Columns of values, to be bound as arrays.
struct Arrays<'a> {
    table: &'static Table,
    columns: Vec<(Kind, Vec<Option<&'a Cell>>, usize)>,
}

/// Names of columns and the places of their arrays.
type Places = Vec<(&'static str, usize)>;

impl<'a> Arrays<'a> {
    fn of(table: &'static Table) -> Self {
        Arrays { table, columns: Vec::new() }
    }

    fn add_key<'r>(&mut self, keys: impl Iterator<Item = &'r Vec<&'a Cell>> + Clone) -> Places
    where
        'a: 'r,
    {
        let columns = self.table.key().iter().enumerate();
        let key = columns.map(|(at, column)| {
            let cells = keys.clone().map(|key| key.get(at).copied()).collect();
            self.push(*column, cells)
        });
        key.collect()
    }

    fn add<'r>(&mut self, columns: &Columns, rows: impl Iterator<Item = &'r Values<'a>> + Clone) -> Places
    where
        'a: 'r,
    {
        let values = columns.iter().map(|column| {
            let cell = |row: &'r Values<'a>| row.iter().find(|(known, _)| known == column).map(|(_, cell)| *cell);
            let cells = rows.clone().map(cell).collect();
            self.push(*column, cells)
        });
        values.collect()
    }

    fn push(&mut self, column: usize, cells: Vec<Option<&'a Cell>>) -> (&'static str, usize) {
        let declared = &self.table.columns[column];
        self.columns.push((declared.kind, cells, column));
        (declared.name, self.columns.len())
    }

    fn parameters(&self) -> String {
        let one = |(place, (kind, ..)): (usize, &(Kind, Vec<Option<&Cell>>, usize))| {
            let element = match kind {
                Kind::Text => "text",
                Kind::Amount(_) => "numeric",
                Kind::Date => "date",
            };
            format!("${}::{element}[]", place + 1)
        };
        self.columns.iter().enumerate().map(one).collect::<Vec<_>>().join(", ")
    }

    fn names(&self) -> String {
        (1..=self.columns.len()).map(|place| format!("v{place}")).collect::<Vec<_>>().join(", ")
    }

    /// Runs a statement that must meet as many rows.
    async fn run(self, connection: &mut PgConnection, sql: String, rows: usize) -> Result<(), NotKept> {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (kind, cells, column) in &self.columns {
            query = bind(query, self.table, *kind, *column, cells)?;
        }
        let met = query.execute(connection).await?.rows_affected();
        if met == rows as u64 {
            Ok(())
        } else {
            Err(NotKept::Stale(format!("{}: a row is not as it was expected", self.table.name)))
        }
    }
}

fn bind<'q>(
    query: Query<'q, Postgres, PgArguments>,
    table: &Table,
    kind: Kind,
    column: usize,
    cells: &[Option<&Cell>],
) -> Result<Query<'q, Postgres, PgArguments>, NotKept> {
    let absent = Cell::empty(kind);
    let fits = cells.iter().map(|cell| fit(table, column, cell.unwrap_or(&absent)));
    let fits = fits.collect::<Result<Vec<_>, _>>()?;
    Ok(match kind {
        Kind::Text => query.bind(fits.iter().map(|fit| fit.text()).collect::<Vec<_>>()),
        Kind::Amount(_) => query.bind(fits.iter().map(|fit| fit.amount()).collect::<Vec<_>>()),
        Kind::Date => query.bind(fits.iter().map(|fit| fit.date()).collect::<Vec<_>>()),
    })
}
