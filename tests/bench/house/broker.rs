//! The broker as the benchmark sees it: fills the queues and looks at their depths.

use crate::Failed;
use futures_util::stream::{FuturesUnordered, StreamExt};
use lapin::options::*;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, ExchangeKind};
use std::ops::Range;
use std::time::{Duration, Instant};

/// What waits to be taken.
pub const IN: &str = "eai.in";
/// Where the answers arrive.
pub const ANSWERS: &str = "eai.omni";
/// Every queue that eaid makes.
const QUEUES: [&str; 4] = [IN, "eai.events", "eai.dead", ANSWERS];

/// A connection to the broker.
pub struct Broker {
    /// For consuming.
    pub connection: Connection,
    channel: Channel,
    /// Looks at depths, apart from what is published.
    look: Channel,
}

/// How many messages stand in the queues.
pub struct Depth {
    /// In `eai.in`, not taken.
    pub waiting: usize,
    /// In `eai.omni`.
    pub answers: usize,
}

impl Broker {
    /// Connects.
    ///
    /// # Errors
    /// What the broker says.
    pub async fn connect(url: &str) -> Result<Broker, Failed> {
        let connection = Connection::connect(url, ConnectionProperties::default()).await?;
        let channel = connection.create_channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        let look = connection.create_channel().await?;
        Ok(Broker { connection, channel, look })
    }

    /// Makes all queues anew, as eaid declares them, so that no run meets the log of another.
    ///
    /// # Errors
    /// What the broker says.
    pub async fn clear(&self) -> Result<(), Failed> {
        let channel = self.connection.create_channel().await?;
        for exchange in ["eai", "eai.out"] {
            let options = ExchangeDeclareOptions { durable: true, ..Default::default() };
            channel.exchange_declare(exchange.into(), ExchangeKind::Topic, options, FieldTable::default()).await?;
        }
        for queue in QUEUES {
            channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await?;
            let options = QueueDeclareOptions { durable: true, ..Default::default() };
            let mut arguments = FieldTable::default();
            arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
            channel.queue_declare(queue.into(), options, arguments).await?;
        }
        for (queue, exchange, key) in [(IN, "eai", "in.#"), (ANSWERS, "eai.out", "*.omni.#")] {
            let options = QueueBindOptions::default();
            channel.queue_bind(queue.into(), exchange.into(), key.into(), options, FieldTable::default()).await?;
        }
        channel.close(200, "done".into()).await?;
        Ok(())
    }

    /// Publishes messages with confirms.
    ///
    /// # Errors
    /// What the broker says.
    pub async fn publish(&self, key: &str, numbers: Range<usize>, message: fn(usize) -> Vec<u8>) -> Result<(), Failed> {
        let mut flight = FuturesUnordered::new();
        for number in numbers {
            if flight.len() >= 500 {
                flight.next().await.unwrap_or(Ok(()))?;
            }
            flight.push(post(&self.channel, "eai", key, number.to_string().into(), message(number)));
        }
        while let Some(done) = flight.next().await {
            done?;
        }
        Ok(())
    }

    /// Waits until all of them stand in the queue.
    ///
    /// # Errors
    /// Where there are more.
    pub async fn wait_until_waiting(&self, count: usize) -> Result<(), Failed> {
        loop {
            let waiting = self.count(IN).await?;
            if waiting == count {
                return Ok(());
            }
            if waiting > count {
                return Err(format!("{IN} holds {waiting} instead of {count}").into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until so many answers have arrived.
    ///
    /// # Errors
    /// Where they do not in time.
    pub async fn wait_for_answers(&self, count: usize, patience: Duration) -> Result<(), Failed> {
        let deadline = Instant::now() + patience;
        while self.count(ANSWERS).await? < count {
            if Instant::now() > deadline {
                return Err(format!("only {} of {count} answers came", self.count(ANSWERS).await?).into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Empties the queue of answers.
    ///
    /// # Errors
    /// What the broker says.
    pub async fn purge(&self) -> Result<(), Failed> {
        self.look.queue_purge(ANSWERS.into(), QueuePurgeOptions::default()).await?;
        Ok(())
    }

    /// The depths.
    ///
    /// # Errors
    /// What the broker says.
    pub async fn depth(&self) -> Result<Depth, Failed> {
        Ok(Depth { waiting: self.count(IN).await?, answers: self.count(ANSWERS).await? })
    }

    /// Nothing may be left to take, nothing in the dead letters.
    ///
    /// # Errors
    /// Where anything is.
    pub async fn check_empty(&self) -> Result<(), Failed> {
        for queue in [IN, "eai.events", "eai.dead"] {
            // What a consumer had in hand comes back a moment after it has gone.
            let left = self.count(queue).await?;
            if left > 0 {
                return Err(format!("{left} messages are left in {queue}").into());
            }
        }
        Ok(())
    }

    async fn count(&self, queue: &str) -> Result<usize, Failed> {
        let options = QueueDeclareOptions { passive: true, ..Default::default() };
        let found = self.look.queue_declare(queue.into(), options, FieldTable::default()).await?;
        Ok(found.message_count() as usize)
    }
}

/// Publishes one message and awaits its confirm.
///
/// # Errors
/// Where the broker does not take it.
pub async fn post(channel: &Channel, exchange: &str, key: &str, id: ShortString, body: Vec<u8>) -> Result<(), Failed> {
    let properties = BasicProperties::default()
        .with_delivery_mode(2)
        .with_content_type("application/json".into())
        .with_message_id(id);
    let options = BasicPublishOptions::default();
    match channel.basic_publish(exchange.into(), key.into(), options, &body, properties).await?.await? {
        Confirmation::Ack(None) => Ok(()),
        other => Err(format!("a message was not taken: {other:?}").into()),
    }
}
