//! Claims on woken messages and on lanes of staged rows, for a time by the clock of the database.

use super::effects::physical;
use super::{inbox, look_up};
use crate::store::cells::read_row;
use crate::store::{Queue, Stored};
use eaid_adapters::table::{KEY, Row};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use std::time::Duration;
use uuid::Uuid;

/// Claims woken messages and those whose patience has ended, oldest first.
pub(super) async fn woken(pool: &PgPool, holder: Uuid, lease: Duration, limit: usize) -> sqlx::Result<Vec<Stored>> {
    let sql = format!(
        "with woken as (
             select id from inbox
             where state = 'woken' and (claimed_until is null or claimed_until < now())
             order by id limit $3 for update skip locked
         ), expired as (
             select id from inbox
             where state = 'waiting' and patience_until <= now() and (claimed_until is null or claimed_until < now())
             order by patience_until limit $3 for update skip locked
         ), claimed as (
             select id from (select id from woken union all select id from expired) as both_kinds order by id limit $3
         )
         update inbox i set claimed_by = $1, claimed_until = now() + make_interval(secs => $2)
         from claimed, (select set_config('synchronous_commit', 'off', true)) as unhurried
         where i.id = claimed.id
         returning {}",
        inbox::STORED
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(holder)
        .bind(lease.as_secs_f64())
        .bind(count(limit))
        .fetch_all(pool)
        .await?;
    let mut stored = rows.iter().map(inbox::read).collect::<sqlx::Result<Vec<_>>>()?;
    stored.sort_by_key(|stored| stored.entry.id);
    Ok(stored)
}

/// Claims ready rows whose lanes nobody else holds, in the order of their keys.
pub(super) async fn rows(
    pool: &PgPool,
    queue: &Queue,
    holder: Uuid,
    lease: Duration,
    limit: usize,
) -> sqlx::Result<Vec<Row>> {
    let mut transaction = pool.begin_with("begin; set local synchronous_commit = off").await?;
    let lanes = claim_lanes(&mut transaction, queue, holder, lease, limit).await?;
    let rows = if lanes.is_empty() { Vec::new() } else { ready(&mut transaction, queue, &lanes, limit).await? };
    transaction.commit().await?;
    Ok(rows)
}

/// Claims lanes with ready rows, as many as fill the limit: first those held already.
async fn claim_lanes(
    connection: &mut PgConnection,
    queue: &Queue,
    holder: Uuid,
    lease: Duration,
    limit: usize,
) -> sqlx::Result<Vec<String>> {
    let (first, lane) = (first_column(queue), lane(queue));
    let sql = format!(
        "insert into claims as c (lane, holder, until)
         select lane, $1, now() + make_interval(secs => $2)
         from (
             select l.lane, sum(l.ready) over (order by c.holder is null, l.lane) - l.ready as before
             from (select {lane} as lane, count(*) as ready from {table} t where t.{first} = $4 and {rested} group by 1) as l
             left join claims c on c.lane = l.lane and c.holder = $1
             where not exists (
                 select from claims o where o.lane = l.lane and o.holder <> $1 and o.until >= now())
         ) as free
         where before < $3
         order by lane
         on conflict (lane) do update set holder = excluded.holder, until = excluded.until
             where c.holder = excluded.holder or c.until < now()
         returning lane",
        table = physical(queue.table),
        rested = rested(queue),
    );
    sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(holder)
        .bind(lease.as_secs_f64())
        .bind(count(limit))
        .bind(queue.ready)
        .fetch_all(connection)
        .await
}

/// Reads the ready rows of lanes, in the order of their keys.
async fn ready(connection: &mut PgConnection, queue: &Queue, lanes: &[String], limit: usize) -> sqlx::Result<Vec<Row>> {
    let key = queue.table.indexes[KEY].columns.iter().map(|column| format!("t.{}", queue.table.columns[*column].name));
    let sql = format!(
        "select array[{}]::text[] from {} t where t.{} = $1 and {} and {} = any($2) order by {} limit $3",
        look_up::texts(queue.table),
        physical(queue.table),
        first_column(queue),
        rested(queue),
        lane(queue),
        key.collect::<Vec<_>>().join(", "),
    );
    let rows: Vec<Vec<Option<String>>> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(queue.ready)
        .bind(lanes)
        .bind(count(limit))
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(|texts| read_row(queue.table, texts)).collect()
}

/// Gives back what a process holds: messages, lanes, and outbox rows that it did not publish.
pub(super) async fn release(pool: &PgPool, holder: Uuid) -> sqlx::Result<()> {
    let mut transaction = pool.begin().await?;
    sqlx::query(
        "update inbox set claimed_by = null, claimed_until = null
         where state in ('woken', 'waiting') and claimed_by = $1",
    )
    .bind(holder)
    .execute(&mut *transaction)
    .await?;
    sqlx::query("delete from claims where holder = $1").bind(holder).execute(&mut *transaction).await?;
    sqlx::query("delete from processes where id = $1").bind(holder).execute(&mut *transaction).await?;
    sqlx::query(
        "update sending set leased_by = null, leased_until = null
         where sent_at is null and unroutable = '' and leased_by = $1",
    )
    .bind(holder)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}

/// The name of a row's lane: the queue, and the values of the columns after the first of its index.
fn lane(queue: &Queue) -> String {
    let columns = queue.table.indexes[queue.index].columns.iter().skip(1);
    let values: String = columns.map(|column| format!(" || '|' || t.{}", queue.table.columns[*column].name)).collect();
    format!("('{}'{values})", queue.name)
}

/// Holds of a row that is not left alone.
fn rested(queue: &Queue) -> String {
    format!("t.{} <= extract(epoch from now())", queue.table.columns[queue.rest].name)
}

fn first_column(queue: &Queue) -> &'static str {
    queue.table.indexes[queue.index].columns.first().map_or("", |column| queue.table.columns[*column].name)
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
