//! The points of sale.

use crate::{Failed, PATIENCE, SELLERS, order};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const PATH: &str = "/winthor/varejo/matcon/v1/orders/pdvsync";

/// Where they sell.
pub struct Client {
    port: u16,
}

/// How long calls took.
pub struct Times {
    each: Vec<Duration>,
    whole: Duration,
}

/// One call: its place among all, and its body.
type Call = (usize, Vec<u8>);

impl Client {
    /// Waits until somebody listens.
    pub async fn connect(port: u16) -> Result<Client, Failed> {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if Instant::now() > deadline {
                return Err(format!("nobody listens on port {port}").into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Client { port })
    }

    /// Reserves orders; gives each with the number it was told.
    pub async fn reserve(&self, orders: Range<usize>) -> Result<Vec<(usize, String)>, Failed> {
        let numbers: Vec<usize> = orders.collect();
        let calls = numbers.iter().map(|number| order(*number, None)).collect();
        let (_, answers) = self.call(calls, None).await?;
        let told = numbers.into_iter().zip(answers).map(|(number, answer)| {
            let answer: Value = serde_json::from_slice(&answer)?;
            let id = answer.pointer("/data/idRetaguardaPedido").and_then(Value::as_str);
            Ok((number, id.ok_or_else(|| format!("no number in {answer}"))?.to_owned()))
        });
        told.collect()
    }

    /// Pays orders; at a rate, each at its planned moment, or as fast as answers come.
    pub async fn pay(&self, reserved: &[(usize, String)], rate: Option<f64>) -> Result<Times, Failed> {
        let calls = reserved.iter().map(|(number, id)| order(*number, Some(id))).collect();
        Ok(self.call(calls, rate).await?.0)
    }

    async fn call(&self, bodies: Vec<Vec<u8>>, rate: Option<f64>) -> Result<(Times, Vec<Bytes>), Failed> {
        let mut answers = vec![Bytes::new(); bodies.len()];
        let mut each = vec![Duration::ZERO; bodies.len()];
        let calls: Arc<Vec<Call>> = Arc::new(bodies.into_iter().enumerate().collect());
        let next = Arc::new(AtomicUsize::new(0));
        let begun = Instant::now();
        let mut sellers = JoinSet::new();
        for _ in 0..SELLERS {
            sellers.spawn(sell(self.port, calls.clone(), next.clone(), begun, rate));
        }
        while let Some(sold) = sellers.join_next().await {
            for (at, took, answer) in sold?? {
                each[at] = took;
                answers[at] = answer;
            }
        }
        Ok((Times { each, whole: begun.elapsed() }, answers))
    }
}

/// One seller: takes the next call there is until there is none.
async fn sell(
    port: u16,
    calls: Arc<Vec<Call>>,
    next: Arc<AtomicUsize>,
    begun: Instant,
    rate: Option<f64>,
) -> Result<Vec<(usize, Duration, Bytes)>, Failed> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let mut sold = Vec::new();
    while let Some((at, body)) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
        let planned = rate.map(|rate| begun + Duration::from_secs_f64(*at as f64 / rate));
        if let Some(planned) = planned {
            tokio::time::sleep_until(planned.into()).await;
        }
        let from = planned.unwrap_or_else(Instant::now);
        let answer = tokio::time::timeout(PATIENCE, exchange(&mut sender, body.clone())).await??;
        sold.push((*at, from.elapsed(), answer));
    }
    driver.abort();
    Ok(sold)
}

async fn exchange(sender: &mut SendRequest<Full<Bytes>>, body: Vec<u8>) -> Result<Bytes, Failed> {
    let request = hyper::Request::post(PATH).header("host", "bench").header("content-type", "application/json");
    sender.ready().await?;
    let response = sender.send_request(request.body(Full::new(Bytes::from(body)))?).await?;
    let status = response.status();
    let answer = response.into_body().collect().await?.to_bytes();
    match status.is_success() {
        true => Ok(answer),
        false => Err(format!("{status}: {}", String::from_utf8_lossy(&answer)).into()),
    }
}

impl Times {
    /// Calls a second.
    pub fn rate(&self) -> f64 {
        self.each.len() as f64 / self.whole.as_secs_f64()
    }

    /// The 99th percentile over the median.
    pub fn slowest(&self) -> f64 {
        self.percentile(0.99).as_secs_f64() / self.percentile(0.5).as_secs_f64()
    }

    fn percentile(&self, part: f64) -> Duration {
        let mut sorted = self.each.clone();
        sorted.sort();
        sorted[((sorted.len() - 1) as f64 * part) as usize]
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |part| self.percentile(part).as_secs_f64() * 1e3;
        write!(f, "{:7.0} orders/s   median {:6.1} ms   p99 {:6.1} ms", self.rate(), ms(0.5), ms(0.99))
    }
}
