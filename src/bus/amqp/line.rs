//! A connection that can be cut.
//!
//! A broker answers the end of a channel, or of a connection, after all that it has begun to hand over, which may be a
//! thousand messages of 30 MB; and lapin takes in whatever comes until then, though nobody reads it any more. So the
//! socket of a connection that consumes is in our hands, too: shut down, it brings lapin no more than the system had
//! already received, and tells the broker at once.

use super::connection::connect_by;
use super::settings::AmqpSettings;
use crate::fault::Fault;
use lapin::runtime::default_runtime;
use lapin::tcp::{AsyncTcpStream, TLSConfig};
use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Connection, ConnectionProperties};
use std::net::{Shutdown, TcpStream};
use std::ops::Deref;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};

/// A connection that is cut where it is dropped: whoever wants to end it in good order closes it before.
pub(super) struct Line {
    connection: Connection,
    socket: Socket,
}

/// The socket below a connection, shut down where it is dropped.
#[derive(Default)]
struct Socket(Arc<Mutex<Option<TcpStream>>>);

impl Line {
    pub(super) async fn connect(settings: &AmqpSettings, name: &str) -> Result<Line, Fault> {
        let socket = Socket::default();
        let connection = connect_by(settings, name, |address, properties| socket.connect(address, properties)).await?;
        Ok(Line { connection, socket })
    }

    /// Ends it at once.
    pub(super) fn cut(&self) {
        self.socket.shut();
    }
}

impl Deref for Line {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Socket {
    /// What lapin's own way to a broker does, but for keeping a hold of the socket.
    async fn connect(&self, address: AMQPUri, properties: ConnectionProperties) -> lapin::Result<Connection> {
        let kept = Arc::clone(&self.0);
        Connection::connector(
            address,
            default_runtime()?,
            async move |address, runtime| {
                let AMQPUri { scheme, authority, .. } = address;
                let place = runtime.to_socket_addrs((authority.host.clone(), authority.port));
                let stream = AsyncTcpStream::connect(&runtime, place).await?;
                if let AsyncTcpStream::Plain(plain) = &stream {
                    let socket = plain.get_ref().as_fd().try_clone_to_owned()?;
                    *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(socket.into());
                }
                match scheme {
                    AMQPScheme::AMQP => Ok(stream),
                    AMQPScheme::AMQPS => Ok(stream.into_tls(&authority.host, TLSConfig::default()).await?),
                }
            },
            properties,
        )
        .await
    }

    fn shut(&self) {
        let socket = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Where it cannot be shut down, the broker has closed it.
        drop(socket.map(|socket| socket.shutdown(Shutdown::Both)));
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.shut();
    }
}
