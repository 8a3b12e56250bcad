//! Claims on woken messages and on lanes of staged rows, for a time.

use super::effects::physical;
use super::values::{after, id, list, steady};
use super::{BEGIN_UNHURRIED, inbox, look_up};
use crate::store::{Bounds, Queue, Stored};
use eaid_adapters::table::{KEY, Row};
use sqlx::{AssertSqlSafe, SqliteConnection, SqlitePool};
use std::time::Duration;
use uuid::Uuid;

/// Claims woken messages and those whose patience has ended, oldest first.
pub(super) async fn woken(pool: &SqlitePool, holder: Uuid, lease: Duration, most: Bounds) -> sqlx::Result<Vec<Stored>> {
    let mut transaction = pool.begin_with(BEGIN_UNHURRIED).await?;
    let ids = claim_messages(&mut transaction, holder, lease, most).await?;
    let stored = if ids.is_empty() { Vec::new() } else { inbox::stored(&mut transaction, &ids).await? };
    transaction.commit().await?;
    Ok(stored)
}

/// Claims messages; gives their ids. The sizes of bodies are known without them. A claim that ends later than one made
/// now is over, as such a lease is.
async fn claim_messages(
    connection: &mut SqliteConnection,
    holder: Uuid,
    lease: Duration,
    most: Bounds,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "update inbox set claimed_by = ?1, claimed_until = ?2
         where id in (
             select id from (
                 select id, row_number() over (order by id) as number, sum(size) over (order by id) as bytes from (
                     select * from (select id, length(body) as size from inbox
                         where state = 'woken' and (claimed_until is null or claimed_until not between ?3 and ?2)
                         order by id limit ?4)
                     union all
                     select * from (select id, length(body) as size from inbox
                         where state = 'waiting' and patience_until <= ?3
                             and (claimed_until is null or claimed_until not between ?3 and ?2)
                         order by patience_until limit ?4)))
             where number = 1 or number <= ?4 and bytes <= ?5)
         returning id",
    )
    .bind(id(holder))
    .bind(after(lease))
    .bind(steady())
    .bind(count(most.rows))
    .bind(count(most.bytes))
    .fetch_all(connection)
    .await
}

/// Claims ready rows whose lanes nobody else holds, in the order of their keys.
pub(super) async fn rows(
    pool: &SqlitePool,
    queue: &Queue,
    holder: Uuid,
    lease: Duration,
    limit: usize,
) -> sqlx::Result<Vec<Row>> {
    let mut transaction = pool.begin_with(BEGIN_UNHURRIED).await?;
    let lanes = claim_lanes(&mut transaction, queue, holder, lease, limit).await?;
    let rows = if lanes.is_empty() { Vec::new() } else { ready(&mut transaction, queue, &lanes, limit).await? };
    transaction.commit().await?;
    Ok(rows)
}

/// Claims lanes with ready rows, as many as fill the limit: first those held already.
async fn claim_lanes(
    connection: &mut SqliteConnection,
    queue: &Queue,
    holder: Uuid,
    lease: Duration,
    limit: usize,
) -> sqlx::Result<Vec<String>> {
    let sql = format!(
        "insert into claims (lane, holder, until)
         select lane, ?1, ?2
         from (
             select l.lane, sum(l.ready) over (order by c.holder is null, l.lane) - l.ready as before
             from (select {lane} as lane, count(*) as ready from {table} as t where t.{first} = ?5 and {rested} group by 1) as l
             left join claims c on c.lane = l.lane and c.holder = ?1
             where not exists (select 1 from claims o where o.lane = l.lane and o.holder <> ?1 and o.until >= ?3))
         where before < ?4
         on conflict (lane) do update set holder = excluded.holder, until = excluded.until
             where claims.holder = excluded.holder or claims.until < ?3
         returning lane",
        lane = lane(queue),
        table = physical(queue.table),
        first = first_column(queue),
        rested = rested(queue),
    );
    sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(id(holder))
        .bind(after(lease))
        .bind(steady())
        .bind(count(limit))
        .bind(queue.ready)
        .fetch_all(connection)
        .await
}

/// Reads the ready rows of lanes, in the order of their keys.
async fn ready(
    connection: &mut SqliteConnection,
    queue: &Queue,
    lanes: &[String],
    limit: usize,
) -> sqlx::Result<Vec<Row>> {
    let key = queue.table.indexes[KEY].columns.iter().map(|column| format!("t.{}", queue.table.columns[*column].name));
    let sql = format!(
        "select {} from {} as t where t.{} = ?1 and {} and {} in (select value from json_each(?2)) order by {} limit ?3",
        look_up::columns(queue.table),
        physical(queue.table),
        first_column(queue),
        rested(queue),
        lane(queue),
        key.collect::<Vec<_>>().join(", "),
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(queue.ready)
        .bind(list(lanes)?)
        .bind(count(limit))
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| look_up::read(queue.table, row)).collect()
}

/// Gives back what a process holds: messages, lanes, and outbox rows that it did not publish.
pub(super) async fn release(pool: &SqlitePool, holder: Uuid) -> sqlx::Result<()> {
    let mut transaction = pool.begin_with(BEGIN_UNHURRIED).await?;
    for statement in [
        "update inbox set claimed_by = null, claimed_until = null
         where state in ('woken', 'waiting') and claimed_by = ?1",
        "delete from claims where holder = ?1",
        "delete from processes where id = ?1",
        "update sending set leased_by = null, leased_until = null
         where sent_at is null and unroutable = '' and leased_by = ?1",
    ] {
        sqlx::query(statement).bind(id(holder)).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

/// The name of a row's lane: the queue, and the values of the columns of its index between the first and the last.
fn lane(queue: &Queue) -> String {
    let columns = queue.table.indexes[queue.index].columns;
    let columns = columns[1..columns.len() - 1].iter();
    let values: String = columns.map(|column| format!(" || '|' || t.{}", queue.table.columns[*column].name)).collect();
    format!("('{}'{values})", queue.name)
}

/// Holds of a row that is not left alone. Amounts stand as text.
fn rested(queue: &Queue) -> String {
    format!("cast(t.{} as integer) <= unixepoch()", queue.table.columns[queue.rest].name)
}

fn first_column(queue: &Queue) -> &'static str {
    queue.table.indexes[queue.index].columns.first().map_or("", |column| queue.table.columns[*column].name)
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
