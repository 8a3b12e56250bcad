//! The process dies between two of its steps. Nothing is lost, nothing takes effect twice.
//!
//! `EAID_CRASH_AT` names the step at whose first pass the daemon aborts.

use serde_json::Value;
use std::os::unix::process::ExitStatusExt;

use crate::harness::{Engine, Site};
use crate::messages::{customer, entrega, reserve, uuid};
use crate::traces::until_traced;
use crate::wait::until;

/// SIGABRT.
const ABORTED: i32 = 6;

#[tokio::test]
async fn before_the_commit() {
    dies_at(Engine::Production, "before-keep", 1).await;
}

#[tokio::test]
async fn after_the_commit_before_the_acknowledgement() {
    dies_at(Engine::Production, "after-keep", 2).await;
}

#[tokio::test]
async fn inside_gravabatch() {
    dies_at(Engine::Production, "inside-apply", 3).await;
}

#[tokio::test]
async fn after_the_confirm_before_the_mark() {
    dies_at(Engine::Production, "after-confirm", 4).await;
}

#[tokio::test]
async fn at_each_step_with_files() {
    for (point, number) in [("before-keep", 1), ("after-keep", 2), ("inside-apply", 3), ("after-confirm", 4)] {
        dies_at(Engine::Embedded, point, number).await;
    }
}

async fn dies_at(engine: Engine, point: &str, number: u32) {
    let mut site = Site::on(engine, &point.replace('-', "_")).await;
    site.ok(&customer(number)).await;
    site.ok(&reserve(number)).await;
    site.settled().await;
    site.stop().await;
    // The sale comes while no daemon runs, and nothing else is to be done: it is what passes the point.
    let sale = entrega(number);
    site.omni.send(&sale).await;
    let known = site.omni.received().len();
    let end = site.dies_at(point).await;
    assert_eq!(end.signal(), Some(ABORTED), "{point}: the daemon ended with {end}");
    died_there(&site, point, &sale, known).await;

    site.start().await;
    site.response(&uuid(&sale)).await;
    until_whole(&site, number).await;
    until_traced(&site, "Pedido bloqueado").await;
    if engine == Engine::Production && point == "after-confirm" {
        // In a folder it takes the place of the first, since it bears the same name.
        until("what was confirmed and not marked to be sent again, with its UUID", async || {
            let received: Vec<String> = site.omni.received().iter().map(|out| uuid(&out.body)).collect();
            received.iter().any(|id| received.iter().filter(|other| *other == id).count() > 1).then_some(())
        })
        .await;
    }
    let received = site.close().await;
    let mut traces: Vec<String> =
        received.iter().filter(|out| out.kind == "trace").map(|out| uuid(&out.body)).collect();
    traces.sort();
    traces.dedup();
    assert_eq!(traces.len(), 1, "{point}: one trace, however often it was sent");
}

/// What the daemon left shows that it died at this step of this sale. `known` messages had been received before.
async fn died_there(site: &Site, point: &str, sale: &Value, known: usize) {
    let message = format!("xx3_uuid = '{}'", uuid(sale));
    let kept = site.rows.count("xx3", &message).await;
    assert_eq!(kept, i64::from(point != "before-keep"), "{point}: rows of the inbox");
    match point {
        // The broker takes its time to see that the consumer is dead.
        "before-keep" | "after-keep" => {
            until("the message to lie there again", async || (site.omni.left().await == 1).then_some(())).await;
        }
        "inside-apply" => {
            site.rows.is("sl1", &format!("l1_umov = '{}'", uuid(sale)), "l1_situa=RX").await;
            assert_eq!(site.rows.count("se1", "1 = 1").await, 0, "titles of a sale that was not applied");
        }
        _ => {
            until("what was confirmed", async || (site.omni.received().len() > known).then_some(())).await;
            assert_ne!(site.rows.cell("xx3", "xx3_status", &message).await, "answered", "nothing was marked");
        }
    }
}

/// The sale is there once, with everything that belongs to it once.
pub async fn until_whole(site: &Site, number: u32) {
    let rows = &site.rows;
    let order = format!("l1_docped = '{number:09}'");
    rows.becomes("sl1", "l1_situa", &order, "FR").await;
    let parent = rows.cell("sl1", "l1_num", &order).await;
    assert_eq!(rows.count("sl2", &format!("l2_num = '{parent}'")).await, 2, "items of {number}");
    assert_eq!(rows.count("sl4", &format!("l4_num = '{parent}'")).await, 3, "payments of {number}");
    assert_eq!(rows.count("se1", &format!("e1_num = '{number:09}'")).await, 3, "titles of {number}");
    let child = rows.cell("sl1", "l1_num", &format!("l1_orcres = '{parent}'")).await;
    let order = rows.cell("sc5", "c5_num", &format!("c5_orcres = '{child}'")).await;
    assert_eq!(rows.count("sc6", &format!("c6_num = '{order}'")).await, 2, "order of {number}");
    let of_sale = format!("xxf_alias = 'SL1' and xxf_extval = 'PEDIDO-{number}'");
    assert_eq!(rows.count("xxf", &of_sale).await, 1, "De/Para of {number}");
}
