//! De/Para entries: written by messages, by hand, and read by people.

use super::rows::NewRows;
use super::waits;
use crate::store::entries::{self, COLUMNS};
use crate::store::fold::{Link, Seen};
use crate::store::monitor::{DeParaChange, DeParaLine, MissingLine, Side};
use crate::store::{NotKept, keys};
use chrono::{DateTime, Utc};
use eaid_adapters::effect::Alias;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

/// Changes the entries of a batch that are there: what goes, then what differs.
pub(super) async fn change(connection: &mut PgConnection, links: &[Link<'_>]) -> Result<(), NotKept> {
    let gone: Vec<&Link<'_>> = links.iter().filter(|link| link.now.is_none()).collect();
    let changed = links.iter().filter(|link| link.now.is_some() && link.seen != Seen::Nothing).collect::<Vec<_>>();
    if !gone.is_empty() {
        delete(connection, &gone).await?;
    }
    if !changed.is_empty() {
        update(connection, &changed).await?;
    }
    Ok(())
}

/// The new entries of a batch.
pub(super) fn new<'a>(links: &'a [Link<'a>]) -> Vec<&'a Link<'a>> {
    links.iter().filter(|link| link.now.is_some() && link.seen == Seen::Nothing).collect()
}

/// Their rows. One that is there already violates the primary key.
pub(super) fn rows<'a>(new: &'a [&'a Link<'a>]) -> Result<NewRows<'a>, NotKept> {
    let mut rows = NewRows::of("depara", new.len());
    rows.texts(
        new,
        &[
            ("partner", |link| link.partner),
            ("alias", |link| link.alias.alias),
            ("field", |link| link.alias.field),
            ("external", |link| link.external),
            ("internal", |link| link.now.unwrap_or_default().0),
            ("stamp", |link| link.now.unwrap_or_default().1),
        ],
    )?;
    Ok(rows)
}

/// Changes entries that still stand as they were seen.
async fn update(connection: &mut PgConnection, links: &[&Link<'_>]) -> Result<(), NotKept> {
    let met = sqlx::query(
        "update depara d set internal = n.internal, stamp = n.stamp
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
             as n (partner, alias, external, was, stamped, internal, stamp)
         where d.partner = n.partner and d.alias = n.alias and d.external = n.external
             and (n.was is null or d.internal = n.was and d.stamp = n.stamped)",
    )
    .bind(links.iter().map(|link| link.partner).collect::<Vec<_>>())
    .bind(links.iter().map(|link| link.alias.alias).collect::<Vec<_>>())
    .bind(links.iter().map(|link| link.external).collect::<Vec<_>>())
    .bind(links.iter().map(|link| was(link).map(|(internal, _)| internal)).collect::<Vec<_>>())
    .bind(links.iter().map(|link| was(link).map(|(_, stamp)| stamp)).collect::<Vec<_>>())
    .bind(links.iter().map(|link| link.now.unwrap_or_default().0).collect::<Vec<_>>())
    .bind(links.iter().map(|link| link.now.unwrap_or_default().1).collect::<Vec<_>>())
    .execute(connection)
    .await?
    .rows_affected();
    all_met(met, links)
}

/// Takes entries away that still stand as they were seen.
async fn delete(connection: &mut PgConnection, links: &[&Link<'_>]) -> Result<(), NotKept> {
    let met = sqlx::query(
        "delete from depara d
         using unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
             as n (partner, alias, external, was, stamped)
         where d.partner = n.partner and d.alias = n.alias and d.external = n.external
             and (n.was is null or d.internal = n.was and d.stamp = n.stamped)",
    )
    .bind(links.iter().map(|link| link.partner).collect::<Vec<_>>())
    .bind(links.iter().map(|link| link.alias.alias).collect::<Vec<_>>())
    .bind(links.iter().map(|link| link.external).collect::<Vec<_>>())
    .bind(links.iter().map(|link| was(link).map(|(internal, _)| internal)).collect::<Vec<_>>())
    .bind(links.iter().map(|link| was(link).map(|(_, stamp)| stamp)).collect::<Vec<_>>())
    .execute(connection)
    .await?
    .rows_affected();
    all_met(met, links)
}

fn was<'a>(link: &Link<'a>) -> Option<(&'a str, &'a str)> {
    if let Seen::Entry(internal, stamp) = link.seen { Some((internal, stamp)) } else { None }
}

fn all_met(met: u64, links: &[&Link<'_>]) -> Result<(), NotKept> {
    if met == links.len() as u64 {
        Ok(())
    } else {
        Err(NotKept::Stale("depara: an entry is not as it was expected".to_owned()))
    }
}

/// Enters entries by hand, all or none, and wakes who waits for them.
pub(super) async fn set(pool: &PgPool, lines: &[DeParaLine]) -> sqlx::Result<DeParaChange> {
    let lines = keys::last_of_each(lines);
    let mut transaction = pool.begin_with(waits::BEGIN).await?;
    let changed = upsert(&mut transaction, &lines).await?;
    let keys = lines.iter().map(|line| keys::text_of(line)).collect();
    let woken = waits::bring(&mut transaction, keys).await?;
    transaction.commit().await?;
    Ok(DeParaChange { changed, unchanged: lines.len() as u64 - changed, woken })
}

/// Writes entries that are new or differ; gives how many.
async fn upsert(connection: &mut PgConnection, lines: &[&DeParaLine]) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "insert into depara as d (partner, alias, field, external, internal, stamp)
         select n.*, '' from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
             as n (partner, alias, field, external, internal)
         order by n.external, n.partner, n.alias
         on conflict (external, partner, alias) do update
             set field = excluded.field, internal = excluded.internal, stamp = ''
             where (d.field, d.internal) is distinct from (excluded.field, excluded.internal)",
    )
    .bind(lines.iter().map(|line| line.reference.as_str()).collect::<Vec<_>>())
    .bind(lines.iter().map(|line| line.alias.as_str()).collect::<Vec<_>>())
    .bind(lines.iter().map(|line| line.field.as_str()).collect::<Vec<_>>())
    .bind(lines.iter().map(|line| line.external.as_str()).collect::<Vec<_>>())
    .bind(lines.iter().map(|line| line.internal.as_str()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Removes an entry; says whether it was there.
pub(super) async fn remove(pool: &PgPool, reference: &str, alias: Alias, external: &str) -> sqlx::Result<bool> {
    let done = sqlx::query("delete from depara where partner = $1 and alias = $2 and external = $3")
        .bind(reference)
        .bind(alias.alias)
        .bind(external)
        .execute(pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Lists entries by reference, alias and a part of either value.
pub(super) async fn list(
    pool: &PgPool,
    reference: Option<&str>,
    alias: Option<Alias>,
    part: Option<&str>,
    limit: i64,
) -> sqlx::Result<Vec<DeParaLine>> {
    let sql = format!(
        "select {COLUMNS} from depara
         where ($1::text is null or partner = $1) and ($2::text is null or alias = $2)
             and ($3::text is null or position(lower($3) in lower(external)) > 0
                  or position(lower($3) in lower(internal)) > 0)
         order by partner, alias, external limit $4"
    );
    let query =
        sqlx::query_as(AssertSqlSafe(sql)).bind(reference).bind(alias.map(|alias| alias.alias)).bind(part).bind(limit);
    query.fetch_all(pool).await.map(entries::lines)
}

/// Lists entries of a kind with exactly this value.
pub(super) async fn exact(pool: &PgPool, alias: Alias, side: Side<'_>) -> sqlx::Result<Vec<DeParaLine>> {
    let (sql, value) = entries::exact(alias, side);
    sqlx::query_as(AssertSqlSafe(sql)).bind(value).fetch_all(pool).await.map(entries::lines)
}

/// Partner, alias, external code, how many wait, how many were refused, since when.
type MissingRow = (String, String, String, i64, i64, Option<DateTime<Utc>>);

/// Lists what waiting messages, and those refused because it never came, lack; most wanted first.
pub(super) async fn missing(pool: &PgPool, limit: i64) -> sqlx::Result<Vec<MissingLine>> {
    let rows: Vec<MissingRow> = sqlx::query_as(
        "select w.partner, w.area, w.external, count(*) filter (where i.state = 'waiting'),
             count(*) filter (where i.state = 'refused'), min(i.received_at)
         from waits w join inbox i on i.id = w.message
         where w.partner <> '' and (i.state = 'waiting' and not w.is_over or i.state = 'refused' and w.is_over)
         group by w.partner, w.area, w.external
         order by count(*) desc, min(i.received_at) limit $1",
    )
    .bind(limit)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(missing_line).collect())
}

fn missing_line((reference, alias, external, waiting, refused, since): MissingRow) -> MissingLine {
    let field = Alias::find(&alias).map_or_else(String::new, |alias| alias.field.to_owned());
    let (waiting, refused) = (waiting.unsigned_abs(), refused.unsigned_abs());
    MissingLine { reference, alias, field, external, waiting, refused, since }
}
