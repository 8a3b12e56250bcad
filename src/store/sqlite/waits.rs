//! Waiting: a message is parked on exact keys, and woken by the transaction that brings the last of them. Writes
//! exclude each other, so either the parker's second look finds the key, or the bringer sees the wait.

use super::effects::physical;
use super::values::{after, id, list};
use crate::store::{NotKept, Place, Settled, State, cells, keys};
use eaid_adapters::table::Table;
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::time::Duration;

/// Ends the waits of messages that were settled. Of one that was refused because a key never came, they stay,
/// to say what is missing.
pub(super) async fn end(connection: &mut SqliteConnection, settled: &[&Settled]) -> sqlx::Result<()> {
    let (over, done): (Vec<&Settled>, Vec<&Settled>) = settled.iter().copied().partition(|one| one.never_came());
    if !over.is_empty() {
        let ids: Vec<String> = over.iter().map(|one| id(one.place.id())).collect();
        sqlx::query("update waits set is_over = 1 where message in (select value from json_each(?1))")
            .bind(list(&ids)?)
            .execute(&mut *connection)
            .await?;
    }
    if !done.is_empty() {
        let ids: Vec<String> = done.iter().map(|one| id(one.place.id())).collect();
        sqlx::query("delete from waits where message in (select value from json_each(?1))")
            .bind(list(&ids)?)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Parks messages: registers their waits, then looks a second time. Gives how many need no wait after all.
pub(super) async fn park(connection: &mut SqliteConnection, settled: &[Settled]) -> Result<u64, NotKept> {
    let parked: Vec<&Settled> = settled.iter().filter(|one| one.state == State::Waiting).collect();
    if parked.is_empty() {
        return Ok(0);
    }
    register(connection, &parked).await?;
    let messages: Vec<String> = parked.iter().map(|one| id(one.place.id())).collect();
    drop_present_entries(connection, &messages).await?;
    let mut rows: keys::Sought<'_, (String, Vec<&str>)> = keys::Sought::new();
    for missing in parked.iter().flat_map(|one| &one.waits) {
        if let Some((table, left, key)) = keys::row(&missing.key) {
            rows.entry((table, left)).or_default().push((missing.key.to_string(), key.split('|').collect()));
        }
    }
    for ((name, left), keys) in rows {
        if let Some(table) = eaid_adapters::TABLES.iter().find(|table| table.name == name) {
            drop_present_rows(connection, &messages, table, left, keys).await?;
        }
    }
    // One that was woken before and finds its keys present again is not decided again in the same breath.
    let again = parked.iter().filter(|one| matches!(one.place, Place::Woken(_))).map(|one| id(one.place.id()));
    Ok(wake(connection, &messages, &again.collect::<Vec<_>>()).await?)
}

/// Registers what messages wait for.
async fn register(connection: &mut SqliteConnection, parked: &[&Settled]) -> Result<(), NotKept> {
    let mut rows: Vec<[String; 7]> = Vec::new();
    for one in parked {
        for missing in &one.waits {
            let key = missing.key.to_string();
            for text in [&key, &missing.path, &missing.text] {
                cells::plain("waits", text)?;
            }
            let (area, partner, external) = keys::parts(&missing.key);
            let (area, partner, external) = (area.to_owned(), partner.to_owned(), external.to_owned());
            let message = id(one.place.id());
            rows.push([key, message, missing.path.clone(), missing.text.clone(), area, partner, external]);
        }
    }
    sqlx::query(
        "insert into waits (\"key\", message, path, text, area, partner, external)
         select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6 from json_each(?1) where true
         on conflict (message, \"key\") do update set path = excluded.path, text = excluded.text, is_over = 0",
    )
    .bind(list(&rows)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Drops waits of messages for De/Para entries that are there.
async fn drop_present_entries(connection: &mut SqliteConnection, messages: &[String]) -> sqlx::Result<()> {
    sqlx::query(
        "delete from waits
         where message in (select value from json_each(?1))
             and exists (select 1 from depara d
                 where d.external = waits.external and d.partner = waits.partner and d.alias = waits.area)",
    )
    .bind(list(messages)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Drops waits of messages for rows of a table that are there, or that are there and hold a value no longer.
async fn drop_present_rows(
    connection: &mut SqliteConnection,
    messages: &[String],
    table: &'static Table,
    left: Option<keys::Held<'_>>,
    keys: Vec<(String, Vec<&str>)>,
) -> sqlx::Result<()> {
    let columns = table.key();
    let keys: Vec<_> = keys.into_iter().filter(|(_, values)| values.len() == columns.len()).collect();
    let key = columns.iter().zip(0..);
    let key = key.map(|(column, place)| format!("t.{} = n.value->>'$[1][{place}]'", table.columns[*column].name));
    let conditions: Vec<String> = key.chain(left.map(|left| format!("t.{} <> ?3", left.column))).collect();
    let sql = format!(
        "delete from waits
         where message in (select value from json_each(?1))
             and \"key\" in (select n.value->>0 from json_each(?2) as n cross join {} as t where {})",
        physical(table),
        conditions.join(" and ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(list(messages)?).bind(list(&keys)?);
    if let Some(left) = left {
        query = query.bind(left.value);
    }
    query.execute(connection).await?;
    Ok(())
}

/// Wakes those who wait for keys that came; gives how many are woken.
pub(super) async fn bring(connection: &mut SqliteConnection, keys: Vec<String>) -> sqlx::Result<u64> {
    if keys.is_empty() {
        return Ok(0);
    }
    let messages = drop_waits(connection, &keys).await?;
    if messages.is_empty() { Ok(0) } else { wake(connection, &messages, &[]).await }
}

/// Drops the waits for keys; gives the messages that waited.
async fn drop_waits(connection: &mut SqliteConnection, keys: &[String]) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("delete from waits where \"key\" in (select value from json_each(?1)) returning message")
        .bind(list(keys)?)
        .fetch_all(connection)
        .await
}

/// Wakes those of the messages that wait for nothing more; gives how many.
async fn wake(connection: &mut SqliteConnection, messages: &[String], later: &[String]) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "update inbox set state = 'woken',
             claimed_until = case when id in (select value from json_each(?2)) then ?3 else claimed_until end
         where id in (select value from json_each(?1)) and state = 'waiting'
             and not exists (select 1 from waits w where w.message = inbox.id)",
    )
    .bind(list(messages)?)
    .bind(list(later)?)
    .bind(after(Duration::from_secs(1)))
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
