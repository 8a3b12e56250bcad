//! A relay between a bus and the broker, so that a connection can be cut as a network does it.

use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;

/// Forwards connections until they are cut.
pub(super) struct Relay {
    port: u16,
    cut: Arc<broadcast::Sender<()>>,
}

impl Relay {
    /// A relay to the broker of this run.
    pub(super) async fn new() -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = Arc::new(broadcast::Sender::new(1));
        let cuts = Arc::clone(&cut);
        let broker = super::url();
        let address = broker.split('@').nth(1).unwrap().split('/').next().unwrap().to_owned();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (address, mut cut) = (address.clone(), cuts.subscribe());
                tokio::spawn(async move {
                    let mut far = TcpStream::connect(address).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = cut.recv() => {}
                    }
                });
            }
        });
        Relay { port, cut }
    }

    /// The address of the broker by way of this relay.
    pub(super) fn url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}/%2f", self.port)
    }

    /// Cuts all present connections.
    pub(super) fn cut(&self) {
        drop(self.cut.send(()));
    }
}
