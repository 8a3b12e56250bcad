//! Partners that listen, refuse, are busy, are silent or are gone.

use super::*;
use crate::store::SendKind;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chrono::Utc;
use secrecy::SecretString;
use std::sync::Mutex;
use tokio::net::TcpListener;
use uuid::Uuid;

/// What a partner was sent: its headers and bodies, in order.
type Received = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// A partner that answers with the status that a body asks for.
async fn partner() -> (String, Received) {
    let received = Received::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/eai", listener.local_addr().unwrap());
    let take = |State(received): State<Received>, headers: HeaderMap, body: String| async move {
        let status = body.rsplit('-').next().and_then(|status| status.parse().ok()).unwrap_or(200);
        received.lock().unwrap().push((headers, body));
        StatusCode::from_u16(status).unwrap()
    };
    let router = Router::new().route("/eai", post(take)).with_state(received.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, received)
}

fn callee(url: &str, credentials: Credentials) -> Arc<Callee> {
    Arc::new(Callee { url: url.parse().unwrap(), credentials })
}

fn outgoing(route_key: &str, subject: &str, body: &str) -> Outgoing {
    Outgoing {
        id: Uuid::now_v7(),
        message: None,
        kind: SendKind::Trace,
        partner: "P".into(),
        transaction: "T".into(),
        correlation: "".into(),
        subject: subject.into(),
        route_key: route_key.into(),
        transport: POST.into(),
        format: "json".into(),
        body: Arc::from(body),
        created_at: Utc::now(),
    }
}

/// Posts a window; the outcomes in the order of the window.
async fn post_all(routes: Vec<(&'static str, Arc<Callee>)>, window: &[Outgoing]) -> Vec<Outcome> {
    let find = move |key: &str| routes.iter().find(|(known, _)| *known == key).map(|(_, callee)| callee.clone());
    let marks = PostSink::new(Box::new(find)).publish(window).await.unwrap();
    assert_eq!(marks.len(), window.len(), "every message has one outcome");
    let of = |outgoing: &Outgoing| marks.iter().find(|mark| mark.id == outgoing.id).unwrap().outcome.clone();
    window.iter().map(of).collect()
}

fn bodies(received: &Received) -> Vec<String> {
    received.lock().unwrap().iter().map(|(_, body)| body.clone()).collect()
}

#[tokio::test]
async fn a_partner_is_shown_who_calls_and_what_comes() {
    let (url, received) = partner().await;
    let secret = |text: &str| SecretString::from(text.to_owned());
    let bearer = callee(&url, Credentials::Bearer(secret("t0ken")));
    let basic = callee(&url, Credentials::Basic { user: "eaid".to_owned(), password: secret("senha") });
    let window = [outgoing("a", "", "um"), outgoing("b", "", "dois")];
    assert_eq!(post_all(vec![("a", bearer), ("b", basic)], &window).await, [Outcome::Sent, Outcome::Sent]);
    let received = received.lock().unwrap();
    for (outgoing, shown) in window.iter().zip(["Bearer t0ken", "Basic ZWFpZDpzZW5oYQ=="]) {
        let (headers, _) = received.iter().find(|(_, body)| *body == *outgoing.body).unwrap();
        assert_eq!(headers["authorization"], shown);
        assert_eq!(headers["idempotency-key"], outgoing.id.to_string());
        assert_eq!(headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn what_a_partner_answers_decides() {
    let (url, _) = partner().await;
    let callee = callee(&url, Credentials::Nothing);
    let statuses = ["204", "422", "401", "302", "429", "408", "500", "503"];
    let window: Vec<Outgoing> = statuses.iter().map(|status| outgoing("a", "", &format!("x-{status}"))).collect();
    let outcomes = post_all(vec![("a", callee)], &window).await;
    let words = outcomes.iter().map(|outcome| match outcome {
        Outcome::Sent => "sent",
        Outcome::Unroutable(_) => "refused",
        Outcome::Failed(_, again) => {
            assert_eq!(*again, LATER);
            "later"
        }
    });
    let expected = ["sent", "refused", "refused", "refused", "later", "later", "later", "later"];
    assert_eq!(words.collect::<Vec<_>>(), expected);
    assert_eq!(outcomes[1], Outcome::Unroutable("o parceiro respondeu 422 Unprocessable Entity".to_owned()));
}

#[tokio::test]
async fn what_follows_of_a_subject_does_not_overtake() {
    let (url, received) = partner().await;
    let window = [outgoing("a", "pedido", "1-503"), outgoing("a", "outro", "2-200"), outgoing("a", "pedido", "3-200")];
    let outcomes = post_all(vec![("a", callee(&url, Credentials::Nothing))], &window).await;
    assert!(matches!(&outcomes[2], Outcome::Failed(text, _) if text.contains("anterior")), "{outcomes:?}");
    assert_eq!(outcomes[1], Outcome::Sent);
    let mut bodies = bodies(&received);
    bodies.sort();
    assert_eq!(bodies, ["1-503", "2-200"]);
}

#[tokio::test]
async fn a_partner_that_is_gone_costs_its_own_messages_only() {
    let (url, received) = partner().await;
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let routes = vec![("gone", callee(&gone, Credentials::Nothing)), ("here", callee(&url, Credentials::Nothing))];
    let window = [outgoing("gone", "p", "x"), outgoing("here", "p", "y"), outgoing("nowhere", "p", "z")];
    let outcomes = post_all(routes, &window).await;
    assert!(matches!(&outcomes[0], Outcome::Failed(text, _) if text.contains("sem conexão")), "{outcomes:?}");
    assert_eq!(outcomes[1], Outcome::Sent);
    assert!(matches!(&outcomes[2], Outcome::Failed(text, _) if text.contains("nowhere")), "{outcomes:?}");
    assert_eq!(bodies(&received), ["y"]);
}

#[tokio::test(start_paused = true)]
async fn a_partner_that_is_silent_is_waited_for_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let window: Vec<Outgoing> = (0..100).map(|at| outgoing("a", "", &at.to_string())).collect();
    let begun = Instant::now();
    let outcomes = post_all(vec![("a", callee(&url, Credentials::Nothing))], &window).await;
    assert!(begun.elapsed() < WINDOW, "one wait, not a hundred");
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Failed(..))));
    assert!(matches!(&outcomes[0], Outcome::Failed(text, _) if text.contains("não respondeu em 10 s")));
    assert!(matches!(&outcomes[99], Outcome::Failed(text, _) if text.contains("a outra mensagem")));
    drop(listener);
}
