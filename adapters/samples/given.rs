//! What the house of a sample knows.

use super::House;
use crate::TABLES;
use crate::books::{Books, Retail};
use crate::effect::Alias;
use crate::generic::{Mistake, declare};
use crate::paper::Paper;
use crate::pdvsync::PdvSync;
use crate::routine::Routine;
use crate::table::{Cell, Kind, Row, Table};
use chrono::{DateTime, NaiveDate};
use serde_json::{Value, json};

/// A reference table of the demonstration.
pub(crate) fn reference(file: &str) -> Option<&'static str> {
    Some(match file {
        "companies.csv" => include_str!("../../config/reference/companies.csv"),
        "branches.csv" => include_str!("../../config/reference/branches.csv"),
        "stations.csv" => include_str!("../../config/reference/stations.csv"),
        "payment_forms.csv" => include_str!("../../config/reference/payment_forms.csv"),
        "card_administrators.csv" => include_str!("../../config/reference/card_administrators.csv"),
        "card_fees.csv" => include_str!("../../config/reference/card_fees.csv"),
        "products.csv" => include_str!("../../config/reference/products.csv"),
        "holidays.csv" => include_str!("../../config/reference/holidays.csv"),
        "stock.csv" => include_str!("../../config/reference/stock.csv"),
        _ => return None,
    })
}

/// The rules of a sample laid over the defaults of `[retail]`.
///
/// # Errors
/// What is wrong with a rule.
pub(crate) fn rules(given: &Value) -> Result<Retail, String> {
    let mut retail = json!({
        "default_customer": "000001/01", "default_seller": "000001", "freight_type": "C", "sale_tes": "501",
        "closed_until": "", "release_forms": [], "wot": false, "batch_tries": 5, "cancel_patience": "25s",
        "nfe_cancel_hours": 72, "rps_cancel_days": 180, "tax_number_check": "warn", "ecommerce_customers": false,
        "stock_strict": [], "stock_lenient": [],
    });
    if !given.is_null() {
        super::merge(&mut retail, given);
    }
    serde_json::from_value(retail).map_err(|error| format!("retail: {error}"))
}

/// The rules of a sample laid over the defaults of `[pdvsync]`.
///
/// # Errors
/// What is wrong with a rule.
pub(crate) fn pdvsync(given: &Value) -> Result<PdvSync, String> {
    let mut settings = json!({
        "enabled": true, "default_seller": "1", "consumer_customer": "1", "immediate_pickup_tv8": true,
        "update_customers": true, "check_cep": "off", "require_login": "auto",
    });
    if !given.is_null() {
        super::merge(&mut settings, given);
    }
    serde_json::from_value(settings).map_err(|error| format!("pdvsync: {error}"))
}

/// The reference tables of the demonstration, with rules laid over the defaults of `[retail]`.
///
/// # Errors
/// What is wrong with a rule or a table.
pub fn books(given: &Value) -> Result<Books, String> {
    read(given, &Value::Null, &Value::Null)
}

/// The same, with some tables of its own by the names of their files.
fn read(retail: &Value, pre_sales: &Value, own: &Value) -> Result<Books, String> {
    Books::read(rules(retail)?, pdvsync(pre_sales)?, |file| {
        own[file].as_str().or_else(|| reference(file)).map(str::to_owned)
    })
    .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

/// Builds the house of a description: `now`, `partner`, `retail`, `pdvsync`, `reference` (tables by file), `depara` (alias,
/// external, internal) and `rows` (table, columns), and for a registration without code its `registration`.
///
/// # Errors
/// What is wrong with the description.
pub fn house(given: &Value) -> Result<House, String> {
    let text = |name: &str, default: &str| given[name].as_str().unwrap_or(default).to_owned();
    let now = text("now", "2026-11-20T15:00:00-03:00");
    let now = DateTime::parse_from_rfc3339(&now).map_err(|error| format!("now: {error}"))?;
    let partner = text("partner", "OMNI");
    let mut paper = Paper::default();
    for (alias, entries) in given["depara"].as_object().into_iter().flatten() {
        let alias = Alias::find(alias).ok_or_else(|| format!("depara: no kind {alias}"))?;
        for (external, internal) in entries.as_object().into_iter().flatten() {
            paper.enter(&partner, alias, external, internal.as_str().unwrap_or_default());
        }
    }
    let registered = registered(&given["registration"])?;
    let declared: Vec<&'static Table> = registered.iter().flat_map(|routine| routine.tables).copied().collect();
    rows(&given["rows"], &declared)?.into_iter().for_each(|row| paper.put(row));
    Ok(House { paper, books: read(&given["retail"], &given["pdvsync"], &given["reference"])?, now, registered })
}

/// The routine that a registration declares: `message`, `major` and `stage`, as in `adapters.toml`.
fn registered(given: &Value) -> Result<Option<&'static Routine>, String> {
    let Some(message) = given["message"].as_str() else { return Ok(None) };
    let stage = serde_json::from_value(given["stage"].clone()).map_err(|error| format!("stage: {error}"))?;
    let major = given["major"].as_u64().and_then(|major| u32::try_from(major).ok()).unwrap_or_default();
    let mistakes = |wrong: Vec<Mistake>| wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    declare(message, major, &stage).map(Some).map_err(mistakes)
}

/// Rows by table, each with its columns by name; those that are not named are empty.
pub(super) fn rows(tables: &Value, declared: &[&'static Table]) -> Result<Vec<Row>, String> {
    let mut read = Vec::new();
    for (name, rows) in tables.as_object().into_iter().flatten() {
        let table = TABLES.iter().chain(declared).find(|table| table.name == name);
        let table = table.ok_or_else(|| format!("rows: no table {name}"))?;
        for columns in rows.as_array().into_iter().flatten() {
            read.push(row(table, columns)?);
        }
    }
    Ok(read)
}

fn row(table: &'static Table, columns: &Value) -> Result<Row, String> {
    let mut cells: Vec<Cell> = table.columns.iter().map(|column| Cell::empty(column.kind)).collect();
    for (name, value) in columns.as_object().into_iter().flatten() {
        let place = table.columns.iter().position(|column| column.name == name);
        let place = place.ok_or_else(|| format!("rows: {} has no column {name}", table.name))?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let wrong = || format!("rows: {}.{name}: {text}", table.name);
        cells[place] = match table.columns[place].kind {
            Kind::Text => Cell::Text(text.into()),
            Kind::Amount(_) => Cell::Amount(text.parse().map_err(|_| wrong())?),
            Kind::Date => Cell::Date(Some(NaiveDate::parse_from_str(&text, "%Y-%m-%d").map_err(|_| wrong())?)),
        };
    }
    Ok(Row::of(table, cells))
}
