//! How many messages stand in our queues, for `eaid status`.

use super::connection::{connect, describe, within};
use super::names::short;
use super::settings::AmqpSettings;
use crate::fault::Fault;
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use serde::Serialize;

/// A queue as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Depth {
    /// Its name.
    pub queue: String,
    /// Messages that no consumer has in hand; `None` where there is no such queue.
    pub ready: Option<u32>,
    /// Consumers.
    pub consumers: u32,
}

/// Looks at every queue of the settings. Changes nothing.
///
/// # Errors
/// [`Fault`] where the broker is not at work.
pub async fn depths(settings: &AmqpSettings) -> Result<Vec<Depth>, Fault> {
    let connection = connect(settings, "eaid/status").await?;
    let ours = [&settings.queue_in, &settings.queue_events, &settings.queue_dead];
    let mailboxes = settings.mailboxes.iter().map(|mailbox| &mailbox.queue);
    let mut depths = Vec::new();
    for queue in ours.into_iter().chain(mailboxes) {
        // A channel of its own: a miss closes it.
        let channel = within(settings.timeout.0, "canal", connection.create_channel()).await?;
        let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let asked = channel.queue_declare(short(queue), options, FieldTable::default());
        let (ready, consumers) = match tokio::time::timeout(settings.timeout.0, asked).await {
            Ok(Ok(found)) => (Some(found.message_count()), found.consumer_count()),
            Ok(Err(error)) if describe(&error).contains("NOT_FOUND") => (None, 0),
            Ok(Err(error)) => return Err(Fault::Bus(format!("fila {queue}: {}", describe(&error)))),
            Err(_) => return Err(Fault::Bus(format!("fila {queue}: sem resposta em {:?}", settings.timeout.0))),
        };
        depths.push(Depth { queue: queue.clone(), ready, consumers });
    }
    drop(within(settings.timeout.0, "fim", connection.close(200, "done".into())).await);
    Ok(depths)
}
