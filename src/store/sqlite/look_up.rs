//! Everything that a batch asks, a statement for each kind of question, of one state of the file.

use super::effects::physical;
use super::values::{list, read_id};
use super::{inbox, migrate};
use crate::store::cells::read_row;
use crate::store::questions::{self, Asked};
use crate::store::trouble::unfit;
use crate::store::{Ask, BusinessKey, Fingerprint, Found, Known, Predecessor, State};
use eaid_adapters::effect::Alias;
use eaid_adapters::table::{Row as TableRow, Table, Word};
use eaid_adapters::world::DePara;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, SqlitePool};

/// Looks up.
pub(super) async fn look_up(pool: &SqlitePool, ask: &Ask<'_>) -> sqlx::Result<Found> {
    let questions = questions::sort(ask);
    let mut found = Found::default();
    let mut transaction = pool.begin().await?;
    if !questions.depara.is_empty() {
        found.depara = depara(&mut transaction, &questions.depara).await?;
    }
    for questions::Linked { table, entries, .. } in &questions.linked {
        found.depara.extend(depara(&mut transaction, entries).await?);
        found.rows.extend(linked(&mut transaction, table, entries).await?);
    }
    for asked in &questions.rows {
        found.rows.extend(rows(&mut transaction, asked).await?);
    }
    if !questions.named.is_empty() {
        found.known.extend(known(&mut transaction, &questions.named).await?);
    }
    if !questions.bare.is_empty() {
        found.known.extend(known_bare(&mut transaction, &questions.bare).await?);
    }
    if !questions.keys.is_empty() {
        found.waiting = waiting(&mut transaction, &questions.keys).await?;
    }
    transaction.rollback().await?;
    questions.restore(&mut found);
    Ok(found)
}

fn asked(entries: &[questions::Entry<'_>]) -> sqlx::Result<String> {
    list(&entries.iter().map(questions::Entry::texts).collect::<Vec<_>>())
}

/// Finds De/Para entries.
async fn depara(
    connection: &mut SqliteConnection,
    entries: &[questions::Entry<'_>],
) -> sqlx::Result<Vec<(Word, Alias, Word, DePara)>> {
    let rows: Vec<(String, String, String, String, String)> = sqlx::query_as(
        "select d.partner, d.alias, d.external, d.internal, d.stamp from json_each(?1) as w cross join depara as d
         where d.external = w.value->>2 and d.partner = w.value->>0 and d.alias = w.value->>1",
    )
    .bind(asked(entries)?)
    .fetch_all(connection)
    .await?;
    // Of an alias that this version does not know, nobody asked.
    let entry = |(partner, alias, external, internal, stamp): (String, String, String, String, String)| {
        let entry = DePara { internal: internal.into(), stamp: stamp.into() };
        Some((partner.into(), Alias::find(&alias)?, external.into(), entry))
    };
    Ok(rows.into_iter().filter_map(entry).collect())
}

/// Finds the rows that De/Para entries link to.
async fn linked(
    connection: &mut SqliteConnection,
    table: &'static Table,
    entries: &[questions::Entry<'_>],
) -> sqlx::Result<Vec<TableRow>> {
    let Some(link) = table.link else { return Ok(Vec::new()) };
    let link = table.columns[link].name;
    let sql = format!(
        "select {} from json_each(?1) as w cross join depara as d cross join {} as t
         where d.external = w.value->>2 and d.partner = w.value->>0 and d.alias = w.value->>1
             and t.{link} = d.internal and t.{link} <> ''",
        columns(table),
        physical(table)
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(asked(entries)?).fetch_all(connection).await?;
    rows.iter().map(|row| read(table, row)).collect()
}

/// Finds rows by the values of an index.
async fn rows(connection: &mut SqliteConnection, asked: &questions::Rows<'_>) -> sqlx::Result<Vec<TableRow>> {
    let (table, index) = (asked.table, asked.index);
    let equal = |(column, place): (&usize, i32)| format!("t.{} = w.value->>{place}", table.columns[*column].name);
    let mut conditions: Vec<String> = index.columns.iter().zip(0..).map(equal).collect();
    conditions.extend(migrate::condition(table, index).map(|column| format!("t.{column} <> ''")));
    let sql = format!(
        "select {} from json_each(?1) as w cross join {} as t where {}",
        columns(table),
        physical(table),
        conditions.join(" and ")
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(list(&asked.values)?).fetch_all(connection).await?;
    rows.iter().map(|row| read(table, row)).collect()
}

/// Finds messages that are known by their fingerprints.
async fn known(connection: &mut SqliteConnection, prints: &[Asked<'_, Fingerprint>]) -> sqlx::Result<Vec<Known>> {
    let rows = sqlx::query(
        "select i.partner, i.uuid, i.digest, i.id, i.state from json_each(?1) as w cross join inbox as i
         where i.uuid = w.value->>0 and i.partner = w.value->>1 and i.digest = w.value->>2 and i.uuid <> ''",
    )
    .bind(texts(prints)?)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read_known).collect()
}

/// Finds messages without UUID by their digests, the newest of each.
async fn known_bare(connection: &mut SqliteConnection, prints: &[Asked<'_, Fingerprint>]) -> sqlx::Result<Vec<Known>> {
    let rows = sqlx::query(
        "select i.partner, i.uuid, i.digest, i.id, i.state from json_each(?1) as w cross join inbox as i
         where i.id = (select max(b.id) from inbox b
             where b.digest = w.value->>2 and b.partner = w.value->>1 and b.uuid = '')",
    )
    .bind(texts(prints)?)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read_known).collect()
}

fn texts<T>(keys: &[Asked<'_, T>]) -> sqlx::Result<String> {
    list(&keys.iter().map(Asked::texts).collect::<Vec<_>>())
}

/// Finds messages that wait under business keys.
async fn waiting(connection: &mut SqliteConnection, keys: &[Asked<'_, BusinessKey>]) -> sqlx::Result<Vec<Predecessor>> {
    let ids: Vec<String> = sqlx::query_scalar(
        "select i.id from json_each(?1) as w cross join inbox as i
         where i.internal_id = w.value->>0 and i.partner = w.value->>1 and i.\"transaction\" = w.value->>2
             and i.state = 'waiting'",
    )
    .bind(texts(keys)?)
    .fetch_all(&mut *connection)
    .await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let stored = inbox::stored(connection, &ids).await?;
    Ok(stored.into_iter().map(|stored| Predecessor { key: stored.entry.business.clone(), stored }).collect())
}

/// The columns of a table `t`.
pub(super) fn columns(table: &Table) -> String {
    table.columns.iter().map(|column| format!("t.{}", column.name)).collect::<Vec<_>>().join(", ")
}

/// Reads a row of the columns [`columns`].
pub(super) fn read(table: &'static Table, row: &SqliteRow) -> sqlx::Result<TableRow> {
    let text = |at| row.try_get::<Option<&str>, _>(at).map(|text| text.map(Word::from));
    read_row(table, (0..row.len()).map(text).collect::<sqlx::Result<_>>()?)
}

fn read_known(row: &SqliteRow) -> sqlx::Result<Known> {
    let text = |column: &str| row.try_get::<&str, _>(column).map(Word::from);
    let state = text("state")?;
    Ok(Known {
        fingerprint: Fingerprint { partner: text("partner")?, uuid: text("uuid")?, digest: text("digest")? },
        id: read_id(row, "id")?,
        state: State::parse(&state).ok_or_else(|| unfit(format!("state {state}")))?,
    })
}
