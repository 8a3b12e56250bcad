//! Hears what eaid publishes, as a partner does, for `eaid simulate`: on a queue of its own that goes with the
//! connection, so that nobody's mailbox is emptied by it.

use super::connection::{connect, within};
use super::names::short;
use super::settings::AmqpSettings;
use super::topology;
use crate::fault::Fault;
use futures_util::StreamExt;
use lapin::options::{BasicConsumeOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{Connection, Consumer};
use std::time::Instant;
use tokio::sync::mpsc;

/// Something that eaid published.
#[derive(Clone, Debug)]
pub struct Heard {
    /// First word of its routing key: `response`, `trace` …
    pub kind: String,
    /// The UUID that it answers.
    pub correlation: String,
    /// Its own UUID.
    pub message_id: String,
    /// When it came.
    pub at: Instant,
    /// The bytes.
    pub body: Vec<u8>,
}

/// An open ear at the exchange of outgoing messages.
pub struct Listener {
    connection: Connection,
    settings: AmqpSettings,
}

impl Listener {
    /// Connects, makes the topology that is absent, and listens under these bindings.
    ///
    /// # Errors
    /// [`Fault`] where the broker is not at work.
    pub async fn open(
        settings: &AmqpSettings,
        bindings: &[String],
    ) -> Result<(Listener, mpsc::UnboundedReceiver<Heard>), Fault> {
        let connection = connect(settings, "eaid/listen").await?;
        topology::ensure(&connection, settings).await?;
        let limit = settings.timeout.0;
        let channel = within(limit, "canal", connection.create_channel()).await?;
        let options = QueueDeclareOptions { exclusive: true, auto_delete: true, ..QueueDeclareOptions::default() };
        let queue = within(limit, "fila", channel.queue_declare("".into(), options, FieldTable::default())).await?;
        for binding in bindings {
            let exchange = short(&settings.exchange_out);
            let bound = channel.queue_bind(
                queue.name().clone(),
                exchange,
                short(binding),
                QueueBindOptions::default(),
                FieldTable::default(),
            );
            within(limit, "ligação", bound).await?;
        }
        let options = BasicConsumeOptions { no_ack: true, exclusive: true, ..BasicConsumeOptions::default() };
        let consumed = channel.basic_consume(queue.name().clone(), "listen".into(), options, FieldTable::default());
        let consumer = within(limit, "consumo", consumed).await?;
        let (heard, hear) = mpsc::unbounded_channel();
        tokio::spawn(listen(consumer, heard));
        Ok((Listener { connection, settings: settings.clone() }, hear))
    }

    /// Closes the connection, and the queue with it.
    pub async fn close(self) {
        drop(within(self.settings.timeout.0, "fim", self.connection.close(200, "done".into())).await);
    }
}

/// Passes on what comes, until the connection ends.
async fn listen(mut consumer: Consumer, heard: mpsc::UnboundedSender<Heard>) {
    while let Some(Ok(delivery)) = consumer.next().await {
        let text =
            |value: &Option<lapin::types::ShortString>| value.as_ref().map(ToString::to_string).unwrap_or_default();
        let came = Heard {
            kind: delivery.routing_key.as_str().split('.').next().unwrap_or_default().to_owned(),
            correlation: text(delivery.properties.correlation_id()),
            message_id: text(delivery.properties.message_id()),
            at: Instant::now(),
            body: delivery.data,
        };
        if heard.send(came).is_err() {
            return;
        }
    }
}
