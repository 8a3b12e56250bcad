//! How much of the database a statement reads, as PostgreSQL itself counts it.

use super::LOOPS;
use crate::store::suite::house::House;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// A connection like those of a loop, with statements prepared: name and types, text.
pub(super) async fn prepared(house: &House, statements: &[(&str, String)]) -> PgConnection {
    let mut connection = PgConnection::connect(&house.url).await.unwrap();
    run(&mut connection, LOOPS).await;
    for (name, text) in statements {
        run(&mut connection, &format!("prepare {name} as {text}")).await;
    }
    connection
}

/// Runs statements.
pub(super) async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// The pages that a prepared statement touches.
pub(super) async fn pages(connection: &mut PgConnection, call: &str) -> i64 {
    let sql = format!("explain (analyze, buffers, format json) execute {call}");
    let told: Value = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await.unwrap();
    let plan = &told[0]["Plan"];
    ["Shared Hit Blocks", "Shared Read Blocks"].iter().map(|name| plan[name].as_i64().unwrap()).sum()
}
