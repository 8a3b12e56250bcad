//! Rows of declared tables as people list them.

use super::{effects, look_up, migrate};
use crate::store::cells::read_row;
use crate::store::monitor::Page;
use chrono::NaiveDate;
use eaid_adapters::table::{Kind, Row, Table};
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, PgPool};
use std::ops::RangeInclusive;

/// Reads rows by exact values, in the order of the key.
pub(super) async fn view(
    pool: &PgPool,
    table: &'static Table,
    exact: &[(&str, &str)],
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    read(pool, table, exact, &key(table, ""), (0, limit)).await
}

/// Reads a page of rows, newest first.
pub(super) async fn newest(
    pool: &PgPool,
    table: &'static Table,
    exact: &[(&str, &str)],
    by: usize,
    page: Page,
) -> sqlx::Result<Vec<Row>> {
    let order = format!("t.{} desc nulls last, {}", table.columns[by].name, key(table, " desc"));
    let span = (i64::try_from(page.skip).unwrap_or(i64::MAX), i64::try_from(page.limit).unwrap_or(i64::MAX));
    read(pool, table, exact, &order, span).await
}

async fn read(
    pool: &PgPool,
    table: &'static Table,
    exact: &[(&str, &str)],
    order: &str,
    (skip, limit): (i64, i64),
) -> sqlx::Result<Vec<Row>> {
    let sql = format!(
        "select array[{}]::text[] from {} t where {} order by {order} limit $1 offset $2",
        look_up::texts(table),
        effects::physical(table),
        narrowed(table, exact, 3)?,
    );
    let query = sqlx::query_scalar::<_, Vec<Option<look_up::Short>>>(AssertSqlSafe(sql)).bind(limit).bind(skip);
    let query = exact.iter().fold(query, |query, (_, value)| query.bind(*value));
    query.fetch_all(pool).await?.into_iter().map(|texts| read_row(table, look_up::words(texts))).collect()
}

/// Counts rows by exact values, no further than told.
pub(super) async fn counted(
    pool: &PgPool,
    table: &'static Table,
    exact: &[(&str, &str)],
    most: usize,
) -> sqlx::Result<u64> {
    let sql = format!(
        "select count(*) from (select from {} t where {} limit $1) as counted",
        effects::physical(table),
        narrowed(table, exact, 2)?
    );
    let query = sqlx::query_scalar::<_, i64>(AssertSqlSafe(sql)).bind(i64::try_from(most).unwrap_or(i64::MAX));
    let query = exact.iter().fold(query, |query, (_, value)| query.bind(*value));
    Ok(query.fetch_one(pool).await?.unsigned_abs())
}

/// Visits the rows whose day lies in a span.
pub(super) async fn of_days(
    pool: &PgPool,
    table: &'static Table,
    column: usize,
    days: &RangeInclusive<NaiveDate>,
    visit: &mut (dyn FnMut(Row) + Send),
) -> sqlx::Result<()> {
    let sql = format!(
        "select array[{}]::text[] from {} t where t.{} between $1 and $2",
        look_up::texts(table),
        effects::physical(table),
        table.columns[column].name
    );
    let query =
        sqlx::query_scalar::<_, Vec<Option<look_up::Short>>>(AssertSqlSafe(sql)).bind(days.start()).bind(days.end());
    let mut rows = query.fetch(pool);
    while let Some(texts) = rows.try_next().await? {
        visit(read_row(table, look_up::words(texts))?);
    }
    Ok(())
}

/// The condition of exact values, bound as text from a place on. Only declared names come into the statement; the
/// value is cast, not the column, so that an index can find it.
fn narrowed(table: &Table, exact: &[(&str, &str)], from: usize) -> sqlx::Result<String> {
    let mut conditions = vec!["true".to_owned()];
    for (place, (name, _)) in (from..).zip(exact) {
        let column = table.columns.iter().position(|column| column.name == *name);
        let column = column.ok_or_else(|| sqlx::Error::ColumnNotFound((*name).to_owned()))?;
        let cast = match table.columns[column].kind {
            Kind::Text => "text",
            Kind::Amount(_) => "text::numeric",
            Kind::Date => "text::date",
        };
        conditions.push(format!("{} = ${place}::{cast}", migrate::whole(table, column)));
    }
    Ok(conditions.join(" and "))
}

fn key(table: &Table, direction: &str) -> String {
    let key = table.key().iter().map(|column| format!("t.{}{direction}", table.columns[*column].name));
    key.collect::<Vec<_>>().join(", ")
}
