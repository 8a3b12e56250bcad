//! Callers over HTTP: so many connections, each kept, each with one call at a time.

use crate::Failed;
use crate::times::Times;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who calls one path of one server.
pub struct Callers {
    port: u16,
    path: &'static str,
    connections: usize,
}

/// What came of many calls.
pub struct Called {
    /// How long each took.
    pub times: Times,
    /// From the first to the last.
    pub whole: Duration,
    /// The answers, in the order of the bodies.
    pub answers: Vec<Bytes>,
}

impl Called {
    /// Calls a second.
    pub fn rate(&self) -> f64 {
        self.answers.len() as f64 / self.whole.as_secs_f64()
    }
}

/// What all callers share.
struct Work {
    bodies: Vec<Bytes>,
    next: AtomicUsize,
    begun: Instant,
    rate: Option<f64>,
}

/// A port that nobody listens on now.
///
/// # Errors
/// Where there is none.
pub fn free_port() -> Result<u16, Failed> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

impl Callers {
    /// Waits until somebody listens.
    ///
    /// # Errors
    /// Where nobody does within a minute.
    pub async fn connect(port: u16, path: &'static str, connections: usize) -> Result<Callers, Failed> {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if Instant::now() > deadline {
                return Err(format!("nobody listens on port {port}").into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Callers { port, path, connections })
    }

    /// Posts each of these; at a rate, each at its planned moment, or as fast as answers come.
    ///
    /// # Errors
    /// The first call that is not answered with success.
    pub async fn post(&self, bodies: Vec<Vec<u8>>, rate: Option<f64>) -> Result<Called, Failed> {
        let mut answers = vec![Bytes::new(); bodies.len()];
        let mut each = Vec::with_capacity(bodies.len());
        let bodies = bodies.into_iter().map(Bytes::from).collect();
        let begun = Instant::now();
        let work = Arc::new(Work { bodies, next: AtomicUsize::new(0), begun, rate });
        let mut callers = JoinSet::new();
        for _ in 0..self.connections {
            callers.spawn(call(self.port, self.path, work.clone()));
        }
        while let Some(called) = callers.join_next().await {
            for (at, took, answer) in called?? {
                each.push(took);
                answers[at] = answer;
            }
        }
        Ok(Called { times: Times::of(each), whole: begun.elapsed(), answers })
    }
}

/// One caller: takes the next call there is until there is none.
async fn call(port: u16, path: &'static str, work: Arc<Work>) -> Result<Vec<(usize, Duration, Bytes)>, Failed> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let mut called = Vec::new();
    loop {
        let at = work.next.fetch_add(1, Ordering::Relaxed);
        let Some(body) = work.bodies.get(at) else { break };
        let planned = work.rate.map(|rate| work.begun + Duration::from_secs_f64(at as f64 / rate));
        if let Some(planned) = planned {
            tokio::time::sleep_until(planned.into()).await;
        }
        let from = planned.unwrap_or_else(Instant::now);
        let answer = tokio::time::timeout(PATIENCE, exchange(&mut sender, path, body.clone())).await??;
        called.push((at, from.elapsed(), answer));
    }
    driver.abort();
    Ok(called)
}

async fn exchange(sender: &mut SendRequest<Full<Bytes>>, path: &str, body: Bytes) -> Result<Bytes, Failed> {
    let request = hyper::Request::post(path).header("host", "bench").header("content-type", "application/json");
    sender.ready().await?;
    let response = sender.send_request(request.body(Full::new(body))?).await?;
    let status = response.status();
    let answer = response.into_body().collect().await?.to_bytes();
    match status.is_success() {
        true => Ok(answer),
        false => Err(format!("{status}: {}", String::from_utf8_lossy(&answer)).into()),
    }
}
