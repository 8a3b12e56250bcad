//! Sequences, counted without gaps of their own: what is leased and not used is lost.

use crate::store::sequences;
use sqlx::PgConnection;
use std::ops::Range;

/// Takes blocks of numbers, for each entry its own.
pub(super) async fn lease(connection: &mut PgConnection, sequences: &[(String, u32)]) -> sqlx::Result<Vec<Range<u64>>> {
    let counts = sequences::sum(sequences);
    if counts.is_empty() {
        return Ok(Vec::new());
    }
    let taken = take(connection, &counts).await?;
    sequences::share(sequences, &counts, taken)
}

/// Moves sequences on, in the order of their names, and gives where each stands now.
///
/// The commit does not wait for the disk: a transaction that uses the numbers and is on disk is there after
/// this one, so a number that counts is never given twice.
async fn take(connection: &mut PgConnection, counts: &sequences::Counts<'_>) -> sqlx::Result<Vec<(String, i64)>> {
    let names: Vec<&str> = counts.keys().copied().collect();
    let blocks: Vec<i64> = counts.values().copied().collect();
    sqlx::query_as(
        "insert into numbers as n (sequence, next)
         select u.sequence, 1 + u.count
         from unnest($1::text[], $2::bigint[]) as u (sequence, count),
              (select set_config('synchronous_commit', 'off', true)) as unhurried
         order by u.sequence
         on conflict (sequence) do update set next = n.next + excluded.next - 1
         returning sequence, next",
    )
    .bind(names)
    .bind(blocks)
    .fetch_all(connection)
    .await
}
