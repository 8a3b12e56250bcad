//! What people ask. The words of a message's status are those of view `xx3`.

use super::{LONG_PATIENCE, Postgres, depara, inbox, listing, overview, processes, sent, settle, withheld};
use crate::fault::Fault;
use crate::store::monitor::{
    DeParaChange, DeParaLine, Filter, MessageLine, MessageStory, MissingLine, Monitor, Overview, Page, Received,
    SentLine, Side, WaitLine, WaitedLine, WithheldLine,
};
use crate::store::{Outgoing, Process, SendKind, State, notes};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use eaid_adapters::effect::Alias;
use eaid_adapters::table::{Row as TableRow, Table};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres as Pg, Row};
use std::collections::HashMap;
use std::ops::RangeInclusive;
use uuid::Uuid;

/// The columns of a line, of [`MESSAGES`].
const LINE: &str =
    "i.id, i.uuid, i.partner, i.transaction, i.event, i.version, i.internal_id, i.cause, i.attempts, i.origin,
    i.received_at, i.settled_at, x.xx3_status as status";
/// Inbox rows with their status.
const MESSAGES: &str = "inbox i join xx3 x on x.xx3_id = i.id";
/// Holds for the messages of a filter, bound by [`bind`].
const FILTERED: &str =
    "($1::text is null or x.xx3_status = $1) and ($2::text is null or lower(i.transaction) = lower($2))
    and ($3::text is null or i.partner = $3) and ($4::text is null or i.internal_id = $4)
    and ($5::text is null or i.uuid = $5) and ($6::text is null or i.cause = $6)
    and ($7::timestamptz is null or i.received_at >= $7) and ($8::timestamptz is null or i.received_at < $8)";
/// So many stories at most carry one UUID.
const STORIES: i64 = 100;

#[async_trait]
impl Monitor for Postgres {
    async fn messages(&self, filter: &Filter) -> Result<Vec<MessageLine>, Fault> {
        settle(LONG_PATIENCE, messages(&self.people, filter)).await
    }

    async fn stories(&self, uuid: &str) -> Result<Vec<MessageStory>, Fault> {
        settle(LONG_PATIENCE, stories(&self.people, uuid)).await
    }

    async fn retry(&self, filter: &Filter) -> Result<u64, Fault> {
        settle(LONG_PATIENCE, retry(&self.people, filter)).await
    }

    async fn overview(&self) -> Result<Overview, Fault> {
        settle(LONG_PATIENCE, overview::overview(&self.people)).await
    }

    async fn depara(
        &self,
        reference: Option<&str>,
        alias: Option<Alias>,
        part: Option<&str>,
        limit: usize,
    ) -> Result<Vec<DeParaLine>, Fault> {
        settle(LONG_PATIENCE, depara::list(&self.people, reference, alias, part, most(limit))).await
    }

    async fn exact_depara(&self, alias: Alias, side: Side<'_>) -> Result<Vec<DeParaLine>, Fault> {
        settle(LONG_PATIENCE, depara::exact(&self.people, alias, side)).await
    }

    async fn set_depara(&self, lines: &[DeParaLine]) -> Result<DeParaChange, Fault> {
        settle(LONG_PATIENCE, depara::set(&self.people, lines)).await
    }

    async fn remove_depara(&self, reference: &str, alias: Alias, external: &str) -> Result<bool, Fault> {
        settle(LONG_PATIENCE, depara::remove(&self.people, reference, alias, external)).await
    }

    async fn missing_depara(&self, limit: usize) -> Result<Vec<MissingLine>, Fault> {
        settle(LONG_PATIENCE, depara::missing(&self.people, most(limit))).await
    }

    async fn sent_of(&self, subject: &str) -> Result<Vec<SentLine>, Fault> {
        settle(LONG_PATIENCE, sent::sent_of(&self.people, subject)).await
    }

    async fn withheld_of(&self, subject: &str) -> Result<Vec<WithheldLine>, Fault> {
        settle(LONG_PATIENCE, withheld::of(&self.people, subject)).await
    }

    async fn sent_for(&self, uuid: &str) -> Result<Vec<SentLine>, Fault> {
        settle(LONG_PATIENCE, sent::sent_for(&self.people, uuid)).await
    }

    async fn resend(&self, kind: Option<SendKind>) -> Result<u64, Fault> {
        settle(LONG_PATIENCE, sent::resend(&self.people, kind)).await
    }

    async fn processes(&self, since: DateTime<Utc>) -> Result<Vec<Process>, Fault> {
        settle(LONG_PATIENCE, processes::list(&self.people, since)).await
    }

    async fn outgoing(&self, id: Uuid) -> Result<Option<Outgoing>, Fault> {
        settle(LONG_PATIENCE, sent::outgoing(&self.people, id)).await
    }

    async fn view(&self, table: &'static Table, exact: &[(&str, &str)], limit: usize) -> Result<Vec<TableRow>, Fault> {
        settle(LONG_PATIENCE, listing::view(&self.people, table, exact, most(limit))).await
    }

    async fn newest(
        &self,
        table: &'static Table,
        exact: &[(&str, &str)],
        by: usize,
        page: Page,
    ) -> Result<Vec<TableRow>, Fault> {
        settle(LONG_PATIENCE, listing::newest(&self.people, table, exact, by, page)).await
    }

    async fn counted(&self, table: &'static Table, exact: &[(&str, &str)], most: usize) -> Result<u64, Fault> {
        settle(LONG_PATIENCE, listing::counted(&self.people, table, exact, most)).await
    }

    async fn of_days(
        &self,
        table: &'static Table,
        column: usize,
        days: &RangeInclusive<NaiveDate>,
        visit: &mut (dyn FnMut(TableRow) + Send),
    ) -> Result<(), Fault> {
        settle(LONG_PATIENCE, listing::of_days(&self.people, table, column, days, visit)).await
    }

    async fn received(&self, transaction: &str, after: Uuid, limit: usize) -> Result<Vec<Received>, Fault> {
        settle(LONG_PATIENCE, inbox::received(&self.people, transaction, after, most(limit))).await
    }

    async fn count(&self, state: State) -> Result<u64, Fault> {
        settle(LONG_PATIENCE, count(&self.people, state)).await
    }
}

/// A limit; 0 means none.
fn most(limit: usize) -> i64 {
    if limit == 0 { i64::MAX } else { i64::try_from(limit).unwrap_or(i64::MAX) }
}

fn bind<'q>(sql: String, filter: &'q Filter) -> Query<'q, Pg, PgArguments> {
    sqlx::query(AssertSqlSafe(sql))
        .bind(&filter.state)
        .bind(&filter.transaction)
        .bind(&filter.partner)
        .bind(&filter.internal_id)
        .bind(&filter.uuid)
        .bind(&filter.cause)
        .bind(filter.since)
        .bind(filter.until)
        .bind(most(filter.limit))
}

/// Lists messages, newest first.
async fn messages(pool: &PgPool, filter: &Filter) -> sqlx::Result<Vec<MessageLine>> {
    let sql = format!("select {LINE} from {MESSAGES} where {FILTERED} order by i.id desc limit $9");
    bind(sql, filter).fetch_all(pool).await?.iter().map(read_line).collect()
}

/// Puts messages back to be decided, newest first, and ends their waits. One that is being decided is left alone.
async fn retry(pool: &PgPool, filter: &Filter) -> sqlx::Result<u64> {
    let sql = format!(
        "with picked as (
             select i.id from {MESSAGES}
             where {FILTERED} and i.state in ('refused', 'set_aside', 'waiting')
                 and (i.claimed_until is null or i.claimed_until < now())
             order by i.id desc limit $9
         ), ended as (
             delete from waits w using picked where w.message = picked.id
         )
         update inbox i set state = 'woken', patience_until = null, claimed_by = null, claimed_until = null
         from picked where i.id = picked.id and i.state in ('refused', 'set_aside', 'waiting')"
    );
    Ok(bind(sql, filter).execute(pool).await?.rows_affected())
}

/// Tells all that is known of the messages that carry a UUID: the sender's, the row's, or that of something sent.
async fn stories(pool: &PgPool, uuid: &str) -> sqlx::Result<Vec<MessageStory>> {
    let mut connection = pool.acquire().await?;
    let sql = format!(
        "select x.xx3_status as status, i.cause, i.settled_at, i.violations, i.ids, {} from {MESSAGES}
         where i.id in (
             select id from inbox where uuid = $1 and uuid <> ''
             union select id from inbox where id = $2
             union select o.message from outbox o where o.id = $2)
         order by i.id desc limit $3",
        inbox::STORED
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(uuid)
        .bind(uuid.parse::<Uuid>().ok())
        .bind(STORIES)
        .fetch_all(&mut *connection)
        .await?;
    let ids = rows.iter().map(|row| row.try_get("id")).collect::<sqlx::Result<Vec<Uuid>>>()?;
    let mut waits = waits_of(&mut connection, &ids).await?;
    let mut waited = waited_by(&mut connection, &ids).await?;
    let mut sent = sent::sent_by(&mut connection, &ids).await?;
    let story = |row: &PgRow| {
        let id: Uuid = row.try_get("id")?;
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
async fn waits_of(connection: &mut PgConnection, messages: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Vec<WaitLine>>> {
    let rows: Vec<(Uuid, String, String, String)> = sqlx::query_as(
        "select message, key, path, text from waits where message = any($1) and not is_over order by path, key",
    )
    .bind(messages)
    .fetch_all(connection)
    .await?;
    let mut waits: HashMap<Uuid, Vec<WaitLine>> = HashMap::new();
    for (message, key, path, text) in rows {
        waits.entry(message).or_default().push(WaitLine { key, path, text });
    }
    Ok(waits)
}

/// A wait that ended: message, key, path, since and until.
type Ended = (Uuid, String, String, DateTime<Utc>, DateTime<Utc>);

/// Lists what messages waited for.
async fn waited_by(connection: &mut PgConnection, messages: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Vec<WaitedLine>>> {
    let rows: Vec<Ended> = sqlx::query_as(
        "select message, key, path, since, until from waited where message = any($1) order by until, path, key",
    )
    .bind(messages)
    .fetch_all(connection)
    .await?;
    let mut waited: HashMap<Uuid, Vec<WaitedLine>> = HashMap::new();
    for (message, key, path, since, until) in rows {
        waited.entry(message).or_default().push(WaitedLine { key, path, since, until });
    }
    Ok(waited)
}

/// Counts the messages in a state.
async fn count(pool: &PgPool, state: State) -> sqlx::Result<u64> {
    let count: i64 =
        sqlx::query_scalar("select count(*) from inbox where state = $1").bind(state.as_str()).fetch_one(pool).await?;
    Ok(count.unsigned_abs())
}

fn read_line(row: &PgRow) -> sqlx::Result<MessageLine> {
    Ok(MessageLine {
        id: row.try_get("id")?,
        uuid: row.try_get("uuid")?,
        partner: row.try_get("partner")?,
        transaction: row.try_get("transaction")?,
        event: row.try_get("event")?,
        version: row.try_get("version")?,
        internal_id: row.try_get("internal_id")?,
        status: row.try_get("status")?,
        cause: row.try_get("cause")?,
        attempts: u32::try_from(row.try_get::<i32, _>("attempts")?).unwrap_or_default(),
        origin: row.try_get("origin")?,
        received_at: row.try_get("received_at")?,
        settled_at: row.try_get("settled_at")?,
    })
}
