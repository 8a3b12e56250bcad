//! Values as SQLite holds them: ids and times as text, lists as one JSON text.
//!
//! Two clocks: what people are told goes by the time of day; leases, patience, and when a failed message is tried again,
//! by one that goes on steadily however the host's is set. It begins with the time of day, so that what one process
//! leaves the next can go on with.

use crate::store::trouble::unfit;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::Serialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A time as it stands: UTC, six decimals, so that texts compare as times do.
pub(super) fn at(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Before any time: due, whatever the clock says.
pub(super) const AT_ONCE: &str = "";

/// Now, by the time of day.
pub(super) fn now() -> String {
    at(Utc::now())
}

/// Now, by the steady clock.
pub(super) fn steady() -> String {
    after(Duration::ZERO)
}

/// A while after now, by the steady clock.
pub(super) fn after(while_: Duration) -> String {
    at(steadily(while_))
}

fn steadily(while_: Duration) -> DateTime<Utc> {
    static BEGUN: LazyLock<(DateTime<Utc>, Instant)> = LazyLock::new(|| (Utc::now(), Instant::now()));
    let (time, begun) = *BEGUN;
    let passed = TimeDelta::from_std(begun.elapsed().saturating_add(while_)).ok();
    passed.and_then(|passed| time.checked_add_signed(passed)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// By how much the time of day was set ahead since this process began.
fn ahead() -> TimeDelta {
    TimeDelta::seconds((Utc::now() - steadily(Duration::ZERO)).num_seconds())
}

/// A time of day as it stands by the steady clock.
pub(super) fn on_steady(time: DateTime<Utc>) -> String {
    at(time.checked_sub_signed(ahead()).unwrap_or(time))
}

/// Reads it back.
pub(super) fn off_steady(time: DateTime<Utc>) -> DateTime<Utc> {
    time.checked_add_signed(ahead()).unwrap_or(time)
}

/// An id as it stands.
pub(super) fn id(id: Uuid) -> String {
    id.to_string()
}

/// A list as JSON, for `json_each`.
pub(super) fn list<T: Serialize>(items: &[T]) -> sqlx::Result<String> {
    serde_json::to_string(items).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

/// Reads an id.
pub(super) fn read_id(row: &SqliteRow, column: &str) -> sqlx::Result<Uuid> {
    row.try_get::<&str, _>(column)?.parse().map_err(unfit)
}

/// Reads an id that may be absent.
pub(super) fn read_optional_id(row: &SqliteRow, column: &str) -> sqlx::Result<Option<Uuid>> {
    row.try_get::<Option<&str>, _>(column)?.map(|text| text.parse().map_err(unfit)).transpose()
}

/// Reads a time.
pub(super) fn read_time(row: &SqliteRow, column: &str) -> sqlx::Result<DateTime<Utc>> {
    read_optional_time(row, column)?.ok_or_else(|| unfit(column))
}

/// Reads a time that may be absent.
pub(super) fn read_optional_time(row: &SqliteRow, column: &str) -> sqlx::Result<Option<DateTime<Utc>>> {
    row.try_get::<Option<&str>, _>(column)?.map(parse_time).transpose()
}

/// Reads a time from its text.
pub(super) fn parse_time(text: &str) -> sqlx::Result<DateTime<Utc>> {
    Ok(DateTime::parse_from_rfc3339(text).map_err(unfit)?.with_timezone(&Utc))
}

/// A limit of rows; 0 means none.
pub(super) fn most(limit: usize) -> i64 {
    if limit == 0 { -1 } else { i64::try_from(limit).unwrap_or(-1) }
}
