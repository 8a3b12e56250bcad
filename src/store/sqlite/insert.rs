//! New rows: many by one statement, each value bound by itself. Rows are wide, and of a list in JSON SQLite reads the
//! whole row anew for each of its values.

use crate::store::NotKept;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, Encode, Sqlite, SqliteConnection, Type};

/// The most rows of one statement. What is left goes by powers of two: a handful of statements take any number of
/// rows, and stay prepared.
const TOGETHER: usize = 32;
/// Values that SQLite binds to one statement.
const PLACES: usize = 32_766;

/// The values of rows on their way into a statement.
#[derive(Default)]
pub(super) struct Values(SqliteArguments);

impl Values {
    /// Adds the next value.
    pub(super) fn add<'t>(&mut self, value: impl Encode<'t, Sqlite> + Type<Sqlite>) -> sqlx::Result<()> {
        self.0.add(value).map_err(sqlx::Error::Encode)
    }
}

/// Inserts rows, of each as many values as there are columns, in their order.
pub(super) async fn insert<R: Sync>(
    connection: &mut SqliteConnection,
    table: &str,
    columns: &[&str],
    mut rows: &[R],
    values: impl Fn(&mut Values, &R) -> Result<(), NotKept> + Send + Sync,
) -> Result<(), NotKept> {
    let most = (PLACES / columns.len().max(1)).clamp(1, TOGETHER);
    while !rows.is_empty() {
        let (now, later) = rows.split_at(1 << rows.len().min(most).ilog2());
        let mut bound = Values::default();
        bound.0.reserve(now.len() * columns.len(), 0);
        for row in now {
            values(&mut bound, row)?;
        }
        sqlx::query_with(AssertSqlSafe(statement(table, columns, now.len())), bound.0)
            .execute(&mut *connection)
            .await?;
        rows = later;
    }
    Ok(())
}

fn statement(table: &str, columns: &[&str], rows: usize) -> String {
    // Without a number: SQLite looks for one that has it among all of them.
    let row = format!("({})", vec!["?"; columns.len()].join(","));
    format!("insert into {table} ({}) values {}", columns.join(","), vec![row.as_str(); rows].join(","))
}
