//! The consume-only connection: business messages and order events, each on a channel of its own.

use super::connection::{connect, within};
use super::lane::Lane;
use super::names::short;
use super::outlet::Outlet;
use super::prefetch::Meter;
use super::topology;
use crate::bus::link::{LinkSign, STEADY};
use crate::bus::{Delivery, Ticket};
use crate::fault::{Fault, pauses};
use crate::weight::Weight;
use futures_util::{Stream, StreamExt};
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, Consumer, Event};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// How long open deliveries may take to be settled before a channel is closed.
const DRAIN: Duration = Duration::from_secs(10);
/// A quorum queue may see the end of a channel before acknowledgements that were sent before it: with so much time
/// between them few are lost, each of which would be one more delivery of a message that was kept.
const GRACE: Duration = Duration::from_millis(50);
/// A channel by which nothing came for this time, or twice as long, begins anew.
pub(super) const REST: Duration = Duration::from_secs(5);

/// Feeds deliveries into the inbound loop's channel.
pub(super) struct Source {
    pub(super) outlet: Arc<Outlet>,
    pub(super) link: LinkSign,
    pub(super) deliveries: mpsc::Sender<Delivery>,
    pub(super) weight: Weight,
    pub(super) rest: Duration,
    pub(super) stop: CancellationToken,
}

/// A consumer with its channel.
struct Open {
    channel: Channel,
    consumer: Consumer,
    lane: Arc<Lane>,
    sizes: Meter,
    /// How many consumers the channel has had.
    serial: u64,
}

/// Why a channel is left.
enum Left {
    Stopped,
    /// Nothing comes: what comes next may be of any size.
    Resting,
    /// Messages are so large that those which may come have no room.
    Crowded,
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
        // The room is for both, and some is left for messages that are larger than those before.
        let sizes = || Meter::new(settings.unsettled.bytes() / 2, settings.prefetch);
        let messages = self.open(&connection, &settings.queue_in, sizes()).await?;
        let order_events = self.open(&connection, &settings.queue_events, sizes()).await?;
        Ok((connection, messages, order_events))
    }

    async fn open(&self, connection: &Connection, queue: &str, sizes: Meter) -> Result<Open, Fault> {
        let channel = within(self.outlet.settings.timeout.0, "canal", connection.create_channel()).await?;
        let consumer = self.consume(&channel, queue, 1, sizes.prefetch()).await?;
        let lane = Lane::new(queue, Arc::clone(&self.outlet));
        Ok(Open { channel, consumer, lane, sizes, serial: 1 })
    }

    async fn consume(&self, channel: &Channel, queue: &str, serial: u64, prefetch: u16) -> Result<Consumer, Fault> {
        let limit = self.outlet.settings.timeout.0;
        // Before the consumer: it bounds what lapin holds for us, and nothing else does.
        within(limit, "prefetch", channel.basic_qos(prefetch, BasicQosOptions { global: false })).await?;
        // Each has a tag of its own: under the same one a quorum queue would go on with the old one's deliveries.
        let tag = format!("eaid/{queue}/{serial}");
        let consuming =
            channel.basic_consume(short(queue), short(&tag), BasicConsumeOptions::default(), FieldTable::default());
        let consumer = within(limit, &format!("consumo de {queue}"), consuming).await?;
        tracing::debug!(queue, prefetch, "consuming");
        Ok(consumer)
    }

    /// Takes deliveries of one queue until the stop, by one channel after the other.
    async fn serve(&self, connection: &Connection, queue: &str, mut open: Open) -> Result<(), Fault> {
        loop {
            let left = self.pump(queue, &mut open).await?;
            let mut sizes = leave(open).await;
            match left {
                Left::Stopped => return Ok(()),
                Left::Resting => sizes.rest(),
                Left::Crowded => {
                    tracing::info!(queue, prefetch = sizes.prefetch(), "messages are large; fewer are fetched ahead");
                    sizes.retreat();
                }
            }
            open = self.open(connection, queue, sizes).await?;
        }
    }

    async fn pump(&self, queue: &str, open: &mut Open) -> Result<Left, Fault> {
        let lane = Arc::clone(&open.lane);
        let given_up = || Fault::Bus(format!("canal de {queue} abandonado"));
        let taken = metrics::counter!("eaid_amqp_delivered_total", "queue" => queue.to_owned());
        let mut look = tokio::time::interval(self.rest);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_quiet = false;
        loop {
            let next = tokio::select! {
                next = open.consumer.next() => next,
                _ = look.tick() => {
                    let was_quiet = std::mem::replace(&mut is_quiet, true);
                    if was_quiet && lane.is_empty() && !open.sizes.is_first() {
                        return Ok(Left::Resting);
                    }
                    continue;
                }
                () = lane.broken.cancelled() => return Err(given_up()),
                () = self.stop.cancelled() => return Ok(Left::Stopped),
            };
            is_quiet = false;
            let delivery = match next {
                Some(Ok(delivery)) => delivery,
                Some(Err(error)) => return Err(Fault::Bus(format!("consumo de {queue}: {error}"))),
                None => return Err(Fault::Bus(format!("o broker encerrou o consumo de {queue}"))),
            };
            open.sizes.see(delivery.data.len());
            let passed = tokio::select! {
                passed = self.pass(open, delivery) => passed,
                () = lane.broken.cancelled() => return Err(given_up()),
                () = self.stop.cancelled() => return Ok(Left::Stopped),
            };
            if let Err(left) = passed {
                return Ok(left);
            }
            taken.increment(1);
            if let Some(prefetch) = open.sizes.greater()
                && lane.hold(open.sizes.prefetch())
            {
                self.raise(queue, open, prefetch).await?;
            }
        }
    }

    /// Hands a delivery over; `Err` where it was not, and the channel is to be left.
    async fn pass(&self, open: &Open, delivery: lapin::message::Delivery) -> Result<(), Left> {
        let share = match self.weight.spare(delivery.data.len()) {
            Some(share) => share,
            // While it waited here, lapin would take in all the others.
            None if !open.sizes.is_first() => return Err(Left::Crowded),
            None => self.weight.share(delivery.data.len()).await.ok_or(Left::Stopped)?,
        };
        let room = self.deliveries.reserve().await.map_err(|_| Left::Stopped)?;
        room.send(Delivery {
            content_type: delivery.properties.content_type().as_ref().map(ToString::to_string),
            origin: "amqp",
            redelivered: delivery.redelivered,
            returned: returned(&delivery),
            body: Arc::from(delivery.data),
            may_wait: true,
            taken: Instant::now(),
            ticket: Ticket::Amqp(open.lane.enter(delivery.acker, share)),
        });
        Ok(())
    }

    /// Puts a consumer with a greater prefetch in the place of the present one, on the same channel: what is in hand
    /// stays there. The lane holds its acknowledgements, see [`Lane::hold`].
    async fn raise(&self, queue: &str, open: &mut Open, prefetch: u16) -> Result<(), Fault> {
        let limit = self.outlet.settings.timeout.0;
        let end = format!("fim do consumo de {queue}");
        let cancelling = open.channel.basic_cancel(open.consumer.tag(), BasicCancelOptions::default());
        within(limit, &end, cancelling).await?;
        let rest = tokio::time::timeout(limit, open.consumer.next()).await;
        if !matches!(rest, Ok(None)) {
            // Against all reckoning; closing the channel puts it right.
            return Err(Fault::Bus(format!("{end}: ainda havia entregas a caminho")));
        }
        open.serial += 1;
        open.lane.renew();
        open.consumer = self.consume(&open.channel, queue, open.serial, prefetch).await?;
        open.sizes.raise(prefetch);
        open.lane.release().await;
        Ok(())
    }
}

/// Leaves a channel: what is in hand has time to be settled, the rest is delivered again, in its order, when the channel
/// closes (`engineering/rabbitmq.md` 3). Gives back what is known of the sizes.
async fn leave(open: Open) -> Meter {
    let Open { channel, mut consumer, lane, sizes, .. } = open;
    let settled = async {
        drop(tokio::time::timeout(DRAIN, lane.drained()).await);
        tokio::time::sleep(GRACE).await;
        lane.broken.cancel();
        drop(within(DRAIN, "fim", channel.close(200, "done".into())).await);
    };
    // Until then it still comes, and may be much: it is dropped as it comes.
    let dropped = async {
        while consumer.next().await.is_some() {}
        std::future::pending().await
    };
    tokio::select! {
        () = settled => {}
        () = dropped => {}
    }
    sizes
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
