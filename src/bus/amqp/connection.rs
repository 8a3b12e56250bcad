//! The making of connections, and the time that one request may take.

use super::settings::AmqpSettings;
use crate::fault::Fault;
use lapin::uri::AMQPUri;
use lapin::{Connection, ConnectionProperties};
use std::future::Future;
use std::time::Duration;

/// Connects under a name that the broker's own tools show.
///
/// lapin's recovery stays off: what it repairs behind the back of a consumer cannot be seen there
/// (`engineering/rabbitmq.md` 0.3, 0.5). A supervisor of ours builds everything anew instead.
pub(super) async fn connect(settings: &AmqpSettings, name: &str) -> Result<Connection, Fault> {
    connect_by(settings, name, Connection::connect_uri).await
}

/// The same, by another way to the broker.
pub(super) async fn connect_by<F: Future<Output = lapin::Result<Connection>>>(
    settings: &AmqpSettings,
    name: &str,
    way: impl FnOnce(AMQPUri, ConnectionProperties) -> F,
) -> Result<Connection, Fault> {
    let address = settings.address().map_err(|error| Fault::Bus(error.to_string()))?;
    let place = format!("{}:{}", address.authority.host, address.authority.port);
    let vhost = address.vhost.clone();
    let properties = ConnectionProperties::default()
        .with_connection_name(name.into())
        .with_client_property("product".into(), "eaid".into());
    match tokio::time::timeout(settings.timeout.0, way(address, properties)).await {
        Err(_) => Err(Fault::Bus(format!("{place} não respondeu em {:?}", settings.timeout.0))),
        Ok(Err(error)) => Err(Fault::Bus(match describe(&error) {
            text if text.contains("ACCESS_REFUSED") => {
                format!("{place} recusou o usuário ou a senha, ou o acesso ao virtual host {vhost}")
            }
            text if text.contains("NOT_ALLOWED") || text.contains("INVALID_PATH") => {
                format!("{place}: o virtual host {vhost} não existe ou não é permitido a este usuário")
            }
            text => format!("{place}: {text}"),
        })),
        Ok(Ok(connection)) => Ok(connection),
    }
}

/// What lapin says, as text.
pub(super) fn describe(error: &lapin::Error) -> String {
    error.to_string()
}

/// Awaits one request to the broker, but not for ever: several of lapin's futures hang on a connection that is
/// blocked or half dead (`engineering/rabbitmq.md` 2).
pub(super) async fn within<T>(
    limit: Duration,
    what: &str,
    request: impl Future<Output = lapin::Result<T>>,
) -> Result<T, Fault> {
    match tokio::time::timeout(limit, request).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Fault::Bus(format!("{what}: {}", describe(&error)))),
        Err(_) => Err(Fault::Bus(format!("{what}: sem resposta em {limit:?}"))),
    }
}
