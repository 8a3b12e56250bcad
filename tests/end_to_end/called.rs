//! A partner that listens on HTTP: what we send is posted to the url of its route.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

use crate::catalog::{in_force_after, process};
use crate::harness::{Engine, Site};
use crate::http::TRANSACTIONS;
use crate::messages::{customer, text, uuid, with};
use crate::wait::until;

/// What it was sent.
type Posted = Arc<Mutex<Vec<Value>>>;

/// A partner that takes what comes with its token and nothing else.
async fn partner() -> (String, Posted) {
    let posted = Posted::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port for the partner");
    let url = format!("http://{}/eai", listener.local_addr().expect("the partner's address"));
    let take = |State(posted): State<Posted>, headers: HeaderMap, body: String| async move {
        if headers.get("authorization").is_none_or(|shown| shown != "Bearer segredo-do-parceiro") {
            return StatusCode::UNAUTHORIZED;
        }
        posted.lock().expect("what was posted").push(serde_json::from_str(&body).expect("a message in JSON"));
        StatusCode::NO_CONTENT
    };
    let router = Router::new().route("/eai", post(take)).with_state(posted.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, posted)
}

/// The answer to a message goes to the url of the partner's route, with the credentials of a file, and is confirmed by
/// the partner's word.
#[tokio::test]
async fn an_answer_is_posted_to_the_partner() {
    for (engine, name) in [(Engine::Production, "called"), (Engine::Embedded, "called_files")] {
        let site = Site::with(engine, name, "[catalog]\nwatch = \"30ms\"\n").await;
        let (url, posted) = partner().await;
        std::fs::write(site.folder().join("token"), "segredo-do-parceiro\n").expect("write the token");
        let routes = site.folder().join("config/routes.toml");
        let shipped = std::fs::read_to_string(&routes).expect("the shipped routes");
        let called = format!("to = \"http\"\nurl = \"{url}\"\ntoken_file = \"token\"");
        let changed = shipped.replace("to = \"origin\"", &called);
        assert_ne!(shipped, changed);
        let before = text(&process(&site).await, "/catalog");
        std::fs::write(&routes, changed).expect("write the routes");
        in_force_after(&site, &before).await;

        let message = with(&customer(1), &[("/Header/DeliveryType", json!("async"))]);
        let receipt = site.http.post(TRANSACTIONS, &message).await;
        assert_eq!(receipt.status, 202, "{}", receipt.text);
        let answer = until("the answer at the partner", async || posted.lock().expect("posted").pop()).await;
        assert_eq!(text(&answer, "/Content/ReceivedMessage/UUID"), uuid(&message));
        assert_eq!(text(&answer, "/Content/ProcessingInformation/Status"), "OK");
        let condition = format!("xx3_uuid = '{}'", uuid(&message));
        site.rows.becomes("xx3", "xx3_status", &condition, "answered").await;
        site.close().await;
    }
}
