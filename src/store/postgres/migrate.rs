//! The schema: the spine by numbered migrations, the declared tables and their views from the declarations.

use super::effects::{physical, type_of};
use crate::fault::Fault;
use crate::store::Health;
use crate::store::odds::Standing;
use crate::store::trouble::fault;
use eaid_adapters::table::{Index, KEY, Kind, Table};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, PgConnection, PgPool, SqlSafeStr};
use std::collections::HashMap;

/// The migrations of the spine, in their order.
const SPINE: &[(&str, &str)] = &[
    ("spine", include_str!("migrations/1_spine.sql")),
    ("processes", include_str!("migrations/2_processes.sql")),
    ("withheld", include_str!("migrations/3_withheld.sql")),
    ("inline", include_str!("migrations/4_inline.sql")),
    ("states", include_str!("migrations/5_states.sql")),
    ("gravabatch_done", include_str!("migrations/6_gravabatch_done.sql")),
    ("waited", include_str!("migrations/7_waited.sql")),
    ("answers", include_str!("migrations/8_answers.sql")),
    ("troubles", include_str!("migrations/9_troubles.sql")),
    ("suspects", include_str!("migrations/10_suspects.sql")),
    ("steady", include_str!("migrations/11_steady.sql")),
    ("sweeps", include_str!("migrations/12_sweeps.sql")),
    ("nobody_waits", include_str!("migrations/13_nobody_waits.sql")),
    ("packed", include_str!("migrations/14_packed.sql")),
    ("handovers", include_str!("migrations/15_handovers.sql")),
];

fn migrator() -> Migrator {
    let migrations = SPINE.iter().zip(1..).map(|((name, sql), version)| {
        Migration::new(version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

/// Creates or upgrades everything. One process at a time; the others wait and find nothing to do.
pub(super) async fn migrate(pool: &PgPool, tables: &[&'static Table]) -> Result<(), Fault> {
    migrator().run(pool).await.map_err(|error| Fault::Store(format!("migração: {error}")))?;
    let mut transaction = pool.begin_with("begin; select pg_advisory_xact_lock(4992370, 2)").await.map_err(fault)?;
    let known = definitions(&mut transaction).await.map_err(fault)?;
    for table in tables {
        let definition = definition(table);
        if known.get(table.name) != Some(&definition) {
            declare(&mut transaction, table, known.get(table.name)).await?;
            remember(&mut transaction, table, &definition).await.map_err(fault)?;
        }
    }
    transaction.commit().await.map_err(fault)
}

/// Says what the server is and whether everything is there.
pub(super) async fn health(pool: &PgPool, tables: &[&'static Table]) -> sqlx::Result<Health> {
    let mut connection = pool.acquire().await?;
    let (engine, has_spine): (String, bool) = sqlx::query_as(
        "select 'PostgreSQL ' || current_setting('server_version'),
                to_regclass('declared') is not null and to_regclass('_sqlx_migrations') is not null",
    )
    .fetch_one(&mut *connection)
    .await?;
    let mut is_migrated = has_spine;
    if has_spine {
        let done: i64 = sqlx::query_scalar("select count(*) from _sqlx_migrations where success")
            .fetch_one(&mut *connection)
            .await?;
        let known = definitions(&mut connection).await?;
        is_migrated = done >= SPINE.len() as i64
            && tables.iter().all(|table| known.get(table.name).is_some_and(|known| *known == definition(table)));
    }
    let mut odds = Vec::new();
    for table in tables.iter().filter(|_| !is_migrated) {
        odds.extend(standing(&mut connection, table).await?.odds(table, type_of));
    }
    Ok(Health { engine, is_migrated, odds })
}

/// The declared tables as they were last made.
async fn definitions(connection: &mut PgConnection) -> sqlx::Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("select name, definition from declared").fetch_all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// Notes that a table stands as declared.
async fn remember(connection: &mut PgConnection, table: &Table, definition: &str) -> sqlx::Result<()> {
    sqlx::query(
        "insert into declared (name, definition) values ($1, $2)
         on conflict (name) do update set definition = excluded.definition",
    )
    .bind(table.name)
    .bind(definition)
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes a table, its indexes and its view. A column that is no longer declared stays.
async fn declare(connection: &mut PgConnection, table: &Table, known: Option<&String>) -> Result<(), Fault> {
    let before = standing(connection, table).await.map_err(fault)?;
    let odds = before.odds(table, type_of);
    if !odds.is_empty() {
        return Err(Fault::Store(odds.join("; ")));
    }
    run(connection, create_table(table)).await?;
    if !before.columns.is_empty() {
        let is_new = |at: &usize| before.columns.iter().all(|(known, _)| known != table.columns[*at].name);
        for column in (0..table.columns.len()).filter(is_new) {
            run(connection, add_column(table, column)).await?;
        }
        let uneven = uneven(connection, table).await.map_err(fault)?;
        run(connection, level(table, &uneven)).await?;
    }
    for (name, sql) in indexes(table) {
        // An index that was made otherwise is made anew.
        if known.is_some_and(|known| !known.contains(&sql)) {
            run(connection, format!("drop index if exists {name}")).await?;
        }
        run(connection, sql).await?;
    }
    let standing = standing(connection, table).await.map_err(fault)?;
    run(connection, view(table, &standing.columns)).await
}

/// The columns that stand in the database, in their order there, with their types.
async fn standing(connection: &mut PgConnection, table: &Table) -> sqlx::Result<Standing> {
    let columns = sqlx::query_as(
        "select attname::text, format_type(atttypid, atttypmod) from pg_attribute
         where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum",
    )
    .bind(physical(table))
    .fetch_all(&mut *connection)
    .await?;
    let key = sqlx::query_scalar(
        "select a.attname::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
         where i.indrelid = to_regclass($1) and i.indisprimary",
    )
    .bind(physical(table))
    .fetch_all(connection)
    .await?;
    Ok(Standing { columns, key })
}

/// The columns that hold null for the empty value in the database and not by the declaration, or the other way round.
async fn uneven(connection: &mut PgConnection, table: &Table) -> sqlx::Result<Vec<usize>> {
    let strict: Vec<String> = sqlx::query_scalar(
        "select attname::text from pg_attribute
         where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attnotnull",
    )
    .bind(physical(table))
    .fetch_all(connection)
    .await?;
    let is_uneven = |at: &usize| {
        let column = &table.columns[*at];
        column.kind != Kind::Date && is_sparse(table, *at) == strict.iter().any(|name| name == column.name)
    };
    Ok((0..table.columns.len()).filter(is_uneven).collect())
}

async fn run(connection: &mut PgConnection, sql: String) -> Result<(), Fault> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(|_| ()).map_err(fault)
}

/// All that a declaration makes, as text.
fn definition(table: &Table) -> String {
    let mut parts = vec![create_table(table)];
    parts.extend(indexes(table).into_iter().map(|(_, sql)| sql));
    parts.join(";\n")
}

fn create_table(table: &Table) -> String {
    let columns: Vec<String> = (0..table.columns.len()).map(|at| column(table, at)).collect();
    let key: Vec<&str> = key_columns(table).into_iter().map(|column| table.columns[column].name).collect();
    format!("create table if not exists {} ({}, primary key ({}))", physical(table), columns.join(", "), key.join(", "))
}

fn add_column(table: &Table, added: usize) -> String {
    format!("alter table {} add column {}", physical(table), column(table, added))
}

/// Makes columns hold null for the empty value, or no longer: an index that comes or goes decides that.
fn level(table: &Table, columns: &[usize]) -> String {
    let step = |at: &usize| {
        let (name, kind) = (table.columns[*at].name, table.columns[*at].kind);
        let empty = if kind == Kind::Text { "''" } else { "0" };
        match is_sparse(table, *at) {
            true => format!(
                "alter table {0} alter {name} drop not null, alter {name} drop default;
                 update {0} set {name} = null where {name} = {empty};",
                physical(table)
            ),
            false => format!(
                "update {0} set {name} = {empty} where {name} is null;
                 alter table {0} alter {name} set default {empty}, alter {name} set not null;",
                physical(table)
            ),
        }
    };
    columns.iter().map(step).collect()
}

/// Whether a column holds null for the empty value: every one by which no row is found. A wide row of which little is
/// filled costs half as much so; the views show what is absent as empty and zero.
pub(super) fn is_sparse(table: &Table, column: usize) -> bool {
    table.link != Some(column) && table.indexes.iter().all(|index| !index.columns.contains(&column))
}

/// A column of the rows `t`, never null unless it is a day.
pub(super) fn whole(table: &Table, at: usize) -> String {
    let column = &table.columns[at];
    match (is_sparse(table, at), column.kind) {
        (true, Kind::Text) => format!("coalesce(t.{}, '')", column.name),
        (true, kind @ Kind::Amount(_)) => format!("coalesce(t.{}, 0::{})", column.name, type_of(kind)),
        _ => format!("t.{}", column.name),
    }
}

fn column(table: &Table, at: usize) -> String {
    let column = &table.columns[at];
    let default = if is_sparse(table, at) || column.kind == Kind::Date { "" } else { " not null default ''" };
    // Of numeric and text alike: ties in text are broken by bytes, as keys are compared elsewhere.
    let collate = if column.kind == Kind::Text { " collate \"C\"" } else { "" };
    format!("{} {}{collate}{default}", column.name, type_of(column.kind))
}

/// Indexes beside the primary key, with their names, one on the link and one on the day.
fn indexes(table: &Table) -> Vec<(String, String)> {
    let index = |index: &Index| {
        let columns: Vec<&str> = selective(table, index).into_iter().map(|column| table.columns[column].name).collect();
        let name = format!("{}_{}", physical(table), index.name);
        let unique = if index.is_unique { "unique " } else { "" };
        let condition = condition(table, index).map_or_else(String::new, |column| format!(" where {column} <> ''"));
        let sql = format!(
            "create {unique}index if not exists {name} on {} ({}){condition}",
            physical(table),
            columns.join(", ")
        );
        (name, sql)
    };
    let needed = table.indexes.iter().skip(KEY + 1).filter(|index| !is_covered(table, index));
    let mut made: Vec<(String, String)> = needed.map(index).collect();
    if let Some(link) = table.link
        && !table.indexes.iter().any(|index| index.columns == [link])
    {
        let (name, column) = (format!("{}_link", physical(table)), table.columns[link].name);
        let sql = format!("create index if not exists {name} on {} ({column}) where {column} <> ''", physical(table));
        made.push((name, sql));
    }
    if let Some(day) = table.day {
        let (name, column) = (format!("{}_day", physical(table)), table.columns[day].name);
        // By blocks: next to nothing for each row, and the rows of a day lie together.
        let sql = format!(
            "create index if not exists {name} on {} using brin ({column}) with (autosummarize = on)",
            physical(table)
        );
        made.push((name, sql));
    }
    made
}

/// The columns of an index in the order in which it is built. One that begins like the key, with the company, ends
/// with what tells rows apart: built the other way round it cannot be taken for a way to find all rows of a company,
/// which is what the planner does while it has no statistics of a new table.
fn selective(table: &Table, index: &Index) -> Vec<usize> {
    match index.columns.first() == table.key().first() {
        true => index.columns.iter().rev().copied().collect(),
        false => index.columns.to_vec(),
    }
}

/// The columns of the key in the order in which its index is built: the part that finds the rows of another index,
/// or the whole, the other way round.
fn key_columns(table: &Table) -> Vec<usize> {
    let key = table.key();
    let others = table.indexes.iter().skip(KEY + 1).filter(|index| is_covered(table, index));
    let covered = others.map(|index| index.columns.len()).max().unwrap_or(key.len());
    key[..covered].iter().rev().chain(&key[covered..]).copied().collect()
}

/// Whether the key begins with the columns of an index, and so finds its rows.
fn is_covered(table: &Table, index: &Index) -> bool {
    !index.is_unique && table.key().starts_with(index.columns)
}

/// The column that must not be empty for a row to be in an index: the last one, of all but the key and the queues of
/// a state. A reference that most rows leave empty costs those rows nothing.
pub(super) fn condition(table: &Table, index: &Index) -> Option<&'static str> {
    let is_key = std::ptr::eq(index, &table.indexes[KEY]);
    let begins_like_key = index.columns.first() == table.key().first();
    let last = index.columns.last().filter(|_| !is_key && (index.is_unique || begins_like_key))?;
    Some(table.columns[*last].name)
}

/// The view: the columns that stand, in their order there, so that a column more does not change the others.
fn view(table: &Table, standing: &[(String, String)]) -> String {
    let shown = standing.iter().map(|(name, kind)| {
        let declared = table.columns.iter().position(|column| column.name == name);
        let value = declared.map_or_else(|| format!("t.{name}"), |at| whole(table, at));
        if kind == "text" { format!("rtrim({value}) as {name}") } else { format!("{value} as {name}") }
    });
    let shown: Vec<String> = shown.collect();
    format!("create or replace view {} as select {} from {} t", table.name, shown.join(", "), physical(table))
}
