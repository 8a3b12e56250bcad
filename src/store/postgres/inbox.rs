//! Rows of the inbox: written once, settled, read back.

use super::rows::{Column, NewRows};
use crate::store::monitor::Received;
use crate::store::packing::{Packed, unpacked_or_held};
use crate::store::{BusinessKey, Entry, Fingerprint, NotKept, Place, Repeat, Settled, State, Stored};
use crate::store::{notes, trouble};
use eaid_adapters::table::Word;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Row};
use uuid::Uuid;

/// The columns that [`read`] reads, of an inbox row `i`.
pub(super) const STORED: &str =
    "i.id, i.partner, i.uuid, i.digest, i.transaction, i.internal_id, i.product, i.source, i.event, i.version,
    i.generated_on, i.origin, i.format, i.content_type, i.received_at, i.catalog, i.body, i.plain, i.state, i.patience_until,
    i.attempts, coalesce(i.patience_until <= now(), false) as is_expired";

/// The messages that have no row yet.
pub(super) fn new(settled: &[Settled]) -> Vec<(&Entry, &Settled)> {
    let new = settled.iter().filter_map(|settled| match &settled.place {
        Place::New(entry) => Some((&**entry, settled)),
        Place::Woken(_) => None,
    });
    new.collect()
}

/// Their rows. One that is there already violates the unique fingerprint.
pub(super) fn rows<'a>(new: &'a [(&'a Entry, &'a Settled)]) -> NewRows<'a> {
    let mut rows = NewRows::of("inbox", new.len());
    rows.column("id", Column::Id(new.iter().map(|(entry, _)| Some(entry.id)).collect()));
    rows.heads(
        new,
        &[
            ("partner", |(entry, _)| &entry.fingerprint.partner),
            ("uuid", |(entry, _)| &entry.fingerprint.uuid),
            ("digest", |(entry, _)| &entry.fingerprint.digest),
            ("transaction", |(entry, _)| &entry.business.transaction),
            ("internal_id", |(entry, _)| &entry.business.internal_id),
            ("product", |(entry, _)| &entry.product),
            ("source", |(entry, _)| &entry.source),
            ("event", |(entry, _)| &entry.event),
            ("version", |(entry, _)| &entry.version),
            ("generated_on", |(entry, _)| &entry.generated_on),
            ("origin", |(entry, _)| &entry.origin),
            ("format", |(entry, _)| &entry.format),
            ("content_type", |(entry, _)| &entry.content_type),
            ("catalog", |(entry, _)| &entry.catalog),
        ],
    );
    rows.column("received_at", Column::Time(new.iter().map(|(entry, _)| Some(entry.received_at)).collect()));
    rows.bodies(new.iter().map(|(entry, _)| Packed::of(&entry.body)));
    rows.column("state", Column::Text(new.iter().map(|(_, settled)| settled.state.as_str()).collect()));
    rows.column("cause", Column::Text(new.iter().map(|(_, settled)| settled.cause_text()).collect()));
    rows.column(
        "violations",
        Column::Made(new.iter().map(|(_, settled)| notes::violations(&settled.violations)).collect()),
    );
    rows.column("ids", Column::Made(new.iter().map(|(_, settled)| notes::ids(&settled.ids)).collect()));
    rows.column("answer", Column::Id(new.iter().map(|(_, settled)| settled.answer()).collect()));
    rows.column("patience_until", Column::Time(new.iter().map(|(_, settled)| settled.patience_until).collect()));
    rows.column("settled_at", Column::Time(new.iter().map(|(_, settled)| settled.when_settled()).collect()));
    rows
}

/// Settles rows that are there. Each must be woken or waiting and claimed by the holder, or, of those that a
/// newer message supersedes, still waiting.
pub(super) async fn settle(
    connection: &mut PgConnection,
    settled: &[&Settled],
    catalog: &str,
    holder: Option<Uuid>,
    from: &[State],
) -> Result<(), NotKept> {
    if settled.is_empty() {
        return Ok(());
    }
    let from: Vec<&str> = from.iter().map(|state| state.as_str()).collect();
    let written = sqlx::query(
        "update inbox i set state = n.state, cause = n.cause, violations = n.violations, ids = n.ids, answer = n.answer,
             patience_until = n.patience_until, settled_at = n.settled_at, catalog = $11,
             attempts = i.attempts + 1, claimed_by = null, claimed_until = null
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
    .bind(catalog)
    .execute(connection)
    .await?
    .rows_affected();
    if written == settled.len() as u64 {
        Ok(())
    } else {
        Err(NotKept::Stale("inbox: a message is no longer waiting, or not ours".to_owned()))
    }
}

/// Counts repeated deliveries. A message that was deleted since it was looked up is a new one.
pub(super) async fn repeat(connection: &mut PgConnection, repeats: &[Repeat]) -> Result<(), NotKept> {
    let counted = sqlx::query(
        "update inbox i set attempts = i.attempts + r.count
         from (select id, count(*)::integer as count from unnest($1::uuid[]) as u (id) group by id) as r
         where i.id = r.id",
    )
    .bind(repeats.iter().map(|repeat| repeat.message).collect::<Vec<_>>())
    .execute(connection)
    .await?
    .rows_affected();
    Repeat::are_all_here(repeats, counted)
}

/// Reads rows by their ids, oldest first.
pub(super) async fn stored(connection: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<Stored>> {
    let sql = format!("select {STORED} from inbox i where i.id = any($1) order by i.id");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(ids).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

/// Lists messages of a transaction behind an id, each with what it lacks and whether its answer was confirmed.
pub(super) async fn received(pool: &PgPool, transaction: &str, after: Uuid, limit: i64) -> sqlx::Result<Vec<Received>> {
    let sql = format!(
        "select i.cause, s.sent_at is not null as is_answered,
             array(select w.key from waits w where w.message = i.id order by w.path, w.key) as lacks, {STORED}
         from inbox i left join sending s on s.id = i.answer
         where i.transaction = $1 and i.id > $2 order by i.id limit $3"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(transaction).bind(after).bind(limit).fetch_all(pool).await?;
    let received = |row: &PgRow| {
        Ok(Received {
            stored: read(row)?,
            cause: row.try_get("cause")?,
            lacks: row.try_get("lacks")?,
            is_answered: row.try_get("is_answered")?,
        })
    };
    rows.iter().map(received).collect()
}

/// Reads a row of the columns [`STORED`].
pub(super) fn read(row: &PgRow) -> sqlx::Result<Stored> {
    let text = |column: &str| row.try_get::<&str, _>(column).map(Word::from);
    let partner = text("partner")?;
    let state = text("state")?;
    let (body, is_damaged) = unpacked_or_held(row.try_get("body")?, row.try_get("plain")?);
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
        body,
        redelivered: false,
    };
    Ok(Stored {
        entry,
        is_damaged,
        state: State::parse(&state).ok_or_else(|| trouble::unfit(format!("state {state}")))?,
        is_expired: row.try_get("is_expired")?,
        patience_until: row.try_get("patience_until")?,
        attempts: u32::try_from(row.try_get::<i32, _>("attempts")?).unwrap_or_default(),
    })
}
