//! What is old. Deleted row by row, a step at a time: what is kept longest decides what a partition could be dropped
//! for, and the keys by which a message is recognised know no day.

use super::{PATIENCE, Postgres, settle};
use crate::fault::Fault;
use crate::store::retention::{OldMessage, OldWord, Retention, Stretch, Sweep};
use crate::store::{State, trouble};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgPool, Row};
use std::time::Duration;
use uuid::Uuid;

/// Begins a deletion. It may be lost with the server: the next sweep finds the same.
const BEGIN: &str = "begin; set local synchronous_commit = off";
/// Holds of a message `i`, its answer `s`, that is being decided or for which something is still to be sent.
const NEEDED: &str = "i.state in ('waiting', 'woken') or coalesce(i.claimed_until >= now(), false)
    or i.answer is not null and s.sent_at is null
    or exists (select from outbox o left join sending d on d.id = o.id
               where o.message = i.id and o.kind <> 'response' and d.sent_at is null)";
/// Holds of a row `o` of the outbox, `s` of it, that is not confirmed or answers a message that is here.
const SPOKEN: &str = "s.sent_at is null or o.kind = 'response' and exists (select from inbox i where i.id = o.message and i.answer = o.id)";

#[async_trait]
impl Retention for Postgres {
    async fn claim_sweep(&self, holder: Uuid, lease: Duration) -> Result<bool, Fault> {
        settle(PATIENCE, claim(&self.loops, holder, lease)).await
    }

    async fn old_messages(&self, stretch: Stretch) -> Result<Vec<OldMessage>, Fault> {
        settle(PATIENCE, messages(&self.loops, stretch)).await
    }

    async fn old_words(&self, stretch: Stretch) -> Result<Vec<OldWord>, Fault> {
        settle(PATIENCE, words(&self.loops, stretch)).await
    }

    async fn delete_messages(&self, messages: &[OldMessage]) -> Result<Vec<Uuid>, Fault> {
        settle(PATIENCE, delete_messages(&self.loops, messages)).await
    }

    async fn delete_words(&self, words: &[OldWord]) -> Result<u64, Fault> {
        settle(PATIENCE, delete_words(&self.loops, words)).await
    }

    /// Autovacuum makes the space free for what comes.
    async fn give_back(&self) -> Result<bool, Fault> {
        Ok(false)
    }

    async fn note_sweeps(&self, sweeps: &[Sweep]) -> Result<(), Fault> {
        settle(PATIENCE, note(&self.loops, sweeps)).await
    }

    async fn sweeps(&self) -> Result<Vec<Sweep>, Fault> {
        settle(PATIENCE, sweeps(&self.loops)).await
    }
}

/// Claims the lane of sweeping.
async fn claim(pool: &PgPool, holder: Uuid, lease: Duration) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "insert into claims as c (lane, holder, until) values ('retention', $1, now() + make_interval(secs => $2))
         on conflict (lane) do update set holder = excluded.holder, until = excluded.until
             where c.holder = excluded.holder or c.until < now()",
    )
    .bind(holder)
    .bind(lease.as_secs_f64())
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Reads a stretch of the inbox.
async fn messages(pool: &PgPool, stretch: Stretch) -> sqlx::Result<Vec<OldMessage>> {
    let sql = format!(
        "select i.id, i.state, i.partner, i.transaction, i.internal_id, i.settled_at, {NEEDED} as is_needed
         from (select id, state, partner, transaction, internal_id, coalesce(settled_at, received_at) as settled_at,
                   answer, claimed_until
               from inbox where id > $1 and id < $2 order by id limit $3) as i
         left join sending s on s.id = i.answer
         order by i.id"
    );
    let rows = of_stretch(pool, sql, stretch).await?;
    let read = |row: &PgRow| {
        let state: String = row.try_get("state")?;
        Ok(OldMessage {
            id: row.try_get("id")?,
            state: State::parse(&state).ok_or_else(|| trouble::unfit(format!("state {state}")))?,
            partner: row.try_get("partner")?,
            transaction: row.try_get("transaction")?,
            internal_id: row.try_get("internal_id")?,
            settled_at: row.try_get("settled_at")?,
            is_needed: row.try_get("is_needed")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Reads a stretch of the outbox, and what was held back in it.
async fn words(pool: &PgPool, stretch: Stretch) -> sqlx::Result<Vec<OldWord>> {
    let sql = format!(
        "select o.id, o.subject, coalesce(s.sent_at, o.created_at) as said_at, {SPOKEN} as is_needed
         from (select id, subject, created_at, kind, message
               from outbox where id > $1 and id < $2 order by id limit $3) as o
         left join sending s on s.id = o.id
         union all
         (select id, subject, created_at, false from withheld where id > $1 and id < $2 order by id limit $3)
         order by 1 limit $3"
    );
    let rows = of_stretch(pool, sql, stretch).await?;
    let read = |row: &PgRow| {
        Ok(OldWord {
            id: row.try_get("id")?,
            subject: row.try_get("subject")?,
            said_at: row.try_get("said_at")?,
            is_needed: row.try_get("is_needed")?,
        })
    };
    rows.iter().map(read).collect()
}

async fn of_stretch(pool: &PgPool, sql: String, stretch: Stretch) -> sqlx::Result<Vec<PgRow>> {
    let limit = i64::try_from(stretch.limit).unwrap_or(i64::MAX);
    sqlx::query(AssertSqlSafe(sql)).bind(stretch.after).bind(stretch.before).bind(limit).fetch_all(pool).await
}

/// Deletes messages that stand as they were seen. Who has one locked keeps it.
async fn delete_messages(pool: &PgPool, messages: &[OldMessage]) -> sqlx::Result<Vec<Uuid>> {
    let mut transaction = pool.begin_with(BEGIN).await?;
    let sql = format!(
        "select i.id, i.answer from unnest($1::uuid[], $2::timestamptz[]) as n (id, settled_at)
         join inbox i on i.id = n.id and coalesce(i.settled_at, i.received_at) = n.settled_at
         left join sending s on s.id = i.answer
         where not ({NEEDED}) order by i.id for update of i skip locked"
    );
    let going: Vec<(Uuid, Option<Uuid>)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(messages.iter().map(|message| message.id).collect::<Vec<_>>())
        .bind(messages.iter().map(|message| message.settled_at).collect::<Vec<_>>())
        .fetch_all(&mut *transaction)
        .await?;
    let answers: Vec<Uuid> = going.iter().filter_map(|(_, answer)| *answer).collect();
    let messages: Vec<Uuid> = going.into_iter().map(|(id, _)| id).collect();
    let steps: [(&'static str, &[Uuid]); 5] = [
        ("delete from waits where message = any($1)", &messages),
        // Behind those: what ends leaves its line here.
        ("delete from waited where message = any($1)", &messages),
        ("delete from sending where id = any($1)", &answers),
        ("delete from outbox where id = any($1)", &answers),
        ("delete from inbox where id = any($1)", &messages),
    ];
    for (sql, ids) in steps {
        sqlx::query(sql).bind(ids).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(messages)
}

/// Deletes what was sent and what was held back.
async fn delete_words(pool: &PgPool, words: &[OldWord]) -> sqlx::Result<u64> {
    let sql = format!(
        "with going as (
             select o.id from outbox o join sending s on s.id = o.id
             where o.id = any($1) and not ({SPOKEN}) for update of s skip locked
         ), sent as (
             delete from sending s using going where s.id = going.id
         ), said as (
             delete from outbox o using going where o.id = going.id returning 1
         ), held_back as (
             delete from withheld where id = any($1) returning 1
         )
         select (select count(*) from said) + (select count(*) from held_back)"
    );
    let mut transaction = pool.begin_with(BEGIN).await?;
    let gone: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(words.iter().map(|word| word.id).collect::<Vec<_>>())
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(gone.unsigned_abs())
}

/// Notes what a sweep did.
async fn note(pool: &PgPool, sweeps: &[Sweep]) -> sqlx::Result<()> {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    sqlx::query(
        "insert into sweeps (kind, swept_at, deleted, held)
         select * from unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::bigint[])
         on conflict (kind) do update set
             swept_at = excluded.swept_at, deleted = excluded.deleted, held = excluded.held",
    )
    .bind(sweeps.iter().map(|sweep| sweep.kind.as_str()).collect::<Vec<_>>())
    .bind(sweeps.iter().map(|sweep| sweep.swept_at).collect::<Vec<_>>())
    .bind(sweeps.iter().map(|sweep| count(sweep.deleted)).collect::<Vec<_>>())
    .bind(sweeps.iter().map(|sweep| count(sweep.held)).collect::<Vec<_>>())
    .execute(pool)
    .await?;
    Ok(())
}

/// Lists what the last sweep did.
async fn sweeps(pool: &PgPool) -> sqlx::Result<Vec<Sweep>> {
    let rows: Vec<(String, DateTime<Utc>, i64, i64)> =
        sqlx::query_as("select kind, swept_at, deleted, held from sweeps order by kind").fetch_all(pool).await?;
    let sweep = |(kind, swept_at, deleted, held): (String, DateTime<Utc>, i64, i64)| Sweep {
        kind,
        swept_at,
        deleted: deleted.unsigned_abs(),
        held: held.unsigned_abs(),
    };
    Ok(rows.into_iter().map(sweep).collect())
}
