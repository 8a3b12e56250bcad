//! Listening, and serving until the stop.

use super::settings::HttpSettings;
use super::tls::{self, Tls};
use super::{Reception, connections, router};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, lookup_host};
use tokio_util::sync::CancellationToken;

/// The longest that any call may take, over `sync_wait`.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why nobody listens.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The configuration cannot be used (exit code 2).
    #[error("{0}")]
    Settings(String),
    /// It would be open to everybody (exit code 2).
    #[error(
        "[http] listen: {0} é acessível de fora desta máquina e não há [http] tokens nem users; \
         cadastre um (eaid users add) ou escute em 127.0.0.1"
    )]
    Open(String),
    /// The system refuses (exit code 1).
    #[error("[http] listen: {0}: {1}")]
    System(String, std::io::Error),
}

impl ListenError {
    /// Whether a person has to change the configuration.
    pub fn is_usage(&self) -> bool {
        !matches!(self, ListenError::System(..))
    }
}

/// Where calls come in.
#[derive(Debug)]
pub struct Door {
    listener: TcpListener,
    tls: Option<Tls>,
    /// Whether it can be reached from outside this machine.
    is_open: bool,
}

impl Door {
    /// The address that it listens at.
    ///
    /// # Errors
    /// What the system says.
    pub fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Listens at the address of the settings; beyond loopback only with tokens or users.
///
/// # Errors
/// [`ListenError`].
pub async fn bind(settings: &HttpSettings) -> Result<Door, ListenError> {
    if let Some(problem) = settings.problem() {
        return Err(ListenError::Settings(problem));
    }
    let tls = tls::read(settings).map_err(ListenError::Settings)?;
    let listen = settings.listen.trim();
    let found = lookup_host(listen).await;
    let addresses: Vec<_> = match found {
        Ok(found) => found.collect(),
        Err(error) => {
            return Err(ListenError::Settings(format!(
                "[http] listen: `{listen}` não é um endereço com porta: {error}"
            )));
        }
    };
    let is_open = !addresses.iter().all(|address| address.ip().is_loopback());
    if is_open && settings.tokens.is_empty() && settings.users.is_empty() {
        return Err(ListenError::Open(listen.to_owned()));
    }
    match &tls {
        Some(tls) => tracing::info!(until = %tls.until, "TLS"),
        None if is_open => tracing::warn!(listen, "without [http] certificate passwords and tokens travel readable"),
        None => {}
    }
    let listener = TcpListener::bind(&addresses[..]).await;
    let listener = listener.map_err(|error| ListenError::System(listen.to_owned(), error))?;
    Ok(Door { listener, tls, is_open })
}

/// Serves until the stop, and then at most 10 s longer for calls that are under way. `pages` is merged with the
/// paths of the contract.
pub async fn serve(door: Door, reception: Reception, pages: Option<Router>, stop: CancellationToken) {
    let settings = reception.settings.clone();
    let limit = settings.sync_wait.0 + PATIENCE;
    let ours = router(Reception { is_open: door.is_open, ..reception });
    let app = match pages {
        Some(pages) => pages.merge(ours),
        None => ours,
    };
    let app = app.layer(from_fn_with_state(limit, bounded));
    let acceptor = door.tls.map(|tls| tls.acceptor);
    connections::serve(door.listener, acceptor, app, &settings, stop).await;
}

/// No call takes for ever, and nothing that is answered is kept or guessed at by a browser.
async fn bounded(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let begun = std::time::Instant::now();
    let mut response = match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => super::reply::Refused::later().into_response(),
    };
    let status = response.status();
    metrics::counter!("eaid_http_calls_total", "status" => class(status)).increment(1);
    metrics::histogram!("eaid_http_seconds").record(begun.elapsed().as_secs_f64());
    tracing::debug!(%method, path, %status, "call");
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
