//! Whether a postal code (CEP) exists: asked of an HTTP service, such as ViaCEP (`domain/pdvsync.md` 7, parameter 4672).
//!
//! It is never in the way: what is not answered in time, or not clearly, is not known, and a service that does not
//! answer is left alone for a while, so that the orders behind the first do not wait for it, too.

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::{Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, Error as TlsError, RootCertStore};

/// What stands for the postal code in the address of a service.
pub const PLACE: &str = "{cep}";
/// Postal codes that are remembered at most.
const ROOM: usize = 10_000;
/// How long an answer is remembered: new ones are made, and services err.
const FRESH: Duration = Duration::from_secs(24 * 3600);
/// How long a service that did not answer is left alone.
const REST: Duration = Duration::from_secs(30);
/// Questions at once.
const AT_ONCE: usize = 8;
/// The longest answer.
const LONGEST: usize = 64 * 1024;

/// Knows postal codes.
#[async_trait]
pub trait PostalCodes: Send + Sync {
    /// Whether a postal code of eight digits exists; `None` where that cannot be told, or not in time.
    async fn exists(&self, code: &str) -> Option<bool>;
}

/// An HTTP service.
pub struct Service {
    url: String,
    deadline: Duration,
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    known: Mutex<HashMap<String, (bool, Instant)>>,
    rests_until: Mutex<Option<Instant>>,
    turns: Semaphore,
}

impl Service {
    /// A service at an address in which `{cep}` stands for the postal code; each answer is awaited until `deadline`.
    ///
    /// # Errors
    /// A text for a person: the address is none, or this machine has no certificates to know it by.
    pub fn new(url: &str, deadline: Duration) -> Result<Service, String> {
        let is_address = |uri: hyper::Uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
        if !url.contains(PLACE) || !url.replace(PLACE, "01001000").parse().is_ok_and(is_address) {
            return Err(format!("`{url}` is no address with {PLACE}, as https://viacep.com.br/ws/{PLACE}/json/"));
        }
        let builder = HttpsConnectorBuilder::new();
        let builder = match url.starts_with("https") {
            true => builder
                .with_provider_and_native_roots(ring::default_provider())
                .map_err(|error| format!("no certificates of authorities on this machine: {error}"))?,
            false => builder.with_tls_config(nobody_trusted().map_err(|error| error.to_string())?),
        };
        let client = Client::builder(TokioExecutor::new()).build(builder.https_or_http().enable_http1().build());
        Ok(Service {
            url: url.to_owned(),
            deadline,
            client,
            known: Mutex::default(),
            rests_until: Mutex::default(),
            turns: Semaphore::new(AT_ONCE),
        })
    }

    fn remembered(&self, code: &str) -> Option<bool> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(code).filter(|(_, since)| since.elapsed() < FRESH).map(|(exists, _)| *exists)
    }

    fn remember(&self, code: &str, exists: bool) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ROOM {
            known.retain(|_, (_, since)| since.elapsed() < FRESH);
        }
        if known.len() >= ROOM {
            // All are fresh: it is asked again at need.
            known.clear();
        }
        known.insert(code.to_owned(), (exists, Instant::now()));
    }

    fn rests(&self) -> bool {
        let until = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn rest(&self, why: &str) {
        tracing::warn!(why, "the CEP service does not answer; it is left alone for {} s", REST.as_secs());
        metrics::counter!("eaid_cep_faults_total").increment(1);
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + REST);
    }

    /// Asks the service. The error is what is told of it, without the postal code.
    async fn ask(&self, code: &str) -> Result<Option<bool>, String> {
        let uri = self.url.replace(PLACE, code);
        let question = Request::get(uri).header("accept", "application/json").header("user-agent", "eaid");
        let question = question.body(Empty::new()).map_err(|error| error.to_string())?;
        let answer = self.client.request(question).await.map_err(|error| error.to_string())?;
        let status = answer.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(status.to_string());
        }
        let body = Limited::new(answer.into_body(), LONGEST).collect().await.map_err(|error| error.to_string())?;
        Ok(told(status, &body.to_bytes()))
    }
}

#[async_trait]
impl PostalCodes for Service {
    async fn exists(&self, code: &str) -> Option<bool> {
        if let Some(exists) = self.remembered(code) {
            return Some(exists);
        }
        if self.rests() {
            return None;
        }
        let Ok(_turn) = self.turns.try_acquire() else { return None };
        match timeout(self.deadline, self.ask(code)).await {
            Ok(Ok(exists)) => exists.inspect(|exists| self.remember(code, *exists)),
            Ok(Err(error)) => {
                self.rest(&error);
                None
            }
            Err(_) => {
                self.rest("no answer in time");
                None
            }
        }
    }
}

/// For a service without TLS.
fn nobody_trusted() -> Result<ClientConfig, TlsError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

/// What an answer says: 404, or `erro` in its body, that there is none; any other object that there is one.
fn told(status: StatusCode, body: &[u8]) -> Option<bool> {
    if status == StatusCode::NOT_FOUND {
        return Some(false);
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice(body) else { return None };
    match fields.get("erro") {
        _ if status != StatusCode::OK => None,
        None | Some(Value::Bool(false)) => Some(true),
        Some(_) => Some(false),
    }
}
