//! eaid as a web service: messages, health, metrics, and who may come in.

use serde_json::{Value, json};

use crate::answers::{our_id, reasons, status};
use crate::harness::{Engine, Site};
use crate::http::{Client, TRANSACTIONS};
use crate::messages::{again, counter, demo, remove, set, text, uuid};
use crate::wait::until;

#[tokio::test]
async fn a_synchronous_call_gets_its_response_in_the_body() {
    for (engine, name) in [(Engine::Production, "sync"), (Engine::Embedded, "sync_files")] {
        let site = Site::on(engine, name).await;
        for (message, id) in [
            ("01-reserve-entrega", "01|0101|000005001|LJ"),
            ("02-customer", "01|0101|000123|01|C"),
            ("03-sale-entrega", "01|0101|1|000001001|001"),
        ] {
            let answer = call(&site, &synchronous(demo(message))).await;
            assert_eq!(our_id(&answer), id);
        }
        let mut wrong = synchronous(counter(1));
        remove(&mut wrong, "/Content/NetPrice");
        let answer = call(&site, &wrong).await;
        assert_eq!(status(&answer), "ERROR");
        assert_eq!(reasons(&answer), [("missing".to_owned(), "/NetPrice".to_owned())]);
        site.rows.becomes("sl1", "l1_situa", "l1_docped = '000001001'", "FR").await;
        site.close().await;
    }
}

/// Asynchronous: a Receipt at once, the Response by the route.
#[tokio::test]
async fn an_asynchronous_call_gets_a_receipt_and_its_response_by_the_route() {
    let site = Site::on(Engine::Production, "async").await;
    let sale = counter(1);
    let reply = site.http.post(TRANSACTIONS, &sale).await;
    assert!((200..300).contains(&reply.status), "{reply:?}");
    let receipt = reply.json();
    assert_eq!(text(&receipt, "/Header/Type"), "Receipt", "{receipt:#}");
    assert_eq!(text(&receipt, "/Content/ReceivedMessage/UUID"), uuid(&sale));
    our_id(&site.response(&uuid(&sale)).await);
    let page = format!("/api/v1/messages/{}", uuid(&sale));
    let fate = until("the message's page to say that it was answered", async || {
        let reply = site.http.get(&page).await;
        (reply.status == 200 && reply.text.contains("answered")).then(|| reply.json())
    })
    .await;
    assert!(fate.to_string().contains(&uuid(&sale)), "{fate:#}");
    assert_eq!(site.http.get("/api/v1/messages/nobody-sent-this").await.status, 404);
    site.close().await;
}

/// A synchronous message that has to wait is received, and answered when it can be.
#[tokio::test]
async fn a_synchronous_call_that_must_wait_gets_a_receipt() {
    let site = Site::with(Engine::Production, "sync_wait", "[http]\nsync_wait = \"1s\"\n").await;
    let mut sale = synchronous(counter(1));
    set(&mut sale, "/Content/SellerInternalId", json!("VENDEDOR-NOVO"));
    let reply = site.http.post(TRANSACTIONS, &sale).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    assert_eq!(text(&reply.json(), "/Header/Type"), "Receipt");
    crate::waiting::set_depara(&site, "SA3", "VENDEDOR-NOVO", "01||000099").await;
    our_id(&site.response(&uuid(&sale)).await);
    site.close().await;
}

/// The same message again over HTTP gets the same Response.
#[tokio::test]
async fn a_repeated_call_gets_the_stored_response() {
    let site = Site::on(Engine::Embedded, "sync_twice").await;
    let sale = synchronous(counter(1));
    let first = call(&site, &sale).await;
    let second = call(&site, &sale).await;
    assert_eq!(our_id(&first), our_id(&second));
    assert_eq!(uuid(&first), uuid(&second), "one Response UUID");
    let answer = call(&site, &again(&sale)).await;
    assert_eq!(reasons(&answer)[0].0, "already_integrated", "{answer:#}");
    assert_eq!(site.rows.count("sl1", "1 = 1").await, 1);
    site.close().await;
}

#[tokio::test]
async fn health_readiness_and_metrics() {
    let site = Site::on(Engine::Production, "health").await;
    site.ok(&counter(1)).await;
    assert_eq!(site.http.get("/healthz").await.status, 200);
    assert_eq!(site.http.get("/readyz").await.status, 200);
    let metrics = site.http.get("/metrics").await;
    assert_eq!(metrics.status, 200);
    let is_metric = |line: &str| {
        let name = line.split(['{', ' ']).next().unwrap_or_default();
        let value = line.rsplit(' ').next().and_then(|value| value.parse::<f64>().ok());
        name.starts_with("eaid_") && value.is_some()
    };
    let lines: Vec<&str> = metrics.text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    assert!(lines.iter().filter(|line| is_metric(line)).count() > 5, "{}", metrics.text);
    assert_eq!(site.http.get("/no/such/page").await.status, 404);
    site.close().await;
}

/// With tokens nobody comes in without one; health stays open for whoever watches.
#[tokio::test]
async fn with_tokens_nobody_comes_in_without_one() {
    let tokens = "[http]\ntokens = [{ name = \"omni\", token = \"a-secret-of-the-test\", \
                  may = [\"send\", \"events\", \"read\"] }]\n";
    let site = Site::with(Engine::Embedded, "tokens", tokens).await;
    let sale = synchronous(counter(1));
    let wrong = Client { token: Some("another".into()), ..site.http.clone() };
    for stranger in [&site.http, &wrong] {
        assert_eq!(stranger.post(TRANSACTIONS, &sale).await.status, 401);
        assert_eq!(stranger.post("/api/v1/order-events", &json!({})).await.status, 401);
        assert_eq!(stranger.get("/api/v1/messages/x").await.status, 401);
        assert_eq!(stranger.get("/healthz").await.status, 200);
        assert_eq!(stranger.get("/readyz").await.status, 200);
    }
    assert_eq!(site.rows.count("xx3", "1 = 1").await, 0);
    let known = Client { token: Some("a-secret-of-the-test".into()), ..site.http.clone() };
    let reply = known.post(TRANSACTIONS, &sale).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    our_id(&reply.json());
    site.close().await;
}

/// A body that is no envelope, or too large, is the caller's fault.
#[tokio::test]
async fn what_cannot_be_read_is_a_client_error() {
    let site = Site::on(Engine::Embedded, "bad_body").await;
    for body in ["", "{", "[]", "{\"Header\": {}}"] {
        let reply = site.http.ask("POST", TRANSACTIONS, Some(body.into())).await;
        let status = reply.expect("an answer").status;
        assert!((400..500).contains(&status), "{body:?}: {status}");
    }
    assert_eq!(call(&site, &synchronous(counter(1))).await["Header"]["Type"], "Response");
    site.close().await;
}

/// Beyond loopback without tokens or users: it does not even start.
#[tokio::test]
async fn it_refuses_to_listen_to_the_world_without_tokens() {
    let mut site = Site::on(Engine::Embedded, "open_world").await;
    site.stop().await;
    let open = format!("0.0.0.0:{}", site.http.port);
    std::fs::write(site.folder().join("eaid.toml"), "").expect("write eaid.toml");
    let said = site.eaid_with(&[("EAID_HTTP__LISTEN", &open)], &["run"]).await.ends(2);
    assert!(said.err.contains(&open), "the reason names the address: {}", said.err);
    site.start().await;
    site.close().await;
}

fn synchronous(mut message: Value) -> Value {
    set(&mut message, "/Header/DeliveryType", json!("Sync"));
    message
}

/// Posts a message and gives the Response of the body.
async fn call(site: &Site, message: &Value) -> Value {
    let reply = site.http.post(TRANSACTIONS, message).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let answer = reply.json();
    assert_eq!(text(&answer, "/Content/ReceivedMessage/UUID"), uuid(message));
    answer
}
