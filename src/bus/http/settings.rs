//! What an administrator sets of HTTP.

use super::login::is_hash;
use crate::config::units::{Size, Span};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

/// Section `[http]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// Whether eaid listens at all.
    pub enabled: bool,
    /// Address and port.
    pub listen: String,
    /// How long a synchronous call waits for a message that itself has to wait; then it gets a Receipt.
    pub sync_wait: Span,
    /// Who may call, and for what. Without any, only callers on this machine may, and for everything.
    pub tokens: Vec<Token>,
    /// PEM file of the certificate, with the chain up to its authority; empty: HTTP without TLS.
    pub certificate: PathBuf,
    /// PEM file of its private key.
    pub key: PathBuf,
    /// Bytes of bodies that may be in hand at once.
    pub unsettled: Size,
    /// Connections at once; who comes beyond waits until one ends.
    pub connections: usize,
    /// How long a header may take to arrive.
    pub header_timeout: Span,
    /// How long a connection may lie idle between two calls.
    pub idle_timeout: Span,
    /// Who may log in.
    pub users: Vec<User>,
    /// How long a login is good for.
    pub login_life: Span,
}

/// A bearer token.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Whose it is, for logs.
    pub name: String,
    /// The token.
    #[serde(serialize_with = "hidden")]
    pub token: SecretString,
    /// What its holder may do.
    pub may: Vec<May>,
}

/// Who may log in, for PDVSync.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The name.
    pub name: String,
    /// The password's argon2 hash, as `eaid users add` makes it.
    #[serde(serialize_with = "hidden")]
    pub password: SecretString,
    /// Branches that it may work for; `*` is every one.
    pub branches: Vec<String>,
}

/// What the holder of a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum May {
    /// Send messages; pre-sales of PDVSync are some.
    Send,
    /// Report order events, and what an outside GravaBatch did.
    Events,
    /// Read the fate of messages, and metrics.
    Read,
    /// PDVSync, for every branch.
    Pdvsync,
}

/// For tests: the defaults of the compiled-in file.
#[cfg(test)]
impl Default for HttpSettings {
    fn default() -> Self {
        crate::config::defaults().expect("the compiled-in file is right").http
    }
}

/// The longest life of a login.
const LONGEST_LIFE: Duration = Duration::from_secs(366 * 24 * 3600);

impl HttpSettings {
    /// What is wrong with the settings, if anything.
    pub fn problem(&self) -> Option<String> {
        self.problem_of_tokens().or_else(|| self.problem_of_users()).or_else(|| self.problem_of_bounds())
    }

    fn problem_of_tokens(&self) -> Option<String> {
        let mut names = HashSet::new();
        self.tokens.iter().find_map(|token| {
            if token.token.expose_secret().trim().is_empty() {
                Some(format!("[http] tokens: o token de `{}` está vazio", token.name))
            } else if !names.insert(token.name.as_str()) {
                Some(format!("[http] tokens: `{}` aparece duas vezes", token.name))
            } else {
                None
            }
        })
    }

    fn problem_of_users(&self) -> Option<String> {
        let mut names = HashSet::new();
        self.users.iter().find_map(|user| {
            let name = &user.name;
            if name.is_empty() || name.trim() != name {
                Some(format!("[http] users: `{name}` não é um nome"))
            } else if !names.insert(name.as_str()) {
                Some(format!("[http] users: `{name}` aparece duas vezes"))
            } else if !is_hash(user.password.expose_secret()) {
                Some(format!("[http] users: a senha de `{name}` não é um hash argon2; use `eaid users add`"))
            } else if user.branches.is_empty() {
                Some(format!("[http] users: `{name}` não tem filiais; `branches = [\"*\"]` são todas"))
            } else {
                None
            }
        })
    }

    fn problem_of_bounds(&self) -> Option<String> {
        let is_short = |span: Span| span.0 < Duration::from_millis(100);
        let text = if !(1..=100_000).contains(&self.connections) {
            "connections: expected 1 to 100000"
        } else if is_short(self.header_timeout) || is_short(self.idle_timeout) {
            "header_timeout, idle_timeout: expected at least 100ms"
        } else if self.login_life.0 < Duration::from_secs(1) || self.login_life.0 > LONGEST_LIFE {
            "login_life: expected 1s to 366days"
        } else {
            return None;
        };
        Some(format!("[http] {text}"))
    }
}

fn hidden<S: Serializer>(_: &SecretString, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str("***")
}
