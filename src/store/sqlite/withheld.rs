//! What conditions held back.

use super::values::{at, id, list, read_time};
use crate::store::Withheld;
use crate::store::monitor::WithheldLine;
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};

/// Writes new rows.
pub(super) async fn insert<'a>(
    connection: &mut SqliteConnection,
    withheld: impl Iterator<Item = &'a Withheld>,
) -> sqlx::Result<()> {
    let row = |one: &Withheld| {
        json!([
            id(one.id),
            one.message.map(id),
            one.partner,
            one.transaction,
            one.subject,
            one.reason,
            one.catalog,
            at(one.created_at)
        ])
    };
    let rows: Vec<_> = withheld.map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into withheld (id, message, partner, \"transaction\", subject, reason, catalog, created_at)
         select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7
         from json_each(?1)",
    )
    .bind(list(&rows)?)
    .execute(connection)
    .await?;
    Ok(())
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
