//! Every accepted case of the retail rules, taken through the inbound path, leaves the rows that it leaves on paper.

use super::house::*;
use super::on_both_engines;
use crate::catalog::{Catalog, compiled, read};
use crate::config::{Config, defaults};
use crate::decide::lay::{Arrival, Laid, lay};
use crate::inbound::step;
use crate::office::Office;
use crate::store::{NotKept, State};
use chrono::Utc;
use eaid_adapters::effect::Effect;
use eaid_adapters::rules::{Rule, all};
use eaid_adapters::samples;
use eaid_adapters::table::Row;
use eaid_adapters::{ROUTINES, TABLES};
use std::sync::Arc;
use uuid::Uuid;

on_both_engines!(every_accepted_sale_leaves_its_rows, a_number_that_is_taken_is_passed_over);

async fn every_accepted_sale_leaves_its_rows(house: House) {
    let rules = all().expect("the table of cases");
    let shipped = shipped(&defaults().expect("the defaults are right"));
    for rule in rules.iter().filter(|rule| rule.is_accepted()) {
        empty(&house).await;
        leaves_its_rows(&house, rule, &shipped).await;
    }
}

/// Takes everything away, so that one database serves all cases.
pub(crate) async fn empty(house: &House) {
    let spine = ["inbox", "outbox", "sending", "depara", "waits", "numbers", "claims"].map(str::to_owned);
    let tables = spine.into_iter().chain(TABLES.iter().map(|table| format!("t_{}", table.name)));
    if house.is_postgres() {
        house.sql(&format!("truncate {}", tables.collect::<Vec<_>>().join(", "))).await;
    } else {
        for table in tables {
            house.sql(&format!("delete from {table}")).await;
        }
    }
}

fn shipped(config: &Config) -> Arc<Catalog> {
    Arc::new(read::catalog(config, &compiled::texts()).expect("the shipped catalog is right"))
}

async fn leaves_its_rows(house: &House, rule: &Rule, shipped: &Arc<Catalog>) {
    let name = format!("{}: {}", rule.section, rule.rule);
    let mut paper = rule.house().expect("a house");
    house.keep(effects(known(&paper))).await;
    let mut config = defaults().expect("the defaults are right");
    let catalog = if rule.has_rules_of_its_own() {
        config.retail = paper.books.retail.clone();
        self::shipped(&config)
    } else {
        shipped.clone()
    };
    let message = rule.message().expect("a message");
    let laid = [laid(&message, &catalog, &config)];
    let office = Office::new(config, catalog.clone(), house.store.clone());
    let part = step(&office, &catalog, &laid, false).await.expect("kept");
    assert_eq!(part.decided.batch.settled[0].state, State::Staged, "{name}");
    paper.decide(&message).expect("decided on paper");
    let routine = ROUTINES.iter().find(|routine| routine.name == "LOJA701").expect("the routine");
    for table in routine.tables.iter().copied().chain([table("sc0")]) {
        let expected = sorted(paper.paper.rows_of(table).cloned().collect());
        assert_eq!(sorted(house.rows(table).await), expected, "{name}: {}", table.name);
    }
}

/// A message as it comes out of the spool.
fn laid(message: &str, catalog: &Catalog, config: &Config) -> Laid {
    let arrival = Arrival {
        id: Uuid::now_v7(),
        body: Arc::from(message.as_bytes()),
        content_type: None,
        origin: "spool".into(),
        redelivered: false,
        may_wait: true,
        received_at: Utc::now(),
    };
    lay(arrival, catalog, &config.envelope_limits())
}

/// An NF-e that is numbered here gets the next number that nobody has: one that is taken makes the batch be decided
/// again.
async fn a_number_that_is_taken_is_passed_over(house: House) {
    let rules = all().expect("the table of cases");
    let rule = rules.iter().find(|rule| rule.rule == "NFE sem chave: o número é gerado").expect("the case");
    let taken = sale("000099", &[("sale_id", "01|0101|55|000000001|001")]);
    let mut known = known(&rule.house().expect("a house"));
    known.push(Effect::Insert(taken));
    house.keep(effects(known)).await;
    let config = defaults().expect("the defaults are right");
    let catalog = shipped(&config);
    let laid = [laid(&rule.message().expect("a message"), &catalog, &config)];
    let office = Office::new(config, catalog.clone(), house.store.clone());
    assert!(matches!(step(&office, &catalog, &laid, false).await, Err(NotKept::Stale(_))));
    assert!(step(&office, &catalog, &laid, false).await.is_ok());
    let documents = house.sql("select l1_doc from sl1 where l1_serie = '55'").await;
    assert_eq!(documents, [["000000002"]]);
}

/// What a house knows, as effects.
pub(crate) fn known(paper: &samples::House) -> Vec<Effect> {
    let rows = TABLES.iter().flat_map(|table| paper.paper.rows_of(table)).cloned().map(Effect::Insert);
    let links = paper.paper.entries().map(|(partner, alias, external, internal)| Effect::Link {
        partner: partner.into(),
        alias,
        external: external.into(),
        internal: internal.into(),
        stamp: "".into(),
        was: None,
    });
    rows.chain(links).collect()
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_cached_key(|row| row.cells().cloned().collect::<Vec<_>>());
    rows
}
