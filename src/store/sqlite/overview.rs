//! Counts of what there is. None goes over a whole table: each ends where enough is counted.

use super::values::parse_time;
use crate::store::counted;
use crate::store::monitor::{COUNTED, Overview, Tally};
use sqlx::{AssertSqlSafe, SqliteConnection, SqlitePool};

/// Counts messages, causes and what is to be sent.
pub(super) async fn overview(pool: &SqlitePool) -> sqlx::Result<Overview> {
    let mut transaction = pool.begin().await?;
    let mut messages = Vec::new();
    for (name, of) in counted::messages() {
        messages.extend(tally(&mut transaction, name, &of).await?);
    }
    messages.sort_by(|a, b| a.name.cmp(&b.name));
    let causes = causes(&mut transaction).await?;
    let mut outbox = Vec::new();
    for (name, of) in counted::outbox() {
        outbox.extend(tally(&mut transaction, name, &of).await?);
    }
    Ok(Overview { messages, causes, outbox })
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
