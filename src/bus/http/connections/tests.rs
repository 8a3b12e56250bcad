//! Connections that dawdle, and too many of them. Where time itself is the subject it is the test's own.

use super::super::tests::Server;
use super::*;
use crate::config::units::Span;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Instant, sleep, timeout};

const SHORT: Duration = Duration::from_millis(200);
const HEADER: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(60);
const ASK: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

async fn server(connections: usize, header: Duration) -> Server {
    let settings = HttpSettings { connections, header_timeout: Span(header), ..HttpSettings::default() };
    Server::with(settings, |_| None).await
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(&server.address).await.unwrap()
}

/// A connection without a network, to a house that answers `alive` or what it is sent.
fn conversation() -> DuplexStream {
    let app = Router::new().route("/healthz", get(async || "alive").post(async |body: String| body));
    let (stop, cut) = (CancellationToken::new(), CancellationToken::new());
    let house = House { app, tls: None, header: HEADER, idle: IDLE, stop, cut };
    let (here, there) = duplex(4096);
    tokio::spawn(async move { house.talk(there, SocketAddr::from(([127, 0, 0, 1], 1))).await });
    here
}

/// Asks over a connection that is kept, and reads the answer.
async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    stream.write_all(ASK).await.unwrap();
    answer(stream).await;
}

async fn answer(stream: &mut (impl AsyncRead + Unpin)) {
    let mut text = String::new();
    while !text.contains("alive") {
        let mut piece = [0; 1024];
        let read = stream.read(&mut piece).await.unwrap();
        assert_ne!(read, 0, "closed after {text}");
        text.push_str(std::str::from_utf8(&piece[..read]).unwrap());
    }
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
}

/// Waits until the other side closes; what it said before.
async fn closed(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut rest = Vec::new();
    let read = timeout(Duration::from_secs(100), stream.read_to_end(&mut rest)).await;
    drop(read.expect("it is closed in time"));
    rest
}

#[tokio::test]
async fn a_header_that_does_not_arrive_ends_the_connection() {
    let server = server(10, SHORT).await;
    let mut silent = connect(&server).await;
    closed(&mut silent).await;
    let mut broken_off = connect(&server).await;
    broken_off.write_all(&ASK[..20]).await.unwrap();
    closed(&mut broken_off).await;
}

/// Also on a connection that was answered before, and however little comes at a time.
#[tokio::test(start_paused = true)]
async fn a_header_in_drops_is_a_header_that_does_not_arrive() {
    let mut stream = conversation();
    ask(&mut stream).await;
    sleep(IDLE / 2).await;
    let begun = Instant::now();
    while stream.write_all(b"G").await.is_ok() {
        sleep(Duration::from_secs(1)).await;
        assert!(begun.elapsed() < HEADER * 2);
    }
    assert!(begun.elapsed() >= HEADER, "{:?}", begun.elapsed());
}

/// A body, and an answer that is long in coming, are no header.
#[tokio::test(start_paused = true)]
async fn a_slow_body_is_not_a_slow_header() {
    let mut stream = conversation();
    stream.write_all(b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n").await.unwrap();
    for byte in b"alive" {
        sleep(HEADER * 2).await;
        stream.write_all(&[*byte]).await.unwrap();
    }
    answer(&mut stream).await;
    ask(&mut stream).await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_lies_idle_is_closed_and_one_that_works_is_not() {
    let mut stream = conversation();
    for _ in 0..5 {
        ask(&mut stream).await;
        sleep(IDLE - Duration::from_secs(1)).await;
    }
    ask(&mut stream).await;
    let quiet = Instant::now();
    assert_eq!(closed(&mut stream).await, b"");
    assert!(quiet.elapsed() >= IDLE && quiet.elapsed() < IDLE * 2, "{:?}", quiet.elapsed());
}

/// An answer that nobody takes does not hold its connection for ever.
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_taken_ends_the_connection() {
    let (mut here, there) = duplex(64);
    let mut timed = Timed::new(there, Arc::new(Phase::default()), HEADER, IDLE);
    let error = timed.write_all(&[b'x'; 100]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    here.read_exact(&mut [0; 64]).await.unwrap();
    timed.write_all(b"what is taken goes on").await.unwrap();
}

/// Who comes beyond the bound is not turned away: it waits until a seat is free.
#[tokio::test]
async fn more_connections_wait_until_one_ends() {
    let server = server(2, IDLE).await;
    let (mut one, mut two) = (connect(&server).await, connect(&server).await);
    ask(&mut one).await;
    ask(&mut two).await;
    let mut three = connect(&server).await;
    three.write_all(ASK).await.unwrap();
    let early = timeout(SHORT, three.read(&mut [0; 1])).await;
    assert!(early.is_err(), "there is no seat for it");
    drop(one);
    answer(&mut three).await;
    ask(&mut two).await;
}

/// At the stop idle connections are closed at once, and calls under way are answered.
#[tokio::test]
async fn the_stop_waits_for_calls_and_for_nothing_else() {
    let server = server(10, IDLE).await;
    let mut idle = connect(&server).await;
    ask(&mut idle).await;
    let mut busy = connect(&server).await;
    let head =
        "POST /winthor/autenticacao/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    busy.write_all(head.as_bytes()).await.unwrap();
    // The call is under way: its body is asked for.
    let mut go_on = [0; 25];
    busy.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    drop(server.stop);
    assert_eq!(closed(&mut idle).await, b"");
    busy.write_all(b"{}").await.unwrap();
    assert!(closed(&mut busy).await.starts_with(b"HTTP/1.1 400"));
    assert!(TcpStream::connect(&server.address).await.is_err(), "nobody new is let in");
}
