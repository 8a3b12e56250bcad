//! What was sent, for timelines, and sent again.

use super::values::{AT_ONCE, id, read_id, read_optional_time, read_time};
use super::{BEGIN, outbox};
use crate::store::monitor::SentLine;
use crate::store::packing::unpacked_text;
use crate::store::trouble::unfit;
use crate::store::{Outgoing, SendKind};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, SqlitePool};
use std::collections::HashMap;
use uuid::Uuid;

/// The columns of what was sent, of [`OUTBOX`].
const SENT: &str = "o.id, o.message, o.kind, o.\"transaction\", o.correlation, o.subject, o.route_key, o.transport, o.created_at, s.sent_at,
    o.body, o.plain, case when s.sent_at is not null then 'sent' when s.unroutable <> '' then 'unroutable' else 'due' end as state,
    case when s.sent_at is not null then '' when s.unroutable <> '' then s.unroutable else s.error end as note";
/// Outbox rows with what became of them.
const OUTBOX: &str = "outbox o join sending s on s.id = o.id";

/// Lists what was sent of a subject, oldest first.
pub(super) async fn sent_of(pool: &SqlitePool, subject: &str) -> sqlx::Result<Vec<SentLine>> {
    let sql = format!("select {SENT} from {OUTBOX} where o.subject = ?1 and o.subject <> '' order by o.id");
    sqlx::query(AssertSqlSafe(sql)).bind(subject).fetch_all(pool).await?.iter().map(read_sent).collect()
}

/// Lists what was sent for a message, under a correlation, or under a UUID of its own, oldest first.
pub(super) async fn sent_for(pool: &SqlitePool, uuid: &str) -> sqlx::Result<Vec<SentLine>> {
    let sql = format!(
        "select {SENT} from {OUTBOX}
         where o.id in (
             select o.id from outbox o join inbox i on o.message = i.id where i.uuid = ?1 and i.uuid <> ''
             union select o.id from outbox o where o.message = ?2 or o.id = ?2
             union select o.id from outbox o where o.correlation = ?1 and o.kind <> 'response')
         order by o.id"
    );
    let rows =
        sqlx::query(AssertSqlSafe(sql)).bind(uuid).bind(uuid.parse::<Uuid>().ok().map(id)).fetch_all(pool).await?;
    rows.iter().map(read_sent).collect()
}

/// Lists what was sent for messages, oldest first.
pub(super) async fn sent_by(
    connection: &mut SqliteConnection,
    messages: &str,
) -> sqlx::Result<HashMap<Uuid, Vec<SentLine>>> {
    let sql = format!("select {SENT} from {OUTBOX} where o.message in (select value from json_each(?1)) order by o.id");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(messages).fetch_all(connection).await?;
    let mut sent: HashMap<Uuid, Vec<SentLine>> = HashMap::new();
    for row in &rows {
        sent.entry(read_id(row, "message")?).or_default().push(read_sent(row)?);
    }
    Ok(sent)
}

/// Makes unroutable messages due again.
pub(super) async fn resend(pool: &SqlitePool, kind: Option<SendKind>) -> sqlx::Result<u64> {
    let mut transaction = pool.begin_with(BEGIN).await?;
    let done = sqlx::query(
        "update sending as s set unroutable = '', due_at = ?2, leased_by = null, leased_until = null
         from outbox o
         where o.id = s.id and s.sent_at is null and s.unroutable <> '' and (?1 is null or o.kind = ?1)",
    )
    .bind(kind.map(SendKind::as_str))
    .bind(AT_ONCE)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(done.rows_affected())
}

/// Reads an outbox row.
pub(super) async fn outgoing(pool: &SqlitePool, id: Uuid) -> sqlx::Result<Option<Outgoing>> {
    let sql = format!("select {} from outbox o where o.id = ?1", outbox::OUTGOING);
    let row = sqlx::query(AssertSqlSafe(sql)).bind(super::values::id(id)).fetch_optional(pool).await?;
    let read = row.as_ref().map(outbox::read).transpose()?;
    read.transpose().map_err(unfit)
}

fn read_sent(row: &SqliteRow) -> sqlx::Result<SentLine> {
    Ok(SentLine {
        id: read_id(row, "id")?,
        kind: row.try_get("kind")?,
        transaction: row.try_get("transaction")?,
        correlation: row.try_get("correlation")?,
        subject: row.try_get("subject")?,
        route_key: row.try_get("route_key")?,
        transport: row.try_get("transport")?,
        state: row.try_get("state")?,
        note: row.try_get("note")?,
        created_at: read_time(row, "created_at")?,
        sent_at: read_optional_time(row, "sent_at")?,
        body: unpacked_text(row.try_get("body")?, row.try_get("plain")?).unwrap_or_else(|damaged| damaged.to_string()),
    })
}
