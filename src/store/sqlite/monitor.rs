//! What people ask. The words of a message's status are those of view `xx3`.

use super::values::{at, id, list, most, parse_time, read_id, read_optional_time, read_time, steady};
use super::{BEGIN, Sqlite, depara, inbox, listing, overview, processes, sent, withheld};
use crate::fault::Fault;
use crate::store::monitor::{
    DeParaChange, DeParaLine, Filter, MessageLine, MessageStory, MissingLine, Monitor, Overview, Page, Received,
    SentLine, Side, WaitLine, WaitedLine, WithheldLine,
};
use crate::store::trouble::{fault, unfit};
use crate::store::{Outgoing, Process, SendKind, State, notes};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use eaid_adapters::effect::Alias;
use eaid_adapters::table::{Row as TableRow, Table};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Row, Sqlite as Engine, SqliteConnection, SqlitePool};
use std::collections::HashMap;
use std::ops::RangeInclusive;
use uuid::Uuid;

/// The columns of a line, of [`MESSAGES`].
const LINE: &str =
    "i.id, i.uuid, i.partner, i.\"transaction\", i.event, i.version, i.internal_id, i.cause, i.attempts, i.origin,
    i.received_at, i.settled_at, x.xx3_status as status";
/// Inbox rows with their status.
const MESSAGES: &str = "inbox i join xx3 x on x.xx3_id = i.id";
/// Holds for the messages of a filter, bound by [`bind`].
const FILTERED: &str = "(?1 is null or x.xx3_status = ?1) and (?2 is null or lower(i.\"transaction\") = lower(?2))
    and (?3 is null or i.partner = ?3) and (?4 is null or i.internal_id = ?4)
    and (?5 is null or i.uuid = ?5) and (?6 is null or i.cause = ?6)
    and (?7 is null or i.received_at >= ?7) and (?8 is null or i.received_at < ?8)";
/// So many stories at most carry one UUID.
const STORIES: i64 = 100;

#[async_trait]
impl Monitor for Sqlite {
    async fn messages(&self, filter: &Filter) -> Result<Vec<MessageLine>, Fault> {
        messages(&self.readers, filter).await.map_err(fault)
    }

    async fn stories(&self, uuid: &str) -> Result<Vec<MessageStory>, Fault> {
        stories(&self.readers, uuid).await.map_err(fault)
    }

    async fn retry(&self, filter: &Filter) -> Result<u64, Fault> {
        retry(&self.writer, filter).await.map_err(fault)
    }

    async fn overview(&self) -> Result<Overview, Fault> {
        overview::overview(&self.readers).await.map_err(fault)
    }

    async fn depara(
        &self,
        reference: Option<&str>,
        alias: Option<Alias>,
        part: Option<&str>,
        limit: usize,
    ) -> Result<Vec<DeParaLine>, Fault> {
        depara::list(&self.readers, reference, alias, part, most(limit)).await.map_err(fault)
    }

    async fn exact_depara(&self, alias: Alias, side: Side<'_>) -> Result<Vec<DeParaLine>, Fault> {
        depara::exact(&self.readers, alias, side).await.map_err(fault)
    }

    async fn set_depara(&self, lines: &[DeParaLine]) -> Result<DeParaChange, Fault> {
        depara::set(&self.writer, lines).await.map_err(fault)
    }

    async fn remove_depara(&self, reference: &str, alias: Alias, external: &str) -> Result<bool, Fault> {
        depara::remove(&self.writer, reference, alias, external).await.map_err(fault)
    }

    async fn missing_depara(&self, limit: usize) -> Result<Vec<MissingLine>, Fault> {
        depara::missing(&self.readers, most(limit)).await.map_err(fault)
    }

    async fn sent_of(&self, subject: &str) -> Result<Vec<SentLine>, Fault> {
        sent::sent_of(&self.readers, subject).await.map_err(fault)
    }

    async fn withheld_of(&self, subject: &str) -> Result<Vec<WithheldLine>, Fault> {
        withheld::of(&self.readers, subject).await.map_err(fault)
    }

    async fn sent_for(&self, uuid: &str) -> Result<Vec<SentLine>, Fault> {
        sent::sent_for(&self.readers, uuid).await.map_err(fault)
    }

    async fn resend(&self, kind: Option<SendKind>) -> Result<u64, Fault> {
        sent::resend(&self.writer, kind).await.map_err(fault)
    }

    async fn processes(&self, since: DateTime<Utc>) -> Result<Vec<Process>, Fault> {
        processes::list(&self.readers, since).await.map_err(fault)
    }

    async fn outgoing(&self, id: Uuid) -> Result<Option<Outgoing>, Fault> {
        sent::outgoing(&self.readers, id).await.map_err(fault)
    }

    async fn view(&self, table: &'static Table, exact: &[(&str, &str)], limit: usize) -> Result<Vec<TableRow>, Fault> {
        listing::view(&self.readers, table, exact, most(limit)).await.map_err(fault)
    }

    async fn newest(
        &self,
        table: &'static Table,
        exact: &[(&str, &str)],
        by: usize,
        page: Page,
    ) -> Result<Vec<TableRow>, Fault> {
        listing::newest(&self.readers, table, exact, by, page).await.map_err(fault)
    }

    async fn counted(&self, table: &'static Table, exact: &[(&str, &str)], most: usize) -> Result<u64, Fault> {
        listing::counted(&self.readers, table, exact, most).await.map_err(fault)
    }

    async fn of_days(
        &self,
        table: &'static Table,
        column: usize,
        days: &RangeInclusive<NaiveDate>,
        visit: &mut (dyn FnMut(TableRow) + Send),
    ) -> Result<(), Fault> {
        listing::of_days(&self.readers, table, column, days, visit).await.map_err(fault)
    }

    async fn received(&self, transaction: &str, after: Uuid, limit: usize) -> Result<Vec<Received>, Fault> {
        inbox::received(&self.readers, transaction, after, most(limit)).await.map_err(fault)
    }

    async fn count(&self, state: State) -> Result<u64, Fault> {
        count(&self.readers, state).await.map_err(fault)
    }
}

fn bind<'q>(sql: String, filter: &'q Filter) -> Query<'q, Engine, SqliteArguments> {
    sqlx::query(AssertSqlSafe(sql))
        .bind(&filter.state)
        .bind(&filter.transaction)
        .bind(&filter.partner)
        .bind(&filter.internal_id)
        .bind(&filter.uuid)
        .bind(&filter.cause)
        .bind(filter.since.map(at))
        .bind(filter.until.map(at))
        .bind(most(filter.limit))
}

/// Lists messages, newest first.
async fn messages(pool: &SqlitePool, filter: &Filter) -> sqlx::Result<Vec<MessageLine>> {
    let sql = format!("select {LINE} from {MESSAGES} where {FILTERED} order by i.id desc limit ?9");
    bind(sql, filter).fetch_all(pool).await?.iter().map(read_line).collect()
}

/// Puts messages back to be decided, newest first, and ends their waits. One that is being decided is left alone.
async fn retry(pool: &SqlitePool, filter: &Filter) -> sqlx::Result<u64> {
    let mut transaction = pool.begin_with(BEGIN).await?;
    let sql = format!(
        "select i.id from {MESSAGES}
         where {FILTERED} and i.state in ('refused', 'set_aside', 'waiting')
             and (i.claimed_until is null or i.claimed_until < ?10)
         order by i.id desc limit ?9"
    );
    let rows = bind(sql, filter).bind(steady()).fetch_all(&mut *transaction).await?;
    let ids = rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<Vec<String>>>()?;
    let ids = list(&ids)?;
    sqlx::query("delete from waits where message in (select value from json_each(?1))")
        .bind(&ids)
        .execute(&mut *transaction)
        .await?;
    let done = sqlx::query(
        "update inbox set state = 'woken', patience_until = null, claimed_by = null, claimed_until = null
         where id in (select value from json_each(?1))",
    )
    .bind(&ids)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(done.rows_affected())
}

/// Tells all that is known of the messages that carry a UUID: the sender's, the row's, or that of something sent.
async fn stories(pool: &SqlitePool, uuid: &str) -> sqlx::Result<Vec<MessageStory>> {
    let mut connection = pool.acquire().await?;
    let sql = format!(
        "select x.xx3_status as status, i.cause, i.settled_at, i.violations, i.ids, {} from {MESSAGES}
         where i.id in (
             select id from inbox where uuid = ?1 and uuid <> ''
             union select id from inbox where id = ?2
             union select o.message from outbox o where o.id = ?2)
         order by i.id desc limit ?3",
        inbox::STORED
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(uuid)
        .bind(uuid.parse::<Uuid>().ok().map(id))
        .bind(STORIES)
        .fetch_all(&mut *connection)
        .await?;
    let ids = rows.iter().map(|row| read_id(row, "id")).collect::<sqlx::Result<Vec<Uuid>>>()?;
    let texts = list(&ids.iter().copied().map(id).collect::<Vec<_>>())?;
    let mut waits = waits_of(&mut connection, &texts).await?;
    let mut waited = waited_by(&mut connection, &texts).await?;
    let mut sent = sent::sent_by(&mut connection, &texts).await?;
    let story = |row: &SqliteRow| {
        let id = read_id(row, "id")?;
        Ok(MessageStory {
            line: read_line(row)?,
            stored: inbox::read(row)?,
            violations: notes::read_violations(row.try_get("violations")?)?,
            ids: notes::read_ids(row.try_get("ids")?)?,
            waits: waits.remove(&id).unwrap_or_default(),
            waited: waited.remove(&id).unwrap_or_default(),
            sent: sent.remove(&id).unwrap_or_default(),
        })
    };
    rows.iter().map(story).collect()
}

/// Lists what messages still wait for.
async fn waits_of(connection: &mut SqliteConnection, messages: &str) -> sqlx::Result<HashMap<Uuid, Vec<WaitLine>>> {
    let rows: Vec<(String, String, String, String)> = sqlx::query_as(
        "select message, \"key\", path, text from waits where message in (select value from json_each(?1)) and not is_over order by path, \"key\"",
    )
    .bind(messages)
    .fetch_all(connection)
    .await?;
    let mut waits: HashMap<Uuid, Vec<WaitLine>> = HashMap::new();
    for (message, key, path, text) in rows {
        waits.entry(message.parse().map_err(unfit)?).or_default().push(WaitLine { key, path, text });
    }
    Ok(waits)
}

/// Lists what messages waited for.
async fn waited_by(connection: &mut SqliteConnection, messages: &str) -> sqlx::Result<HashMap<Uuid, Vec<WaitedLine>>> {
    let rows: Vec<(String, String, String, String, String)> = sqlx::query_as(
        "select message, \"key\", path, since, until from waited where message in (select value from json_each(?1))
         order by until, path, \"key\"",
    )
    .bind(messages)
    .fetch_all(connection)
    .await?;
    let mut waited: HashMap<Uuid, Vec<WaitedLine>> = HashMap::new();
    for (message, key, path, since, until) in rows {
        let line = WaitedLine { key, path, since: parse_time(&since)?, until: parse_time(&until)? };
        waited.entry(message.parse().map_err(unfit)?).or_default().push(line);
    }
    Ok(waited)
}

/// Counts the messages in a state.
async fn count(pool: &SqlitePool, state: State) -> sqlx::Result<u64> {
    let count: u32 =
        sqlx::query_scalar("select count(*) from inbox where state = ?1").bind(state.as_str()).fetch_one(pool).await?;
    Ok(count.into())
}

fn read_line(row: &SqliteRow) -> sqlx::Result<MessageLine> {
    Ok(MessageLine {
        id: read_id(row, "id")?,
        uuid: row.try_get("uuid")?,
        partner: row.try_get("partner")?,
        transaction: row.try_get("transaction")?,
        event: row.try_get("event")?,
        version: row.try_get("version")?,
        internal_id: row.try_get("internal_id")?,
        status: row.try_get("status")?,
        cause: row.try_get("cause")?,
        attempts: row.try_get("attempts")?,
        origin: row.try_get("origin")?,
        received_at: read_time(row, "received_at")?,
        settled_at: read_optional_time(row, "settled_at")?,
    })
}
