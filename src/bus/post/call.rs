//! One call of a partner.

use super::{Callee, Outgoing};
use crate::fault::Fault;
use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use axum::http::{Request, StatusCode};
use eaid_schemas::envelope::Format;
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::sync::OnceLock;
use std::time::Duration;

/// A partner has so long to connect and answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// A connection that is not used so long is closed.
const IDLE: Duration = Duration::from_secs(60);

type Connected = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// What a call came to; texts are without anything that the partner said.
pub(super) enum Answered {
    /// It has the message.
    Taken,
    /// It refuses this message: somebody has to look.
    Refused(String),
    /// It is there, and cannot take the message at present.
    NotNow(String),
    /// It does not answer.
    Gone(String),
}

impl Answered {
    /// For the metrics.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Answered::Taken => "taken",
            Answered::Refused(_) => "refused",
            Answered::NotNow(_) => "not_now",
            Answered::Gone(_) => "gone",
        }
    }
}

/// Keeps connections open between calls. The certificates of the machine are read at the first call.
#[derive(Default)]
pub(super) struct Caller {
    client: OnceLock<Connected>,
}

impl Caller {
    /// Posts one message. A partner that takes it twice knows it by its `Idempotency-Key`, our UUID.
    pub(super) async fn post(&self, callee: &Callee, outgoing: &Outgoing) -> Answered {
        let request = match request(callee, outgoing) {
            Ok(request) => request,
            Err(error) => return Answered::Refused(error),
        };
        let client = match self.client() {
            Ok(client) => client,
            Err(fault) => return Answered::Gone(fault.to_string()),
        };
        match tokio::time::timeout(PATIENCE, client.request(request)).await {
            Ok(Ok(response)) => judge(response.status()),
            Ok(Err(error)) if error.is_connect() => {
                Answered::Gone(format!("sem conexão com o parceiro: {}", why(&error)))
            }
            Ok(Err(error)) => Answered::Gone(format!("a conexão com o parceiro caiu: {}", why(&error))),
            Err(_) => Answered::Gone(format!("o parceiro não respondeu em {} s", PATIENCE.as_secs())),
        }
    }

    fn client(&self) -> Result<&Connected, Fault> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let secured = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| Fault::Bus(format!("certificados da máquina: {error}")))?;
        let connector = secured.https_or_http().enable_http1().build();
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(hyper_util::rt::TokioTimer::new())
            .pool_max_idle_per_host(super::TOGETHER)
            .build(connector);
        Ok(self.client.get_or_init(|| client))
    }
}

fn request(callee: &Callee, outgoing: &Outgoing) -> Result<Request<Full<Bytes>>, String> {
    let mut request = Request::post(callee.url.clone())
        .header(CONTENT_TYPE, Format::parse(&outgoing.format).content_type())
        .header(USER_AGENT, concat!("eaid/", env!("CARGO_PKG_VERSION")))
        .header("idempotency-key", outgoing.id.to_string());
    let shown = callee.credentials.header();
    if let Some(shown) = shown.map_err(|_| "as credenciais da rota não cabem em um cabeçalho".to_owned())? {
        request = request.header(AUTHORIZATION, shown);
    }
    let body = Bytes::from(outgoing.body.to_string());
    request.body(Full::new(body)).map_err(|error| error.to_string())
}

fn judge(status: StatusCode) -> Answered {
    let text = format!("o parceiro respondeu {status}");
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Answered::NotNow(text),
        status if status.is_success() => Answered::Taken,
        status if status.is_server_error() => Answered::NotNow(text),
        _ => Answered::Refused(text),
    }
}

/// The innermost cause: that of the client itself only says that something failed.
fn why(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
