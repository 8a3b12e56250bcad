//! Calls from outside, with an inbound loop that tells the fate each test wants.

use super::*;
use crate::bus::{Fate, Ticket};
use crate::config::units::{Size, Span};
use crate::fault::Fault;
use crate::store::State;
use crate::store::monitor::{MessageStory, Page, SentLine};
use async_trait::async_trait;
use chrono::{DateTime, FixedOffset, Utc};
use eaid_schemas::pdvsync::{Shown, Standing};
use eaid_schemas::violation::{Code, Violation};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const TRANSACTIONS: &str = "/totvseai/standardmessage/v1/transactions";
const EVENTS: &str = "/api/v1/order-events";

/// Knows one stored answer, and what was sought.
#[derive(Default)]
pub(super) struct Stored(Mutex<Option<String>>, pub(super) Mutex<Vec<(Sought, usize, usize)>>);

#[async_trait]
impl Clerk for Stored {
    async fn stories(&self, _: &str) -> Result<Vec<MessageStory>, Fault> {
        Ok(Vec::new())
    }

    async fn sent_for(&self, _: &str) -> Result<Vec<SentLine>, Fault> {
        let stored = self.0.lock().unwrap().clone();
        Ok(stored.into_iter().map(sent).collect())
    }

    async fn gravabatch_done(&self, report: &Report) -> Result<Done, Fault> {
        Ok(match report.situa.as_str() {
            "OK" => Done::Taken(true),
            "FR" => Done::Unknown(2),
            "ER" => Done::Refused(Violation::error(Code::NotAllowed, "/situa", "não está em RX")),
            _ => Done::Refused(Violation::error(Code::NotInList, "/situa", "esperado OK, FR ou ER")),
        })
    }

    async fn pre_sales(&self, sought: &Sought, page: Page) -> Result<Found<Shown>, Fault> {
        self.1.lock().unwrap().push((sought.clone(), page.skip, page.limit));
        Ok(Found { members: Vec::new(), has_next: true })
    }

    async fn pre_sale(&self, number: &str) -> Result<Option<Shown>, Fault> {
        let shown = Shown { number: number.to_owned(), branch: "2".to_owned(), ..Shown::default() };
        Ok((number == "7").then_some(shown))
    }

    async fn standings(&self, _: &States, _: Page) -> Result<Found<Standing>, Fault> {
        Ok(Found::default())
    }

    fn readiness(&self) -> Readiness {
        Readiness { is_ready: false, checks: json!({ "database": { "ok": false } }) }
    }

    fn metrics(&self) -> String {
        "eaid_x 1\n".to_owned()
    }

    fn now(&self) -> DateTime<FixedOffset> {
        Utc::now().fixed_offset()
    }
}

fn sent(body: String) -> SentLine {
    SentLine {
        id: Uuid::now_v7(),
        kind: "response".to_owned(),
        transaction: String::new(),
        correlation: String::new(),
        subject: String::new(),
        route_key: String::new(),
        transport: "http".to_owned(),
        state: "sent".to_owned(),
        note: String::new(),
        created_at: Utc::now(),
        sent_at: None,
        body,
    }
}

/// A server with a clerk, and an inbound loop that answers by `tell`.
pub(super) struct Server {
    pub(super) address: String,
    pub(super) clerk: Arc<Stored>,
    pub(super) stop: tokio_util::sync::DropGuard,
}

/// A reception whose messages go nowhere.
pub(super) fn reception(settings: HttpSettings, require_login: RequireLogin) -> Reception {
    receiving(settings, require_login, mpsc::channel(1).0, Arc::default())
}

fn receiving(
    settings: HttpSettings,
    require_login: RequireLogin,
    deliveries: mpsc::Sender<Delivery>,
    clerk: Arc<Stored>,
) -> Reception {
    let identity = Identity {
        source_application: "EAID".to_owned(),
        product_name: "PROTHEUS".to_owned(),
        product_version: "12".to_owned(),
    };
    let limits = Limits { body: 100_000, depth: 64, items: 1000 };
    Reception::new(settings, require_login, limits, identity, deliveries, clerk)
}

impl Server {
    async fn new(tokens: Value, tell: impl Fn(&Delivery) -> Option<Fate> + Send + 'static) -> Server {
        let tokens = serde_json::from_value(tokens).unwrap();
        Server::with(HttpSettings { tokens, ..HttpSettings::default() }, tell).await
    }

    /// With settings of its own.
    pub(super) async fn with(
        settings: HttpSettings,
        tell: impl Fn(&Delivery) -> Option<Fate> + Send + 'static,
    ) -> Server {
        let settings = HttpSettings {
            listen: "127.0.0.1:0".to_owned(),
            sync_wait: Span(Duration::from_millis(300)),
            unsettled: Size(1 << 20),
            ..settings
        };
        let (deliveries, mut taken) = mpsc::channel::<Delivery>(10);
        tokio::spawn(async move {
            while let Some(delivery) = taken.recv().await {
                let fate = tell(&delivery);
                if let (Ticket::Http(call), Some(fate)) = (delivery.ticket, fate) {
                    drop(call.send(fate));
                }
            }
        });
        let door = bind(&settings).await.unwrap();
        let address = door.local_addr().unwrap().to_string();
        let clerk = Arc::new(Stored::default());
        let reception = receiving(settings, RequireLogin::Auto, deliveries, clerk.clone());
        let stop = CancellationToken::new();
        tokio::spawn(serve(door, reception, None, stop.clone()));
        Server { address, clerk, stop: stop.drop_guard() }
    }

    /// One call: status, head, body.
    pub(super) async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: &str,
    ) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let token = token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{token}Content-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // The server may answer, and close, before it has read all of a body that it refuses.
        drop(stream.write_all(body.as_bytes()).await);
        let mut text = Vec::new();
        drop(stream.read_to_end(&mut text).await);
        let text = String::from_utf8(text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), head.to_owned(), body.to_owned())
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let (status, _, body) = self.call("POST", path, None, &body.to_string()).await;
        (status, serde_json::from_str(&body).unwrap())
    }
}

fn fate(state: State) -> Fate {
    Fate {
        message: Uuid::now_v7(),
        state,
        cause: None,
        violations: Vec::new(),
        answer: None,
        ids: Vec::new(),
        is_changed: false,
    }
}

fn refused(code: Code) -> Fate {
    Fate { cause: Some((code, "porque sim".to_owned())), ..fate(State::Refused) }
}

fn message(delivery_type: Option<&str>) -> Value {
    let mut message = json!({
        "Header": { "UUID": "u-1", "Type": "BusinessMessage", "Transaction": "RETAILSALES", "Version": "2.009",
                    "SourceApplication": "OMNI", "ProductName": "OMNI" },
        "Content": {}
    });
    if let Some(text) = delivery_type {
        message["Header"]["DeliveryType"] = json!(text);
    }
    message
}

/// A Response of ours.
fn answer(delivery_type: &str) -> Value {
    json!({ "Header": { "UUID": "r-1", "Type": "Response", "DeliveryType": delivery_type }, "Content": {} })
}

fn answered(delivery_type: &str) -> Fate {
    Fate { answer: Some(Arc::from(answer(delivery_type).to_string())), ..fate(State::Staged) }
}

#[tokio::test]
async fn the_sender_and_the_registration_decide_what_the_body_is() {
    let header = |of: &Value| of["Header"]["Type"].clone();
    for (wants, registered, status, kind) in [
        (Some("sync"), "async", 200, "Response"),
        (Some("Async"), "sync", 202, "Receipt"),
        (None, "sync", 200, "Response"),
        (None, "async", 202, "Receipt"),
    ] {
        let server = Server::new(json!([]), move |_| Some(answered(registered))).await;
        let (got, body) = server.post(TRANSACTIONS, &message(wants)).await;
        assert_eq!((got, header(&body)), (status, json!(kind)), "{wants:?} {registered}");
        if kind == "Receipt" {
            assert_eq!(body["Content"]["ReceivedMessage"]["UUID"], "u-1");
        }
    }
}

#[tokio::test]
async fn a_message_that_waits_gets_its_answer_if_it_comes_in_time() {
    let server = Server::new(json!([]), |_| Some(fate(State::Waiting))).await;
    let (status, body) = server.post(TRANSACTIONS, &message(Some("sync"))).await;
    assert_eq!((status, body["Header"]["Type"].as_str()), (202, Some("Receipt")));
    let asynchronous = server.post(TRANSACTIONS, &message(Some("async"))).await;
    assert_eq!(asynchronous.0, 202);
    let call = message(Some("sync"));
    let (late, ()) = tokio::join!(server.post(TRANSACTIONS, &call), async {
        tokio::time::sleep(Duration::from_millis(60)).await;
        *server.clerk.0.lock().unwrap() = Some(answer("sync").to_string());
    });
    assert_eq!((late.0, late.1["Header"]["UUID"].as_str()), (200, Some("r-1")));
    // The same message again: no answer is made, the stored one is given.
    let again = server.post(TRANSACTIONS, &message(Some("sync"))).await;
    assert_eq!(again.1["Header"]["UUID"], "r-1");
}

#[tokio::test]
async fn what_is_unreadable_large_or_not_kept_is_told_so() {
    let unreadable = Fate { cause: Some((Code::NotJson, "JSON inválido.".to_owned())), ..fate(State::Unreadable) };
    let server = Server::new(json!([]), move |delivery| (delivery.body.len() < 50).then(|| unreadable.clone())).await;
    let (status, _, body) = server.call("POST", TRANSACTIONS, None, "{").await;
    assert_eq!(status, 400);
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap(),
        json!({ "code": "not_json", "message": "JSON inválido." })
    );
    let (status, _, body) = server.call("POST", TRANSACTIONS, None, &"x".repeat(100_001)).await;
    assert_eq!(status, 413, "{body}");
    // The inbound loop drops the ticket: nothing is known.
    let (status, head, _) = server.call("POST", TRANSACTIONS, None, &message(Some("sync")).to_string()).await;
    assert_eq!(status, 503);
    assert!(head.to_lowercase().contains("retry-after: 2"), "{head}");
}

#[tokio::test]
async fn a_batch_is_asynchronous_or_nothing() {
    let count = Arc::new(Mutex::new(0));
    let counted = count.clone();
    let server = Server::new(json!([]), move |delivery| {
        *counted.lock().unwrap() += 1;
        let is_whole = delivery.body.starts_with(b"{\"Header\"");
        Some(if is_whole { fate(State::Staged) } else { Fate { cause: None, ..fate(State::Unreadable) } })
    })
    .await;
    let to = |query: &str| format!("{TRANSACTIONS}{query}");
    let batch = |items: &[Value]| json!({ "Items": items });
    let good = message(Some("async"));
    for (query, items, status) in [
        ("", vec![good.clone()], 400),
        ("?batchUUID=b&batchType=businessTransaction", vec![good.clone()], 501),
        ("?batchUUID=b&batchType=other", vec![good.clone()], 400),
        ("?batchUUID=b", vec![], 400),
        ("?batchUUID=b", vec![good.clone(), message(Some("sync"))], 400),
        ("?batchUUID=b", vec![good.clone(), message(None)], 400),
    ] {
        let (got, body) = server.post(&to(query), &batch(&items)).await;
        assert_eq!(got, status, "{query} {body}");
    }
    assert_eq!(*count.lock().unwrap(), 0, "nothing of a refused batch is taken");
    let (status, body) = server.post(&to("?batchUUID=b-7"), &batch(&[good, json!({ "x": 1 })])).await;
    assert_eq!((status, body["batchUUID"].as_str()), (202, Some("b-7")));
    assert_eq!(body["Items"][0]["Header"]["Type"], "Receipt");
    assert_eq!(body["Items"][1]["code"], "no_envelope");
}

#[tokio::test]
async fn order_events_are_told_apart() {
    let server = Server::new(json!([]), |delivery| {
        assert!(!delivery.may_wait);
        let event: Value = serde_json::from_slice(&delivery.body).unwrap();
        Some(match event["order"].as_str().unwrap() {
            "known" => Fate { is_changed: true, ..fate(State::Noted) },
            "again" => fate(State::Noted),
            "unknown" => refused(Code::NotFound),
            "wrong" => refused(Code::NotAllowed),
            _ => refused(Code::NotInList),
        })
    })
    .await;
    let event = |order: &str| json!({ "order": order, "event": "shipped" });
    for (order, status, changed) in [
        ("known", 200, json!(true)),
        ("again", 200, json!(false)),
        ("unknown", 404, Value::Null),
        ("wrong", 409, Value::Null),
        ("bad", 422, Value::Null),
    ] {
        let (got, body) = server.post(EVENTS, &event(order)).await;
        assert_eq!((got, &body["changed"]), (status, &changed), "{order}");
    }
    for unreadable in [json!({}), json!("shipped"), json!({ "order": "known" }), message(None)] {
        let (status, body) = server.post(EVENTS, &unreadable).await;
        assert_eq!(status, 422, "{body}");
    }
    let list = json!([event("unknown"), event("known"), 5, event("again")]);
    let (status, results) = server.post(EVENTS, &list).await;
    assert_eq!(status, 200);
    assert_eq!(results[0]["status"], 404);
    assert!(results[0]["error"].is_string());
    assert_eq!(results[1], json!({ "changed": true }));
    assert_eq!(results[2]["status"], 422);
    assert_eq!(results[3], json!({ "changed": false }));
}

#[tokio::test]
async fn tokens_open_only_their_own_doors() {
    let tokens = json!([
        { "name": "omni", "token": "key-of-omni", "may": ["send"] },
        { "name": "erp", "token": "key-of-erp", "may": ["events", "read"] },
    ]);
    let server = Server::new(tokens, |_| Some(answered("sync"))).await;
    let body = message(Some("sync")).to_string();
    let send = async |token| server.call("POST", TRANSACTIONS, token, &body).await;
    let (status, head, _) = send(None).await;
    assert_eq!(status, 401);
    assert!(head.to_lowercase().contains("www-authenticate: bearer"), "{head}");
    assert_eq!(send(Some("key-of-nobody")).await.0, 401);
    assert_eq!(send(Some("key-of-erp")).await.0, 403);
    assert_eq!(send(Some("key-of-omni")).await.0, 200);
    assert_eq!(server.call("GET", "/metrics", Some("key-of-omni"), "").await.0, 403);
    assert_eq!(server.call("GET", "/metrics", Some("key-of-erp"), "").await.2, "eaid_x 1\n");
    assert_eq!(server.call("GET", "/api/v1/messages/x", Some("key-of-erp"), "").await.0, 404);
    assert_eq!(server.call("GET", "/healthz", None, "").await.0, 200);
    let (status, _, body) = server.call("GET", "/readyz", None, "").await;
    assert_eq!(status, 503);
    assert!(body.contains("database"), "{body}");
    assert_eq!(server.call("GET", "/nowhere", None, "").await.0, 404);
    assert_eq!(server.call("GET", TRANSACTIONS, Some("key-of-omni"), "").await.0, 405);
}

#[tokio::test]
async fn nobody_listens_to_the_world_without_tokens() {
    let at = |listen: &str| HttpSettings { listen: listen.to_owned(), ..HttpSettings::default() };
    let error = bind(&at("0.0.0.0:0")).await.unwrap_err();
    assert!(error.is_usage() && error.to_string().contains("0.0.0.0:0"), "{error}");
    assert!(bind(&at("nonsense")).await.unwrap_err().is_usage());
    assert!(bind(&at("localhost:0")).await.is_ok());
    let taken = bind(&at("127.0.0.1:0")).await.unwrap();
    let error = bind(&at(&taken.local_addr().unwrap().to_string())).await.unwrap_err();
    assert!(!error.is_usage(), "{error}");
    let empty = json!([{ "name": "a", "token": " ", "may": [] }]);
    let settings = HttpSettings { tokens: serde_json::from_value(empty).unwrap(), ..at("0.0.0.0:0") };
    assert!(bind(&settings).await.unwrap_err().is_usage());
}

/// What the document of this room names is there, by the method it names.
#[tokio::test]
async fn every_path_of_the_openapi_document_is_answered() {
    let server = Server::new(json!([]), |_| Some(fate(State::Noted))).await;
    let (status, head, body) = server.call("GET", "/api/openapi.json", None, "").await;
    assert_eq!(status, 200);
    assert!(head.contains("application/json"), "{head}");
    let document: Value = serde_json::from_str(&body).unwrap();
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 20);
    for (path, operations) in paths {
        for method in operations.as_object().unwrap().keys() {
            let path = path.replace("{uuid}", "u-1").replace("{number}", "7");
            let (status, _, body) = server.call(&method.to_uppercase(), &path, None, "").await;
            assert_ne!(status, 405, "{method} {path}");
            assert!(!body.contains("Este endereço não existe"), "{method} {path}");
        }
    }
}

/// `contract.md`, Database: an outside GravaBatch reports by HTTP what it would by PostgreSQL's function.
#[tokio::test]
async fn an_outside_gravabatch_reports() {
    let server = Server::new(json!([]), |_| Some(fate(State::Noted))).await;
    for (situa, expected) in [("OK", 200), ("FR", 404), ("ER", 409), ("XX", 422)] {
        let body = json!({ "branch": "0101", "number": "000123", "situa": situa, "error": "" }).to_string();
        let (status, _, body) = server.call("POST", "/api/v1/gravabatch/done", None, &body).await;
        assert_eq!(status, expected, "{situa}: {body}");
        if status == 200 {
            assert_eq!(body, r#"{"changed":true}"#);
        }
    }
    for body in ["", "{}", r#"{"branch":"0101","number":"1","situa":"OK","more":1}"#] {
        assert_eq!(server.call("POST", "/api/v1/gravabatch/done", None, body).await.0, 422, "{body}");
    }
}
