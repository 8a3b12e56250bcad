//! What daemons say of themselves.

use super::clock::Clock;
use crate::store::Process;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use std::time::Instant;

/// Writes what a process says, and forgets those that fell silent a day before. The clock is set by the answer: so it is
/// where nothing is looked up.
pub(super) async fn report(pool: &PgPool, clock: &Clock, process: &Process) -> sqlx::Result<()> {
    let mut connection = pool.acquire().await?;
    let asked = Instant::now();
    let time = sqlx::query_scalar(
        "with gone as (delete from processes where seen_at < $8 and id <> $1)
         insert into processes (id, name, catalog, since, refused, troubles, seen_at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (id) do update set catalog = excluded.catalog, since = excluded.since,
             refused = excluded.refused, troubles = excluded.troubles, seen_at = excluded.seen_at
         returning now()",
    )
    .bind(process.id)
    .bind(&process.name)
    .bind(&process.catalog)
    .bind(process.since)
    .bind(&process.refused)
    .bind(&process.troubles)
    .bind(process.seen_at)
    .bind(process.seen_at - TimeDelta::days(1))
    .fetch_one(&mut *connection)
    .await?;
    clock.set(time, asked);
    Ok(())
}

/// Lists those that said something since a moment, by name.
pub(super) async fn list(pool: &PgPool, since: DateTime<Utc>) -> sqlx::Result<Vec<Process>> {
    let rows = sqlx::query("select * from processes where seen_at >= $1 order by name, id")
        .bind(since)
        .fetch_all(pool)
        .await?;
    let read = |row: &PgRow| {
        Ok(Process {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            catalog: row.try_get("catalog")?,
            since: row.try_get("since")?,
            refused: row.try_get("refused")?,
            troubles: row.try_get("troubles")?,
            seen_at: row.try_get("seen_at")?,
        })
    };
    rows.iter().map(read).collect()
}
