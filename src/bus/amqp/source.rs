//! The consume-only connection: business messages and order events, each on a channel of its own.

use super::connection::{connect, within};
use super::lane::Lane;
use super::names::short;
use super::outlet::Outlet;
use super::topology;
use crate::bus::link::{LinkSign, STEADY};
use crate::bus::weight::Weight;
use crate::bus::{Delivery, Ticket};
use crate::fault::{Fault, pauses};
use futures_util::{Stream, StreamExt};
use lapin::options::{BasicConsumeOptions, BasicQosOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, Consumer, Event};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How long open deliveries may take to be settled before a channel is closed.
const DRAIN: Duration = Duration::from_secs(10);

/// Feeds deliveries into the inbound loop's channel.
pub(super) struct Source {
    pub(super) outlet: Arc<Outlet>,
    pub(super) link: LinkSign,
    pub(super) deliveries: mpsc::Sender<Delivery>,
    pub(super) weight: Weight,
    pub(super) stop: CancellationToken,
}

/// A consumer with its channel.
struct Open {
    channel: Channel,
    consumer: Consumer,
    lane: Arc<Lane>,
    prefetch: u16,
}

/// Why a consumer was left.
enum Left {
    Stopped,
    /// Messages became larger or smaller: go on with another prefetch.
    Resized(u16),
}

impl Source {
    /// Keeps the consumers up until the stop.
    pub(super) async fn supervise(self, node: String) {
        let mut rests = pauses();
        loop {
            let begun = Instant::now();
            let Err(fault) = self.session(&node).await else { return };
            self.link.down(&fault);
            if begun.elapsed() > STEADY {
                rests = pauses();
            }
            tokio::select! {
                () = tokio::time::sleep(rests.next().unwrap_or(STEADY)) => {}
                () = self.stop.cancelled() => return,
            }
        }
    }

    /// One connection, from its making to its end; `Ok` where we were told to stop.
    async fn session(&self, node: &str) -> Result<(), Fault> {
        let settings = &self.outlet.settings;
        let (connection, messages, order_events) = tokio::select! {
            connected = self.connect(node) => connected?,
            () = self.stop.cancelled() => return Ok(()),
        };
        let events = connection.events_listener();
        self.link.up();
        let served = async {
            tokio::try_join!(
                self.serve(&connection, &settings.queue_in, messages),
                self.serve(&connection, &settings.queue_events, order_events)
            )
        };
        tokio::select! {
            served = served => drop(served?),
            fault = ended(events) => return Err(fault),
        }
        drop(within(DRAIN, "fim", connection.close(200, "stopped".into())).await);
        Ok(())
    }

    async fn connect(&self, node: &str) -> Result<(Connection, Open, Open), Fault> {
        let settings = &self.outlet.settings;
        let connection = connect(settings, &format!("eaid/{node}/consume")).await?;
        topology::ensure(&connection, settings).await?;
        let messages = self.open(&connection, &settings.queue_in, settings.prefetch).await?;
        let order_events = self.open(&connection, &settings.queue_events, settings.prefetch).await?;
        Ok((connection, messages, order_events))
    }

    async fn open(&self, connection: &Connection, queue: &str, prefetch: u16) -> Result<Open, Fault> {
        let limit = self.outlet.settings.timeout.0;
        let channel = within(limit, "canal", connection.create_channel()).await?;
        // Before the consumer: it bounds what lapin holds for us, and nothing else does.
        within(limit, "prefetch", channel.basic_qos(prefetch, BasicQosOptions { global: false })).await?;
        let tag = format!("eaid/{queue}");
        let consuming =
            channel.basic_consume(short(queue), short(&tag), BasicConsumeOptions::default(), FieldTable::default());
        let consumer = within(limit, &format!("consumo de {queue}"), consuming).await?;
        let lane = Lane::new(queue, Arc::clone(&self.outlet));
        Ok(Open { channel, consumer, lane, prefetch })
    }

    /// Takes deliveries of one queue until the stop.
    async fn serve(&self, connection: &Connection, queue: &str, mut open: Open) -> Result<(), Fault> {
        loop {
            let left = self.pump(queue, &mut open).await;
            if left.is_ok() {
                drop(tokio::time::timeout(DRAIN, open.lane.drained()).await);
                // What is open now is delivered again, in its order; closing the channel keeps it
                // (`engineering/rabbitmq.md` 3).
                open.lane.broken.cancel();
                drop(within(DRAIN, "fim", open.channel.close(200, "done".into())).await);
            }
            match left? {
                Left::Stopped => return Ok(()),
                Left::Resized(prefetch) => {
                    tracing::info!(queue, prefetch, "prefetch follows the size of the messages");
                    open = self.open(connection, queue, prefetch).await?;
                }
            }
        }
    }

    async fn pump(&self, queue: &str, open: &mut Open) -> Result<Left, Fault> {
        let lane = Arc::clone(&open.lane);
        let taken = metrics::counter!("eaid_amqp_delivered_total", "queue" => queue.to_owned());
        let mut sizes = self.weight.meter(open.prefetch);
        loop {
            let next = tokio::select! {
                next = open.consumer.next() => next,
                () = lane.broken.cancelled() => return Err(Fault::Bus(format!("canal de {queue} abandonado"))),
                () = self.stop.cancelled() => return Ok(Left::Stopped),
            };
            let delivery = match next {
                Some(Ok(delivery)) => delivery,
                Some(Err(error)) => return Err(Fault::Bus(format!("consumo de {queue}: {error}"))),
                None => return Err(Fault::Bus(format!("o broker encerrou o consumo de {queue}"))),
            };
            let size = delivery.data.len();
            let passed = tokio::select! {
                passed = self.pass(&lane, delivery) => passed,
                () = lane.broken.cancelled() => return Err(Fault::Bus(format!("canal de {queue} abandonado"))),
                () = self.stop.cancelled() => return Ok(Left::Stopped),
            };
            if passed.is_err() {
                return Ok(Left::Stopped);
            }
            taken.increment(1);
            if let Some(prefetch) = sizes.after(size) {
                return Ok(Left::Resized(prefetch));
            }
        }
    }

    /// Hands a delivery over; `Err` where nobody takes any more.
    async fn pass(&self, lane: &Arc<Lane>, delivery: lapin::message::Delivery) -> Result<(), ()> {
        let share = self.weight.share(delivery.data.len()).await.ok_or(())?;
        let room = self.deliveries.reserve().await.map_err(drop)?;
        room.send(Delivery {
            content_type: delivery.properties.content_type().as_ref().map(ToString::to_string),
            origin: "amqp",
            redelivered: delivery.redelivered,
            returned: returned(&delivery),
            body: Arc::from(delivery.data),
            may_wait: true,
            taken: Instant::now(),
            ticket: Ticket::Amqp(lane.enter(delivery.acker, share)),
        });
        Ok(())
    }
}

/// How often a quorum queue had a message back; other queues do not count.
fn returned(delivery: &lapin::message::Delivery) -> u32 {
    let headers = delivery.properties.headers().as_ref();
    match headers.and_then(|headers| headers.inner().get("x-delivery-count")) {
        Some(AMQPValue::LongLongInt(count)) => u32::try_from(*count).unwrap_or_default(),
        Some(AMQPValue::LongInt(count)) => u32::try_from(*count).unwrap_or_default(),
        Some(AMQPValue::LongUInt(count)) => *count,
        _ => 0,
    }
}

/// Returns when the connection is at its end.
async fn ended(events: impl Stream<Item = Event>) -> Fault {
    let mut events = std::pin::pin!(events);
    while let Some(event) = events.next().await {
        if let Event::Error(error) = event {
            return Fault::Bus(error.to_string());
        }
    }
    Fault::Bus("conexão encerrada".to_owned())
}
