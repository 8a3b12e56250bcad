//! What an administrator sets of HTTP.

use crate::config::units::{Size, Span};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

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
    /// Bytes of bodies that may be in hand at once.
    pub unsettled: Size,
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

/// What the holder of a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum May {
    /// Send messages.
    Send,
    /// Report order events, and what an outside GravaBatch did.
    Events,
    /// Read the fate of messages, and metrics.
    Read,
}

/// For tests: the defaults of the compiled-in file.
#[cfg(test)]
impl Default for HttpSettings {
    fn default() -> Self {
        crate::config::defaults().expect("the compiled-in file is right").http
    }
}

impl HttpSettings {
    /// What is wrong with the tokens, if anything.
    pub fn problem(&self) -> Option<String> {
        let mut names = std::collections::HashSet::new();
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
}

fn hidden<S: Serializer>(_: &SecretString, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str("***")
}
