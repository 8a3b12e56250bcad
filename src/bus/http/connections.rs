//! Connections: how many there may be, and how long each may keep us waiting.

#[cfg(test)]
mod tests;
mod timed;

use super::settings::HttpSettings;
use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use timed::{Phase, Timed};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long calls that are under way may take after the stop.
const GRACE: Duration = Duration::from_secs(10);
/// The pause after the system could not give us a connection, which is mostly for want of file descriptors.
const BREATH: Duration = Duration::from_millis(200);

/// Where a call comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// What every connection is served with.
#[derive(Clone)]
struct House {
    app: Router,
    tls: Option<TlsAcceptor>,
    header: Duration,
    idle: Duration,
    /// No more calls.
    stop: CancellationToken,
    /// Whatever is under way is dropped.
    cut: CancellationToken,
}

/// Serves until the stop, and then at most [`GRACE`] longer for calls that are under way.
pub(super) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    app: Router,
    settings: &HttpSettings,
    stop: CancellationToken,
) {
    let cut = CancellationToken::new();
    let house = House {
        app,
        tls,
        header: settings.header_timeout.0,
        idle: settings.idle_timeout.0,
        stop: stop.clone(),
        cut: cut.clone(),
    };
    let seats = Arc::new(Semaphore::new(settings.connections));
    let open = TaskTracker::new();
    while let Some((seat, stream, peer)) = next(&listener, &seats, &stop).await {
        let house = house.clone();
        metrics::gauge!("eaid_http_connections").set(open.len() as f64 + 1.0);
        open.spawn(async move {
            house.serve(stream, peer).await;
            drop(seat);
        });
    }
    drop(listener);
    open.close();
    if tokio::time::timeout(GRACE, open.wait()).await.is_err() {
        tracing::warn!(calls = open.len(), "calls were still under way at the stop");
        cut.cancel();
        open.wait().await;
    }
}

/// The next connection, once there is a seat for it: what comes beyond waits in the system's queue.
async fn next(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    if seats.available_permits() == 0 {
        tracing::warn!("[http] connections is reached; the next caller waits until one ends");
        metrics::counter!("eaid_http_full_total").increment(1);
    }
    let seat = tokio::select! {
        () = stop.cancelled() => return None,
        seat = seats.clone().acquire_owned() => seat.ok()?,
    };
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return None,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => return Some((seat, stream, peer)),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

impl House {
    async fn serve(&self, stream: TcpStream, peer: SocketAddr) {
        // An answer is small and is awaited: it must not lie until more comes.
        drop(stream.set_nodelay(true));
        tokio::select! {
            () = self.cut.cancelled() => {}
            () = self.greet(stream, peer) => {}
        }
    }

    /// A handshake has as much time as a header.
    async fn greet(&self, stream: TcpStream, peer: SocketAddr) {
        let Some(tls) = &self.tls else { return self.talk(stream, peer).await };
        match tokio::time::timeout(self.header, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.talk(stream, peer).await,
            Ok(Err(error)) => tracing::debug!(%error, %peer, "no TLS handshake"),
            Err(_) => tracing::debug!(%peer, "a TLS handshake took too long"),
        }
    }

    async fn talk<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(&self, stream: S, peer: SocketAddr) {
        let phase = Arc::new(Phase::default());
        let io = TokioIo::new(Timed::new(stream, phase.clone(), self.header, self.idle));
        let app = TowerToHyperService::new(self.app.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer.ip()));
            let call = phase.call();
            let answer = app.call(request);
            async move {
                let answer = answer.await;
                drop(call);
                answer
            }
        });
        let mut connection = std::pin::pin!(
            http1::Builder::new().timer(TokioTimer::new()).header_read_timeout(self.idle).serve_connection(io, service)
        );
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
