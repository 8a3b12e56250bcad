//! Claims on woken messages, for a time by the clock of the database, and the end of all claims of a process.

#[cfg(test)]
mod tests;

use super::handovers::{self, InHand};
use super::inbox;
use crate::store::{Bounds, Stored};
use sqlx::{AssertSqlSafe, PgPool};
use std::time::Duration;
use uuid::Uuid;

/// Begins a claim. Its commit does not wait for the disk: a lease that is lost with the server is no loss. And it sorts
/// nothing that an index has in order: where nothing waited when the planner last counted, it takes any index for as good,
/// reads all that waits now, and sorts that.
const BEGIN: &str = "begin; set local synchronous_commit = off; set local enable_sort = off";

/// Claims woken messages and those whose patience has ended, oldest first. The sizes of bodies are known without them.
pub(super) async fn woken(pool: &PgPool, holder: Uuid, lease: Duration, most: Bounds) -> sqlx::Result<Vec<Stored>> {
    let mut transaction = pool.begin_with(BEGIN).await?;
    let rows = sqlx::query(AssertSqlSafe(claim()))
        .bind(holder)
        .bind(lease.as_secs_f64())
        .bind(count(most.rows))
        .bind(count(most.bytes))
        .fetch_all(&mut *transaction)
        .await?;
    transaction.commit().await?;
    let mut stored = rows.iter().map(inbox::read).collect::<sqlx::Result<Vec<_>>>()?;
    stored.sort_by_key(|stored| stored.entry.id);
    Ok(stored)
}

/// $1 holder, $2 seconds, $3 rows, $4 bytes.
fn claim() -> String {
    format!(
        "with woken as (
             select id, coalesce(plain, octet_length(body)) as size from inbox
             where state = 'woken' and (claimed_until is null or claimed_until < now())
             order by id limit $3 for update skip locked
         ), expired as (
             select id, coalesce(plain, octet_length(body)) as size from inbox
             where state = 'waiting' and patience_until <= now() and (claimed_until is null or claimed_until < now())
             order by patience_until limit $3 for update skip locked
         ), counted as (
             select id, row_number() over (order by id) as number, sum(size) over (order by id) as bytes
             from (select * from woken union all select * from expired) as both_kinds
         ), claimed as (
             select id from counted where number = 1 or number <= $3 and bytes <= $4
         )
         update inbox i set claimed_by = $1, claimed_until = now() + make_interval(secs => $2)
         from claimed where i.id = claimed.id
         returning {}",
        inbox::STORED
    )
}

/// Gives back what a process holds: messages, lanes, and outbox rows that it did not publish.
pub(super) async fn release(pool: &PgPool, in_hand: &InHand, holder: Uuid) -> sqlx::Result<()> {
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
    handovers::release(&mut transaction, in_hand, holder).await?;
    transaction.commit().await
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
