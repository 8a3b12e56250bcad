//! Messages that are tried alone, because they may have killed a process.

use sqlx::PgPool;

/// Notes that one is about to be tried; gives how often that was noted before. Those of long ago are forgotten.
pub(super) async fn note(pool: &PgPool, digest: &str) -> sqlx::Result<i32> {
    sqlx::query_scalar(
        "with gone as (delete from suspects where at < now() - interval '7 days' and digest <> $1)
         insert into suspects as s (digest, tried, at) values ($1, 1, now())
         on conflict (digest) do update set tried = s.tried + 1, at = now()
         returning tried - 1",
    )
    .bind(digest)
    .fetch_one(pool)
    .await
}

/// Strikes one that a process has survived.
pub(super) async fn strike(pool: &PgPool, digest: &str) -> sqlx::Result<()> {
    sqlx::query("delete from suspects where digest = $1").bind(digest).execute(pool).await?;
    Ok(())
}
