//! Waiting: a message is parked on exact keys, and woken by the transaction that brings the last of them.
//!
//! Two locks keep that free of lost wake-ups. Parking excludes all keeping ([`BEGIN_PARKING`]): either the bringer
//! committed before, then the parker's second look finds the key, or it begins after, then it sees the wait.
//! And a bringer locks the messages it may wake before it looks at what they still wait for: of two that bring
//! the last two keys, one sees the other's work.

use super::rows::Column;
use super::together::{Along, Gives, together};
use crate::store::{NotKept, Place, Settled, State, cells, keys};
use eaid_adapters::effect::Key;
use eaid_adapters::table::Table;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

/// Begins a transaction that keeps and may bring keys.
pub(super) const BEGIN: &str = "begin; select pg_advisory_xact_lock_shared(4992370, 1)";
/// Begins a transaction that parks. Taken at once, never upgraded: no deadlock.
pub(super) const BEGIN_PARKING: &str = "begin; select pg_advisory_xact_lock(4992370, 1)";

/// Ends the waits of messages that were settled. Of one that was refused because a key never came, they stay,
/// to say what is missing.
pub(super) async fn end(connection: &mut PgConnection, settled: &[&Settled]) -> sqlx::Result<()> {
    if settled.is_empty() {
        return Ok(());
    }
    let (over, done): (Vec<&Settled>, Vec<&Settled>) = settled.iter().copied().partition(|one| one.never_came());
    sqlx::query(
        "with over as (update waits set is_over = true where message = any($1))
         delete from waits where message = any($2)",
    )
    .bind(over.iter().map(|one| one.place.id()).collect::<Vec<_>>())
    .bind(done.iter().map(|one| one.place.id()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// Parks messages: registers their waits, then looks a second time. Gives how many need no wait after all.
pub(super) async fn park(connection: &mut PgConnection, settled: &[Settled]) -> Result<u64, NotKept> {
    let parked: Vec<&Settled> = settled.iter().filter(|one| one.state == State::Waiting).collect();
    if parked.is_empty() {
        return Ok(0);
    }
    register(connection, &parked).await?;
    let messages: Vec<Uuid> = parked.iter().map(|one| one.place.id()).collect();
    drop_present_entries(connection, &messages).await?;
    let mut rows: keys::Sought<'_, (&Key, Vec<&str>)> = keys::Sought::new();
    for missing in parked.iter().flat_map(|one| &one.waits) {
        if let Some((table, left, key)) = keys::row(&missing.key) {
            rows.entry((table, left)).or_default().push((&missing.key, key.split('|').collect()));
        }
    }
    for ((name, left), keys) in rows {
        if let Some(table) = eaid_adapters::TABLES.iter().find(|table| table.name == name) {
            drop_present_rows(connection, &messages, table, left, keys).await?;
        }
    }
    // One that was woken before and finds its keys present again is not decided again in the same breath.
    let again = parked.iter().filter(|one| matches!(one.place, Place::Woken(_))).map(|one| one.place.id());
    Ok(wake(connection, &messages, &again.collect::<Vec<_>>()).await?)
}

/// Registers what messages wait for.
async fn register(connection: &mut PgConnection, parked: &[&Settled]) -> Result<(), NotKept> {
    let (mut texts_of_keys, mut messages, mut paths, mut texts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut areas, mut partners, mut externals) = (Vec::new(), Vec::new(), Vec::new());
    for one in parked {
        for missing in &one.waits {
            texts_of_keys.push(cells::plain("waits", &missing.key.to_string())?.to_owned());
            messages.push(one.place.id());
            paths.push(cells::plain("waits", &missing.path)?);
            texts.push(cells::plain("waits", &missing.text)?);
            let (area, partner, external) = keys::parts(&missing.key);
            areas.push(area);
            partners.push(partner);
            externals.push(external);
        }
    }
    sqlx::query(
        "insert into waits (key, message, path, text, area, partner, external)
         select * from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
         on conflict (message, key) do update set path = excluded.path, text = excluded.text, is_over = false",
    )
    .bind(texts_of_keys)
    .bind(messages)
    .bind(paths)
    .bind(texts)
    .bind(areas)
    .bind(partners)
    .bind(externals)
    .execute(connection)
    .await?;
    Ok(())
}

/// Drops waits of messages for De/Para entries that are there.
async fn drop_present_entries(connection: &mut PgConnection, messages: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query(
        "delete from waits w using depara d
         where w.message = any($1) and d.partner = w.partner and d.alias = w.area and d.external = w.external",
    )
    .bind(messages)
    .execute(connection)
    .await?;
    Ok(())
}

/// Drops waits of messages for rows of a table that are there, or that are there and hold a value no longer.
async fn drop_present_rows(
    connection: &mut PgConnection,
    messages: &[Uuid],
    table: &'static Table,
    left: Option<keys::Held<'_>>,
    keys: Vec<(&Key, Vec<&str>)>,
) -> sqlx::Result<()> {
    let columns = table.key();
    let keys: Vec<(&Key, Vec<&str>)> = keys.into_iter().filter(|(_, values)| values.len() == columns.len()).collect();
    let places = 0..columns.len();
    let arrays: Vec<String> = places.clone().map(|place| format!("${}::text[]", place + 3)).collect();
    let names: Vec<String> = places.clone().map(|place| format!("v{place}")).collect();
    let mut conditions: Vec<String> = columns
        .iter()
        .zip(places.clone())
        .map(|(column, place)| format!("t.{} = k.v{place}", table.columns[*column].name))
        .collect();
    conditions.extend(left.map(|left| format!("t.{} <> ${}", left.column, columns.len() + 3)));
    let sql = format!(
        "delete from waits w using unnest($2::text[], {}) as k (key, {}), {} t
         where w.message = any($1) and w.key = k.key and {}",
        arrays.join(", "),
        names.join(", "),
        super::effects::physical(table),
        conditions.join(" and "),
    );
    let texts: Vec<String> = keys.iter().map(|(key, _)| key.to_string()).collect();
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(messages).bind(texts);
    for place in places {
        query = query.bind(keys.iter().map(|(_, values)| values[place]).collect::<Vec<_>>());
    }
    if let Some(left) = left {
        query = query.bind(left.value);
    }
    query.execute(connection).await?;
    Ok(())
}

/// Drops the waits for keys that came, beside the rows that bring them; gives the messages that waited. Where nobody
/// waits, no key is looked for.
pub(super) fn brought(keys: &[String]) -> Gives<'_> {
    if keys.is_empty() {
        return Gives::Nothing;
    }
    Gives::Ids(Along {
        head: "delete from waits w using".into(),
        columns: vec![names(keys)],
        tail: "as k (key) where w.key = k.key and exists (select from waits) returning w.message",
    })
}

/// Of a statement that is a transaction of its own: nobody parks until it is over, and nobody waits for the keys that
/// come by it. Else it is in vain: [`is_waited_for`].
pub(super) fn unawaited(keys: &[String]) -> Gives<'_> {
    Gives::Where("nobody_waits", names(keys))
}

fn names(keys: &[String]) -> Column<'_> {
    Column::Text(keys.iter().map(String::as_str).collect())
}

/// Whether a statement was in vain because somebody waits.
pub(super) fn is_waited_for(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "EA001")
}

/// Wakes those who wait for keys that came; gives how many are woken.
pub(super) async fn bring(connection: &mut PgConnection, keys: Vec<String>) -> sqlx::Result<u64> {
    let freed = together(connection, Vec::new(), brought(&keys)).await?;
    free(connection, &freed).await
}

/// Wakes those of the messages whose waits were dropped that wait for nothing more; gives how many.
pub(super) async fn free(connection: &mut PgConnection, messages: &[Uuid]) -> sqlx::Result<u64> {
    if messages.is_empty() {
        return Ok(0);
    }
    lock(connection, messages).await?;
    wake(connection, messages, &[]).await
}

/// Locks messages, in the order of their ids.
async fn lock(connection: &mut PgConnection, messages: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query("select 1 from inbox where id = any($1) order by id for update")
        .bind(messages)
        .execute(connection)
        .await?;
    Ok(())
}

/// Wakes those of the messages that wait for nothing more; gives how many.
async fn wake(connection: &mut PgConnection, messages: &[Uuid], later: &[Uuid]) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "update inbox i set state = 'woken',
             claimed_until = case when i.id = any($2) then now() + interval '1 second' else i.claimed_until end
         where i.id = any($1) and i.state = 'waiting' and not exists (select from waits w where w.message = i.id)",
    )
    .bind(messages)
    .bind(later)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
