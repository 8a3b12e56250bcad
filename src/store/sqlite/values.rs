//! Values as SQLite holds them: ids and times as text, lists as one JSON text.

use crate::store::trouble::unfit;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::time::Duration;
use uuid::Uuid;

/// A time as it stands: UTC, six decimals, so that texts compare as times do.
pub(super) fn at(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Now.
pub(super) fn now() -> String {
    at(Utc::now())
}

/// Now and a while.
pub(super) fn after(while_: Duration) -> String {
    let end = chrono::TimeDelta::from_std(while_).ok().and_then(|delta| Utc::now().checked_add_signed(delta));
    at(end.unwrap_or(DateTime::<Utc>::MAX_UTC))
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
