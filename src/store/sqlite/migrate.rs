//! The schema: the spine by numbered migrations, the declared tables and their views from the declarations.

use super::effects::{physical, type_of};
use crate::fault::Fault;
use crate::store::Health;
use crate::store::odds::Standing;
use crate::store::trouble::fault;
use eaid_adapters::table::{Column, Index, KEY, Kind, Table};
use rust_decimal::Decimal;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr, SqliteConnection, SqlitePool};
use std::collections::HashMap;

/// The migrations of the spine, in their order.
const SPINE: &[(&str, &str)] = &[
    ("spine", include_str!("migrations/1_spine.sql")),
    ("processes", include_str!("migrations/2_processes.sql")),
    ("withheld", include_str!("migrations/3_withheld.sql")),
    ("states", include_str!("migrations/4_states.sql")),
    ("waited", include_str!("migrations/5_waited.sql")),
    ("troubles", include_str!("migrations/6_troubles.sql")),
    ("suspects", include_str!("migrations/7_suspects.sql")),
    ("sweeps", include_str!("migrations/8_sweeps.sql")),
    ("packed", include_str!("migrations/9_packed.sql")),
    ("unsent", include_str!("migrations/10_unsent.sql")),
];

fn migrator() -> Migrator {
    let migrations = SPINE.iter().zip(1..).map(|((name, sql), version)| {
        Migration::new(version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

/// Creates or upgrades everything, in one transaction: other processes wait and find nothing to do.
pub(super) async fn migrate(pool: &SqlitePool, tables: &[&'static Table]) -> Result<(), Fault> {
    let mut transaction = pool.begin_with(super::BEGIN).await.map_err(fault)?;
    migrator()
        .run_direct(None, &mut *transaction, false)
        .await
        .map_err(|error| Fault::Store(format!("migração: {error}")))?;
    let known = definitions(&mut transaction).await.map_err(fault)?;
    for table in tables {
        let definition = definition(table);
        if known.get(table.name) != Some(&definition) {
            declare(&mut transaction, table, known.get(table.name)).await?;
            remember(&mut transaction, table, &definition).await.map_err(fault)?;
        }
    }
    transaction.commit().await.map_err(fault)?;
    pack(pool).await.map_err(fault)
}

/// Writes a file anew, once, that was made before deleted pages could be given back. Where another process holds it,
/// or the disk has no room for two, it stays as it is and is full of holes, no worse.
async fn pack(pool: &SqlitePool) -> sqlx::Result<()> {
    let auto_vacuum: i64 = sqlx::query_scalar("select auto_vacuum from pragma_auto_vacuum").fetch_one(pool).await?;
    if auto_vacuum == 0
        && let Err(error) = sqlx::raw_sql("vacuum").execute(pool).await
    {
        tracing::warn!(%error, "the database file is not packed; what is deleted leaves room in it, and it does not shrink");
    }
    Ok(())
}

/// Says what the engine is and whether everything is there.
pub(super) async fn health(pool: &SqlitePool, tables: &[&'static Table]) -> sqlx::Result<Health> {
    let mut connection = pool.acquire().await?;
    let engine: String = sqlx::query_scalar("select 'SQLite ' || sqlite_version()").fetch_one(&mut *connection).await?;
    let spine: i64 = sqlx::query_scalar(
        "select count(*) from sqlite_schema where type = 'table' and name in ('declared', '_sqlx_migrations')",
    )
    .fetch_one(&mut *connection)
    .await?;
    let mut is_migrated = spine == 2;
    if is_migrated {
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
async fn definitions(connection: &mut SqliteConnection) -> sqlx::Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("select name, definition from declared").fetch_all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// Notes that a table stands as declared.
async fn remember(connection: &mut SqliteConnection, table: &Table, definition: &str) -> sqlx::Result<()> {
    sqlx::query(
        "insert into declared (name, definition) values (?1, ?2)
         on conflict (name) do update set definition = excluded.definition",
    )
    .bind(table.name)
    .bind(definition)
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes a table, its indexes and its view. A column that is no longer declared stays.
async fn declare(connection: &mut SqliteConnection, table: &Table, known: Option<&String>) -> Result<(), Fault> {
    let before = standing(connection, table).await.map_err(fault)?;
    let odds = before.odds(table, type_of);
    if !odds.is_empty() {
        return Err(Fault::Store(odds.join("; ")));
    }
    run(connection, create_table(table)).await?;
    if !before.columns.is_empty() {
        let is_new = |column: &&Column| before.columns.iter().all(|(known, _)| known != column.name);
        for column in table.columns.iter().filter(is_new) {
            run(connection, add_column(table, column)).await?;
        }
    }
    for (name, sql) in indexes(table) {
        // An index that was made otherwise is made anew.
        if known.is_some_and(|known| !known.contains(&sql)) {
            run(connection, format!("drop index if exists {name}")).await?;
        }
        run(connection, sql).await?;
    }
    let standing = standing(connection, table).await.map_err(fault)?;
    run(connection, format!("drop view if exists {}", table.name)).await?;
    run(connection, view(table, &standing.columns)).await
}

/// The columns that stand in the file, in their order there, with their types.
async fn standing(connection: &mut SqliteConnection, table: &Table) -> sqlx::Result<Standing> {
    let columns = sqlx::query_as("select name, lower(type) from pragma_table_info(?1) order by cid")
        .bind(physical(table))
        .fetch_all(&mut *connection)
        .await?;
    let key = sqlx::query_scalar("select name from pragma_table_info(?1) where pk > 0")
        .bind(physical(table))
        .fetch_all(connection)
        .await?;
    Ok(Standing { columns, key })
}

async fn run(connection: &mut SqliteConnection, sql: String) -> Result<(), Fault> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(|_| ()).map_err(fault)
}

/// All that a declaration makes, as text.
fn definition(table: &Table) -> String {
    let mut parts = vec![create_table(table)];
    parts.extend(indexes(table).into_iter().map(|(_, sql)| sql));
    parts.join(";\n")
}

fn create_table(table: &Table) -> String {
    let columns: Vec<String> = table.columns.iter().map(column).collect();
    let key: Vec<&str> = table.key().iter().map(|column| table.columns[*column].name).collect();
    format!("create table if not exists {} ({}, primary key ({}))", physical(table), columns.join(", "), key.join(", "))
}

fn add_column(table: &Table, added: &Column) -> String {
    format!("alter table {} add column {}", physical(table), column(added))
}

fn column(column: &Column) -> String {
    let default = match column.kind {
        Kind::Text => " not null default ''".to_owned(),
        Kind::Amount(scale) => format!(" not null default '{}'", Decimal::new(0, scale)),
        Kind::Date => String::new(),
    };
    format!("{} {}{default}", column.name, type_of(column.kind))
}

/// Indexes beside the primary key, with their names, one on the link and one on the day.
fn indexes(table: &Table) -> Vec<(String, String)> {
    let index = |index: &Index| {
        let columns: Vec<&str> = index.columns.iter().map(|column| table.columns[*column].name).collect();
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
        let sql = format!("create index if not exists {name} on {} ({column})", physical(table));
        made.push((name, sql));
    }
    made
}

/// Whether the key begins with the columns of an index, and so finds its rows.
fn is_covered(table: &Table, index: &Index) -> bool {
    !index.is_unique && table.key().starts_with(index.columns)
}

/// The column that must not be empty for a row to be in an index: the last of a unique one that is not the key.
pub(super) fn condition(table: &Table, index: &Index) -> Option<&'static str> {
    let last = index.columns.last().filter(|_| index.is_unique && !std::ptr::eq(index, &table.indexes[KEY]))?;
    Some(table.columns[*last].name)
}

/// The view: the columns that stand, in their order there.
fn view(table: &Table, standing: &[(String, String)]) -> String {
    let shown = standing.iter().map(|(name, kind)| match kind.as_str() {
        "text" => format!("rtrim({name}) as {name}"),
        _ => name.clone(),
    });
    let shown: Vec<String> = shown.collect();
    format!("create view {} as select {} from {}", table.name, shown.join(", "), physical(table))
}
