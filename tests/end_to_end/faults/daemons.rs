//! Processes end, asked and unasked, while others go on.

use eaid::operate::soak::proxy::Manner;
use std::time::{Duration, Instant};

use crate::faults::is_long;
use crate::harness::{Engine, Site};
use crate::load::Load;
use crate::servers;
use crate::wait::until;

#[tokio::test]
async fn stopped_in_good_order_under_load() {
    let mut site = Site::on(Engine::Production, "stopped").await;
    let load = Load::begin(&site.omni);
    for _ in 0..3 {
        load.sends(10).await;
        site.stop().await;
        // What was in hand was finished or given back: nothing is leased to who is gone.
        site.start().await;
    }
    load.goes_on(&site).await;
    site.account(load).await;
}

#[tokio::test]
async fn a_second_signal_stops_at_once() {
    let mut site = Site::behind_network(servers::shared(), "stopped_twice", "").await;
    let load = Load::begin(&site.omni);
    load.sends(10).await;
    // With the database out of reach, what is in hand cannot be finished.
    site.network().database.behave(Manner::Stalled);
    load.sends(10).await;
    site.signal("TERM").await;
    until("the daemon to have heard", async || site.log().contains("a second signal stops at once").then_some(()))
        .await;
    let told = Instant::now();
    site.signal("TERM").await;
    assert_eq!(site.ended().await.code(), Some(1));
    assert!(told.elapsed() < Duration::from_secs(5), "at once");
    site.network().database.behave(Manner::Through);
    site.start().await;
    site.account(load).await;
}

#[tokio::test]
async fn one_of_two_killed_again_and_again() {
    killed(2, 3).await;
}

#[tokio::test]
async fn one_of_four_killed_again_and_again() {
    if is_long("four daemons, one killed 30 times") {
        killed(4, 30).await;
    }
}

async fn killed(daemons: usize, times: usize) {
    let site = Site::on(Engine::Production, "companions").await;
    let mut others = Vec::new();
    for _ in 2..daemons {
        others.push(site.companion().await);
    }
    let load = Load::begin(&site.omni);
    for _ in 0..times {
        let victim = site.companion().await;
        load.sends(8).await;
        // It must have had something in hand.
        until("the other to take its part", async || victim.has_taken().await.then_some(())).await;
        victim.kill().await;
    }
    load.goes_on(&site).await;
    let sold = load.end().await;
    sold.took_effect_once(&site).await;
    for other in others {
        other.stop().await;
    }
    site.close().await;
}
