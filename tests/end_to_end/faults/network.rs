//! What networks do, between eaid and each of its servers.

use eaid::operate::soak::proxy::{Manner, Proxy};
use std::time::Duration;

use crate::faults::is_long;
use crate::harness::{Network, Site};
use crate::load::Load;
use crate::servers;

#[tokio::test]
async fn to_the_broker() {
    fails("network_broker", |network| &network.broker).await;
}

#[tokio::test]
async fn to_the_database() {
    fails("network_database", |network| &network.database).await;
}

async fn fails(name: &str, way: fn(&Network) -> &Proxy) {
    let site = Site::behind_network(servers::shared(), name, "").await;
    let load = Load::begin(&site.omni);
    let way = way(site.network());
    for _ in 0..2 {
        load.sends(5).await;
        way.cut();
        load.sends(5).await;
        way.half_close();
    }
    for manner in [Manner::Slow(Duration::from_millis(30)), Manner::Stalled, Manner::Refusing] {
        way.behave(manner);
        load.sends(10).await;
        // A connection that is lost meanwhile, too.
        way.cut();
        load.sends(10).await;
        way.behave(Manner::Through);
    }
    load.goes_on(&site).await;
    site.account(load).await;
}

/// Longer than any patience of ours: heartbeats fail, and so do operations of the database.
#[tokio::test]
async fn both_stalled_for_long() {
    if !is_long("a network stalled for 100 seconds") {
        return;
    }
    let site = Site::behind_network(servers::shared(), "network_stalled", "").await;
    let load = Load::begin(&site.omni);
    for way in [&site.network().broker, &site.network().database] {
        load.sends(15).await;
        way.behave(Manner::Stalled);
        tokio::time::sleep(Duration::from_secs(100)).await;
        way.behave(Manner::Through);
        load.goes_on(&site).await;
    }
    site.account(load).await;
}
