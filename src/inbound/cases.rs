//! Every case of the adapters' table that is accepted takes the real way, on both engines: laid open, looked up,
//! decided, kept. Afterwards the database has the rows and De/Para that the house on paper has.

#[path = "../../adapters/tests/inbound/cases/case.rs"]
mod case;

use super::step;
use crate::catalog::compiled;
use crate::catalog::read::catalog;
use crate::config::defaults;
use crate::decide::lay::{Arrival, Laid, lay};
use crate::office::Office;
use crate::store::State;
use crate::store::suite::house::{House, effects};
use crate::store::suite::on_both_engines;
use crate::store::suite::rules::{empty, known};
use case::Case;
use eaid_adapters::TABLES;
use eaid_adapters::samples;
use eaid_adapters::table::{Cell, KEY, Row, Table};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

on_both_engines!(every_accepted_case_is_kept_as_on_paper);

/// Columns that tell the moment of a decision, which the two do not share.
const MOMENTS: [&str; 3] = ["at", "recorded_at", "hora"];

async fn every_accepted_case_is_kept_as_on_paper(house: House) {
    let accepted: Vec<Case> = case::all().into_iter().filter(Case::is_accepted).collect();
    assert!(accepted.len() > 100, "{} cases", accepted.len());
    for case in accepted {
        take(&house, &case).await;
        empty(&house).await;
    }
}

/// Has both houses decide, and compares what they hold afterwards.
async fn take(house: &House, case: &Case) {
    let mut paper = case.house();
    let office = office(house, case, &paper);
    paper.now = office.now();
    enter(house, &paper).await;
    let laid = [laid(case, &office)];
    let part = step(&office, &office.catalog(), &laid, false).await;
    let part = part.unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let settled = &part.decided.batch.settled[0];
    let is_taken = matches!(settled.state, State::Staged | State::Noted);
    assert!(is_taken, "{}: {:?} {:?}", case.name, settled.state, settled.violations);
    paper.decide(&case.message).unwrap_or_else(|why| panic!("{}: {why}", case.name));
    for table in TABLES {
        let (kept, drawn) = (house.rows(table).await, paper.paper.rows_of(table).cloned().collect());
        assert_eq!(told(table, kept), told(table, drawn), "{}: {}", case.name, table.name);
    }
    let drawn = paper.paper.entries();
    let drawn = drawn.map(|(partner, alias, external, internal)| [partner, alias.alias, external, internal]);
    let drawn: BTreeSet<[String; 4]> = drawn.map(|entry| entry.map(str::to_owned)).collect();
    assert_eq!(entries(house).await, drawn, "{}: De/Para", case.name);
}

/// An office with the rules and tables of a case.
fn office(house: &House, case: &Case, paper: &samples::House) -> Office {
    let mut config = defaults().expect("the defaults");
    config.retail = paper.books.retail.clone();
    config.pdvsync = paper.books.pdvsync.clone();
    let mut texts = compiled::texts();
    for (file, text) in &mut texts.reference.1 {
        if let Some(own) = case.given["reference"][*file].as_str() {
            own.clone_into(text);
        }
    }
    let mut catalog = catalog(&config, &texts).unwrap_or_else(|problems| panic!("{}: {problems:?}", case.name));
    for known in &mut catalog.registrations {
        // The shipped lines leave out what can be received and seldom is.
        known.receive = known.routine.part.open().is_some();
    }
    Office::new(config, Arc::new(catalog), house.store.clone())
}

/// Enters what the house on paper knows.
async fn enter(house: &House, paper: &samples::House) {
    house.keep(effects(known(paper))).await;
    let used = paper.paper.sequences().map(|(name, next)| (name.to_owned(), u32::try_from(next - 1).expect("few")));
    house.store.lease_numbers(&used.collect::<Vec<_>>()).await.expect("numbers");
}

fn laid(case: &Case, office: &Office) -> Laid {
    let arrival = Arrival {
        id: Uuid::now_v7(),
        body: Arc::from(case.message.as_bytes()),
        content_type: None,
        origin: "spool".into(),
        redelivered: false,
        may_wait: true,
        received_at: chrono::Utc::now(),
    };
    lay(arrival, &office.catalog(), &office.config.envelope_limits())
}

async fn entries(house: &House) -> BTreeSet<[String; 4]> {
    let rows = house.sql("select xxf_refer, xxf_alias, xxf_extval, xxf_intval from xxf").await;
    rows.into_iter().map(|row| row.try_into().expect("four columns")).collect()
}

/// Rows as texts in the order of their keys, without moments.
fn told(table: &Table, mut rows: Vec<Row>) -> Vec<String> {
    rows.sort_by_cached_key(|row| row.values(KEY));
    let told = |row: &Row| {
        let columns = table.columns.iter().zip(row.cells()).filter(|(column, _)| !MOMENTS.contains(&column.name));
        columns.map(|(column, cell)| format!("{}={}", column.name, text(cell))).collect::<Vec<_>>().join(" ")
    };
    rows.iter().map(told).collect()
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.to_string(),
        Cell::Amount(amount) => amount.normalize().to_string(),
        Cell::Date(date) => date.map_or_else(String::new, |date| date.to_string()),
    }
}
