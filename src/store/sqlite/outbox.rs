//! Rows of the outbox: what is to be sent, by whom, and what became of it.

use super::BEGIN_UNHURRIED;
use super::insert::{self, Values};
use super::values::{AT_ONCE, after, at, id, list, now, read_id, read_optional_id, read_time, steady};
use crate::store::keys;
use crate::store::packing::{Damaged, Packed, sendable, unpacked_text};
use crate::store::trouble::unfit;
use crate::store::{Bounds, Mark, NotKept, Outcome, Outgoing, Repeat, SendKind};
use eaid_adapters::table::Word;
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, SqlitePool};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// The columns that [`read`] reads, of an outbox row `o`.
pub(super) const OUTGOING: &str =
    "o.id, o.message, o.kind, o.partner, o.\"transaction\", o.correlation, o.subject, o.route_key,
    o.transport, o.format, o.body, o.plain, o.created_at";

/// The columns of a new row.
const NEW: [&str; 13] = [
    "id",
    "message",
    "kind",
    "partner",
    "\"transaction\"",
    "correlation",
    "subject",
    "route_key",
    "transport",
    "format",
    "body",
    "plain",
    "created_at",
];

/// Writes new rows. What the sender fetches by HTTP counts as sent.
pub(super) async fn insert<'a>(
    connection: &mut SqliteConnection,
    outgoing: impl Iterator<Item = &'a Outgoing>,
    lease: Option<(Uuid, Duration)>,
) -> Result<(), NotKept> {
    let rows: Vec<&Outgoing> = outgoing.collect();
    insert::insert(&mut *connection, "outbox", &NEW, &rows, |values, one| Ok(bind(values, one)?)).await?;
    let sending = ["id", "due_at", "sent_at", "leased_by", "leased_until"];
    let lease = lease.map(|(holder, time)| (id(holder), after(time)));
    let lease = lease.as_ref();
    insert::insert(connection, "sending", &sending, &rows, |values, one| Ok(bind_sending(values, one, lease)?)).await
}

fn bind(values: &mut Values, one: &Outgoing) -> sqlx::Result<()> {
    values.add(id(one.id))?;
    values.add(one.message.map(id))?;
    values.add(one.kind.as_str())?;
    for text in
        [&one.partner, &one.transaction, &one.correlation, &one.subject, &one.route_key, &one.transport, &one.format]
    {
        values.add(keys::short(text))?;
    }
    let packed = Packed::of(one.body.as_bytes());
    values.add(&*packed.body)?;
    values.add(packed.plain)?;
    values.add(at(one.created_at))
}

fn bind_sending(values: &mut Values, one: &Outgoing, lease: Option<&(String, String)>) -> sqlx::Result<()> {
    let fetched = one.is_fetched();
    let lease = lease.filter(|_| !fetched);
    values.add(id(one.id))?;
    values.add(AT_ONCE)?;
    values.add(fetched.then(|| at(one.created_at)))?;
    values.add(lease.map(|(holder, _)| holder.as_str()))?;
    values.add(lease.map(|(_, until)| until.as_str()))
}

/// Makes the answers of repeated messages due again; gives how many. One that is on its way may arrive twice.
pub(super) async fn repeat(connection: &mut SqliteConnection, repeats: &[Repeat]) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "update sending set sent_at = null, unroutable = '', due_at = ?2, leased_by = null, leased_until = null
         where id in (
             select o.id from inbox i join outbox o on o.id = i.answer
             where i.id in (select value from json_each(?1)) and o.transport <> 'http')",
    )
    .bind(list(&repeats.iter().map(|repeat| id(repeat.message)).collect::<Vec<_>>())?)
    .bind(AT_ONCE)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Takes rows that are due and leased to nobody.
pub(super) async fn due(pool: &SqlitePool, holder: Uuid, lease: Duration, most: Bounds) -> sqlx::Result<Vec<Outgoing>> {
    let mut transaction = pool.begin_with(BEGIN_UNHURRIED).await?;
    let ids = lease_due(&mut transaction, holder, lease, most).await?;
    let sql = format!("select {OUTGOING} from outbox o where o.id in (select value from json_each(?1)) order by o.id");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(list(&ids)?).fetch_all(&mut *transaction).await?;
    transaction.commit().await?;
    let (due, damaged) = sendable(rows.iter().map(|row| Ok((read_id(row, "id")?, read(row)?))))?;
    published(pool, &damaged).await?;
    Ok(due)
}

/// Leases rows that are due; gives their ids. The sizes of bodies are known without them. A lease that ends later than
/// one taken now is of a process before this, and of a clock that was set back since: it is over.
async fn lease_due(
    connection: &mut SqliteConnection,
    holder: Uuid,
    lease: Duration,
    most: Bounds,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "update sending set leased_by = ?1, leased_until = ?2
         where id in (
             select id from (
                 select s.id, row_number() over (order by s.id) as number,
                     sum(coalesce(o.plain, octet_length(o.body))) over (order by s.id) as bytes
                 from (select id from sending
                     where sent_at is null and unroutable = '' and due_at <= ?3
                         and (leased_until is null or leased_until not between ?3 and ?2)
                     order by id limit ?4) as s
                 join outbox o on o.id = s.id)
             where number = 1 or bytes <= ?5)
         returning id",
    )
    .bind(id(holder))
    .bind(after(lease))
    .bind(steady())
    .bind(i64::try_from(most.rows).unwrap_or(i64::MAX))
    .bind(i64::try_from(most.bytes).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await
}

/// Marks publications, in one transaction.
pub(super) async fn published(pool: &SqlitePool, marks: &[Mark]) -> sqlx::Result<()> {
    if marks.is_empty() {
        return Ok(());
    }
    let mut transaction = pool.begin_with(BEGIN_UNHURRIED).await?;
    mark(&mut transaction, marks).await?;
    transaction.commit().await
}

/// Marks publications.
pub(super) async fn mark(connection: &mut SqliteConnection, marks: &[Mark]) -> sqlx::Result<()> {
    let (mut sent, mut returned, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for mark in marks {
        match &mark.outcome {
            Outcome::Sent => sent.push(id(mark.id)),
            // Empty would mean routable.
            Outcome::Unroutable(reason) if reason.is_empty() => returned.push(json!([id(mark.id), "?"])),
            Outcome::Unroutable(reason) => returned.push(json!([id(mark.id), reason.replace('\0', "")])),
            Outcome::Failed(error, delay) => {
                failed.push(json!([id(mark.id), error.replace('\0', ""), after(*delay)]));
            }
        }
    }
    if !sent.is_empty() {
        mark_sent(connection, list(&sent)?).await?;
    }
    if !returned.is_empty() {
        mark_unroutable(connection, list(&returned)?).await?;
    }
    if !failed.is_empty() {
        mark_failed(connection, list(&failed)?).await?;
    }
    Ok(())
}

/// Marks what the broker confirmed.
async fn mark_sent(connection: &mut SqliteConnection, ids: String) -> sqlx::Result<()> {
    sqlx::query(
        "update sending set sent_at = ?2, attempts = attempts + 1, error = '', unroutable = '', leased_by = null,
             leased_until = null
         where id in (select value from json_each(?1))",
    )
    .bind(ids)
    .bind(now())
    .execute(connection)
    .await?;
    Ok(())
}

/// Marks what the broker returned.
async fn mark_unroutable(connection: &mut SqliteConnection, rows: String) -> sqlx::Result<()> {
    sqlx::query(
        "update sending as s set unroutable = n.value->>1, attempts = s.attempts + 1, leased_by = null, leased_until = null
         from json_each(?1) as n where s.id = n.value->>0 and s.sent_at is null",
    )
    .bind(rows)
    .execute(connection)
    .await?;
    Ok(())
}

/// Marks what was not confirmed: due again after a while.
async fn mark_failed(connection: &mut SqliteConnection, rows: String) -> sqlx::Result<()> {
    sqlx::query(
        "update sending as s set error = n.value->>1, due_at = n.value->>2, attempts = s.attempts + 1, leased_by = null,
             leased_until = null
         from json_each(?1) as n where s.id = n.value->>0 and s.sent_at is null",
    )
    .bind(rows)
    .execute(connection)
    .await?;
    Ok(())
}

/// Reads a row of the columns [`OUTGOING`]; its body may be damaged.
pub(super) fn read(row: &SqliteRow) -> sqlx::Result<Result<Outgoing, Damaged>> {
    let body = match unpacked_text(row.try_get("body")?, row.try_get("plain")?) {
        Ok(body) => Arc::from(body),
        Err(damaged) => return Ok(Err(damaged)),
    };
    let text = |column: &str| row.try_get::<&str, _>(column).map(Word::from);
    let kind = text("kind")?;
    Ok(Ok(Outgoing {
        id: read_id(row, "id")?,
        message: read_optional_id(row, "message")?,
        kind: SendKind::parse(&kind).ok_or_else(|| unfit(format!("kind {kind}")))?,
        partner: text("partner")?,
        transaction: text("transaction")?,
        correlation: text("correlation")?,
        subject: text("subject")?,
        route_key: text("route_key")?,
        transport: text("transport")?,
        format: text("format")?,
        body,
        created_at: read_time(row, "created_at")?,
    }))
}
