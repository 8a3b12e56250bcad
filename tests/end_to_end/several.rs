//! One, two and four daemons on one broker and one database: what becomes of messages does not depend on how many
//! daemons share them, nor on who takes which.

use serde_json::{Value, json};
use std::collections::BTreeSet;

use crate::answers::{reasons, status};
use crate::harness::{Companion, Engine, Site};
use crate::kill::Random;
use crate::messages::{again, counter, customer, uuid, with};
use crate::wait::until;

/// Sales over the counter; each is sent twice, under two UUIDs.
const SALES: u32 = 40;
/// Customers, and how often each of them changes.
const CUSTOMERS: u32 = 5;
const STATES: u32 = 12;

#[tokio::test]
async fn one_daemon() {
    share(1).await;
}

#[tokio::test]
async fn two_daemons() {
    share(2).await;
}

#[tokio::test]
async fn four_daemons() {
    share(4).await;
}

async fn share(daemons: usize) {
    let site = Site::on(Engine::Production, "several").await;
    let mut others = Vec::new();
    for _ in 1..daemons {
        others.push(site.companion().await);
    }
    trade(site, others).await;
}

/// More queues, where one is full: each message goes to one of them, and each daemon takes one.
#[tokio::test]
async fn two_queues() {
    let mut site = Site::on(Engine::Production, "spread").await;
    site.stop().await;
    site.omni.mailbox().spread_over(&["eai.in.1", "eai.in.2"]).await;
    // It would bind its queue to the partners' exchange, and take every message.
    site.set("EAID_AMQP__DECLARE", "false");
    site.set("EAID_AMQP__QUEUE_IN", "eai.in.1");
    site.start().await;
    let other = site.companion_on("eai.in.2").await;
    trade(site, vec![other]).await;
}

async fn trade(site: Site, others: Vec<Companion>) {
    let sales: Vec<Value> = (1..=SALES).map(counter).collect();
    let rivals: Vec<Value> = sales.iter().map(again).collect();
    let states = (1..=CUSTOMERS).flat_map(|number| (1..=STATES).map(move |minute| state(number, minute)));
    let all: Vec<Value> = sales.iter().chain(&rivals).cloned().chain(states).collect();
    let count = all.len();
    let sending = Random::from_environment().shuffled(all).into_iter().map(|message| {
        let omni = site.omni.clone();
        tokio::spawn(async move { omni.publish(&message).await })
    });
    for sent in sending.collect::<Vec<_>>() {
        sent.await.expect("the partner sends");
    }
    until("every answer", async || (responses(&site).len() >= count).then_some(())).await;
    site.settled().await;

    // Of two rivals one was integrated, and the other told of it.
    for (sale, rival) in sales.iter().zip(&rivals) {
        let mut answers = [site.response(&uuid(sale)).await, site.response(&uuid(rival)).await];
        answers.sort_by_key(status);
        let [refused, taken] = answers;
        assert_eq!((status(&refused), status(&taken)), ("ERROR".to_owned(), "OK".to_owned()), "{refused:#}");
        assert_eq!(reasons(&refused)[0].0, "already_integrated", "{refused:#}");
    }
    let (sales, customers) = (i64::from(SALES), i64::from(CUSTOMERS));
    for (view, rows) in [("sl1", sales), ("sl2", sales), ("sl4", sales), ("sa1", customers), ("xx3", count as i64)] {
        assert_eq!(site.rows.count(view, "1 = 1").await, rows, "rows of {view}");
    }
    // The promise of a key: the newest state stands, in whatever order they came and by whomever they were taken.
    let newest = format!("a1_nome = 'NOME DE {STATES:02}'");
    assert_eq!(site.rows.count("sa1", &newest).await, customers, "customers in their newest state");

    // Nobody died, so nobody sends what another took: each sent as many answers as it settled messages, and each
    // answer arrived once.
    let mut settled = vec![site.counted("eaid_messages_total").await];
    let mut published = vec![site.counted("eaid_published_total").await];
    for other in &others {
        settled.push(other.counted("eaid_messages_total").await);
        published.push(other.counted("eaid_published_total").await);
    }
    assert_eq!(settled, published, "each daemon answers what it took");
    assert!(settled.iter().all(|taken| *taken > 0.0), "each daemon took its part: {settled:?}");
    let answers = responses(&site);
    assert_eq!(answers.len(), count, "answers that arrived");
    assert_eq!(answers.into_iter().collect::<BTreeSet<_>>().len(), count, "messages that were answered");
    for other in others {
        other.stop().await;
    }
    site.close().await;
}

/// The messages that answers arrived to, one entry an answer.
fn responses(site: &Site) -> Vec<String> {
    let received = site.omni.received().into_iter();
    received.filter(|out| out.kind == "response").map(|out| out.answers()).collect()
}

/// A customer as it was at a minute.
fn state(number: u32, minute: u32) -> Value {
    let name = json!(format!("NOME DE {minute:02}"));
    let at = json!(format!("2026-11-20T10:{minute:02}:00-03:00"));
    with(&customer(number), &[("/Content/Name", name), ("/Header/GeneratedOn", at)])
}
