//! Clocks of hosts are wrong, and are set while daemons work. The database's counts.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::answers::{our_id, reasons};
use crate::clock::{Clock, hours_ahead};
use crate::harness::{Engine, Site};
use crate::load::Load;
use crate::messages::{counter, customer, entrega, reserve, uuid, with};
use crate::servers;
use crate::wait::until;

/// A site whose daemon goes by a clock so many hours ahead.
async fn site(engine: Engine, name: &str, configuration: &str, hours: i64) -> (Site, Clock) {
    let mut site = Site::prepare(engine, servers::shared(), false, name, configuration).await;
    let clock = Clock::ahead(site.folder(), "clock", hours);
    clock.environment().iter().for_each(|(name, value)| site.set(name, value));
    site.start().await;
    (site, clock)
}

/// Sales of orders, numbered from 7001 on, that come long before all that they need.
#[derive(Default)]
struct Early {
    sales: Vec<Value>,
}

impl Early {
    async fn park(&mut self, site: &Site) {
        let sale = entrega((7001..).nth(self.sales.len()).expect("a number"));
        site.omni.send(&sale).await;
        site.waits(&sale).await;
        self.sales.push(sale);
    }

    /// None was given up meanwhile. What they need comes, and they take their effect. Gives how many they are.
    async fn go_on(self, site: &Site) -> u32 {
        let mut orders = 0;
        for (number, sale) in (7001..).zip(&self.sales) {
            orders += 1;
            assert!(site.omni.responses(&uuid(sale)).is_empty(), "answered while it waits");
            site.waits(sale).await;
            site.ok(&customer(number)).await;
            site.ok(&reserve(number)).await;
            our_id(&site.response(&uuid(sale)).await);
        }
        orders
    }
}

/// Ends a case: every message took its effect once, and its answer arrived once. Gives the answers.
async fn account(site: Site, load: Load, orders: u32) -> Vec<Value> {
    let mut sold = load.end().await;
    sold.orders += orders;
    sold.took_effect_once(&site).await;
    let answers: Vec<_> = site.close().await.into_iter().filter(|out| out.kind == "response").collect();
    let mut arrived: BTreeMap<String, usize> = BTreeMap::new();
    answers.iter().for_each(|answer| *arrived.entry(answer.answers()).or_default() += 1);
    assert_eq!(arrived.len() as i64, sold.messages(), "messages that were answered");
    arrived.retain(|_, times| *times > 1);
    assert!(arrived.is_empty(), "answers that arrived again: {arrived:?}");
    answers.into_iter().map(|answer| answer.body).collect()
}

#[tokio::test]
async fn set_back_and_set_ahead_under_load() {
    let (site, clock) = site(Engine::Production, "clock_set", "", 0).await;
    let load = Load::begin(&site.omni);
    let mut early = Early::default();
    early.park(&site).await;
    for hours in [-1, 1, -1, 0] {
        load.sends(10).await;
        clock.set(hours);
        early.park(&site).await;
        load.goes_on(&site).await;
    }
    let orders = early.go_on(&site).await;
    let answers = account(site, load, orders).await;
    // Ids do not go back with the clock, but they went ahead with it: the daemon saw it being set.
    assert!(answers.iter().any(|answer| hours_ahead(answer) == 1), "no answer was written an hour ahead");
}

#[tokio::test]
async fn set_back_and_set_ahead_on_sqlite() {
    let (site, clock) = site(Engine::Embedded, "clock_sqlite", "", 0).await;
    let mut early = Early::default();
    for (number, hours) in [(8001, -1), (8002, 1), (8003, -1), (8004, 0)] {
        clock.set(hours);
        early.park(&site).await;
        site.ok(&counter(number)).await;
    }
    let orders = early.go_on(&site).await;
    assert_eq!(site.rows.count("sl1", "l1_orcres = ''").await, i64::from(orders) + 4, "sales, each once");
    let answers: Vec<_> = site.close().await.into_iter().filter(|out| out.kind == "response").collect();
    let different: BTreeSet<String> = answers.iter().map(|answer| answer.answers()).collect();
    assert_eq!((answers.len(), different.len()), (16, 16), "answers, each once");
    assert!(answers.iter().any(|answer| hours_ahead(&answer.body) == 1), "no answer was written an hour ahead");
}

#[tokio::test]
async fn an_hour_behind_and_an_hour_ahead_at_one_queue() {
    let (site, _behind) = site(Engine::Production, "clock_two", "", -1).await;
    let ahead = Clock::ahead(site.folder(), "clock_ahead", 1);
    let other = site.companion_by(&ahead).await;
    let load = Load::begin(&site.omni);
    let mut early = Early::default();
    for _ in 0..4 {
        load.sends(20).await;
        early.park(&site).await;
        until("the other to take its part", async || other.has_taken().await.then_some(())).await;
    }
    load.goes_on(&site).await;
    let status = site.eaid(&["status", "--json"]).await.ends(0).json();
    assert_eq!(status["processes"].as_array().map(Vec::len), Some(2), "{status:#}");
    let orders = early.go_on(&site).await;
    other.stop().await;
    let answers = account(site, load, orders).await;
    for hours in [-1, 1] {
        assert!(answers.iter().any(|answer| hours_ahead(answer) == hours), "{hours} h wrote no answer");
    }
}

#[tokio::test]
async fn patience_is_as_long_as_it_is_meant_to_be() {
    let (site, clock) = site(Engine::Production, "clock_patience", "[waiting]\npatience = \"3s\"\n", 0).await;
    for (number, hours) in [(5501, -1), (5502, 1)] {
        clock.set(hours);
        let nobody = ("/Content/CustomerVendorInternalId", "CLIENTE-QUE-NUNCA-VEIO".into());
        let sent = Instant::now();
        let answer = site.answer(&with(&counter(number), &[nobody])).await;
        assert!(sent.elapsed() >= Duration::from_secs(3), "{hours} h: given up after {:?}", sent.elapsed());
        assert_eq!(reasons(&answer)[0].0, "never_came", "{answer:#}");
    }
    site.close().await;
}
