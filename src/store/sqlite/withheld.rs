//! What conditions held back.

use super::insert::{self, Values};
use super::values::{at, id, read_time};
use crate::store::monitor::WithheldLine;
use crate::store::{NotKept, Withheld};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};

/// Writes new rows.
pub(super) async fn insert<'a>(
    connection: &mut SqliteConnection,
    withheld: impl Iterator<Item = &'a Withheld>,
) -> Result<(), NotKept> {
    let rows: Vec<&Withheld> = withheld.collect();
    let columns = ["id", "message", "partner", "\"transaction\"", "subject", "reason", "catalog", "created_at"];
    insert::insert(connection, "withheld", &columns, &rows, |values, one| Ok(bind(values, one)?)).await
}

fn bind(values: &mut Values, one: &Withheld) -> sqlx::Result<()> {
    values.add(id(one.id))?;
    values.add(one.message.map(id))?;
    for text in [&one.partner, &one.transaction, &one.subject, &one.reason, &one.catalog] {
        values.add(&**text)?;
    }
    values.add(at(one.created_at))
}

/// Lists what was held back of a subject, oldest first.
pub(super) async fn of(pool: &SqlitePool, subject: &str) -> sqlx::Result<Vec<WithheldLine>> {
    let rows =
        sqlx::query("select * from withheld where subject = ?1 order by id").bind(subject).fetch_all(pool).await?;
    let read = |row: &SqliteRow| {
        Ok(WithheldLine {
            transaction: row.try_get("transaction")?,
            partner: row.try_get("partner")?,
            reason: row.try_get("reason")?,
            catalog: row.try_get("catalog")?,
            created_at: read_time(row, "created_at")?,
        })
    };
    rows.iter().map(read).collect()
}
