//! What the database shows: the views that are promised, from PostgreSQL and SQLite alike.

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, PgPool, Row};
use std::path::Path;

use crate::wait::{PATIENCE, until};

/// A look at the views of one database.
pub enum Rows {
    /// PostgreSQL.
    Postgres(PgPool),
    /// SQLite.
    Sqlite(SqlitePool),
}

impl Rows {
    /// Looks at PostgreSQL.
    pub async fn postgres(url: &str) -> Rows {
        let options = sqlx::postgres::PgPoolOptions::new().max_connections(1);
        Rows::Postgres(options.connect(url).await.expect("connect to PostgreSQL"))
    }

    /// Looks at a file of SQLite, read only: a test never takes the writer's place.
    /// The file need not be there yet.
    pub fn sqlite(file: &Path) -> Rows {
        let options = SqliteConnectOptions::new().filename(file).read_only(true).busy_timeout(PATIENCE);
        Rows::Sqlite(SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options))
    }

    /// Changes the database behind eaid's back: plants what eaid itself would never do.
    pub async fn plant(&self, sql: &str) {
        let done = match self {
            Rows::Postgres(pool) => {
                sqlx::query(AssertSqlSafe(sql)).execute(pool).await.map(|done| done.rows_affected())
            }
            Rows::Sqlite(pool) => {
                let options = SqliteConnectOptions::clone(&pool.connect_options()).read_only(false);
                let mut writer = options.connect().await.expect("open the database file to write");
                sqlx::query(AssertSqlSafe(sql)).execute(&mut writer).await.map(|done| done.rows_affected())
            }
        };
        assert_eq!(done.expect(sql), 1, "{sql}");
    }

    /// Does several things to PostgreSQL that eaid itself would never do.
    pub async fn order(&self, sql: &str) {
        let Rows::Postgres(pool) = self else { panic!("this site has no PostgreSQL") };
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.expect(sql);
    }

    /// Columns of a view as texts, NULL as `NULL`. `rest` is what follows the name of the view.
    pub async fn read(&self, view: &str, columns: &[&str], rest: &str) -> Vec<Vec<String>> {
        let list: Vec<String> = columns.iter().map(|column| format!("cast({column} as text)")).collect();
        let sql = format!("select {} from {view} {rest}", list.join(", "));
        let cells = |cell: Option<String>| cell.unwrap_or_else(|| "NULL".into());
        let read: Result<Vec<Vec<String>>, sqlx::Error> = match self {
            Rows::Postgres(pool) => {
                sqlx::query(AssertSqlSafe(sql.clone()))
                    .try_map(|row: sqlx::postgres::PgRow| (0..row.len()).map(|i| row.try_get(i).map(cells)).collect())
                    .fetch_all(pool)
                    .await
            }
            Rows::Sqlite(pool) => {
                sqlx::query(AssertSqlSafe(sql.clone()))
                    .try_map(|row: sqlx::sqlite::SqliteRow| (0..row.len()).map(|i| row.try_get(i).map(cells)).collect())
                    .fetch_all(pool)
                    .await
            }
        };
        read.unwrap_or_else(|e| panic!("{sql}\n{e}"))
    }

    /// One cell of one row, which must be the only one.
    pub async fn cell(&self, view: &str, column: &str, condition: &str) -> String {
        let rows = self.read(view, &[column], &format!("where {condition}")).await;
        assert_eq!(rows.len(), 1, "{view} where {condition}: one row expected, {rows:?}");
        rows[0][0].clone()
    }

    /// How many rows meet a condition.
    pub async fn count(&self, view: &str, condition: &str) -> i64 {
        let rows = self.read(view, &["count(*)"], &format!("where {condition}")).await;
        rows[0][0].parse().expect("a count is a number")
    }

    /// The rows must be these, now. `table` names the columns in its first line and a row in each
    /// further one, with ` | ` between cells and `''` for an empty one. An amount is compared as a
    /// number, all else as text.
    pub async fn are(&self, view: &str, rest: &str, table: &str) {
        let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
        let split = |line: &'_ str| line.split(" | ").map(|cell| cell.trim().to_owned()).collect();
        let columns: Vec<String> = lines.next().map(split).expect("the columns");
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let expected: Vec<Vec<String>> = lines.map(split).collect();
        let found = self.read(view, &columns, rest).await;
        assert_eq!(plain(found), plain(expected), "{view} {rest}: {columns:?}");
    }

    /// The only row that meets the condition must hold these cells: `column=value; column=value`.
    pub async fn is(&self, view: &str, condition: &str, cells: &str) {
        let pairs: Vec<(&str, &str)> = cells
            .split(';')
            .map(|pair| pair.split_once('=').expect("column=value"))
            .map(|(column, value)| (column.trim(), value.trim()))
            .collect();
        let columns: Vec<&str> = pairs.iter().map(|(column, _)| *column).collect();
        let found = self.read(view, &columns, &format!("where {condition}")).await;
        assert_eq!(found.len(), 1, "{view} where {condition}: one row expected");
        let found: Vec<(&str, String)> = columns.iter().copied().zip(plain(found).remove(0)).collect();
        let expected: Vec<(&str, String)> =
            pairs.into_iter().map(|(column, value)| (column, plain_cell(value))).collect();
        assert_eq!(found, expected, "{view} where {condition}");
    }

    /// Waits until a cell of the only row that meets the condition holds this.
    pub async fn becomes(&self, view: &str, column: &str, condition: &str, value: &str) {
        let rest = format!("where {condition}");
        let what = format!("{view}.{column} = '{value}' where {condition}");
        until(&what, async || {
            let rows = self.read(view, &[column], &rest).await;
            (rows == [[value]]).then_some(())
        })
        .await;
    }
}

fn plain(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|cell| plain_cell(cell)).collect()).collect()
}

/// 149.90 and 149.9000 are the same amount; 000149 is a code and stays as it is.
fn plain_cell(cell: &str) -> String {
    let cell = if cell == "''" { "" } else { cell };
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let amount = digits.split_once('.').is_some_and(|(whole, decimals)| {
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        all_digits(whole) && all_digits(decimals)
    });
    if amount { cell.trim_end_matches('0').trim_end_matches('.').into() } else { cell.into() }
}
