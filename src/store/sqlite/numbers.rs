//! Sequences, counted without gaps of their own: what is leased and not used is lost.

use super::BEGIN_UNHURRIED;
use super::values::list;
use crate::store::sequences;
use sqlx::SqlitePool;
use std::ops::Range;

/// Takes blocks of numbers, for each entry its own.
pub(super) async fn lease(pool: &SqlitePool, sequences: &[(String, u32)]) -> sqlx::Result<Vec<Range<u64>>> {
    let counts = sequences::sum(sequences);
    if counts.is_empty() {
        return Ok(Vec::new());
    }
    let mut transaction = pool.begin_with(BEGIN_UNHURRIED).await?;
    let taken = take(&mut transaction, &counts).await?;
    transaction.commit().await?;
    sequences::share(sequences, &counts, taken)
}

/// Moves sequences on and gives where each stands now.
async fn take(
    connection: &mut sqlx::SqliteConnection,
    counts: &sequences::Counts<'_>,
) -> sqlx::Result<Vec<(String, i64)>> {
    sqlx::query_as(
        "insert into numbers (sequence, next)
         select value->>0, 1 + (value->>1) from json_each(?1) where true
         on conflict (sequence) do update set next = numbers.next + excluded.next - 1
         returning sequence, next",
    )
    .bind(list(&counts.iter().collect::<Vec<_>>())?)
    .fetch_all(connection)
    .await
}
