//! What daemons say of themselves.

use crate::store::Process;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

/// Writes what a process says, and forgets those that fell silent a day before.
pub(super) async fn report(pool: &PgPool, process: &Process) -> sqlx::Result<()> {
    sqlx::query(
        "with gone as (delete from processes where seen_at < $8 and id <> $1)
         insert into processes (id, name, catalog, since, refused, troubles, seen_at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (id) do update set catalog = excluded.catalog, since = excluded.since,
             refused = excluded.refused, troubles = excluded.troubles, seen_at = excluded.seen_at",
    )
    .bind(process.id)
    .bind(&process.name)
    .bind(&process.catalog)
    .bind(process.since)
    .bind(&process.refused)
    .bind(&process.troubles)
    .bind(process.seen_at)
    .bind(process.seen_at - TimeDelta::days(1))
    .execute(pool)
    .await?;
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
