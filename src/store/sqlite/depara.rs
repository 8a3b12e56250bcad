//! De/Para entries: written by messages, by hand, and read by people.

use super::insert::{self, Values};
use super::values::{list as bound, parse_time};
use super::{BEGIN, waits};
use crate::store::cells::plain;
use crate::store::entries::{self, COLUMNS};
use crate::store::fold::{Link, Seen};
use crate::store::monitor::{DeParaChange, DeParaLine, MissingLine, Side};
use crate::store::{NotKept, keys};
use eaid_adapters::effect::Alias;
use sqlx::{AssertSqlSafe, SqliteConnection, SqlitePool};

/// Writes the net changes of a batch.
pub(super) async fn write(connection: &mut SqliteConnection, links: &[Link<'_>]) -> Result<(), NotKept> {
    let gone: Vec<&Link<'_>> = links.iter().filter(|link| link.now.is_none()).collect();
    let changed = links.iter().filter(|link| link.now.is_some() && link.seen != Seen::Nothing).collect::<Vec<_>>();
    let new = links.iter().filter(|link| link.now.is_some() && link.seen == Seen::Nothing).collect::<Vec<_>>();
    if !gone.is_empty() {
        delete(connection, &gone).await?;
    }
    if !changed.is_empty() {
        update(connection, &changed).await?;
    }
    if !new.is_empty() {
        insert(connection, &new).await?;
    }
    Ok(())
}

/// An entry as it is bound: partner, alias, external code, what was seen, internal value, stamp, field, the stamp seen.
fn texts<'a>(link: &Link<'a>) -> Result<[Option<&'a str>; 8], NotKept> {
    let (was, stamped) =
        if let Seen::Entry(internal, stamp) = link.seen { (Some(internal), Some(stamp)) } else { (None, None) };
    let (internal, stamp) = link.now.unwrap_or_default();
    let partner = plain("depara", link.partner)?;
    let external = plain("depara", link.external)?;
    let (internal, stamp) = (plain("depara", internal)?, plain("depara", stamp)?);
    let (alias, field) = (link.alias.alias, link.alias.field);
    Ok([Some(partner), Some(alias), Some(external), was, Some(internal), Some(stamp), Some(field), stamped])
}

fn all(links: &[&Link<'_>]) -> Result<String, NotKept> {
    let texts = links.iter().map(|link| texts(link)).collect::<Result<Vec<_>, _>>()?;
    Ok(bound(&texts)?)
}

/// Writes new entries. One that is there already violates the primary key.
async fn insert(connection: &mut SqliteConnection, links: &[&Link<'_>]) -> Result<(), NotKept> {
    let columns = ["partner", "alias", "external", "internal", "stamp", "field"];
    let bind = |values: &mut Values, link: &&Link<'_>| {
        let [partner, alias, external, _, internal, stamp, field, _] = texts(link)?;
        [partner, alias, external, internal, stamp, field].into_iter().try_for_each(|text| Ok(values.add(text)?))
    };
    insert::insert(connection, "depara", &columns, links, bind).await
}

/// Changes entries that still stand as they were seen.
async fn update(connection: &mut SqliteConnection, links: &[&Link<'_>]) -> Result<(), NotKept> {
    let met = sqlx::query(
        "update depara as d set internal = n.value->>4, stamp = n.value->>5 from json_each(?1) as n
         where d.external = n.value->>2 and d.partner = n.value->>0 and d.alias = n.value->>1
             and (n.value->>3 is null or d.internal = n.value->>3 and d.stamp = n.value->>7)",
    )
    .bind(all(links)?)
    .execute(connection)
    .await?
    .rows_affected();
    all_met(met, links)
}

/// Takes entries away that still stand as they were seen.
async fn delete(connection: &mut SqliteConnection, links: &[&Link<'_>]) -> Result<(), NotKept> {
    let met = sqlx::query(
        "delete from depara where (external, partner, alias) in (
             select d.external, d.partner, d.alias from json_each(?1) as n cross join depara as d
             where d.external = n.value->>2 and d.partner = n.value->>0 and d.alias = n.value->>1
                 and (n.value->>3 is null or d.internal = n.value->>3 and d.stamp = n.value->>7))",
    )
    .bind(all(links)?)
    .execute(connection)
    .await?
    .rows_affected();
    all_met(met, links)
}

fn all_met(met: u64, links: &[&Link<'_>]) -> Result<(), NotKept> {
    if met == links.len() as u64 {
        Ok(())
    } else {
        Err(NotKept::Stale("depara: an entry is not as it was expected".to_owned()))
    }
}

/// Enters entries by hand, all or none, and wakes who waits for them.
pub(super) async fn set(pool: &SqlitePool, lines: &[DeParaLine]) -> sqlx::Result<DeParaChange> {
    let lines = keys::last_of_each(lines);
    let mut transaction = pool.begin_with(BEGIN).await?;
    let changed = upsert(&mut transaction, &lines).await?;
    let keys = lines.iter().map(|line| keys::text_of(line)).collect();
    let woken = waits::bring(&mut transaction, keys).await?;
    transaction.commit().await?;
    Ok(DeParaChange { changed, unchanged: lines.len() as u64 - changed, woken })
}

/// Writes entries that are new or differ; gives how many.
async fn upsert(connection: &mut SqliteConnection, lines: &[&DeParaLine]) -> sqlx::Result<u64> {
    let texts = |line: &&DeParaLine| {
        [&line.reference, &line.alias, &line.field, &line.external, &line.internal].map(|text| text.replace('\0', ""))
    };
    let done = sqlx::query(
        "insert into depara (partner, alias, field, external, internal, stamp)
         select value->>0, value->>1, value->>2, value->>3, value->>4, '' from json_each(?1) where true
         on conflict (external, partner, alias) do update
             set field = excluded.field, internal = excluded.internal, stamp = ''
             where (depara.field, depara.internal) <> (excluded.field, excluded.internal)",
    )
    .bind(bound(&lines.iter().map(texts).collect::<Vec<_>>())?)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Removes an entry; says whether it was there.
pub(super) async fn remove(pool: &SqlitePool, reference: &str, alias: Alias, external: &str) -> sqlx::Result<bool> {
    let mut transaction = pool.begin_with(BEGIN).await?;
    let done = sqlx::query("delete from depara where partner = ?1 and alias = ?2 and external = ?3")
        .bind(reference)
        .bind(alias.alias)
        .bind(external)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(done.rows_affected() > 0)
}

/// Lists entries by reference, alias and a part of either value.
pub(super) async fn list(
    pool: &SqlitePool,
    reference: Option<&str>,
    alias: Option<Alias>,
    part: Option<&str>,
    limit: i64,
) -> sqlx::Result<Vec<DeParaLine>> {
    let sql = format!(
        "select {COLUMNS} from depara
         where (?1 is null or partner = ?1) and (?2 is null or alias = ?2)
             and (?3 is null or instr(lower(external), lower(?3)) > 0 or instr(lower(internal), lower(?3)) > 0)
         order by partner, alias, external limit ?4"
    );
    let query =
        sqlx::query_as(AssertSqlSafe(sql)).bind(reference).bind(alias.map(|alias| alias.alias)).bind(part).bind(limit);
    query.fetch_all(pool).await.map(entries::lines)
}

/// Lists entries of a kind with exactly this value.
pub(super) async fn exact(pool: &SqlitePool, alias: Alias, side: Side<'_>) -> sqlx::Result<Vec<DeParaLine>> {
    let (sql, value) = entries::exact(alias, side);
    sqlx::query_as(AssertSqlSafe(sql)).bind(value).fetch_all(pool).await.map(entries::lines)
}

/// Partner, alias, external code, how many wait, how many were refused, since when.
type MissingRow = (String, String, String, u32, u32, Option<String>);

/// Lists what waiting messages, and those refused because it never came, lack; most wanted first.
pub(super) async fn missing(pool: &SqlitePool, limit: i64) -> sqlx::Result<Vec<MissingLine>> {
    let rows: Vec<MissingRow> = sqlx::query_as(
        "select w.partner, w.area, w.external, count(*) filter (where i.state = 'waiting'),
             count(*) filter (where i.state = 'refused'), min(i.received_at)
         from waits w join inbox i on i.id = w.message
         where w.partner <> '' and (i.state = 'waiting' and not w.is_over or i.state = 'refused' and w.is_over)
         group by w.partner, w.area, w.external
         order by count(*) desc, min(i.received_at) limit ?1",
    )
    .bind(limit)
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(missing_line).collect()
}

fn missing_line((reference, alias, external, waiting, refused, since): MissingRow) -> sqlx::Result<MissingLine> {
    let field = Alias::find(&alias).map_or_else(String::new, |alias| alias.field.to_owned());
    let since = since.as_deref().map(parse_time).transpose()?;
    Ok(MissingLine { reference, alias, field, external, waiting: waiting.into(), refused: refused.into(), since })
}
