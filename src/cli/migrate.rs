//! `eaid migrate`: creates or upgrades the database.

use super::print::{json, say};
use super::{Desk, Failure};
use crate::operate::read_catalog;
use crate::store::open;

pub async fn run(desk: &Desk) -> Result<(), Failure> {
    let config = desk.config()?;
    let tables = read_catalog(&config)?.tables();
    let store = open(config.database_url()).await?;
    store.migrate(&tables).await?;
    let health = store.health(&tables).await?;
    if desk.json {
        return json(
            &serde_json::json!({ "engine": health.engine, "migrated": health.is_migrated, "tables": tables.len() }),
        );
    }
    say(&format!("{}: up to date, {} tables and their views", health.engine, tables.len()))
}
