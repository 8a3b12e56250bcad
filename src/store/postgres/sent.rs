//! What was sent, for timelines, and sent again.

use super::outbox;
use crate::store::monitor::SentLine;
use crate::store::packing::unpacked_text;
use crate::store::trouble::unfit;
use crate::store::{Outgoing, SendKind};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Row};
use std::collections::HashMap;
use uuid::Uuid;

/// The columns of what was sent, of [`OUTBOX`].
const SENT: &str = "o.id, o.message, o.kind, o.transaction, o.correlation, o.subject, o.route_key, o.transport, o.created_at, s.sent_at,
    o.body, o.plain, case when s.sent_at is not null then 'sent' when s.unroutable <> '' then 'unroutable' else 'due' end as state,
    case when s.sent_at is not null then '' when s.unroutable <> '' then s.unroutable else coalesce(s.error, '') end as note";
/// Outbox rows with what became of them, which of those in hand is not known yet.
const OUTBOX: &str = "outbox o left join sending s on s.id = o.id";

/// Lists what was sent of a subject, oldest first.
pub(super) async fn sent_of(pool: &PgPool, subject: &str) -> sqlx::Result<Vec<SentLine>> {
    let sql = format!(
        "select {SENT} from {OUTBOX}
         where o.id in (
             select id from outbox where subject = $1 and subject <> '' and kind <> 'response'
             union select answer from inbox where internal_id = $1 and internal_id <> '' and answer is not null)
         order by o.id"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(subject).fetch_all(pool).await?.iter().map(read_sent).collect()
}

/// Lists what was sent for a message, under a correlation, or under a UUID of its own, oldest first.
pub(super) async fn sent_for(pool: &PgPool, uuid: &str) -> sqlx::Result<Vec<SentLine>> {
    let sql = format!(
        "select {SENT} from {OUTBOX}
         where o.id in (
             select o.id from outbox o join inbox i on o.message = i.id
             where i.uuid = $1 and i.uuid <> '' and o.kind <> 'response'
             union select answer from inbox where (uuid = $1 and uuid <> '' or id = $2) and answer is not null
             union select id from outbox where message = $2 and kind <> 'response' or id = $2
             union select o.id from outbox o where o.correlation = $1 and o.kind <> 'response')
         order by o.id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(uuid).bind(uuid.parse::<Uuid>().ok()).fetch_all(pool).await?;
    rows.iter().map(read_sent).collect()
}

/// Lists what was sent for messages, oldest first.
pub(super) async fn sent_by(
    connection: &mut PgConnection,
    messages: &[Uuid],
) -> sqlx::Result<HashMap<Uuid, Vec<SentLine>>> {
    let sql = format!(
        "select {SENT} from {OUTBOX}
         where o.id in (
             select id from outbox where message = any($1) and kind <> 'response'
             union select answer from inbox where id = any($1) and answer is not null)
         order by o.id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(messages).fetch_all(connection).await?;
    let mut sent: HashMap<Uuid, Vec<SentLine>> = HashMap::new();
    for row in &rows {
        sent.entry(row.try_get("message")?).or_default().push(read_sent(row)?);
    }
    Ok(sent)
}

/// Makes unroutable messages due again.
pub(super) async fn resend(pool: &PgPool, kind: Option<SendKind>) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "update sending s set unroutable = '', due_at = now(), leased_by = null, leased_until = null
         from outbox o
         where o.id = s.id and s.sent_at is null and s.unroutable <> '' and ($1::text is null or o.kind = $1)",
    )
    .bind(kind.map(SendKind::as_str))
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

/// Reads an outbox row.
pub(super) async fn outgoing(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<Outgoing>> {
    let sql = format!("select {} from outbox o where o.id = $1", outbox::OUTGOING);
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(pool).await?;
    let read = row.as_ref().map(outbox::read).transpose()?;
    read.transpose().map_err(unfit)
}

fn read_sent(row: &PgRow) -> sqlx::Result<SentLine> {
    Ok(SentLine {
        id: row.try_get("id")?,
        kind: row.try_get("kind")?,
        transaction: row.try_get("transaction")?,
        correlation: row.try_get("correlation")?,
        subject: row.try_get("subject")?,
        route_key: row.try_get("route_key")?,
        transport: row.try_get("transport")?,
        state: row.try_get("state")?,
        note: row.try_get("note")?,
        created_at: row.try_get("created_at")?,
        sent_at: row.try_get("sent_at")?,
        body: unpacked_text(row.try_get("body")?, row.try_get("plain")?).unwrap_or_else(|damaged| damaged.to_string()),
    })
}
