//! Claims on woken messages and on lanes of staged rows, for a time by the clock of the database.

use super::effects::physical;
use super::{inbox, look_up, migrate};
use crate::store::cells::read_row;
use crate::store::{Bounds, Queue, Stored};
use eaid_adapters::table::{KEY, Row};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use std::time::Duration;
use uuid::Uuid;

/// Claims woken messages and those whose patience has ended, oldest first. The sizes of bodies are known without them.
pub(super) async fn woken(pool: &PgPool, holder: Uuid, lease: Duration, most: Bounds) -> sqlx::Result<Vec<Stored>> {
    let sql = format!(
        "with woken as (
             select id, octet_length(body) as size from inbox
             where state = 'woken' and (claimed_until is null or claimed_until < now())
             order by id limit $3 for update skip locked
         ), expired as (
             select id, octet_length(body) as size from inbox
             where state = 'waiting' and patience_until <= now() and (claimed_until is null or claimed_until < now())
             order by patience_until limit $3 for update skip locked
         ), counted as (
             select id, row_number() over (order by id) as number, sum(size) over (order by id) as bytes
             from (select * from woken union all select * from expired) as both_kinds
         ), claimed as (
             select id from counted where number = 1 or number <= $3 and bytes <= $4
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
        .bind(count(most.rows))
        .bind(count(most.bytes))
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

/// Claims lanes with ready rows, as many as fill the limit: first those held already. However many rows are ready,
/// no more are counted than can be taken.
async fn claim_lanes(
    connection: &mut PgConnection,
    queue: &Queue,
    holder: Uuid,
    lease: Duration,
    limit: usize,
) -> sqlx::Result<Vec<String>> {
    let sql = format!(
        "{lanes}
         insert into claims as c (lane, holder, until)
         select lane, $2, now() + make_interval(secs => $4)
         from (
             select l.lane, sum(l.ready) over (order by c.holder is null, l.lane) - l.ready as before
             from (
                 select {lane} as lane, counted.ready from lanes l cross join lateral (
                     select count(*) as ready from (select from {table} t where {ready} limit $3) as some_rows
                 ) as counted
                 where counted.ready > 0
             ) as l
             left join claims c on c.lane = l.lane and c.holder = $2
             where not exists (
                 select from claims o where o.lane = l.lane and o.holder <> $2 and o.until >= now())
         ) as free
         where before < $3
         order by lane
         on conflict (lane) do update set holder = excluded.holder, until = excluded.until
             where c.holder = excluded.holder or c.until < now()
         returning lane",
        lanes = lanes(queue),
        lane = lane(queue),
        table = physical(queue.table),
        ready = ready_in_lane(queue),
    );
    sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(queue.ready)
        .bind(holder)
        .bind(count(limit))
        .bind(lease.as_secs_f64())
        .fetch_all(connection)
        .await
}

/// Reads the ready rows of lanes, in the order of their keys.
async fn ready(connection: &mut PgConnection, queue: &Queue, held: &[String], limit: usize) -> sqlx::Result<Vec<Row>> {
    let key = queue.table.indexes[KEY].columns.iter().map(|column| format!("t.{}", queue.table.columns[*column].name));
    let key = key.collect::<Vec<_>>().join(", ");
    let sql = format!(
        "{lanes}
         select array[{texts}]::text[] from lanes l cross join lateral (
             select t.* from {table} t where {ready} order by {key} limit $3
         ) as t
         where {lane} = any($2) order by {key} limit $3",
        lanes = lanes(queue),
        texts = look_up::texts(queue.table),
        table = physical(queue.table),
        ready = ready_in_lane(queue),
        lane = lane(queue),
    );
    let rows: Vec<Vec<Option<look_up::Short>>> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(queue.ready)
        .bind(held)
        .bind(count(limit))
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(|texts| read_row(queue.table, look_up::words(texts))).collect()
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

/// The columns of the lane: of the index, all but the first and the last.
fn lane_columns(queue: &Queue) -> impl Iterator<Item = &'static str> {
    let columns = queue.table.indexes[queue.index].columns;
    columns[1..columns.len() - 1].iter().map(|column| queue.table.columns[*column].name)
}

/// `lanes`: those with rows in the state $1, each found by one step in the index from the one before it.
fn lanes(queue: &Queue) -> String {
    let of = |row: &str| lane_columns(queue).map(|column| format!("{row}.{column}")).collect::<Vec<_>>().join(", ");
    let (table, state) = (physical(queue.table), first_column(queue));
    let (own, before) = (of("t"), of("l"));
    format!(
        "with recursive lanes as (
             (select {own} from {table} t where t.{state} = $1 order by {own} limit 1)
             union all
             select n.* from lanes l cross join lateral (
                 select {own} from {table} t where t.{state} = $1 and ({own}) > ({before}) order by {own} limit 1
             ) as n
         )"
    )
}

/// Holds of a ready row `t` of the lane `l`.
fn ready_in_lane(queue: &Queue) -> String {
    let lane = lane_columns(queue).map(|column| format!(" and t.{column} = l.{column}"));
    let rest = migrate::whole(queue.table, queue.rest);
    let state = first_column(queue);
    format!("t.{state} = $1{} and {rest} <= extract(epoch from now())", lane.collect::<String>())
}

/// The name of the lane `l`: the queue, and the values of its columns.
fn lane(queue: &Queue) -> String {
    let values: String = lane_columns(queue).map(|column| format!(" || '|' || l.{column}")).collect();
    format!("('{}'{values})", queue.name)
}

fn first_column(queue: &Queue) -> &'static str {
    queue.table.indexes[queue.index].columns.first().map_or("", |column| queue.table.columns[*column].name)
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
