//! A step reads what it takes, whatever waits behind it and whatever was taken before it.

use super::super::pages::{pages, prepared, run};
use super::Sql;
use crate::store::suite::claiming::queue;
use crate::store::suite::house::House;
use sqlx::PgConnection;

/// So many lanes have each so many rows.
const LANES: usize = 100;
const ROWS: usize = 300;
/// What one step takes.
const LIMIT: usize = 10;
/// A few steps down indexes, and the rows themselves.
const FEW: i64 = 60;
/// Before everything.
const FRONT: [&str; 3] = [""; 3];

/// A connection with both statements of a step.
async fn steps(house: &House) -> PgConnection {
    let queue = queue();
    let sql = Sql::of(&queue);
    let claim = ("claim (text, uuid, bigint, float8, text, text, text)", sql.claim());
    prepared(house, &[claim, ("ready (text, bigint, text[], text[], text[])", sql.ready())]).await
}

/// The pages that claiming behind a place touches, and reading the rows from a first one on.
async fn step(connection: &mut PgConnection, behind: [&str; 3], first: [&str; 3]) -> (i64, i64) {
    let behind = behind.map(|text| format!("'{text}'")).join(", ");
    let first = first.map(|text| format!("array['{text}']")).join(", ");
    let claim = format!("claim ('RX', '00000000-0000-0000-0000-000000000001', {LIMIT}, 5, {behind})");
    (pages(connection, &claim).await, pages(connection, &format!("ready ('RX', {LIMIT}, {first})")).await)
}

/// Rows, which the planner counts while all of them are ready.
async fn stage(connection: &mut PgConnection, company: &str, lanes: usize, rows: usize) {
    let staged = format!(
        "insert into t_sl1 (company, l1_filial, l1_num, l1_situa)
         select '{company}', lpad(lane::text, 4, '0'), lpad(row::text, 9, '0'), 'RX'
         from generate_series(1, {lanes}) as lane, generate_series(1, {rows}) as row"
    );
    run(connection, &staged).await;
    run(connection, "vacuum analyze t_sl1").await;
}

#[tokio::test]
async fn a_step_reads_neither_what_waits_nor_what_was_taken() {
    let house = House::postgres("a_step_reads_neither").await;
    let (mut connection, mut other) = (steps(&house).await, steps(&house).await);
    stage(&mut connection, "T1", LANES, ROWS).await;
    let (claim, ready) = step(&mut connection, FRONT, ["T1", "0001", "000000001"]).await;
    assert!(claim <= FEW && ready <= FEW, "{claim} and {ready} pages of all that waits");
    // What is taken stays where it stood while somebody looks at the database as it was.
    run(&mut other, "begin isolation level repeatable read; select 1").await;
    run(&mut connection, "update t_sl1 set l1_situa = 'OK' where l1_filial < '0090'").await;
    let (front, _) = step(&mut connection, FRONT, ["T1", "0090", "000000001"]).await;
    assert!(front > 4 * FEW, "{front} pages from the front: nothing is passed, so nothing is proved");
    let (claim, ready) = step(&mut connection, ["T1", "0089", "000000300"], ["T1", "0090", "000000001"]).await;
    assert!(claim <= FEW && ready <= FEW, "{claim} and {ready} pages behind what was taken");
}

#[tokio::test]
async fn a_lane_ends_where_the_next_begins() {
    let house = House::postgres("a_lane_ends_where").await;
    let mut connection = steps(&house).await;
    stage(&mut connection, "T1", LIMIT / 2, 1).await;
    stage(&mut connection, "T2", LANES, ROWS).await;
    let (claim, ready) = step(&mut connection, FRONT, ["T1", "0001", "000000001"]).await;
    assert!(claim <= 2 * FEW && ready <= FEW, "{claim} and {ready} pages of small lanes before large ones");
}
