//! Claims on lanes of queues and on the ready rows in them, for a time.
//!
//! Nobody else writes meanwhile, and a statement costs no way to a server: lane by lane, until there is enough. Each
//! statement begins at a place in the index of the queue and goes on in its order, whatever waits behind.

#[cfg(test)]
mod tests;

use super::effects::physical;
use super::values::{after, id, steady};
use super::{BEGIN_UNHURRIED, look_up};
use crate::store::{Claim, Queue};
use eaid_adapters::table::Row;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection, SqlitePool};

/// Claims ready rows whose lanes nobody else holds, in the order of the index, behind a row of it.
pub(super) async fn claim(pool: &SqlitePool, claim: &Claim<'_>) -> sqlx::Result<Vec<Row>> {
    let Claim { queue, limit, .. } = *claim;
    let mut transaction = pool.begin_with(BEGIN_UNHURRIED).await?;
    let mut taken = Vec::new();
    let mut place = queue.place(claim.behind);
    while let Some(first) = next(&mut transaction, queue, &place).await? {
        let rows = ready(&mut transaction, queue, &first, limit - taken.len()).await?;
        place = first[..first.len() - 1].to_vec();
        if !rows.is_empty() && claim_lane(&mut transaction, claim, &place).await? {
            taken.extend(rows);
        }
        if taken.len() >= limit {
            break;
        }
    }
    transaction.commit().await?;
    Ok(taken)
}

/// The place of the first row in the state behind a place, or behind a whole lane.
async fn next(connection: &mut SqliteConnection, queue: &Queue, place: &[String]) -> sqlx::Result<Option<Vec<String>>> {
    let query = sqlx::query(AssertSqlSafe(next_of(queue, place.len()))).bind(queue.ready);
    let found = place.iter().fold(query, |query, text| query.bind(text)).fetch_optional(connection).await?;
    found.map(|row| (0..row.len()).map(|at| row.try_get(at)).collect()).transpose()
}

/// Reads the ready rows of a lane from its first one on.
async fn ready(
    connection: &mut SqliteConnection,
    queue: &Queue,
    first: &[String],
    limit: usize,
) -> sqlx::Result<Vec<Row>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let query = sqlx::query(AssertSqlSafe(ready_of(queue))).bind(queue.ready).bind(limit);
    let rows = first.iter().fold(query, |query, text| query.bind(text)).fetch_all(connection).await?;
    rows.iter().map(|row| look_up::read(queue.table, row)).collect()
}

/// Claims a lane; says whether it is now the holder's.
async fn claim_lane(connection: &mut SqliteConnection, claim: &Claim<'_>, lane: &[String]) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "insert into claims (lane, holder, until) values (?1, ?2, ?3)
         on conflict (lane) do update set holder = excluded.holder, until = excluded.until
             where claims.holder = excluded.holder or claims.until < ?4",
    )
    .bind(format!("{}|{}", claim.queue.name, lane.join("|")))
    .bind(id(claim.holder))
    .bind(after(claim.lease))
    .bind(steady())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// ?1 ready, ?2… the place.
fn next_of(queue: &Queue, place: usize) -> String {
    let columns = queue.columns();
    let places: Vec<String> = (0..place).map(|at| format!("?{}", at + 2)).collect();
    format!(
        "select {all} from {table} where {state} = ?1 and ({cells}) > ({places}) order by {all} limit 1",
        all = columns[1..].join(", "),
        table = in_order(queue),
        state = columns[0],
        cells = columns[1..=place].join(", "),
        places = places.join(", "),
    )
}

/// ?1 ready, ?2 limit, ?3… the place of the first row.
fn ready_of(queue: &Queue) -> String {
    let columns = queue.columns();
    let (last, lane) = (columns.len() - 1, 1..columns.len() - 1);
    let lane: String = lane.map(|at| format!(" and t.{} = ?{}", columns[at], at + 2)).collect();
    format!(
        "select {all} from {table} where t.{state} = ?1{lane} and t.{order} >= ?{first} and {rested}
         order by t.{order} limit ?2",
        all = look_up::columns(queue.table),
        table = in_order(queue),
        state = columns[0],
        order = columns[last],
        first = last + 2,
        // Amounts stand as text.
        rested = format_args!("cast(t.{} as integer) <= unixepoch()", queue.table.columns[queue.rest].name),
    )
}

/// The rows `t`, found in the index of the queue and in no other way.
fn in_order(queue: &Queue) -> String {
    let table = physical(queue.table);
    format!("{table} as t indexed by {table}_{}", queue.table.indexes[queue.index].name)
}
