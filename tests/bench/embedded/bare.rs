//! The bare insert: rows that eaid left, put again into a file with the same tables.

use crate::file::{Site, count};
use eaid_bench::Failed;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Column, Row, SqliteConnection, TypeInfo, ValueRef};
use std::time::Instant;

/// Sales a transaction, as eaid takes them at most (`[inbound] batch`).
const TOGETHER: usize = 200;
/// What SQLite binds to one statement.
const PLACES: usize = 32_766;

enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A table, and the rows that it got.
struct Table {
    name: String,
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

/// Inserts into one site what another got beyond it; gives sales a second.
pub async fn measure(into: &Site, left: &Site, sales: usize) -> Result<f64, Failed> {
    let mut connection = into.open().await?;
    let tables = read(&mut connection, left, sales).await?;
    let transactions = sales.div_ceil(TOGETHER);
    let begun = Instant::now();
    for transaction in 0..transactions {
        sqlx::query("begin immediate").execute(&mut connection).await?;
        for table in &tables {
            let upto = |transaction: usize| table.rows.len() * transaction / transactions;
            table.insert(&mut connection, &table.rows[upto(transaction)..upto(transaction + 1)]).await?;
        }
        sqlx::query("commit").execute(&mut connection).await?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    for table in &tables {
        let found = count(&mut connection, &table.name).await?;
        if found < table.rows.len() {
            return Err(format!("{found} rows in {} instead of {}", table.name, table.rows.len()).into());
        }
    }
    Ok(sales as f64 / seconds)
}

/// The tables in which every sale left something.
async fn read(connection: &mut SqliteConnection, left: &Site, sales: usize) -> Result<Vec<Table>, Failed> {
    let path = left.file().to_string_lossy().into_owned();
    sqlx::query("attach ? as eaid").bind(path).execute(&mut *connection).await?;
    let names: Vec<String> =
        sqlx::query_scalar("select name from eaid.sqlite_master where type = 'table' and name not like 'sqlite%'")
            .fetch_all(&mut *connection)
            .await?;
    let mut tables = Vec::new();
    for name in names {
        let before = count(connection, &format!("main.{name}")).await?;
        if count(connection, &format!("eaid.{name}")).await? < before + sales {
            continue;
        }
        let sql = AssertSqlSafe(format!("select * from eaid.{name} except select * from main.{name}"));
        let found = sqlx::query(sql).fetch_all(&mut *connection).await?;
        let columns = found.first().map_or(&[][..], SqliteRow::columns);
        let columns = columns.iter().map(|column| format!("\"{}\"", column.name())).collect();
        let rows: Result<Vec<_>, Failed> = found.iter().map(cells).collect();
        tables.push(Table { name, columns, rows: rows? });
    }
    sqlx::query("detach eaid").execute(&mut *connection).await?;
    let told: Vec<String> = tables.iter().map(|table| format!("{} {}", table.rows.len(), table.name)).collect();
    println!("   bare: rows: {}", told.join(", "));
    Ok(tables)
}

fn cells(row: &SqliteRow) -> Result<Vec<Cell>, Failed> {
    let cell = |at: usize| -> Result<Cell, Failed> {
        let value = row.try_get_raw(at)?;
        if value.is_null() {
            return Ok(Cell::Null);
        }
        Ok(match value.type_info().name() {
            "INTEGER" | "BOOLEAN" => Cell::Integer(row.try_get_unchecked(at)?),
            "REAL" => Cell::Real(row.try_get_unchecked(at)?),
            "BLOB" => Cell::Bytes(row.try_get_unchecked(at)?),
            _ => Cell::Text(row.try_get_unchecked(at)?),
        })
    };
    (0..row.len()).map(cell).collect()
}

impl Table {
    async fn insert(&self, connection: &mut SqliteConnection, rows: &[Vec<Cell>]) -> Result<(), Failed> {
        for rows in rows.chunks(PLACES / self.columns.len()) {
            let one = format!("({})", vec!["?"; self.columns.len()].join(", "));
            let all = vec![one; rows.len()].join(", ");
            let sql = format!("insert into {} ({}) values {all}", self.name, self.columns.join(", "));
            let query = sqlx::query(AssertSqlSafe(sql));
            rows.iter().flatten().fold(query, bind).execute(&mut *connection).await?;
        }
        Ok(())
    }
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, SqliteArguments>;

fn bind<'q>(query: Query<'q>, cell: &Cell) -> Query<'q> {
    match cell {
        Cell::Null => query.bind(None::<String>),
        Cell::Integer(number) => query.bind(*number),
        Cell::Real(number) => query.bind(*number),
        Cell::Text(text) => query.bind(text.clone()),
        Cell::Bytes(bytes) => query.bind(bytes.clone()),
    }
}
