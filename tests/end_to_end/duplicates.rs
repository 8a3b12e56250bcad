//! The same message twice, and messages that look alike.

use serde_json::{Value, json};
use std::collections::BTreeSet;

use crate::answers::{our_id, reasons, status};
use crate::harness::{Engine, Site};
use crate::messages::{again, counter, customer, set, text, uuid};
use crate::wait::until;

/// A repeated message gets the stored answer again, and nothing else happens.
#[tokio::test]
async fn the_same_message_twice_takes_effect_once() {
    let site = Site::on(Engine::Production, "twice").await;
    let sale = counter(9001);
    site.ok(&sale).await;
    for body in [sale.to_string(), respelt(&sale)] {
        let before = site.omni.responses(&uuid(&sale)).len();
        let transaction = text(&sale, "/Header/Transaction").to_lowercase();
        site.omni.send_bytes(&transaction, "application/json", body.as_bytes()).await;
        until("the stored answer again", async || (site.omni.responses(&uuid(&sale)).len() > before).then_some(()))
            .await;
    }
    let answers: BTreeSet<String> = site.omni.responses(&uuid(&sale)).iter().map(uuid).collect();
    assert_eq!(answers.len(), 1, "one Response UUID, however often it is sent");
    site.rows.becomes("sl1", "l1_situa", "l1_doc = '000009001'", "OK").await;
    assert_eq!(site.rows.count("sl1", "1 = 1").await, 1);
    assert_eq!(site.rows.count("se1", "1 = 1").await, 1);
    site.close().await;
}

/// The same facts in another order, with names in another case and amounts with more zeros.
fn respelt(message: &Value) -> String {
    let body = reordered(message).to_string();
    assert!(body.contains(":79.9,"), "the amount to be spelt anew is not in {body}");
    body.replace(":79.9,", ":79.900,")
}

fn reordered(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let capital = |name: &str| name[..1].to_uppercase() + &name[1..].to_lowercase();
            let fields = object.iter().rev();
            fields.map(|(name, value)| (capital(name), reordered(value))).collect()
        }
        Value::Array(list) => list.iter().map(reordered).collect(),
        other => other.clone(),
    }
}

/// Two messages in one burst, before either is settled.
#[tokio::test]
async fn a_burst_of_copies_takes_effect_once() {
    let site = Site::on(Engine::Production, "copies").await;
    let sale = counter(9002);
    for _ in 0..20 {
        site.omni.send(&sale).await;
    }
    site.rows.becomes("xx3", "xx3_tentat", &format!("xx3_uuid = '{}'", uuid(&sale)), "20").await;
    our_id(&site.response(&uuid(&sale)).await);
    site.rows.becomes("sl1", "l1_situa", "l1_doc = '000009002'", "OK").await;
    assert_eq!(site.rows.count("sl1", "1 = 1").await, 1);
    site.close().await;
}

/// Some senders use one UUID for everything. Another content is another message.
#[tokio::test]
async fn one_uuid_with_another_content_is_another_message() {
    let site = Site::on(Engine::Production, "one_uuid").await;
    let first = counter(9003);
    let id = site.ok(&first).await;
    let mut second = counter(9004);
    set(&mut second, "/Header/UUID", json!(uuid(&first)));
    site.omni.send(&second).await;
    until("the answer to the second", async || {
        let answers = site.omni.responses(&uuid(&first));
        answers.iter().map(our_id).find(|found| *found != id)
    })
    .await;
    assert_eq!(site.rows.count("sl1", "1 = 1").await, 2);
    site.close().await;
}

/// The same sale under a new UUID: refused, with the id it already has.
#[tokio::test]
async fn a_sale_that_is_integrated_already_is_refused_with_its_id() {
    let site = Site::on(Engine::Production, "integrated").await;
    let sale = counter(9005);
    let id = site.ok(&sale).await;
    let answer = site.answer(&again(&sale)).await;
    assert_eq!(status(&answer), "ERROR");
    assert_eq!(reasons(&answer)[0].0, "already_integrated", "{answer:#}");
    let known = text(&answer, "/Content/ReturnContent/ListOfInternalID/0/Destination");
    assert_eq!(known, id);
    // Another sale may not take its document number either.
    let mut other = counter(9005);
    set(&mut other, "/Content/InternalId", json!("PEDIDO-9006"));
    let found = site.refused(&other).await;
    assert!(found.contains(&("document_used".into(), "/DocumentCode".into())), "{found:?}");
    assert_eq!(site.rows.count("sl1", "1 = 1").await, 1);
    site.close().await;
}

/// A customer may come as often as it changes; an older state never overwrites a newer one.
#[tokio::test]
async fn a_newer_customer_replaces_an_older_one_and_never_the_other_way() {
    let site = Site::on(Engine::Production, "upsert").await;
    let id = site.ok(&state(1, "Primeira", "2026-11-20T10:00:00-03:00")).await;
    let newer = state(1, "Segunda", "2026-11-20T12:00:00-03:00");
    assert_eq!(site.ok(&newer).await, id);
    let older = site.answer(&state(1, "Atrasada", "2026-11-20T11:00:00-03:00")).await;
    assert_eq!(our_id(&older), id);
    let warnings = crate::answers::messages(&older, "WARNING");
    assert!(warnings.iter().any(|(code, _)| code == "superseded"), "{older:#}");
    site.rows.is("sa1", "a1_cod = '000001'", "a1_nome=SEGUNDA").await;
    assert_eq!(site.rows.count("sa1", "1 = 1").await, 1);
    site.close().await;
}

fn state(number: u32, name: &str, at: &str) -> Value {
    let mut message = customer(number);
    set(&mut message, "/Content/Name", json!(name));
    set(&mut message, "/Header/GeneratedOn", json!(at));
    message
}
