//! What conditions held back.

use crate::store::Withheld;
use crate::store::monitor::WithheldLine;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};

/// Writes new rows.
pub(super) async fn insert<'a>(
    connection: &mut PgConnection,
    withheld: impl Iterator<Item = &'a Withheld>,
) -> sqlx::Result<()> {
    let rows: Vec<&Withheld> = withheld.collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into withheld (id, message, partner, transaction, subject, reason, catalog, created_at)
         select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                              $8::timestamptz[])",
    )
    .bind(rows.iter().map(|one| one.id).collect::<Vec<_>>())
    .bind(rows.iter().map(|one| one.message).collect::<Vec<_>>())
    .bind(rows.iter().map(|one| one.partner.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|one| one.transaction.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|one| one.subject.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|one| one.reason.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|one| one.catalog.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|one| one.created_at).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// Lists what was held back of a subject, oldest first.
pub(super) async fn of(pool: &PgPool, subject: &str) -> sqlx::Result<Vec<WithheldLine>> {
    let rows =
        sqlx::query("select * from withheld where subject = $1 order by id").bind(subject).fetch_all(pool).await?;
    let read = |row: &PgRow| {
        Ok(WithheldLine {
            transaction: row.try_get("transaction")?,
            partner: row.try_get("partner")?,
            reason: row.try_get("reason")?,
            catalog: row.try_get("catalog")?,
            created_at: row.try_get("created_at")?,
        })
    };
    rows.iter().map(read).collect()
}
