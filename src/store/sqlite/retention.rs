//! What is old, and the space that it leaves.

use super::values::{after, at, id, list, most, read_id, read_time, steady};
use super::{BEGIN_UNHURRIED, Sqlite};
use crate::fault::Fault;
use crate::store::retention::{OldMessage, OldWord, Retention, Stretch, Sweep};
use crate::store::{State, trouble};
use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqlitePool};
use std::time::Duration;
use trouble::fault;
use uuid::Uuid;

/// Holds of a message `i`, its answer `s`, that is being decided or for which something is still to be sent; ?4 is now,
/// by the steady clock.
const NEEDED: &str = "(i.state in ('waiting', 'woken') or coalesce(i.claimed_until >= ?4, 0)
    or i.answer is not null and s.sent_at is null
    or exists (select 1 from outbox o join sending d on d.id = o.id
               where o.message = i.id and o.kind <> 'response' and d.sent_at is null))";
/// Holds of a row `o` of the outbox, `s` of it, that is not confirmed or answers a message that is here.
const SPOKEN: &str = "(s.sent_at is null or o.kind = 'response' and exists (
    select 1 from inbox i where i.id = o.message and i.answer = o.id))";
/// Pages given back at once: 8 MB of the usual size.
const PAGES: u32 = 2000;

#[async_trait]
impl Retention for Sqlite {
    async fn claim_sweep(&self, holder: Uuid, lease: Duration) -> Result<bool, Fault> {
        claim(&self.writer, holder, lease).await.map_err(fault)
    }

    async fn old_messages(&self, stretch: Stretch) -> Result<Vec<OldMessage>, Fault> {
        messages(&self.readers, stretch).await.map_err(fault)
    }

    async fn old_words(&self, stretch: Stretch) -> Result<Vec<OldWord>, Fault> {
        words(&self.readers, stretch).await.map_err(fault)
    }

    async fn delete_messages(&self, messages: &[OldMessage]) -> Result<Vec<Uuid>, Fault> {
        delete_messages(&self.writer, messages).await.map_err(fault)
    }

    async fn delete_words(&self, words: &[OldWord]) -> Result<u64, Fault> {
        delete_words(&self.writer, words).await.map_err(fault)
    }

    async fn give_back(&self) -> Result<bool, Fault> {
        give_back(&self.writer).await.map_err(fault)
    }

    async fn note_sweeps(&self, sweeps: &[Sweep]) -> Result<(), Fault> {
        note(&self.writer, sweeps).await.map_err(fault)
    }

    async fn sweeps(&self) -> Result<Vec<Sweep>, Fault> {
        sweeps(&self.readers).await.map_err(fault)
    }
}

/// Claims the lane of sweeping.
async fn claim(pool: &SqlitePool, holder: Uuid, lease: Duration) -> sqlx::Result<bool> {
    let mut transaction = pool.begin_with(BEGIN_UNHURRIED).await?;
    let done = sqlx::query(
        "insert into claims (lane, holder, until) values ('retention', ?1, ?2)
         on conflict (lane) do update set holder = excluded.holder, until = excluded.until
             where holder = excluded.holder or until < ?3",
    )
    .bind(id(holder))
    .bind(after(lease))
    .bind(steady())
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(done.rows_affected() > 0)
}

/// Reads a stretch of the inbox.
async fn messages(pool: &SqlitePool, stretch: Stretch) -> sqlx::Result<Vec<OldMessage>> {
    let sql = format!(
        "select i.id, i.state, i.partner, i.\"transaction\", i.internal_id, i.settled_at, {NEEDED} as is_needed
         from (select id, state, partner, \"transaction\", internal_id, coalesce(settled_at, received_at) as settled_at,
                   answer, claimed_until
               from inbox where id > ?1 and id < ?2 order by id limit ?3) as i
         left join sending s on s.id = i.answer
         order by i.id"
    );
    let rows = of_stretch(pool, sql, stretch).await?;
    let read = |row: &SqliteRow| {
        let state: String = row.try_get("state")?;
        Ok(OldMessage {
            id: read_id(row, "id")?,
            state: State::parse(&state).ok_or_else(|| trouble::unfit(format!("state {state}")))?,
            partner: row.try_get("partner")?,
            transaction: row.try_get("transaction")?,
            internal_id: row.try_get("internal_id")?,
            settled_at: read_time(row, "settled_at")?,
            is_needed: row.try_get("is_needed")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Reads a stretch of the outbox, and what was held back in it.
async fn words(pool: &SqlitePool, stretch: Stretch) -> sqlx::Result<Vec<OldWord>> {
    let sql = format!(
        "select * from (
             select o.id as id, o.subject as subject, coalesce(s.sent_at, o.created_at) as said_at, {SPOKEN} as is_needed
             from outbox o join sending s on s.id = o.id
             where o.id > ?1 and o.id < ?2 order by o.id limit ?3)
         union all
         select * from (
             select id, subject, created_at, 0 from withheld where id > ?1 and id < ?2 order by id limit ?3)
         order by 1 limit ?3"
    );
    let rows = of_stretch(pool, sql, stretch).await?;
    let read = |row: &SqliteRow| {
        Ok(OldWord {
            id: read_id(row, "id")?,
            subject: row.try_get("subject")?,
            said_at: read_time(row, "said_at")?,
            is_needed: row.try_get("is_needed")?,
        })
    };
    rows.iter().map(read).collect()
}

async fn of_stretch(pool: &SqlitePool, sql: String, stretch: Stretch) -> sqlx::Result<Vec<SqliteRow>> {
    sqlx::query(AssertSqlSafe(sql))
        .bind(id(stretch.after))
        .bind(id(stretch.before))
        .bind(most(stretch.limit))
        .bind(steady())
        .fetch_all(pool)
        .await
}

/// Deletes messages that stand as they were seen.
async fn delete_messages(pool: &SqlitePool, messages: &[OldMessage]) -> sqlx::Result<Vec<Uuid>> {
    let seen: Vec<(String, String)> = messages.iter().map(|one| (id(one.id), at(one.settled_at))).collect();
    let mut transaction = pool.begin_with(BEGIN_UNHURRIED).await?;
    let sql = format!(
        "select i.id, i.answer
         from json_each(?1) n join inbox i on i.id = n.value->>0 and coalesce(i.settled_at, i.received_at) = n.value->>1
         left join sending s on s.id = i.answer
         where not {NEEDED}"
    );
    let going: Vec<(String, Option<String>)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(list(&seen)?)
        .bind(None::<String>)
        .bind(None::<String>)
        .bind(steady())
        .fetch_all(&mut *transaction)
        .await?;
    let answers = list(&going.iter().filter_map(|(_, answer)| answer.as_deref()).collect::<Vec<_>>())?;
    let ids = list(&going.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>())?;
    let steps: [(&'static str, &str); 5] = [
        ("delete from waits where message in (select value from json_each(?1))", &ids),
        // Behind those: what ends leaves its line here.
        ("delete from waited where message in (select value from json_each(?1))", &ids),
        ("delete from sending where id in (select value from json_each(?1))", &answers),
        ("delete from outbox where id in (select value from json_each(?1))", &answers),
        ("delete from inbox where id in (select value from json_each(?1))", &ids),
    ];
    for (sql, ids) in steps {
        sqlx::query(sql).bind(ids).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    going.iter().map(|(id, _)| id.parse().map_err(trouble::unfit)).collect()
}

/// Deletes what was sent and what was held back.
async fn delete_words(pool: &SqlitePool, words: &[OldWord]) -> sqlx::Result<u64> {
    let ids = list(&words.iter().map(|word| id(word.id)).collect::<Vec<_>>())?;
    let mut transaction = pool.begin_with(BEGIN_UNHURRIED).await?;
    let sql = format!(
        "select o.id from json_each(?1) n join outbox o on o.id = n.value join sending s on s.id = o.id
         where not {SPOKEN}"
    );
    let going: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(&ids).fetch_all(&mut *transaction).await?;
    let said = list(&going)?;
    let mut gone = 0;
    for (sql, ids) in [
        ("delete from outbox where id in (select value from json_each(?1))", &said),
        ("delete from withheld where id in (select value from json_each(?1))", &ids),
    ] {
        gone += sqlx::query(sql).bind(ids).execute(&mut *transaction).await?.rows_affected();
    }
    sqlx::query("delete from sending where id in (select value from json_each(?1))")
        .bind(&said)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(gone)
}

/// Gives pages that are free back to the file system.
async fn give_back(pool: &SqlitePool) -> sqlx::Result<bool> {
    let mut connection = pool.acquire().await?;
    sqlx::query(AssertSqlSafe(format!("pragma incremental_vacuum({PAGES})"))).fetch_all(&mut *connection).await?;
    // A file that was made before, and has not been packed, keeps its pages.
    let left: u32 = sqlx::query_scalar(
        "select case auto_vacuum when 2 then freelist_count else 0 end from pragma_auto_vacuum, pragma_freelist_count",
    )
    .fetch_one(&mut *connection)
    .await?;
    Ok(left > 0)
}

/// Notes what a sweep did.
async fn note(pool: &SqlitePool, sweeps: &[Sweep]) -> sqlx::Result<()> {
    let rows: Vec<(&str, String, u64, u64)> =
        sweeps.iter().map(|sweep| (sweep.kind.as_str(), at(sweep.swept_at), sweep.deleted, sweep.held)).collect();
    let mut transaction = pool.begin_with(BEGIN_UNHURRIED).await?;
    sqlx::query(
        "insert into sweeps (kind, swept_at, deleted, held)
         select value->>0, value->>1, value->>2, value->>3 from json_each(?1) where true
         on conflict (kind) do update set
             swept_at = excluded.swept_at, deleted = excluded.deleted, held = excluded.held",
    )
    .bind(list(&rows)?)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}

/// Lists what the last sweep did.
async fn sweeps(pool: &SqlitePool) -> sqlx::Result<Vec<Sweep>> {
    let rows = sqlx::query("select kind, swept_at, deleted, held from sweeps order by kind").fetch_all(pool).await?;
    let sweep = |row: &SqliteRow| {
        Ok(Sweep {
            kind: row.try_get("kind")?,
            swept_at: read_time(row, "swept_at")?,
            deleted: row.try_get::<i64, _>("deleted")?.unsigned_abs(),
            held: row.try_get::<i64, _>("held")?.unsigned_abs(),
        })
    };
    rows.iter().map(sweep).collect()
}
