//! RabbitMQ: what comes in by the queues, what goes out by the exchange, and the dead letters.
//!
//! Two connections, one that only consumes and one that only publishes, each with a supervisor of its own that
//! builds it anew after any trouble, without end. Everything that lapin is known to do differently from what
//! one would think (`engineering/rabbitmq.md` 0) is dealt with in this room.

pub mod asyncapi;
mod check;
mod connection;
mod dead;
mod depths;
mod lane;
mod line;
mod listener;
mod names;
mod outlet;
mod prefetch;
mod publisher;
mod settings;
mod settle;
mod sink;
mod source;
#[cfg(test)]
mod tests;
mod topology;
mod window;

pub use check::{Finding, check};
pub use depths::{Depth, depths};
pub use lane::AmqpTicket;
pub use listener::{Heard, Listener};
pub use names::incoming_key;
pub use publisher::Publisher;
pub use settings::{AddressError, AmqpSettings, Mailbox};
pub use settle::settle;
pub use sink::AmqpSink;
pub use window::{Letter, Posted};

use super::Delivery;
use super::link::{Link, LinkSign};
use crate::weight::Weight;
use outlet::Outlet;
use source::Source;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A handle on RabbitMQ.
#[derive(Clone)]
pub struct AmqpBus {
    outlet: Arc<Outlet>,
    consume: Option<watch::Receiver<Link>>,
    publish: watch::Receiver<Link>,
}

/// Opens both connections, in the background: nothing here waits for the broker.
///
/// `app_id` is the SourceApplication that our messages carry, `node` names this process in the broker's tools.
/// Without `deliveries` nothing is consumed.
///
/// On `stop` consuming ends: deliveries in hand may still be settled, 10 s at most. Publishing goes on until
/// [`AmqpBus::close`], 10 s at most. The task ends when both connections are closed.
pub fn open(
    settings: AmqpSettings,
    app_id: &str,
    node: &str,
    deliveries: Option<mpsc::Sender<Delivery>>,
    stop: CancellationToken,
) -> (AmqpBus, JoinHandle<()>) {
    open_resting(settings, app_id, node, deliveries, stop, source::REST)
}

/// The same, with the time after which a quiet channel begins anew.
fn open_resting(
    settings: AmqpSettings,
    app_id: &str,
    node: &str,
    deliveries: Option<mpsc::Sender<Delivery>>,
    stop: CancellationToken,
    rest: Duration,
) -> (AmqpBus, JoinHandle<()>) {
    let weight = Weight::new(settings.unsettled.bytes());
    let outlet = Outlet::new(settings, app_id);
    let source = deliveries.map(|deliveries| Source {
        outlet: Arc::clone(&outlet),
        link: LinkSign::new("consume"),
        deliveries,
        weight,
        rest,
        stop: stop.clone(),
    });
    let bus = AmqpBus {
        consume: source.as_ref().map(|source| source.link.watch()),
        publish: outlet.link.watch(),
        outlet: Arc::clone(&outlet),
    };
    let node = node.to_owned();
    let task = tokio::spawn(async move {
        let publishing = outlet.supervise(node.clone(), stop);
        match source {
            Some(source) => drop(tokio::join!(source.supervise(node), publishing)),
            None => publishing.await,
        }
    });
    (bus, task)
}

impl AmqpBus {
    /// What publishes outbox rows.
    pub fn sink(&self) -> AmqpSink {
        AmqpSink { outlet: Arc::clone(&self.outlet) }
    }

    /// How the consuming connection stands; `None` where this process consumes nothing.
    pub fn consuming(&self) -> Option<Link> {
        self.consume.as_ref().map(|link| link.borrow().clone())
    }

    /// How the publishing connection stands.
    pub fn publishing(&self) -> Link {
        self.publish.borrow().clone()
    }

    /// Follows the consuming connection.
    pub fn watch_consuming(&self) -> Option<watch::Receiver<Link>> {
        self.consume.clone()
    }

    /// Follows the publishing connection.
    pub fn watch_publishing(&self) -> watch::Receiver<Link> {
        self.publish.clone()
    }

    /// Says that nothing will be published any more: after the stop the connection need not wait.
    pub fn close(&self) {
        self.outlet.closing.cancel();
    }
}
