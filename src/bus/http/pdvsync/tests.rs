//! The door alone: what each fate of a call is answered with, and who may sell for which branch.

use super::*;
use crate::bus::http::settings::{HttpSettings, User};
use crate::bus::http::tests::Server;
use crate::store::State as Fated;
use eaid_schemas::envelope::response::InternalId;
use serde_json::{Value, json};

fn fate(state: Fated, violations: Vec<Violation>) -> Fate {
    Fate {
        message: uuid::Uuid::now_v7(),
        state,
        cause: None,
        violations,
        answer: None,
        ids: Vec::new(),
        is_changed: false,
    }
}

fn error(code: Code) -> Violation {
    Violation::error(code, "/idRetaguarda", code.as_str())
}

#[test]
fn what_is_wrong_with_the_call_comes_first() {
    for (codes, expected) in [
        (&[Code::Missing][..], 400),
        (&[Code::CannotCancel], 409),
        (&[Code::NotAllowed], 409),
        (&[Code::AlreadyIntegrated], 409),
        (&[Code::NotFound], 404),
        (&[Code::NotFound, Code::NotAllowed], 404),
        (&[Code::NotAllowed, Code::TooLong, Code::NotFound], 400),
    ] {
        let found: Vec<Violation> = codes.iter().map(|code| error(*code)).collect();
        assert_eq!(status(&found).as_u16(), expected, "{codes:?}");
    }
    let warned = [Violation::warning(Code::SumDiffers, "", ""), error(Code::NotFound)];
    assert_eq!(status(&warned).as_u16(), 404, "a warning is no reason");
}

#[test]
fn every_fate_has_its_status() {
    for (state, code, expected) in [
        (Fated::Noted, None, 200),
        (Fated::Refused, Some(Code::Missing), 400),
        (Fated::Unreadable, Some(Code::NotJson), 400),
        (Fated::Unreadable, Some(Code::TooLarge), 413),
        (Fated::SetAside, Some(Code::Internal), 500),
    ] {
        let found = code.map(error).into_iter().collect();
        assert_eq!(outcome(&fate(state, found)).status().as_u16(), expected, "{state:?}");
    }
}

/// Ids by their names, and the way on which it came.
#[tokio::test]
async fn an_order_is_told_its_number_and_its_customer() {
    let server = Server::with(HttpSettings::default(), |delivery| {
        assert!(!delivery.may_wait);
        let id = |name: &str, destination: &str| InternalId {
            name: name.to_owned(),
            origin: String::new(),
            destination: destination.to_owned(),
        };
        let label = delivery.content_type.clone().unwrap_or_default();
        Some(Fate { ids: vec![id(CUSTOMER, "770"), id(ORDER, &label)], ..fate(Fated::Noted, Vec::new()) })
    })
    .await;
    for base in BASES {
        for (method, path, call) in [
            ("POST", "orders", Call::Order),
            ("PUT", "orders", Call::Order),
            ("DELETE", "orders", Call::Cancel),
            ("POST", "cliente", Call::Customer),
        ] {
            let (status, _, body) = server.call(method, &format!("{base}/{path}/pdvsync"), None, "{}").await;
            let told: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(status, 200);
            assert_eq!(told["data"]["idRetaguardaPedido"], call.content_type());
            assert_eq!(told["data"]["cliente"]["idRetaguardaCliente"], "770");
        }
    }
}

/// Ours, and it passes: the same call again is safe.
#[tokio::test]
async fn what_cannot_be_taken_now_is_to_be_sent_again() {
    // Nobody tells what became of it, as when the process stops.
    let server = Server::with(HttpSettings::default(), |_| None).await;
    let (status, head, body) = server.call("POST", &format!("{}/orders/pdvsync", BASES[0]), None, "{}").await;
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 503);
    assert!(head.to_ascii_lowercase().contains("\r\nretry-after: 2\r\n"), "{head}");
    assert_eq!((&told["success"], &told["data"]["success"]), (&json!(false), &json!(false)));
    assert_eq!(told["data"]["errors"][0]["code"], "unavailable");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_in_the_same_form() {
    let server = Server::with(HttpSettings::default(), |_| None).await;
    let body = " ".repeat(200_000);
    let (status, _, body) = server.call("POST", &format!("{}/orders/pdvsync", BASES[1]), None, &body).await;
    assert_eq!(status, 413);
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["data"]["errors"][0]["code"], "too_large");
}

#[test]
fn a_user_sells_for_its_own_branches() {
    let limits = Limits { body: 10_000, depth: 16, items: 100 };
    let user: User = serde_json::from_value(json!({ "name": "loja", "password": "", "branches": ["1", "2"] })).unwrap();
    let status = |caller: &Caller, call: Call, body: Value| {
        let text = body.to_string();
        works_for(caller, text.as_bytes(), call, &limits).err().map(|refused| refused.status.as_u16())
    };
    let loja = Caller::from(&user);
    for call in [Call::Order, Call::Cancel] {
        assert_eq!(status(&loja, call, json!({ "IDLOJARETAGUARDA": 2 })), None);
        assert_eq!(status(&loja, call, json!({ "idLojaRetaguarda": "3" })), Some(403));
        assert_eq!(status(&loja, call, json!({ "idRetaguarda": 1 })), Some(400));
        assert_eq!(status(&loja, call, json!([])), None, "told why elsewhere");
        assert_eq!(status(&Caller::Anybody, call, json!({ "idLojaRetaguarda": "3" })), None);
        let every = Caller::User { name: "rede".to_owned(), branches: vec!["*".to_owned()] };
        assert_eq!(status(&every, call, json!({})), None);
    }
    assert_eq!(status(&loja, Call::Customer, json!({ "nome": "x" })), None);
}
