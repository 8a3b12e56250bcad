//! Publishes messages as a partner does: for `eaid send` and `eaid simulate`.

use super::connection::{connect, within};
use super::names::{incoming_key, short};
use super::settings::AmqpSettings;
use super::topology;
use super::window::{self, Letter, Posted};
use crate::fault::Fault;
use lapin::protocol::BasicProperties;
use lapin::{Channel, Connection};
use std::sync::Arc;
use uuid::Uuid;

/// A connection that publishes to the exchange of incoming messages.
pub struct Publisher {
    settings: AmqpSettings,
    connection: Connection,
    channel: Channel,
}

impl Publisher {
    /// Connects, and makes the topology that is absent.
    ///
    /// # Errors
    /// [`Fault`] where the broker is not at work.
    pub async fn connect(settings: &AmqpSettings) -> Result<Publisher, Fault> {
        let connection = connect(settings, "eaid/send").await?;
        topology::ensure(&connection, settings).await?;
        let channel = within(settings.timeout.0, "canal", window::open(&connection)).await?;
        Ok(Publisher { settings: settings.clone(), connection, channel })
    }

    /// A business message to exchange `eai` under `in.<transaction>`. `message_id` must be unique in its window;
    /// without one it gets one.
    pub fn message(&self, transaction: &str, message_id: Option<&str>, content_type: &str, body: Arc<[u8]>) -> Letter {
        self.letter(incoming_key(transaction), message_id, content_type, body).with_kind(transaction)
    }

    /// An order event to exchange `eai` under `event.order`.
    pub fn order_event(&self, body: Arc<[u8]>) -> Letter {
        self.letter("event.order".to_owned(), None, "application/json", body)
    }

    fn letter(&self, key: String, message_id: Option<&str>, content_type: &str, body: Arc<[u8]>) -> Letter {
        Letter {
            exchange: self.settings.exchange_in.clone(),
            key,
            is_mandatory: true,
            message_id: message_id.map_or_else(|| Uuid::now_v7().to_string(), ToOwned::to_owned),
            properties: BasicProperties::default().with_content_type(short(content_type)),
            body,
        }
    }

    /// Publishes one window and waits until the outcome of every message is known, in their order. Keep windows
    /// to some hundreds.
    ///
    /// # Errors
    /// [`Fault`] where nothing is known of the window; this publisher is of no use any more then.
    pub async fn publish(&self, window: &[Letter]) -> Result<Vec<Posted>, Fault> {
        window::publish(&self.channel, window.to_vec(), self.settings.window_timeout()).await.map_err(Fault::from)
    }

    /// Closes the connection.
    pub async fn close(self) {
        drop(within(self.settings.timeout.0, "fim", self.connection.close(200, "done".into())).await);
    }
}

impl Letter {
    fn with_kind(mut self, transaction: &str) -> Letter {
        self.properties = self.properties.with_type(short(transaction));
        self
    }
}
