//! The only room that knows transports. Whatever comes in is a [`Delivery`] with a [`Ticket`]; whatever goes
//! out is given to a [`Sink`] by the window.
//!
//! Every source is a task that feeds one bounded channel and supervises its own connection; the inbound loop
//! takes from that channel what is there. A ticket is settled after the commit, in the order of arrival.

use crate::fault::Fault;
use crate::store::{Mark, Outgoing, State};
use async_trait::async_trait;
use eaid_adapters::table::Word;
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::violation::{Code, Violation};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::oneshot;
use uuid::Uuid;

pub mod amqp;
pub mod cep;
pub mod http;
pub mod link;
pub mod post;
#[cfg(test)]
mod scratch;
pub mod spool;
mod word;

/// Something that arrived.
#[derive(Debug)]
pub struct Delivery {
    /// The bytes.
    pub body: Arc<[u8]>,
    /// Content type, if told.
    pub content_type: Option<Word>,
    /// The transport: `amqp`, `spool` or `http`; kept so that answers and traces go back by it.
    pub origin: &'static str,
    /// The broker delivers it again.
    pub redelivered: bool,
    /// How often the broker had it back unsettled: because a process died with it, or only lost its connection.
    pub returned: u32,
    /// It may be parked; else what is not there refuses it at once (order events over HTTP).
    pub may_wait: bool,
    /// When it was taken.
    pub taken: Instant,
    /// What settles it.
    pub ticket: Ticket,
}

/// What a transport needs to settle a delivery. It is settled exactly once, by [`settle`].
#[derive(Debug)]
pub enum Ticket {
    /// A delivery of RabbitMQ.
    Amqp(amqp::AmqpTicket),
    /// A file of the spool folder.
    Spool(spool::SpoolTicket),
    /// A call that waits for its answer.
    Http(oneshot::Sender<Fate>),
}

/// What became of a delivery, told to its transport after the commit.
#[derive(Clone, Debug)]
pub struct Fate {
    /// Its inbox row.
    pub message: Uuid,
    /// Its state.
    pub state: State,
    /// The code and text of the first error, for dead letters.
    pub cause: Option<(Code, String)>,
    /// Every violation and warning.
    pub violations: Vec<Violation>,
    /// The whole answer, if one was made.
    pub answer: Option<Arc<str>>,
    /// The ids of the answer.
    pub ids: Vec<InternalId>,
    /// Whether anything changed (order events).
    pub is_changed: bool,
}

/// Settles deliveries after their commit: acknowledges, moves files, answers calls. Those of one AMQP channel
/// are acknowledged together by the last of them. A delivery that could not be read is copied to the dead
/// letters first.
///
/// A connection that is gone is no error here: the broker delivers again, and the inbox recognises it.
pub async fn settle(deliveries: Vec<(Ticket, Delivered, Fate)>) {
    let (mut of_amqp, mut of_spool) = (Vec::new(), Vec::new());
    for (ticket, delivered, fate) in deliveries {
        match ticket {
            Ticket::Amqp(ticket) => of_amqp.push((ticket, delivered, fate)),
            Ticket::Spool(ticket) => of_spool.push((ticket, fate)),
            Ticket::Http(waiting) => drop(waiting.send(fate)),
        }
    }
    if !of_amqp.is_empty() {
        amqp::settle(of_amqp).await;
    }
    if !of_spool.is_empty() {
        spool::settle(of_spool).await;
    }
}

/// What a transport may need of a delivery to copy it to the dead letters.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// The bytes.
    pub body: Arc<[u8]>,
    /// Content type, if told.
    pub content_type: Option<Word>,
}

/// Publishes what is due.
#[async_trait]
pub trait Sink: Send + Sync {
    /// The transport, as outbox rows name it.
    fn transport(&self) -> &'static str;

    /// Publishes a window and waits until the outcome of every message is known.
    ///
    /// # Errors
    /// [`Fault`] where the transport is down: then nothing is known of the window, and it stays due.
    async fn publish(&self, window: &[Outgoing]) -> Result<Vec<Mark>, Fault>;
}
