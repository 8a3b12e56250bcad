//! `eaid migrate`: creates or upgrades the database.

use super::print::{json, say};
use super::{Desk, Failure};
use crate::store::open;
use eaid_adapters::TABLES;

pub async fn run(desk: &Desk) -> Result<(), Failure> {
    let config = desk.config()?;
    let store = open(config.database_url()).await?;
    store.migrate(TABLES).await?;
    let health = store.health(TABLES).await?;
    if desk.json {
        return json(
            &serde_json::json!({ "engine": health.engine, "migrated": health.is_migrated, "tables": TABLES.len() }),
        );
    }
    say(&format!("{}: up to date, {} tables and their views", health.engine, TABLES.len()))
}
