//! Bodies that are no message: kept, copied to `eai.dead`, and in nobody's way.

use serde_json::{Value, json};

use crate::answers::{reasons, status};
use crate::harness::{Engine, Site};
use crate::messages::{customer, demo, new_uuid, set, uuid};
use crate::wait::until;

#[tokio::test]
async fn what_cannot_be_read_is_set_apart_and_stops_nobody() {
    let site = Site::on(Engine::Production, "unreadable").await;
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let deep = format!("{{\"Header\": {{}}, \"Content\": {{\"Deep\": {deep}}}}}");
    let bodies: [(&str, &[u8]); 7] = [
        ("not_json", b"{ \"Header\": "),
        ("not_json", b"good morning"),
        ("empty", b""),
        ("empty", b" \r\n "),
        ("no_envelope", b"[1, 2, 3]"),
        ("no_envelope", b"{ \"Header\": {} }"),
        ("too_deep", deep.as_bytes()),
    ];
    let mut neighbours = Vec::new();
    for (place, (_, body)) in bodies.iter().enumerate() {
        site.omni.send_bytes("customervendor", "application/json", body).await;
        let neighbour = customer(8000 + place as u32);
        site.omni.send(&neighbour).await;
        neighbours.push(neighbour);
    }
    for neighbour in &neighbours {
        assert_eq!(status(&site.response(&uuid(neighbour)).await), "OK");
    }
    let mut dead = Vec::new();
    for _ in &bodies {
        dead.push(until("a copy in eai.dead", async || site.omni.mailbox().take_from("eai.dead").await).await);
    }
    for (code, body) in bodies {
        let copy = dead.iter().find(|copy| copy.body == body);
        let copy = copy.unwrap_or_else(|| panic!("no copy of {:?}", String::from_utf8_lossy(body)));
        assert_eq!(copy.code, code, "{:?}: {}", String::from_utf8_lossy(body), copy.reason);
        assert!(!copy.reason.is_empty(), "{code} has no reason for a person");
    }
    assert!(site.omni.mailbox().take_from("eai.dead").await.is_none(), "more copies than bodies");
    let rows = site.rows.read("xx3", &["xx3_cause"], "where xx3_status = 'unreadable' order by xx3_cause").await;
    let causes: Vec<String> = rows.concat();
    let mut expected: Vec<&str> = bodies.iter().map(|(code, _)| *code).collect();
    expected.sort_unstable();
    assert_eq!(causes, expected);
    site.close().await;
}

/// Whoever can be told, is told.
#[tokio::test]
async fn an_unreadable_message_with_uuid_and_partner_is_answered() {
    let site = Site::on(Engine::Production, "half_readable").await;
    let mut message = demo("02-customer");
    let content = message.as_object_mut().and_then(|object| object.remove("Content"));
    assert!(content.is_some());
    let answer = site.answer(&message).await;
    assert_eq!(status(&answer), "ERROR");
    assert_eq!(reasons(&answer)[0].0, "no_envelope", "{answer:#}");
    let dead = until("a copy in eai.dead", async || site.omni.mailbox().take_from("eai.dead").await).await;
    assert_eq!(dead.code, "no_envelope");
    site.close().await;
}

/// Windows-1252 is no fault: old senders write it.
#[tokio::test]
async fn windows_1252_is_read() {
    let site = Site::on(Engine::Production, "windows_1252").await;
    for (place, content_type) in ["application/json", "application/json; charset=windows-1252"].into_iter().enumerate()
    {
        let mut message = customer(8100 + place as u32);
        set(&mut message, "/Content/Name", json!("João da Conceição"));
        set(&mut message, "/Header/UUID", json!(new_uuid()));
        let bytes: Vec<u8> = message.to_string().chars().map(|c| u8::try_from(c as u32).expect("Latin")).collect();
        assert!(String::from_utf8(bytes.clone()).is_err(), "the test's bytes must not be UTF-8");
        site.omni.send_bytes("customervendor", content_type, &bytes).await;
        assert_eq!(status(&site.response(&uuid(&message)).await), "OK");
    }
    site.rows
        .are(
            "sa1",
            "order by a1_cod",
            "a1_cod | a1_nome
            008100 | JOÃO DA CONCEIÇÃO
            008101 | JOÃO DA CONCEIÇÃO",
        )
        .await;
    site.close().await;
}

/// A message that is readable but of no known transaction is refused, not dead.
#[tokio::test]
async fn an_unknown_transaction_is_refused() {
    let site = Site::on(Engine::Production, "unknown_transaction").await;
    let mut message: Value = demo("02-customer");
    set(&mut message, "/Header/Transaction", json!("WEATHERFORECAST"));
    let codes: Vec<String> = site.refused(&message).await.into_iter().map(|(code, _)| code).collect();
    assert!(codes.iter().any(|code| ["transaction_unknown", "not_registered"].contains(&code.as_str())), "{codes:?}");
    assert!(site.omni.mailbox().take_from("eai.dead").await.is_none());
    site.close().await;
}
