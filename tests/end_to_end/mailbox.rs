//! OMNI's side of RabbitMQ: publishes with confirms, and reads its mailbox `eai.omni`.

use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::*;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, Consumer, ExchangeKind, Queue};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;

use crate::messages::{new_uuid, text, uuid};
use crate::omni::Out;
use crate::wait::{PATIENCE, PAUSE, until};
use crate::xml;

/// The queue that eaid declares for a route whose key is `omni`.
pub const QUEUE: &str = "eai.omni";

/// What marks the end of the mailbox, see [`Mailbox::drain`].
const LAST: &[u8] = b"nothing follows";

/// The partner's place at the broker. It comes back by itself after the broker did, publishes again what was not
/// confirmed, and acknowledges what it has read: a partner who loses nothing of his own.
pub struct Mailbox {
    publishing: Link,
    /// A connection of its own: an alarm of the broker holds up everything on the one that publishes.
    asking: Link,
    state: Arc<Mutex<State>>,
    reading: JoinHandle<()>,
}

/// A connection that is made anew where it was lost.
struct Link {
    url: String,
    open: tokio::sync::Mutex<Option<(Arc<Connection>, Channel)>>,
}

#[derive(Default)]
struct State {
    received: Vec<Out>,
    complaints: Vec<String>,
    drained: bool,
}

impl Link {
    fn to(url: &str) -> Link {
        Link { url: url.to_owned(), open: tokio::sync::Mutex::default() }
    }

    /// Asks something of the broker until it answers, each time on a channel that is up.
    async fn ask<T>(&self, what: &str, mut request: impl AsyncFnMut(&Connection, &Channel) -> lapin::Result<T>) -> T {
        until(what, async || {
            let (connection, channel) = self.open().await?;
            match tokio::time::timeout(ATTEMPT, request(&connection, &channel)).await {
                Ok(Ok(done)) => Some(done),
                Ok(Err(_)) | Err(_) => {
                    self.lose().await;
                    None
                }
            }
        })
        .await
    }

    async fn open(&self) -> Option<(Arc<Connection>, Channel)> {
        let mut open = self.open.lock().await;
        if open.as_ref().is_none_or(|(connection, _)| !connection.status().connected()) {
            let (connection, channel) = tokio::time::timeout(ATTEMPT, connect(&self.url)).await.ok()?.ok()?;
            *open = Some((Arc::new(connection), channel));
        }
        open.clone()
    }

    async fn lose(&self) {
        *self.open.lock().await = None;
    }
}

/// How long one attempt at anything may take: a broker that is just going or coming may never answer.
const ATTEMPT: Duration = Duration::from_secs(5);

/// A connection, and a channel with confirms.
async fn connect(url: &str) -> lapin::Result<(Connection, Channel)> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    Ok((connection, channel))
}

/// Reads the mailbox on a connection of its own.
async fn consume(url: &str) -> lapin::Result<(Connection, Channel, Consumer)> {
    let (connection, channel) = connect(url).await?;
    channel.basic_qos(500, BasicQosOptions::default()).await?;
    let options = BasicConsumeOptions::default();
    let consumer = channel.basic_consume(QUEUE.into(), "omni".into(), options, FieldTable::default()).await?;
    Ok((connection, channel, consumer))
}

/// The next message of the mailbox; `None` where nobody reads it any more. A consumer that came while its queue was being
/// deleted is not told so: where nothing comes, the queue is asked whether it knows of a reader.
async fn next(channel: &Channel, deliveries: &mut Consumer) -> Option<Delivery> {
    loop {
        match tokio::time::timeout(ATTEMPT, deliveries.next()).await {
            Ok(next) => return next?.ok(),
            Err(_) => {
                let options = QueueDeclareOptions { passive: true, ..Default::default() };
                let asked = channel.queue_declare(QUEUE.into(), options, FieldTable::default());
                let queue = tokio::time::timeout(ATTEMPT, asked).await.ok()?.ok()?;
                if queue.consumer_count() == 0 {
                    return None;
                }
            }
        }
    }
}

/// Reads the mailbox for ever.
async fn read(url: String, state: Arc<Mutex<State>>) {
    loop {
        if let Ok(Ok((_connection, channel, mut deliveries))) = tokio::time::timeout(ATTEMPT, consume(&url)).await {
            while let Some(delivery) = next(&channel, &mut deliveries).await {
                state.lock().expect("mailbox").take(
                    delivery.routing_key.as_str(),
                    &delivery.properties,
                    &delivery.data,
                );
                // Where this fails it comes again, and is the same message.
                drop(delivery.ack(BasicAckOptions::default()).await);
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

impl Mailbox {
    /// Begins to read. eaid must have declared the queue, or be about to.
    pub async fn open(url: &str) -> Mailbox {
        let state = Arc::<Mutex<State>>::default();
        let reading = tokio::spawn(read(url.to_owned(), state.clone()));
        Mailbox { publishing: Link::to(url), asking: Link::to(url), state, reading }
    }

    /// All that arrived, in its order.
    pub fn received(&self) -> Vec<Out> {
        self.state.lock().expect("mailbox").received.clone()
    }

    /// Publishes until a queue has it, as the broker confirms.
    pub async fn publish(&self, exchange: &str, key: &str, content_type: &str, body: &[u8]) {
        let properties = BasicProperties::default()
            .with_delivery_mode(2)
            .with_content_type(content_type.into())
            .with_message_id(new_uuid().into());
        let options = BasicPublishOptions { mandatory: true, ..Default::default() };
        // Not by way of `ask`: a load publishes from a task, and closures that wait cannot move there.
        let published = async {
            loop {
                if let Some((_connection, channel)) = self.publishing.open().await {
                    let attempt = async {
                        let properties = properties.clone();
                        channel.basic_publish(exchange.into(), key.into(), options, body, properties).await?.await
                    };
                    // A confirm may never come when its broker went away, and lapin waits for it for ever.
                    match tokio::time::timeout(ATTEMPT, attempt).await {
                        Ok(Ok(Confirmation::Ack(None))) => return,
                        // Returned: no queue takes it, yet. Or the one that took it could not keep it.
                        Ok(Ok(_)) => {}
                        Ok(Err(_)) | Err(_) => self.publishing.lose().await,
                    }
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let published = tokio::time::timeout(PATIENCE, published).await;
        assert!(published.is_ok(), "no queue took the message for {exchange} {key} in {PATIENCE:?}");
    }

    /// How many messages a queue holds for a consumer to take; none if there is no such queue.
    pub async fn waiting_in(&self, queue: &str) -> Option<u32> {
        self.look(queue).await.map(|queue| queue.message_count())
    }

    /// A queue as it stands, for people.
    pub async fn describe(&self, queue: &str) -> String {
        match tokio::time::timeout(ATTEMPT, self.look(queue)).await {
            Ok(Some(queue)) => format!("{} messages, {} consumers", queue.message_count(), queue.consumer_count()),
            Ok(None) => "not there".to_owned(),
            Err(_) => "the broker does not say".to_owned(),
        }
    }

    async fn look(&self, queue: &str) -> Option<Queue> {
        let look = self.asking.ask("a queue", async |connection, _| {
            // A channel of its own: the broker closes the one that asks for a queue that is not there.
            let channel = connection.create_channel().await?;
            let options = QueueDeclareOptions { passive: true, ..Default::default() };
            match channel.queue_declare(queue.into(), options, FieldTable::default()).await {
                Ok(queue) => Ok(Some(queue)),
                Err(error) if error.to_string().contains("NOT_FOUND") => Ok(None),
                Err(error) => Err(error),
            }
        });
        look.await
    }

    /// Deletes a queue with all that it holds.
    pub async fn delete_queue(&self, queue: &str) {
        let delete = self.asking.ask("a queue to go", async |_, channel| {
            channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await
        });
        delete.await;
    }

    /// Deletes an exchange.
    pub async fn delete_exchange(&self, exchange: &str) {
        let delete = self.asking.ask("an exchange to go", async |_, channel| {
            channel.exchange_delete(exchange.into(), ExchangeDeleteOptions::default()).await
        });
        delete.await;
    }

    /// Takes one message from a queue, with the text of its `x-eaid-…` headers.
    pub async fn take_from(&self, queue: &str) -> Option<Dead> {
        let get = self.asking.ask("a message of a queue", async |_, channel| {
            channel.basic_get(queue.into(), BasicGetOptions { no_ack: true }).await
        });
        let delivery = get.await?.delivery;
        let headers = delivery.properties.headers().clone().unwrap_or_default();
        let header = |name: &str| match headers.inner().get(name) {
            Some(AMQPValue::LongString(text)) => text.to_string(),
            Some(AMQPValue::ShortString(text)) => text.to_string(),
            Some(other) => format!("{other:?}"),
            None => String::new(),
        };
        Some(Dead { body: delivery.data.clone(), code: header("x-eaid-code"), reason: header("x-eaid-reason") })
    }

    /// Takes away the binding that brings answers to the mailbox, or puts it back.
    pub async fn bind(&self, bound: bool) {
        let change = self.asking.ask("the binding to change", async |_, channel| {
            let (queue, exchange, key) = (QUEUE.into(), "eai.out".into(), "*.omni.#".into());
            let none = FieldTable::default();
            match bound {
                true => channel.queue_bind(queue, exchange, key, QueueBindOptions::default(), none).await,
                false => channel.queue_unbind(queue, exchange, key, none).await,
            }
        });
        change.await;
    }

    /// Spreads what partners publish over queues, by a consistent-hash exchange, instead of bringing it to `eai.in`.
    pub async fn spread_over(&self, queues: &[&str]) {
        let spread = self.asking.ask("the exchange that spreads", async |_, channel| {
            let none = FieldTable::default;
            let (kind, durable) = (ExchangeKind::Custom("x-consistent-hash".to_owned()), true);
            let options = ExchangeDeclareOptions { durable, ..Default::default() };
            let mut by = none();
            by.insert("hash-property".into(), AMQPValue::LongString("message_id".into()));
            channel.exchange_declare("eai.spread".into(), kind, options, by).await?;
            for queue in queues {
                let options = QueueDeclareOptions { durable, ..Default::default() };
                let mut quorum = none();
                quorum.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
                channel.queue_declare((*queue).into(), options, quorum).await?;
                let (options, weight) = (QueueBindOptions::default(), "1".into());
                channel.queue_bind((*queue).into(), "eai.spread".into(), weight, options, none()).await?;
            }
            let options = ExchangeBindOptions::default();
            channel.exchange_bind("eai.spread".into(), "eai".into(), "in.#".into(), options, none()).await?;
            channel.queue_unbind("eai.in".into(), "eai".into(), "in.#".into(), none()).await
        });
        spread.await;
    }

    /// Waits until the mailbox is empty: what was in it stands before a last message of our own.
    pub async fn drain(&self) {
        self.publish("", QUEUE, "text/plain", LAST).await;
        until("the end of the mailbox", async || self.state.lock().expect("mailbox").drained.then_some(())).await;
        let state = self.state.lock().expect("mailbox");
        assert!(state.complaints.is_empty(), "messages from eaid: {:#?}", state.complaints);
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

impl State {
    fn take(&mut self, key: &str, properties: &BasicProperties, data: &[u8]) {
        if data == LAST {
            self.drained = true;
            return;
        }
        let is_xml = data.starts_with(b"<");
        let body = match std::str::from_utf8(data) {
            Ok(text) if is_xml => xml::read(text),
            _ => match serde_json::from_slice::<Value>(data) {
                Ok(body) => body,
                Err(_) => {
                    self.complaints.push(format!("{key}: no JSON: {}", String::from_utf8_lossy(data)));
                    return;
                }
            },
        };
        let content_type = if is_xml { "application/xml; charset=utf-8" } else { "application/json" };
        let mut parts = key.split('.').map(str::to_owned);
        let kind = parts.next().unwrap_or_default();
        let _route = parts.next();
        let transaction = parts.next().unwrap_or_default();
        let out = Out { kind, transaction, body };
        let promised = [
            ("message_id", properties.message_id().as_ref().map(ToString::to_string), uuid(&out.body)),
            (
                "type",
                properties.kind().as_ref().map(|kind| kind.to_string().to_lowercase()),
                text(&out.body, "/Header/Transaction").to_lowercase(),
            ),
            ("content_type", properties.content_type().as_ref().map(ToString::to_string), content_type.into()),
            ("delivery_mode", properties.delivery_mode().map(|mode| mode.to_string()), "2".into()),
            (
                "the key's transaction",
                Some(out.transaction.clone()),
                text(&out.body, "/Header/Transaction").to_lowercase(),
            ),
        ];
        for (what, found, expected) in promised {
            if found.as_deref() != Some(&expected) {
                self.complaints.push(format!("{key}: {what} is {found:?}, not {expected}"));
            }
        }
        let correlation = properties.correlation_id().as_ref().map(ToString::to_string);
        if out.kind == "response" && correlation.unwrap_or_default() != out.answers() {
            self.complaints.push(format!("{key}: correlation_id is not the UUID answered"));
        }
        if properties.app_id().is_none() || properties.timestamp().is_none() {
            self.complaints.push(format!("{key}: app_id or timestamp is missing"));
        }
        self.received.push(out);
    }
}

/// A message of `eai.dead`.
pub struct Dead {
    /// The bytes as they came.
    pub body: Vec<u8>,
    /// `x-eaid-code`.
    pub code: String,
    /// `x-eaid-reason`.
    pub reason: String,
}
