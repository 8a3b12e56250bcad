//! The bare handler: the rows that one paid order left, inserted again for each call under numbers of its own.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use eaid_bench::Failed;
use eaid_bench::database::Database;
use eaid_bench::http::free_port;
use serde_json::{Map, Value};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use std::collections::HashMap;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::process::{Child, Command};

/// The argument that makes this program the handler.
pub const WORD: &str = "--bare";

/// Connections to the database; more were no faster on two cores.
const CONNECTIONS: u32 = 16;

/// The tables of a paid order, and which of their rows are one order's (`$1`: the number of its TV7).
const TABLES: [(&str, &str); 6] = [
    // Whatever is paid comes after its reserve.
    ("inbox", "id = (select i.id from inbox i order by i.id desc limit 1)"),
    ("t_pclogpedidoapi", "id in (select l.id from t_pclogpedidoapi l where l.numped = $1 order by l.id desc limit 1)"),
    ("t_pcpedc", "numped = $1 or numpedentfut = $1"),
    ("t_pcpedi", "numped in (select numped from t_pcpedc where numped = $1 or numpedentfut = $1)"),
    ("t_pcformapgtopedido", "numped in (select numped from t_pcpedc where numped = $1 or numpedentfut = $1)"),
    ("t_pcvinculopedidomatcon", "numpedtv7 = $1"),
];

/// It as a process.
pub struct Bare {
    /// Where it listens.
    pub port: u16,
    _child: Child,
}

impl Bare {
    /// Makes its tables and starts it.
    pub async fn start(database: &Database) -> Result<Bare, Failed> {
        let mut connection = PgConnection::connect(&database.url).await?;
        for (table, _) in TABLES {
            let sql = format!("create table bare_{table} (like {table} including all)");
            sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await?;
        }
        let port = free_port()?;
        let child = Command::new(std::env::current_exe()?)
            .args([WORD, &database.url])
            .env("BARE_PORT", port.to_string())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        Ok(Bare { port, _child: child })
    }

    /// Looks that every call left its rows.
    pub async fn check(&self, database: &Database, orders: usize) -> Result<(), Failed> {
        database.check_rows(&[("bare_t_pcvinculopedidomatcon", orders)]).await
    }
}

/// A row to insert: its statement, and the texts of its columns.
struct Row {
    sql: String,
    values: Vec<String>,
}

struct Handler {
    pool: PgPool,
    rows: Vec<Row>,
    /// The numbers in the rows that are an order's own: TV7 and TV8, and the name at the point of sale.
    own: (String, String, String),
    next: AtomicU64,
}

/// Is the handler.
pub async fn serve(database: &str) -> Result<(), Failed> {
    let port: u16 = std::env::var("BARE_PORT")?.parse()?;
    let pool = PgPoolOptions::new().min_connections(CONNECTIONS).max_connections(CONNECTIONS).connect(database).await?;
    let (tv7, tv8, name): (String, String, String) = sqlx::query_as(
        "select c.numped, c8.numped, c.numpedhube from t_pcpedc c join t_pcpedc c8 on c8.numpedentfut = c.numped limit 1",
    )
    .fetch_one(&pool)
    .await?;
    let mut rows = Vec::new();
    for (table, condition) in TABLES {
        rows.extend(read(&pool, table, condition, &tv7).await?);
    }
    println!("   bare: {} rows a call", rows.len());
    let handler = Arc::new(Handler { pool, rows, own: (tv7, tv8, name), next: AtomicU64::new(1_000_000) });
    let router = Router::new().route("/{*path}", post(insert)).with_state(handler);
    axum::serve(tokio::net::TcpListener::bind(("127.0.0.1", port)).await?, router).await?;
    Ok(())
}

async fn read(pool: &PgPool, table: &str, condition: &str, tv7: &str) -> Result<Vec<Row>, Failed> {
    let types: Vec<(String, String)> = sqlx::query_as(
        "select attname::text, format_type(atttypid, atttypmod) from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped",
    )
    .bind(table)
    .fetch_all(pool)
    .await?;
    let types: HashMap<String, String> = types.into_iter().collect();
    let sql = format!("select to_jsonb(t)::text from {table} t where ({condition}) and $1 <> ''");
    let found: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(tv7).fetch_all(pool).await?;
    if found.is_empty() {
        return Err(format!("{table} has no row of the order {tv7}").into());
    }
    let row = |text: String| -> Result<Row, Failed> {
        let columns: Map<String, Value> = serde_json::from_str(&text)?;
        let filled: Vec<(&String, String)> = columns
            .iter()
            .filter_map(|(name, value)| match value {
                Value::Null => None,
                Value::String(text) => Some((name, text.clone())),
                other => Some((name, other.to_string())),
            })
            .collect();
        let names: Vec<&str> = filled.iter().map(|(name, _)| name.as_str()).collect();
        let cast =
            |(at, (name, _)): (usize, &(&String, String))| format!("${}::text::{}", at + 1, types[name.as_str()]);
        let places: Vec<String> = filled.iter().enumerate().map(cast).collect();
        let sql = format!("insert into bare_{table} ({}) values ({})", names.join(", "), places.join(", "));
        Ok(Row { sql, values: filled.into_iter().map(|(_, text)| text).collect() })
    };
    found.into_iter().map(row).collect()
}

async fn insert(State(handler): State<Arc<Handler>>, body: Bytes) -> Result<&'static str, (StatusCode, String)> {
    let wrong = |error: &dyn std::fmt::Display| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
    let sheet: Value = serde_json::from_slice(&body).map_err(|error| wrong(&error))?;
    let name = sheet["numero"].as_str().unwrap_or_default();
    let number = handler.next.fetch_add(2, Ordering::Relaxed);
    let (tv7, tv8) = (number.to_string(), (number + 1).to_string());
    let mut transaction = handler.pool.begin().await.map_err(|error| wrong(&error))?;
    for row in &handler.rows {
        let mut query = sqlx::query(AssertSqlSafe(row.sql.as_str()));
        for value in &row.values {
            query = query.bind(handler.renamed(value, &tv7, &tv8, name));
        }
        query.execute(&mut *transaction).await.map_err(|error| wrong(&error))?;
    }
    transaction.commit().await.map_err(|error| wrong(&error))?;
    Ok("{\"success\":true}")
}

impl Handler {
    /// A value of the row that is inserted again, for another order.
    fn renamed(&self, value: &str, tv7: &str, tv8: &str, name: &str) -> String {
        let (own7, own8, own) = &self.own;
        match value {
            value if value == own7 => tv7.to_owned(),
            value if value == own8 => tv8.to_owned(),
            // Keys of rows that nobody names.
            value if value.len() == 36 && uuid::Uuid::try_parse(value).is_ok() => uuid::Uuid::now_v7().to_string(),
            value if value.len() < 256 => value.replace(own.as_str(), name),
            value => value.to_owned(),
        }
    }
}
