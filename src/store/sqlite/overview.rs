//! Counts of what there is. None goes over a whole table: each ends where enough is counted.

use super::values::parse_time;
use crate::store::State;
use crate::store::monitor::{COUNTED, Overview, Tally};
use sqlx::{AssertSqlSafe, SqliteConnection, SqlitePool};

/// Counts messages, causes and what is to be sent.
pub(super) async fn overview(pool: &SqlitePool) -> sqlx::Result<Overview> {
    let mut transaction = pool.begin().await?;
    let mut messages = Vec::new();
    for (name, of) in messages_of() {
        messages.extend(tally(&mut transaction, name, &of).await?);
    }
    messages.sort_by(|a, b| a.name.cmp(&b.name));
    let causes = causes(&mut transaction).await?;
    let mut outbox = Vec::new();
    for (name, condition) in [
        ("due", "s.sent_at is null and s.unroutable = ''"),
        ("sent", "s.sent_at is not null"),
        ("unroutable", "s.sent_at is null and s.unroutable <> ''"),
    ] {
        let of = format!(
            "select o.created_at as since from sending s join outbox o on o.id = s.id where {condition} order by s.id"
        );
        outbox.extend(tally(&mut transaction, name, &of).await?);
    }
    Ok(Overview { messages, causes, outbox })
}

/// The words of view `xx3` and the messages of each, oldest first.
fn messages_of() -> Vec<(&'static str, String)> {
    let of = |condition: &str| format!("select i.received_at as since from inbox i where {condition} order by i.id");
    let answered = "select i.received_at as since from inbox i left join sending s on s.id = i.answer
        where i.state = 'staged' and (i.answer is null or s.sent_at is not null) order by i.id";
    // Found by what is still to be sent, which is little.
    let unanswered = "select i.received_at as since from sending s join outbox o on o.id = s.id
        join inbox i on i.id = o.message and i.answer = o.id
        where s.sent_at is null and i.state = 'staged' order by s.id";
    let mut all = vec![("answered", answered.to_owned()), ("staged", unanswered.to_owned())];
    all.push(("waiting", of("i.state in ('waiting', 'woken')")));
    let others = State::ALL.iter().filter(|state| !matches!(state, State::Staged | State::Waiting | State::Woken));
    all.extend(others.map(|state| (state.as_str(), of(&format!("i.state = '{}'", state.as_str())))));
    all
}

/// Counts what a statement gives; nothing where that is nothing.
async fn tally(connection: &mut SqliteConnection, name: &str, of: &str) -> sqlx::Result<Option<Tally>> {
    let sql = format!("select count(*), min(since) from ({of} limit {COUNTED}) as counted");
    let (count, oldest): (i64, Option<String>) = sqlx::query_as(AssertSqlSafe(sql)).fetch_one(connection).await?;
    let oldest = oldest.as_deref().map(parse_time).transpose()?;
    Ok((count > 0).then(|| Tally { name: name.to_owned(), count: count.unsigned_abs(), oldest }))
}

/// Causes of the newest refused messages, and the kinds that waiting messages wait for, most first.
async fn causes(connection: &mut SqliteConnection) -> sqlx::Result<Vec<Tally>> {
    let sql = format!(
        "select cause, count(*), min(received_at) from
             (select cause, received_at from inbox where state = 'refused' order by id desc limit {COUNTED}) as refused
         group by cause
         union all
         select area, count(distinct message), min(received_at) from
             (select w.area, w.message, i.received_at from waits w join inbox i on i.id = w.message
              where i.state = 'waiting' and not w.is_over limit {COUNTED}) as waiting
         group by area
         order by 2 desc, 1"
    );
    let rows: Vec<(String, i64, Option<String>)> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(connection).await?;
    let tally = |(name, count, oldest): (String, i64, Option<String>)| {
        let oldest = oldest.as_deref().map(parse_time).transpose()?;
        Ok(Tally { name, count: count.unsigned_abs(), oldest })
    };
    rows.into_iter().map(tally).collect()
}
