//! Logins from outside, and what they open.

use super::super::caller::{Caller, Known};
use super::super::settings::{HttpSettings, May};
use super::super::tests::{Server, reception};
use super::password::tests::weak;
use super::*;
use crate::config::units::Span;
use eaid_adapters::pdvsync::RequireLogin;

const LOGIN: &str = "/winthor/autenticacao/v1/login";

fn settings() -> HttpSettings {
    let users = json!([
        { "name": "loja1", "password": weak("abre-te"), "branches": ["1", "2"] },
        { "name": "rede", "password": weak("outra"), "branches": ["*"] },
    ]);
    let tokens = json!([
        { "name": "hub", "token": "key-of-hub", "may": ["pdvsync"] },
        { "name": "omni", "token": "key-of-omni", "may": ["read"] },
    ]);
    HttpSettings {
        users: serde_json::from_value(users).unwrap(),
        tokens: serde_json::from_value(tokens).unwrap(),
        ..HttpSettings::default()
    }
}

#[tokio::test]
async fn a_login_gives_a_token_that_opens_pdvsync_for_its_branches() {
    let settings = settings();
    let server = Server::with(settings.clone(), |_| None).await;
    let (status, body) = server.post(LOGIN, &json!({ "login": "loja1", "senha": "abre-te" })).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!((body["tokenType"].as_str(), body["expiresIn"].as_u64()), (Some("Bearer"), Some(7200)));
    assert_eq!(body["branches"], json!(["1", "2"]));
    let token = body["accessToken"].as_str().unwrap();
    // Another process with the same configuration knows it.
    let other = reception(settings.clone(), RequireLogin::Auto);
    let Known::Yes(caller) = other.know(token, May::Pdvsync) else { panic!("unknown") };
    assert!(caller.may_serve("2") && !caller.may_serve("3"));
    for may in [May::Send, May::Events, May::Read] {
        assert!(matches!(other.know(token, may), Known::No(_)), "a login opens PDVSync and nothing else: {may:?}");
    }
    assert_eq!(server.call("GET", "/metrics", Some(token), "").await.0, 403);
    let changed = HttpSettings {
        users: serde_json::from_value(json!([{ "name": "loja1", "password": weak("abre-te"), "branches": ["1"] }]))
            .unwrap(),
        ..settings
    };
    let changed = reception(changed, RequireLogin::Auto);
    assert!(matches!(changed.know(token, May::Pdvsync), Known::Not(Unknown::Wrong)), "the password was set anew");
}

#[tokio::test]
async fn a_token_ends() {
    let settings = HttpSettings { login_life: Span(Duration::from_secs(1)), ..settings() };
    let server = Server::with(settings.clone(), |_| None).await;
    let (_, body) = server.post(LOGIN, &json!({ "LOGIN": " loja1 ", "Senha": "abre-te" })).await;
    assert_eq!(body["expiresIn"], 1, "{body}");
    let user = &settings.users[0];
    let ended = signed::sign(user, chrono::Utc::now().timestamp());
    let same = reception(settings.clone(), RequireLogin::Auto);
    assert!(matches!(same.know(&ended, May::Pdvsync), Known::Not(Unknown::Ended)));
}

#[test]
fn tokens_of_the_configuration_open_pdvsync_where_they_say_so() {
    let reception = reception(settings(), RequireLogin::Auto);
    let Known::Yes(caller) = reception.know("key-of-hub", May::Pdvsync) else { panic!("unknown") };
    assert_eq!(caller, Caller::Holder("hub".to_owned()));
    assert!(matches!(reception.know("key-of-omni", May::Pdvsync), Known::No(_)));
    assert!(matches!(reception.know("key-of-nobody", May::Pdvsync), Known::Not(Unknown::Wrong)));
}

/// `domain/README.md`, PDVSync: `require_login = "auto"`.
#[test]
fn auto_asks_where_others_can_reach_it_and_where_somebody_is_entered() {
    let nobody = HttpSettings::default();
    let with_users = HttpSettings { tokens: Vec::new(), ..settings() };
    for (settings, is_open, require, asks_pdvsync, asks_others) in [
        (&nobody, false, RequireLogin::Auto, false, false),
        (&nobody, true, RequireLogin::Auto, true, true),
        (&with_users, false, RequireLogin::Auto, true, false),
        (&with_users, true, RequireLogin::Auto, true, true),
        (&settings(), false, RequireLogin::Auto, true, true),
        (&nobody, false, RequireLogin::Always, true, false),
        (&settings(), true, RequireLogin::Never, false, true),
    ] {
        let reception = Reception { is_open, ..reception(settings.clone(), require) };
        let found = (reception.asks_who(May::Pdvsync), reception.asks_who(May::Send));
        assert_eq!(found, (asks_pdvsync, asks_others), "{is_open} {require:?}");
    }
}

#[tokio::test]
async fn wrong_ones_are_told_alike_and_slowed_down() {
    let server = Server::with(settings(), |_| None).await;
    let wrong = json!({ "login": "loja1", "senha": "abra-te" });
    for _ in 0..3 {
        let (status, body) = server.post(LOGIN, &wrong).await;
        assert_eq!((status, body["code"].as_str()), (401, Some("unauthorized")), "{body}");
    }
    assert_eq!(server.post(LOGIN, &wrong).await.0, 401);
    let (status, head, body) = server.call("POST", LOGIN, None, &wrong.to_string()).await;
    assert_eq!(status, 429, "{body}");
    assert!(head.to_lowercase().contains("retry-after: "), "{head}");
    // Not even the right one is looked at; the other users are.
    assert_eq!(server.post(LOGIN, &json!({ "login": "loja1", "senha": "abre-te" })).await.0, 429);
    assert_eq!(server.post(LOGIN, &json!({ "login": "rede", "senha": "outra" })).await.0, 200);
    // A name that is no user's is answered as a wrong password is.
    let unknown = server.post(LOGIN, &json!({ "login": "ninguem", "senha": "x" })).await;
    assert_eq!((unknown.0, unknown.1["message"].as_str()), (401, Some("Usuário ou senha incorretos.")));
}

#[tokio::test]
async fn what_is_no_login_is_told_so() {
    let server = Server::with(settings(), |_| None).await;
    for body in ["", "[]", "{}", r#"{"login":"loja1"}"#, r#"{"login":"loja1","senha":null}"#] {
        assert_eq!(server.call("POST", LOGIN, None, body).await.0, 400, "{body}");
    }
    let long = json!({ "login": "loja1", "senha": "x".repeat(LONGEST) });
    assert_eq!(server.post(LOGIN, &long).await.0, 413);
    let nobody = Server::with(HttpSettings::default(), |_| None).await;
    let (status, body) = nobody.post(LOGIN, &json!({ "login": "a", "senha": "b" })).await;
    assert_eq!(status, 401);
    assert!(body["message"].as_str().unwrap().contains("eaid users add"), "{body}");
}

#[test]
fn wrong_users_are_named() {
    let of = |name: &str, password: &str, branches: &[&str]| {
        let user = json!({ "name": name, "password": password, "branches": branches });
        let users = serde_json::from_value(json!([user])).unwrap();
        HttpSettings { users, ..HttpSettings::default() }.problem().unwrap_or_default()
    };
    let good = weak("x");
    assert_eq!(of("loja1", &good, &["1"]), "");
    assert!(of("loja1", "secret", &["1"]).contains("argon2"));
    assert!(of("loja1", &good, &[]).contains("filiais"));
    assert!(of(" loja1", &good, &["1"]).contains("nome"));
    let mut twice = settings();
    twice.users.push(twice.users[0].clone());
    assert!(twice.problem().unwrap().contains("duas vezes"));
    let shown = format!("{:?} {}", twice.users, serde_json::to_string(&twice.users).unwrap());
    assert!(!shown.contains("$argon2"), "{shown}");
}
