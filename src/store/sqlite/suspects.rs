//! Messages that are tried alone, because they may have killed a process.

use super::BEGIN;
use super::values::at;
use chrono::{TimeDelta, Utc};
use sqlx::SqlitePool;

/// Notes that one is about to be tried; gives how often that was noted before. Those of long ago are forgotten.
pub(super) async fn note(pool: &SqlitePool, digest: &str) -> sqlx::Result<i32> {
    let now = Utc::now();
    let mut transaction = pool.begin_with(BEGIN).await?;
    sqlx::query("delete from suspects where at < ?1 and digest <> ?2")
        .bind(at(now - TimeDelta::days(7)))
        .bind(digest)
        .execute(&mut *transaction)
        .await?;
    let before = sqlx::query_scalar(
        "insert into suspects (digest, tried, at) values (?1, 1, ?2)
         on conflict (digest) do update set tried = tried + 1, at = excluded.at
         returning tried - 1",
    )
    .bind(digest)
    .bind(at(now))
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(before)
}

/// Strikes one that a process has survived.
pub(super) async fn strike(pool: &SqlitePool, digest: &str) -> sqlx::Result<()> {
    let mut transaction = pool.begin_with(BEGIN).await?;
    sqlx::query("delete from suspects where digest = ?1").bind(digest).execute(&mut *transaction).await?;
    transaction.commit().await
}
