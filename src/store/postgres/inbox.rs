//! Rows of the inbox: written once, settled, read back.

use crate::store::{BusinessKey, Entry, Fingerprint, NotKept, Place, Repeat, Settled, State, Stored};
use crate::store::{cells, notes, trouble};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use std::sync::Arc;
use uuid::Uuid;

/// The columns that [`read`] reads, of an inbox row `i`.
pub(super) const STORED: &str =
    "i.id, i.partner, i.uuid, i.digest, i.transaction, i.internal_id, i.product, i.source, i.event, i.version,
    i.generated_on, i.origin, i.format, i.content_type, i.received_at, i.catalog, i.body, i.state, i.patience_until,
    i.attempts, coalesce(i.patience_until <= now(), false) as is_expired";

/// Writes new rows. One that is there already violates the unique fingerprint.
pub(super) async fn insert(connection: &mut PgConnection, settled: &[Settled]) -> Result<(), NotKept> {
    let new = settled.iter().filter_map(|settled| match &settled.place {
        Place::New(entry) => Some((&**entry, settled)),
        Place::Woken(_) => None,
    });
    let new: Vec<(&Entry, &Settled)> = new.collect();
    if new.is_empty() {
        return Ok(());
    }
    let mut query = sqlx::query(
        "insert into inbox (id, partner, uuid, digest, transaction, internal_id, product, source, event, version,
             generated_on, origin, format, content_type, received_at, catalog, body, state, cause, violations, ids,
             answer, patience_until, settled_at)
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
             $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
             $15::timestamptz[], $16::text[], $17::bytea[], $18::text[], $19::text[], $20::text[], $21::text[],
             $22::uuid[], $23::timestamptz[], $24::timestamptz[])",
    )
    .bind(new.iter().map(|(entry, _)| entry.id).collect::<Vec<_>>());
    let texts: [fn(&Entry) -> &str; 13] = [
        |entry| &entry.fingerprint.partner,
        |entry| &entry.fingerprint.uuid,
        |entry| &entry.fingerprint.digest,
        |entry| &entry.business.transaction,
        |entry| &entry.business.internal_id,
        |entry| &entry.product,
        |entry| &entry.source,
        |entry| &entry.event,
        |entry| &entry.version,
        |entry| &entry.generated_on,
        |entry| &entry.origin,
        |entry| &entry.format,
        |entry| &entry.content_type,
    ];
    for text in texts {
        let column = new.iter().map(|(entry, _)| cells::plain("inbox", text(entry)));
        query = query.bind(column.collect::<Result<Vec<_>, _>>()?);
    }
    query
        .bind(new.iter().map(|(entry, _)| entry.received_at).collect::<Vec<_>>())
        .bind(new.iter().map(|(entry, _)| entry.catalog.as_str()).collect::<Vec<_>>())
        .bind(new.iter().map(|(entry, _)| &*entry.body).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, settled)| settled.state.as_str()).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, settled)| settled.cause_text()).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, settled)| notes::violations(&settled.violations)).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, settled)| notes::ids(&settled.ids)).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, settled)| settled.answer()).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, settled)| settled.patience_until).collect::<Vec<_>>())
        .bind(new.iter().map(|(_, settled)| settled.when_settled()).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

/// Settles rows that are there. Each must be woken or waiting and claimed by the holder, or, of those that a
/// newer message supersedes, still waiting.
pub(super) async fn settle(
    connection: &mut PgConnection,
    settled: &[&Settled],
    holder: Option<Uuid>,
    from: &[State],
) -> Result<(), NotKept> {
    if settled.is_empty() {
        return Ok(());
    }
    let from: Vec<&str> = from.iter().map(|state| state.as_str()).collect();
    let written = sqlx::query(
        "update inbox i set state = n.state, cause = n.cause, violations = n.violations, ids = n.ids, answer = n.answer,
             patience_until = n.patience_until, settled_at = n.settled_at, attempts = i.attempts + 1,
             claimed_by = null, claimed_until = null
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::timestamptz[],
                     $8::timestamptz[]) as n (id, state, cause, violations, ids, answer, patience_until, settled_at)
         where i.id = n.id and i.state = any($9) and ($10::uuid is null or i.claimed_by = $10)",
    )
    .bind(settled.iter().map(|s| s.place.id()).collect::<Vec<_>>())
    .bind(settled.iter().map(|s| s.state.as_str()).collect::<Vec<_>>())
    .bind(settled.iter().map(|s| s.cause_text()).collect::<Vec<_>>())
    .bind(settled.iter().map(|s| notes::violations(&s.violations)).collect::<Vec<_>>())
    .bind(settled.iter().map(|s| notes::ids(&s.ids)).collect::<Vec<_>>())
    .bind(settled.iter().map(|s| s.answer()).collect::<Vec<_>>())
    .bind(settled.iter().map(|s| s.patience_until).collect::<Vec<_>>())
    .bind(settled.iter().map(|s| s.when_settled()).collect::<Vec<_>>())
    .bind(from)
    .bind(holder)
    .execute(connection)
    .await?
    .rows_affected();
    if written == settled.len() as u64 {
        Ok(())
    } else {
        Err(NotKept::Stale("inbox: a message is no longer waiting, or not ours".to_owned()))
    }
}

/// Counts repeated deliveries.
pub(super) async fn repeat(connection: &mut PgConnection, repeats: &[Repeat]) -> sqlx::Result<()> {
    sqlx::query(
        "update inbox i set attempts = i.attempts + r.count
         from (select id, count(*)::integer as count from unnest($1::uuid[]) as u (id) group by id) as r
         where i.id = r.id",
    )
    .bind(repeats.iter().map(|repeat| repeat.message).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// Reads rows by their ids, oldest first.
pub(super) async fn stored(connection: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<Stored>> {
    let sql = format!("select {STORED} from inbox i where i.id = any($1) order by i.id");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(ids).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

/// Reads a row of the columns [`STORED`].
pub(super) fn read(row: &PgRow) -> sqlx::Result<Stored> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let partner = text("partner")?;
    let state = text("state")?;
    let entry = Entry {
        id: row.try_get("id")?,
        fingerprint: Fingerprint { partner: partner.clone(), uuid: text("uuid")?, digest: text("digest")? },
        business: BusinessKey { partner, transaction: text("transaction")?, internal_id: text("internal_id")? },
        product: text("product")?,
        source: text("source")?,
        event: text("event")?,
        version: text("version")?,
        generated_on: text("generated_on")?,
        origin: text("origin")?,
        format: text("format")?,
        content_type: text("content_type")?,
        received_at: row.try_get("received_at")?,
        catalog: text("catalog")?,
        body: Arc::from(row.try_get::<&[u8], _>("body")?),
        redelivered: false,
    };
    Ok(Stored {
        entry,
        state: State::parse(&state).ok_or_else(|| trouble::unfit(format!("state {state}")))?,
        is_expired: row.try_get("is_expired")?,
        patience_until: row.try_get("patience_until")?,
        attempts: u32::try_from(row.try_get::<i32, _>("attempts")?).unwrap_or_default(),
    })
}
