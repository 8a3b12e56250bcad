//! Rows of the inbox: written once, settled, read back.

use super::insert::{self, Values};
use super::values::{at, id, list, off_steady, on_steady, read_id, read_optional_time, read_time, steady};
use crate::store::monitor::Received;
use crate::store::packing::{Packed, unpacked_or_held};
use crate::store::{BusinessKey, Entry, Fingerprint, NotKept, Place, Repeat, Settled, State, Stored};
use crate::store::{keys, notes, trouble};
use eaid_adapters::table::Word;
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, SqlitePool};
use uuid::Uuid;

/// The columns that [`read`] reads, of an inbox row `i`.
pub(super) const STORED: &str =
    "i.id, i.partner, i.uuid, i.digest, i.\"transaction\", i.internal_id, i.product, i.source, i.event,
    i.version, i.generated_on, i.origin, i.format, i.content_type, i.received_at, i.catalog, i.body, i.plain, i.state,
    i.patience_until, i.attempts";

/// The columns of a new row.
const NEW: [&str; 25] = [
    "id",
    "partner",
    "uuid",
    "digest",
    "\"transaction\"",
    "internal_id",
    "product",
    "source",
    "event",
    "version",
    "generated_on",
    "origin",
    "format",
    "content_type",
    "received_at",
    "catalog",
    "body",
    "plain",
    "state",
    "cause",
    "violations",
    "ids",
    "answer",
    "patience_until",
    "settled_at",
];

/// Writes new rows. One that is there already violates the unique fingerprint.
pub(super) async fn insert(connection: &mut SqliteConnection, settled: &[Settled]) -> Result<(), NotKept> {
    let mut rows: Vec<(&Entry, &Settled)> = Vec::with_capacity(settled.len());
    for one in settled {
        if let Place::New(entry) = &one.place {
            rows.push((entry, one));
        }
    }
    insert::insert(connection, "inbox", &NEW, &rows, |values, (entry, settled)| Ok(bind(values, entry, settled)?)).await
}

fn bind(values: &mut Values, entry: &Entry, settled: &Settled) -> sqlx::Result<()> {
    values.add(id(entry.id))?;
    for text in [
        &entry.fingerprint.partner,
        &entry.fingerprint.uuid,
        &entry.fingerprint.digest,
        &entry.business.transaction,
        &entry.business.internal_id,
        &entry.product,
        &entry.source,
        &entry.event,
        &entry.version,
        &entry.generated_on,
        &entry.origin,
        &entry.format,
        &entry.content_type,
    ] {
        values.add(keys::short(text))?;
    }
    values.add(at(entry.received_at))?;
    values.add(&*entry.catalog)?;
    let packed = Packed::of(&entry.body);
    values.add(&*packed.body)?;
    values.add(packed.plain)?;
    values.add(settled.state.as_str())?;
    values.add(settled.cause_text())?;
    values.add(notes::violations(&settled.violations))?;
    values.add(notes::ids(&settled.ids))?;
    values.add(settled.answer().map(id))?;
    values.add(settled.patience_until.map(on_steady))?;
    values.add(settled.when_settled().map(at))
}

/// Settles rows that are there. Each must be woken or waiting and claimed by the holder, or, of those that a
/// newer message supersedes, still waiting.
pub(super) async fn settle(
    connection: &mut SqliteConnection,
    settled: &[&Settled],
    catalog: &str,
    holder: Option<Uuid>,
    from: &[State],
) -> Result<(), NotKept> {
    if settled.is_empty() {
        return Ok(());
    }
    let row = |one: &&Settled| {
        json!([
            id(one.place.id()),
            one.state.as_str(),
            one.cause_text(),
            notes::violations(&one.violations),
            notes::ids(&one.ids),
            one.answer().map(id),
            one.patience_until.map(on_steady),
            one.when_settled().map(at),
        ])
    };
    let written = sqlx::query(
        "update inbox as i set state = n.value->>1, cause = n.value->>2, violations = n.value->>3, ids = n.value->>4,
             answer = n.value->>5, patience_until = n.value->>6, settled_at = n.value->>7, catalog = ?4,
             attempts = i.attempts + 1, claimed_by = null, claimed_until = null
         from json_each(?1) as n
         where i.id = n.value->>0 and i.state in (select value from json_each(?2)) and (?3 is null or i.claimed_by = ?3)",
    )
    .bind(list(&settled.iter().map(row).collect::<Vec<_>>())?)
    .bind(list(&from.iter().map(|state| state.as_str()).collect::<Vec<_>>())?)
    .bind(holder.map(id))
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
pub(super) async fn repeat(connection: &mut SqliteConnection, repeats: &[Repeat]) -> Result<(), NotKept> {
    let counted = sqlx::query(
        "update inbox as i set attempts = i.attempts + r.times
         from (select value as id, count(*) as times from json_each(?1) group by value) as r
         where i.id = r.id",
    )
    .bind(list(&repeats.iter().map(|repeat| id(repeat.message)).collect::<Vec<_>>())?)
    .execute(connection)
    .await?
    .rows_affected();
    Repeat::are_all_here(repeats, counted)
}

/// Reads rows by their ids, oldest first.
pub(super) async fn stored(connection: &mut SqliteConnection, ids: &[String]) -> sqlx::Result<Vec<Stored>> {
    let sql = format!("select {STORED} from inbox i where i.id in (select value from json_each(?1)) order by i.id");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(list(ids)?).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

/// Lists messages of a transaction behind an id, each with what it lacks and whether its answer was confirmed.
pub(super) async fn received(
    pool: &SqlitePool,
    transaction: &str,
    after: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<Received>> {
    let sql = format!(
        "select i.cause, s.sent_at is not null as is_answered,
             (select json_group_array(k.\"key\") from
                 (select w.\"key\" from waits w where w.message = i.id order by w.path, w.\"key\") as k) as lacks, {STORED}
         from inbox i left join sending s on s.id = i.answer
         where i.\"transaction\" = ?1 and i.id > ?2 order by i.id limit ?3"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(transaction).bind(id(after)).bind(limit).fetch_all(pool).await?;
    let received = |row: &SqliteRow| {
        Ok(Received {
            stored: read(row)?,
            cause: row.try_get("cause")?,
            lacks: serde_json::from_str(row.try_get("lacks")?).map_err(trouble::unfit)?,
            is_answered: row.try_get("is_answered")?,
        })
    };
    rows.iter().map(received).collect()
}

/// Reads a row of the columns [`STORED`].
pub(super) fn read(row: &SqliteRow) -> sqlx::Result<Stored> {
    let text = |column: &str| row.try_get::<&str, _>(column).map(Word::from);
    let partner = text("partner")?;
    let state = text("state")?;
    let (body, is_damaged) = unpacked_or_held(row.try_get("body")?, row.try_get("plain")?);
    let entry = Entry {
        id: read_id(row, "id")?,
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
        received_at: read_time(row, "received_at")?,
        catalog: text("catalog")?,
        body,
        redelivered: false,
    };
    let until: Option<String> = row.try_get("patience_until")?;
    Ok(Stored {
        entry,
        is_damaged,
        state: State::parse(&state).ok_or_else(|| trouble::unfit(format!("state {state}")))?,
        is_expired: until.is_some_and(|until| until <= steady()),
        patience_until: read_optional_time(row, "patience_until")?.map(off_steady),
        attempts: row.try_get("attempts")?,
    })
}
