//! What conditions held back.

use super::rows::{Column, NewRows};
use crate::store::monitor::WithheldLine;
use crate::store::{NotKept, Withheld};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

/// New rows.
pub(super) fn rows<'a>(new: &'a [&'a Withheld]) -> Result<NewRows<'a>, NotKept> {
    let mut rows = NewRows::of("withheld", new.len());
    rows.column("id", Column::Id(new.iter().map(|one| Some(one.id)).collect()));
    rows.column("message", Column::Id(new.iter().map(|one| one.message).collect()));
    rows.texts(
        new,
        &[
            ("partner", |one| &one.partner),
            ("transaction", |one| &one.transaction),
            ("subject", |one| &one.subject),
            ("reason", |one| &one.reason),
            ("catalog", |one| &one.catalog),
        ],
    )?;
    rows.column("created_at", Column::Time(new.iter().map(|one| Some(one.created_at)).collect()));
    Ok(rows)
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
