//! Claims on woken messages, for a time, and the end of all claims of a process.

use super::values::{after, id, steady};
use super::{BEGIN_UNHURRIED, inbox};
use crate::store::{Bounds, Stored};
use sqlx::{SqliteConnection, SqlitePool};
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
                     select * from (select id, coalesce(plain, length(body)) as size from inbox
                         where state = 'woken' and (claimed_until is null or claimed_until not between ?3 and ?2)
                         order by id limit ?4)
                     union all
                     select * from (select id, coalesce(plain, length(body)) as size from inbox
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

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
