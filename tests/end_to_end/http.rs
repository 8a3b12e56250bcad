//! One HTTP request, as any script would make it.

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::wait::PATIENCE;

/// Where eaid's endpoint for envelopes is.
pub const TRANSACTIONS: &str = "/totvseai/standardmessage/v1/transactions";

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Body, as text.
    pub text: String,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|e| panic!("{} with a body that is no JSON ({e}): {}", self.status, self.text))
    }
}

/// Why there is no reply.
type Failed = Box<dyn std::error::Error + Send + Sync>;

/// A daemon's HTTP side.
#[derive(Clone)]
pub struct Client {
    /// Port on 127.0.0.1.
    pub port: u16,
    /// Bearer token, where one is needed.
    pub token: Option<String>,
}

impl Client {
    /// Reads a path.
    pub async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, None).await.expect("the daemon answers over HTTP")
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        let body = body.to_string().into_bytes();
        self.ask("POST", path, Some(body)).await.expect("the daemon answers over HTTP")
    }

    /// Any request; an error when nobody listens, or nobody answers.
    pub async fn ask(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> Result<Reply, Failed> {
        tokio::time::timeout(PATIENCE, self.exchange(method, path, body)).await?
    }

    async fn exchange(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> Result<Reply, Failed> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let driver = tokio::spawn(connection);
        let mut request =
            hyper::Request::builder().method(method).uri(path).header("host", format!("127.0.0.1:{}", self.port));
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Full::new(Bytes::from(body.unwrap_or_default())))?;
        let response = sender.send_request(request).await?;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await?.to_bytes();
        driver.abort();
        Ok(Reply { status, text: String::from_utf8_lossy(&bytes).into_owned() })
    }
}
