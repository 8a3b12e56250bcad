//! What daemons say of themselves.

use super::BEGIN_UNHURRIED;
use super::values::{at, id, read_id, read_time};
use crate::store::Process;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Row, SqlitePool};

/// Writes what a process says, and forgets those that fell silent a day before.
pub(super) async fn report(pool: &SqlitePool, process: &Process) -> sqlx::Result<()> {
    let mut transaction = pool.begin_with(BEGIN_UNHURRIED).await?;
    sqlx::query(
        "insert into processes (id, name, catalog, since, refused, troubles, seen_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         on conflict (id) do update set catalog = excluded.catalog, since = excluded.since,
             refused = excluded.refused, troubles = excluded.troubles, seen_at = excluded.seen_at",
    )
    .bind(id(process.id))
    .bind(&process.name)
    .bind(&process.catalog)
    .bind(at(process.since))
    .bind(&process.refused)
    .bind(&process.troubles)
    .bind(at(process.seen_at))
    .execute(&mut *transaction)
    .await?;
    sqlx::query("delete from processes where seen_at < ?1")
        .bind(at(process.seen_at - TimeDelta::days(1)))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}

/// Lists those that said something since a moment, by name.
pub(super) async fn list(pool: &SqlitePool, since: DateTime<Utc>) -> sqlx::Result<Vec<Process>> {
    let rows = sqlx::query("select * from processes where seen_at >= ?1 order by name, id")
        .bind(at(since))
        .fetch_all(pool)
        .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Process {
            id: read_id(row, "id")?,
            name: row.try_get("name")?,
            catalog: row.try_get("catalog")?,
            since: read_time(row, "since")?,
            refused: row.try_get("refused")?,
            troubles: row.try_get("troubles")?,
            seen_at: read_time(row, "seen_at")?,
        })
    };
    rows.iter().map(read).collect()
}
