//! A proxy before a server that does to connections what networks do: cuts them, stalls them, slows them, closes
//! one half. The soak puts one before the broker and one before the database; so do the end-to-end tests.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What becomes of the bytes of all connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// They pass.
    Through,
    /// They pass in pieces, each after so long a pause.
    Slow(Duration),
    /// They are held, and new connections wait: a network that swallows everything.
    Stalled,
    /// New connections are closed at once: nobody listens. What is open passes.
    Refusing,
}

/// How it stands now. A connection that began under another number of cuts is over.
#[derive(Clone, Copy, Debug)]
struct State {
    manner: Manner,
    cuts: u64,
    half_closes: u64,
    /// The next connection over which a client says this is cut before it hears the answer.
    trap: Option<&'static [u8]>,
}

/// A proxy on a free port of 127.0.0.1. Dropped, it takes its connections with it.
pub struct Proxy {
    port: u16,
    state: watch::Sender<State>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Listens before a server, `host:port`.
    ///
    /// # Errors
    /// What the system says where it cannot listen.
    pub async fn before(server: &str) -> io::Result<Proxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let state = watch::Sender::new(State { manner: Manner::Through, cuts: 0, half_closes: 0, trap: None });
        let accepting = tokio::spawn(accept(listener, server.to_owned(), state.clone()));
        Ok(Proxy { port, state, accepting })
    }

    /// Where it listens, `host:port`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// How bytes pass from now on, in connections that are open, too.
    pub fn behave(&self, manner: Manner) {
        self.state.send_modify(|state| state.manner = manner);
    }

    /// Cuts every connection that is open.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.cuts += 1);
    }

    /// Closes the half of every connection by which the client hears the server. The other stays open.
    pub fn half_close(&self) {
        self.state.send_modify(|state| state.half_closes += 1);
    }

    /// Cuts the connection over which a client next says this, after the server has heard it and before the client
    /// hears the answer.
    pub fn cut_after(&self, words: &'static [u8]) {
        self.state.send_modify(|state| state.trap = Some(words));
    }

    /// Whether the trap of [`Proxy::cut_after`] has caught somebody.
    pub fn has_caught(&self) -> bool {
        self.state.borrow().trap.is_none()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, server: String, state: watch::Sender<State>) {
    while let Ok((near, _)) = listener.accept().await {
        let mut watched = state.subscribe();
        let now = *watched.borrow_and_update();
        if now.manner == Manner::Refusing {
            continue;
        }
        tokio::spawn(connect(near, server.clone(), state.clone(), now));
    }
}

async fn connect(near: TcpStream, server: String, state: watch::Sender<State>, begun: State) {
    let Ok(far) = TcpStream::connect(server).await else { return };
    // What is in one piece on one side shall be so on the other, without waiting for more.
    drop(near.set_nodelay(true));
    drop(far.set_nodelay(true));
    let (near_reads, near_writes) = near.into_split();
    let (far_reads, far_writes) = far.into_split();
    let mut over = state.subscribe();
    let mut halved = state.subscribe();
    let forth = pump(near_reads, far_writes, &state, true);
    let back = async {
        tokio::select! {
            () = pump(far_reads, near_writes, &state, false) => {}
            _ = halved.wait_for(|now| now.half_closes != begun.half_closes) => {}
        }
    };
    tokio::select! {
        _ = async { tokio::join!(forth, back) } => {}
        _ = over.wait_for(|now| now.cuts != begun.cuts) => {}
    }
}

/// Carries bytes until one side ends, then closes that half of the other. A trap that goes off ends it at once.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, state: &watch::Sender<State>, is_forth: bool) {
    let mut watched = state.subscribe();
    let mut piece = vec![0; 64 << 10];
    while let Ok(length) = from.read(&mut piece).await {
        if length == 0 || watched.wait_for(|now| now.manner != Manner::Stalled).await.is_err() {
            break;
        }
        let now = *watched.borrow();
        if let Manner::Slow(pause) = now.manner {
            tokio::time::sleep(pause).await;
        }
        let piece = &piece[..length];
        if to.write_all(piece).await.is_err() {
            break;
        }
        if is_forth
            && let Some(words) = now.trap
            && piece.windows(words.len()).any(|window| window == words)
        {
            state.send_modify(|state| {
                state.trap = None;
                state.cuts += 1;
            });
        }
    }
    drop(to.shutdown().await);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that says everything twice.
    async fn echo() -> (Proxy, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let server = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut piece = [0; 1024];
                    while let Ok(length @ 1..) = stream.read(&mut piece).await {
                        stream.write_all(&piece[..length]).await.unwrap();
                    }
                    std::future::pending::<()>().await;
                });
            }
        });
        let proxy = Proxy::before(&server).await.unwrap();
        let client = TcpStream::connect(proxy.address()).await.unwrap();
        (proxy, client)
    }

    async fn says(client: &mut TcpStream, words: &[u8]) -> Vec<u8> {
        client.write_all(words).await.unwrap();
        let mut heard = vec![0; words.len()];
        client.read_exact(&mut heard).await.unwrap();
        heard
    }

    #[tokio::test]
    async fn what_passes_and_what_is_cut() {
        let (proxy, mut client) = echo().await;
        assert_eq!(says(&mut client, b"one").await, b"one");
        proxy.cut();
        assert!(matches!(client.read(&mut [0; 8]).await, Ok(0) | Err(_)));
        let mut client = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(says(&mut client, b"two").await, b"two");
    }

    #[tokio::test]
    async fn stalled_bytes_pass_when_it_is_over() {
        let (proxy, mut client) = echo().await;
        assert_eq!(says(&mut client, b"one").await, b"one");
        proxy.behave(Manner::Stalled);
        client.write_all(b"two").await.unwrap();
        let mut heard = [0; 3];
        let silent = tokio::time::timeout(Duration::from_millis(50), client.read_exact(&mut heard)).await;
        assert!(silent.is_err(), "heard while stalled");
        proxy.behave(Manner::Through);
        client.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"two");
    }

    #[tokio::test]
    async fn a_half_closed_connection_still_speaks() {
        let (proxy, mut client) = echo().await;
        assert_eq!(says(&mut client, b"one").await, b"one");
        proxy.half_close();
        assert_eq!(client.read(&mut [0; 8]).await.unwrap(), 0, "the half that hears is closed");
        client.write_all(b"two").await.unwrap();
    }

    #[tokio::test]
    async fn a_trap_cuts_between_word_and_answer() {
        let (proxy, mut client) = echo().await;
        proxy.cut_after(b"COMMIT");
        assert_eq!(says(&mut client, b"BEGIN").await, b"BEGIN");
        assert!(!proxy.has_caught());
        client.write_all(b"xCOMMITx").await.unwrap();
        assert!(matches!(client.read(&mut [0; 8]).await, Ok(0) | Err(_)), "the answer is not heard");
        assert!(proxy.has_caught());
    }

    #[tokio::test]
    async fn nobody_listens_behind_a_refusing_proxy() {
        let (proxy, mut client) = echo().await;
        assert_eq!(says(&mut client, b"one").await, b"one");
        proxy.behave(Manner::Refusing);
        let mut refused = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(matches!(refused.read(&mut [0; 8]).await, Ok(0) | Err(_)));
        assert_eq!(says(&mut client, b"two").await, b"two");
    }
}
