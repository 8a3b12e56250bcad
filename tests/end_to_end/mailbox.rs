//! OMNI's side of RabbitMQ: publishes with confirms, and reads its mailbox `eai.omni`.

use futures_util::StreamExt;
use lapin::options::*;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use serde_json::Value;
use std::sync::{Arc, Mutex};

use crate::messages::{text, uuid};
use crate::omni::Out;
use crate::wait::until;
use crate::xml;

/// The queue that eaid declares for a route whose key is `omni`.
pub const QUEUE: &str = "eai.omni";

/// What marks the end of the mailbox, see [`Mailbox::drain`].
const LAST: &[u8] = b"nothing follows";

/// A connection to the broker that collects all that arrives.
pub struct Mailbox {
    _connection: Connection,
    channel: Channel,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    received: Vec<Out>,
    complaints: Vec<String>,
    drained: bool,
}

impl Mailbox {
    /// Connects and begins to read. eaid must have declared the queue.
    pub async fn open(url: &str) -> Mailbox {
        let connection = Connection::connect(url, ConnectionProperties::default()).await.expect("connect to RabbitMQ");
        let channel = connection.create_channel().await.expect("open a channel");
        channel.confirm_select(ConfirmSelectOptions::default()).await.expect("confirm mode");
        let state = Arc::<Mutex<State>>::default();
        let mut deliveries = channel
            .basic_consume(
                QUEUE.into(),
                "omni".into(),
                BasicConsumeOptions { no_ack: true, ..Default::default() },
                FieldTable::default(),
            )
            .await
            .expect("consume the mailbox");
        let into = state.clone();
        tokio::spawn(async move {
            while let Some(Ok(delivery)) = deliveries.next().await {
                let mut state = into.lock().expect("mailbox");
                state.take(delivery.routing_key.as_str(), &delivery.properties, &delivery.data);
            }
        });
        Mailbox { _connection: connection, channel, state }
    }

    /// All that arrived, in its order.
    pub fn received(&self) -> Vec<Out> {
        self.state.lock().expect("mailbox").received.clone()
    }

    /// Publishes and waits for the confirm; the message must have found a queue.
    pub async fn publish(&self, exchange: &str, key: &str, content_type: &str, body: &[u8]) {
        let properties = BasicProperties::default().with_delivery_mode(2).with_content_type(content_type.into());
        let options = BasicPublishOptions { mandatory: true, ..Default::default() };
        let confirm = self
            .channel
            .basic_publish(exchange.into(), key.into(), options, body, properties)
            .await
            .expect("publish")
            .await
            .expect("a confirm");
        let returned = confirm.take_message();
        assert!(returned.is_none(), "the message for {exchange} {key} came back: no queue takes it");
    }

    /// How many messages a queue holds for a consumer to take; none if there is no such queue.
    pub async fn waiting_in(&self, queue: &str) -> Option<u32> {
        // A channel of its own: the broker closes the one that asks for a queue that is not there.
        let channel = self._connection.create_channel().await.expect("open a channel");
        let options = QueueDeclareOptions { passive: true, ..Default::default() };
        let found = channel.queue_declare(queue.into(), options, FieldTable::default()).await;
        found.ok().map(|queue| queue.message_count())
    }

    /// Takes one message from a queue, with the text of its `x-eaid-…` headers.
    pub async fn take_from(&self, queue: &str) -> Option<Dead> {
        let options = BasicGetOptions { no_ack: true };
        let got = self.channel.basic_get(queue.into(), options).await.expect("basic.get")?;
        let delivery = got.delivery;
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
        let (queue, exchange, key) = (QUEUE.into(), "eai.out".into(), "*.omni.#".into());
        let none = FieldTable::default();
        let done = if bound {
            self.channel.queue_bind(queue, exchange, key, QueueBindOptions::default(), none).await
        } else {
            self.channel.queue_unbind(queue, exchange, key, none).await
        };
        done.expect("change the binding");
    }

    /// Waits until the mailbox is empty: what was in it stands before a last message of our own.
    pub async fn drain(&self) {
        self.publish("", QUEUE, "text/plain", LAST).await;
        until("the end of the mailbox", async || self.state.lock().expect("mailbox").drained.then_some(())).await;
        let state = self.state.lock().expect("mailbox");
        assert!(state.complaints.is_empty(), "messages from eaid: {:#?}", state.complaints);
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
