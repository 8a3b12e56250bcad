//! The door alone: what each fate of a call is answered with, and who may sell for which branch.

use super::*;
use crate::bus::cep::PostalCodes;
use crate::bus::http::settings::{HttpSettings, User};
use crate::bus::http::tests::{Server, reception};
use crate::store::State as Fated;
use async_trait::async_trait;
use eaid_adapters::pdvsync::RequireLogin;
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::pdvsync::UNKNOWN_POSTAL_CODE;
use serde_json::{Value, json};
use std::sync::Arc;

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

#[tokio::test]
async fn a_user_sells_for_its_own_branches() {
    let user: User = serde_json::from_value(json!({ "name": "loja", "password": "", "branches": ["1", "2"] })).unwrap();
    let door = reception(HttpSettings::default(), RequireLogin::Auto);
    let status = async |caller: &Caller, call: Call, body: Value| {
        let told = door.look_at(caller, body.to_string().as_bytes(), call).await;
        told.err().map(|refused| refused.status.as_u16())
    };
    let loja = Caller::from(&user);
    for call in [Call::Order, Call::Cancel] {
        assert_eq!(status(&loja, call, json!({ "IDLOJARETAGUARDA": 2 })).await, None);
        assert_eq!(status(&loja, call, json!({ "idLojaRetaguarda": "3" })).await, Some(403));
        assert_eq!(status(&loja, call, json!({ "idRetaguarda": 1 })).await, Some(400));
        assert_eq!(status(&loja, call, json!([])).await, None, "told why elsewhere");
        assert_eq!(status(&Caller::Anybody, call, json!({ "idLojaRetaguarda": "3" })).await, None);
        let every = Caller::User { name: "rede".to_owned(), branches: vec!["*".to_owned()] };
        assert_eq!(status(&every, call, json!({})).await, None);
    }
    assert_eq!(status(&loja, Call::Customer, json!({ "nome": "x" })).await, None);
}

/// Knows one that exists and one that does not.
struct Some1;

#[async_trait]
impl PostalCodes for Some1 {
    async fn exists(&self, code: &str) -> Option<bool> {
        match code {
            "01001000" => Some(true),
            "99999999" => Some(false),
            _ => None,
        }
    }
}

/// Only a clear no goes on with the call.
#[tokio::test]
async fn a_postal_code_that_does_not_exist_goes_on_with_the_call() {
    let asking = reception(HttpSettings::default(), RequireLogin::Auto).asking(Some(Arc::new(Some1)));
    for (body, call, is_unknown) in [
        (r#"{"cliente":{"cep":"99999-999"}}"#, Call::Order, true),
        (r#"{"cep":99999999}"#, Call::Customer, true),
        (r#"{"cliente":{"cep":"01001-000"}}"#, Call::Order, false),
        (r#"{"cliente":{"cep":"02002-000"}}"#, Call::Order, false),
        (r#"{"cliente":{"cep":"999"}}"#, Call::Order, false),
        ("{", Call::Order, false),
    ] {
        let content_type = asking.look_at(&Caller::Anybody, body.as_bytes(), call).await.unwrap();
        assert_eq!(content_type.ends_with(UNKNOWN_POSTAL_CODE), is_unknown, "{body}");
        assert_eq!(Call::of(&content_type), Some(call));
    }
}
