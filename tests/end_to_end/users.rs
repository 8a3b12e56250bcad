//! Users: entered by the command line, kept in the configuration, logged in over HTTP.

use serde_json::json;

use crate::harness::{Engine, Site};
use crate::http::Client;

const LOGIN: &str = "/winthor/autenticacao/v1/login";

#[tokio::test]
async fn a_user_that_was_entered_logs_in_and_one_that_was_removed_does_not() {
    let mut site = Site::with(Engine::Embedded, "users", "# mine\n[log] # mine too\nlevel = \"debug\"\n").await;
    let login = json!({ "login": "loja1", "senha": "abre-te, sésamo" });
    assert_eq!(site.http.post(LOGIN, &login).await.status, 401);
    let add = ["users", "add", "loja1", "--branch", "1", "--branch", "2"];
    assert!(site.eaid_on(&add, "\n").await.ends(2).err.contains("password"), "an empty password is none");
    let said = site.eaid_on(&add, "abre-te, sésamo\n").await.ends(0);
    assert!(said.out.contains("eaid.toml"), "{}", said.out);
    assert!(site.eaid_on(&add, "outra\n").await.ends(1).err.contains("--replace"));
    let text = std::fs::read_to_string(site.folder().join("eaid.toml")).expect("read eaid.toml");
    assert!(text.starts_with("# mine\n[log] # mine too\n") && text.contains("$argon2id$"), "{text}");
    assert!(!text.contains("abre-te"), "{text}");
    let listed = site.eaid(&["users", "list", "--json"]).await.ends(0).json();
    assert_eq!(listed, json!([{ "name": "loja1", "branches": ["1", "2"] }]));
    let printed = site.eaid_on(&["users", "add", "hub", "--branch", "*", "--print"], "x").await.ends(0).out;
    assert!(printed.starts_with("{ name = \"hub\", password = \"$argon2id$"), "{printed}");

    site.stop().await;
    site.start().await;
    let reply = site.http.post(LOGIN, &login).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let token = reply.json()["accessToken"].as_str().expect("a token").to_owned();
    let user = Client { token: Some(token), ..site.http.clone() };
    // A process that knows the user knows its token, also one that was started later.
    site.stop().await;
    site.start().await;
    assert_eq!(user.get("/healthz").await.status, 200);
    let log = std::fs::read_to_string(site.folder().join("eaid.log")).expect("read the log");
    assert!(!log.contains("abre-te") && !log.contains("$argon2"), "a password is in the log");

    site.eaid(&["users", "remove", "loja1"]).await.ends(0);
    assert!(site.eaid(&["users", "remove", "loja1"]).await.ends(1).err.contains("loja1"));
    site.stop().await;
    site.start().await;
    assert_eq!(site.http.post(LOGIN, &login).await.status, 401);
    site.close().await;
}
