//! The exchanges, queues and bindings that eaid needs: looked at passively first, made only where absent.
//!
//! Arguments beyond the type belong in policies, so nothing but `x-queue-type` is ever declared.

use super::connection::{describe, within};
use super::names::short;
use super::settings::AmqpSettings;
use crate::fault::Fault;
use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ExchangeKind};
use std::time::Duration;

/// Something that must stand in the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Object {
    /// A durable topic exchange.
    Exchange(String),
    /// A durable quorum queue.
    Queue(String),
}

impl Object {
    /// For people.
    pub(super) fn text(&self) -> String {
        match self {
            Object::Exchange(name) => format!("exchange {name}"),
            Object::Queue(name) => format!("fila {name}"),
        }
    }
}

/// A queue's binding to an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binding {
    pub(super) queue: String,
    pub(super) exchange: String,
    pub(super) key: String,
}

/// All objects, exchanges first.
pub(super) fn objects(settings: &AmqpSettings) -> Vec<Object> {
    let queues = [&settings.queue_in, &settings.queue_events, &settings.queue_dead];
    [&settings.exchange_in, &settings.exchange_out]
        .into_iter()
        .map(|name| Object::Exchange(name.clone()))
        .chain(queues.into_iter().map(|name| Object::Queue(name.clone())))
        .chain(settings.mailboxes.iter().map(|mailbox| Object::Queue(mailbox.queue.clone())))
        .collect()
}

/// All bindings of our own.
pub(super) fn bindings(settings: &AmqpSettings) -> Vec<Binding> {
    let binding = |queue: &str, exchange: &str, key: &str| Binding {
        queue: queue.to_owned(),
        exchange: exchange.to_owned(),
        key: key.to_owned(),
    };
    let mut all = vec![
        binding(&settings.queue_in, &settings.exchange_in, &settings.binding_in),
        binding(&settings.queue_events, &settings.exchange_in, &settings.binding_events),
    ];
    for mailbox in &settings.mailboxes {
        all.push(binding(&mailbox.queue, &settings.exchange_out, &mailbox.binding));
    }
    all
}

/// Makes what is absent, and binds.
pub(super) async fn ensure(connection: &Connection, settings: &AmqpSettings) -> Result<(), Fault> {
    let limit = settings.timeout.0;
    for object in objects(settings) {
        if look(connection, &object, limit).await? == Presence::There {
            continue;
        }
        if !settings.declare {
            return Err(Fault::Bus(format!("{} não existe, e [amqp] declare está desligado", object.text())));
        }
        tracing::info!(object = object.text(), "declared in RabbitMQ");
        let channel = within(limit, "canal", connection.create_channel()).await?;
        within(limit, &object.text(), declare(&channel, &object, false)).await?;
    }
    if settings.declare {
        let channel = within(limit, "canal", connection.create_channel()).await?;
        for Binding { queue, exchange, key } in bindings(settings) {
            let what = format!("ligação de {queue} a {exchange}");
            let (queue, exchange, key) = (short(&queue), short(&exchange), short(&key));
            let binding = channel.queue_bind(queue, exchange, key, QueueBindOptions::default(), FieldTable::default());
            within(limit, &what, binding).await?;
        }
    }
    Ok(())
}

/// Whether an object stands in the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    There,
    Absent,
}

/// Looks for an object without changing anything, on a channel of its own, since a miss closes it.
pub(super) async fn look(connection: &Connection, object: &Object, limit: Duration) -> Result<Presence, Fault> {
    let channel = within(limit, "canal", connection.create_channel()).await?;
    match tokio::time::timeout(limit, declare(&channel, object, true)).await {
        Ok(Ok(())) => Ok(Presence::There),
        Ok(Err(error)) if describe(&error).contains("NOT_FOUND") => Ok(Presence::Absent),
        Ok(Err(error)) => Err(Fault::Bus(format!("{}: {}", object.text(), describe(&error)))),
        Err(_) => Err(Fault::Bus(format!("{}: sem resposta em {limit:?}", object.text()))),
    }
}

/// Declares an object, or only looks for it.
pub(super) async fn declare(channel: &Channel, object: &Object, passive: bool) -> lapin::Result<()> {
    match object {
        Object::Exchange(name) => {
            let options = ExchangeDeclareOptions { passive, durable: true, ..ExchangeDeclareOptions::default() };
            channel.exchange_declare(short(name), ExchangeKind::Topic, options, FieldTable::default()).await
        }
        Object::Queue(name) => {
            let options = QueueDeclareOptions { passive, durable: true, ..QueueDeclareOptions::default() };
            let mut arguments = FieldTable::default();
            arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
            channel.queue_declare(short(name), options, arguments).await.map(drop)
        }
    }
}
