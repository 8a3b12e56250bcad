//! What people ask. The words of a message's status are those of view `xx3`.

use super::values::{at, id, list, most, now, parse_time, read_id, read_optional_time, read_time};
use super::{BEGIN, Sqlite, depara, effects, inbox, look_up, processes, sent, withheld};
use crate::fault::Fault;
use crate::store::monitor::{
    DeParaChange, DeParaLine, Filter, MessageLine, MessageStory, MissingLine, Monitor, Overview, SentLine, Tally,
    WaitLine, WithheldLine,
};
use crate::store::trouble::{fault, unfit};
use crate::store::{Outgoing, Process, SendKind, State, notes};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use eaid_adapters::effect::Alias;
use eaid_adapters::table::{Row as TableRow, Table};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Row, Sqlite as Engine, SqliteConnection, SqlitePool};
use std::collections::HashMap;
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
        overview(&self.readers).await.map_err(fault)
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
        view(&self.readers, table, exact, most(limit)).await.map_err(fault)
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
    let rows = bind(sql, filter).bind(now()).fetch_all(&mut *transaction).await?;
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
         where i.uuid = ?1 or i.id = ?2 or i.id in (select o.message from outbox o where o.id = ?2)
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
    let mut sent = sent::sent_by(&mut connection, &texts).await?;
    let story = |row: &SqliteRow| {
        let id = read_id(row, "id")?;
        Ok(MessageStory {
            line: read_line(row)?,
            stored: inbox::read(row)?,
            violations: notes::read_violations(row.try_get("violations")?)?,
            ids: notes::read_ids(row.try_get("ids")?)?,
            waits: waits.remove(&id).unwrap_or_default(),
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

/// Counts messages, causes and what is to be sent.
async fn overview(pool: &SqlitePool) -> sqlx::Result<Overview> {
    let mut transaction = pool.begin().await?;
    let messages = tallies(
        &mut transaction,
        "select xx3_status, count(*), min(xx3_received) from xx3 group by xx3_status order by xx3_status",
    );
    let messages = messages.await?;
    let causes = tallies(
        &mut transaction,
        "select cause, count(*), min(received_at) from inbox where state = 'refused' group by cause
         union all
         select w.area, count(distinct w.message), min(i.received_at)
         from waits w join inbox i on i.id = w.message where i.state = 'waiting' and not w.is_over group by w.area
         order by 2 desc, 1",
    );
    let causes = causes.await?;
    let outbox = tallies(
        &mut transaction,
        "select case when s.sent_at is not null then 'sent' when s.unroutable <> '' then 'unroutable' else 'due' end,
             count(*), min(o.created_at)
         from outbox o join sending s on s.id = o.id group by 1 order by 1",
    );
    let outbox = outbox.await?;
    Ok(Overview { messages, causes, outbox })
}

async fn tallies(connection: &mut SqliteConnection, sql: &'static str) -> sqlx::Result<Vec<Tally>> {
    let rows: Vec<(String, u32, Option<String>)> = sqlx::query_as(sql).fetch_all(connection).await?;
    let tally = |(name, count, oldest): (String, u32, Option<String>)| {
        Ok(Tally { name, count: count.into(), oldest: oldest.as_deref().map(parse_time).transpose()? })
    };
    rows.into_iter().map(tally).collect()
}

/// Reads rows of a declared table by exact values, in the order of its key.
async fn view(
    pool: &SqlitePool,
    table: &'static Table,
    exact: &[(&str, &str)],
    limit: i64,
) -> sqlx::Result<Vec<TableRow>> {
    let mut conditions = vec!["true".to_owned()];
    for (at, (name, _)) in exact.iter().enumerate() {
        // Only declared names come into the statement.
        let column = table.columns.iter().find(|column| column.name == *name);
        let column = column.ok_or_else(|| sqlx::Error::ColumnNotFound((*name).to_owned()))?;
        conditions.push(format!("t.{} = ?{}", column.name, at + 2));
    }
    let key: Vec<String> = table.key().iter().map(|column| format!("t.{}", table.columns[*column].name)).collect();
    let sql = format!(
        "select {} from {} as t where {} order by {} limit ?1",
        look_up::columns(table),
        effects::physical(table),
        conditions.join(" and "),
        key.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(limit);
    for (_, value) in exact {
        query = query.bind(*value);
    }
    query.fetch_all(pool).await?.iter().map(|row| look_up::read(table, row)).collect()
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
