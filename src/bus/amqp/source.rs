//! The consume-only connection: business messages and order events, each on a channel of its own.

use super::connection::{describe, within};
use super::lane::Lane;
use super::line::Line;
use super::names::short;
use super::outlet::Outlet;
use super::prefetch::Meter;
use super::topology;
use crate::bus::link::{LinkSign, STEADY};
use crate::bus::{Delivery, Ticket};
use crate::fault::{Fault, pauses};
use crate::weight::Weight;
use futures_util::{Stream, StreamExt};
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicQosOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Consumer, Event};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// How long open deliveries may take to be settled before a channel is closed.
const DRAIN: Duration = Duration::from_secs(10);
/// How long the broker may take to close a channel or a connection; it does so after all that it has begun to send.
const FAREWELL: Duration = Duration::from_secs(3);
/// A quorum queue may see the end of a channel before acknowledgements that were sent before it: with so much time
/// between them few are lost, each of which would be one more delivery of a message that was kept.
const GRACE: Duration = Duration::from_millis(50);
/// A channel by which nothing came for twice this time, or three times, begins anew.
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
struct Open<'a> {
    channel: Channel,
    consumer: Consumer,
    lane: Arc<Lane>,
    sizes: &'a mut Meter,
    /// How many consumers the channel has had.
    serial: u64,
}

/// Why a channel is left.
enum Left {
    Stopped,
    /// Nothing comes: what comes next may be of any size.
    Resting,
    /// Nothing comes, though the queue has something, or nothing could come.
    Forgotten,
    /// Messages are so large that those which may come have no room.
    Crowded,
}

impl Source {
    /// Keeps the consumers up until the stop.
    pub(super) async fn supervise(self, node: String) {
        let settings = &self.outlet.settings;
        // The room is for both, and some is left for messages that are larger than those before.
        let sizes = || Meter::new(settings.unsettled.bytes() / 2, settings.prefetch);
        let (mut messages, mut order_events) = (sizes(), sizes());
        let mut rests = pauses();
        loop {
            let begun = Instant::now();
            let Err(fault) = self.session(&node, &mut messages, &mut order_events).await else { return };
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
    async fn session(&self, node: &str, messages: &mut Meter, order_events: &mut Meter) -> Result<(), Fault> {
        let settings = &self.outlet.settings;
        let (line, messages, order_events) = tokio::select! {
            connected = self.connect(node, messages, order_events) => connected?,
            () = self.stop.cancelled() => return Ok(()),
        };
        let events = line.events_listener();
        self.link.up();
        let served = async {
            tokio::try_join!(
                self.serve(&line, &settings.queue_in, messages),
                self.serve(&line, &settings.queue_events, order_events)
            )
        };
        let served = tokio::select! {
            served = served => served.map(drop),
            fault = ended(events) => Err(fault),
        };
        drop(within(FAREWELL, "fim", line.close(200, "done".into())).await);
        served
    }

    async fn connect<'a>(
        &self,
        node: &str,
        messages: &'a mut Meter,
        order_events: &'a mut Meter,
    ) -> Result<(Line, Open<'a>, Open<'a>), Fault> {
        let settings = &self.outlet.settings;
        let line = Line::connect(settings, &format!("eaid/{node}/consume")).await?;
        topology::ensure(&line, settings).await?;
        // What a connection before had in hand comes again.
        messages.retreat();
        order_events.retreat();
        // Messages last: what the broker is asked after them it answers after them.
        let order_events = self.open(&line, &settings.queue_events, order_events).await?;
        let messages = self.open(&line, &settings.queue_in, messages).await?;
        Ok((line, messages, order_events))
    }

    async fn open<'a>(&self, line: &Line, queue: &str, sizes: &'a mut Meter) -> Result<Open<'a>, Fault> {
        let channel = within(self.outlet.settings.timeout.0, "canal", line.create_channel()).await?;
        let consumer = self.consume(&channel, queue, 1, sizes.prefetch()).await?;
        let lane = Lane::new(queue, Arc::clone(&self.outlet), sizes.prefetch());
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
    async fn serve(&self, line: &Line, queue: &str, mut open: Open<'_>) -> Result<(), Fault> {
        loop {
            let left = self.pump(queue, &mut open).await?;
            match left {
                Left::Stopped => {}
                Left::Resting => open.sizes.rest(),
                Left::Forgotten => tracing::warn!(queue, "the broker hands nothing over; the consumer begins anew"),
                Left::Crowded => {
                    let prefetch = open.sizes.prefetch();
                    tracing::info!(queue, prefetch, "messages are large; fewer are fetched ahead");
                    open.sizes.retreat();
                }
            }
            let sizes = leave(line, queue, open).await;
            if matches!(left, Left::Stopped) {
                return Ok(());
            }
            open = self.open(line, queue, sizes?).await?;
        }
    }

    async fn pump(&self, queue: &str, open: &mut Open<'_>) -> Result<Left, Fault> {
        let lane = Arc::clone(&open.lane);
        let given_up = async || {
            lane.part().await;
            Fault::Bus(format!("canal de {queue} abandonado"))
        };
        let taken = metrics::counter!("eaid_amqp_delivered_total", "queue" => queue.to_owned());
        let mut look = tokio::time::interval(self.rest);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The latter as it was when it was last asked since something came.
        let (mut is_quiet, mut is_withheld) = (false, None);
        loop {
            let next = tokio::select! {
                next = open.consumer.next() => next,
                _ = look.tick() => {
                    let was_quiet = std::mem::replace(&mut is_quiet, true);
                    if was_quiet && lane.is_empty() {
                        let asking = self.stop.run_until_cancelled(self.is_withheld(queue, open));
                        let Some(told) = asking.await else { return Ok(Left::Stopped) };
                        let before = std::mem::replace(&mut is_withheld, told?);
                        match (before, is_withheld) {
                            (Some(true), Some(true)) => return Ok(Left::Forgotten),
                            (Some(_), Some(_)) if !open.sizes.is_first() => return Ok(Left::Resting),
                            _ => {}
                        }
                    }
                    continue;
                }
                () = lane.broken.cancelled() => return Err(given_up().await),
                () = self.stop.cancelled() => return Ok(Left::Stopped),
            };
            (is_quiet, is_withheld) = (false, None);
            let delivery = match next {
                Some(Ok(delivery)) => delivery,
                Some(Err(error)) => return Err(Fault::Bus(format!("consumo de {queue}: {error}"))),
                None => return Err(Fault::Bus(format!("o broker encerrou o consumo de {queue}"))),
            };
            open.sizes.see(delivery.data.len());
            let passed = tokio::select! {
                passed = self.pass(open, delivery) => passed,
                () = lane.broken.cancelled() => return Err(given_up().await),
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

    /// Whether the queue has something for us, who wait for it, or knows of no consumer. One that comes while its queue
    /// is being deleted is unknown to the queue that takes its place, and nobody is told so.
    ///
    /// The broker answers after what it is sending us, so none where it does not answer in time: a large message may be
    /// on its way, which a new channel would have to begin again. That the broker is gone is for heartbeats to tell.
    async fn is_withheld(&self, queue: &str, open: &Open<'_>) -> Result<Option<bool>, Fault> {
        let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let asked = open.channel.queue_declare(short(queue), options, FieldTable::default());
        let Ok(answer) = tokio::time::timeout(self.outlet.settings.timeout.0, asked).await else { return Ok(None) };
        let found = answer.map_err(|error| Fault::Bus(format!("fila {queue}: {}", describe(&error))))?;
        Ok(Some(found.message_count() > 0 || found.consumer_count() == 0))
    }

    /// Hands a delivery over; `Err` where it was not, and the channel is to be left.
    async fn pass(&self, open: &Open<'_>, delivery: lapin::message::Delivery) -> Result<(), Left> {
        let share = match self.weight.spare(delivery.data.len()) {
            Some(share) => share,
            // While it waited here, lapin would take in all the others.
            None if !open.sizes.is_first() => return Err(Left::Crowded),
            None => self.weight.share(delivery.data.len()).await.ok_or(Left::Stopped)?,
        };
        let room = self.deliveries.reserve().await.map_err(|_| Left::Stopped)?;
        room.send(Delivery {
            content_type: delivery.properties.content_type().as_ref().map(|told| told.as_str().into()),
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
    async fn raise(&self, queue: &str, open: &mut Open<'_>, prefetch: u16) -> Result<(), Fault> {
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
        open.lane.renew(prefetch);
        open.consumer = self.consume(&open.channel, queue, open.serial, prefetch).await?;
        open.sizes.raise(prefetch);
        open.lane.release().await;
        Ok(())
    }
}

/// Leaves a channel: what is in hand has time to be settled, the rest is delivered again, in its order, when the channel
/// closes (`engineering/rabbitmq.md` 3). Where the broker has begun to send so much that it does not come to that, the
/// connection is cut. Gives back what is known of the sizes.
async fn leave<'a>(line: &Line, queue: &str, open: Open<'a>) -> Result<&'a mut Meter, Fault> {
    let Open { channel, mut consumer, lane, sizes, .. } = open;
    let closed = async {
        drop(tokio::time::timeout(DRAIN, lane.drained()).await);
        tokio::time::sleep(GRACE).await;
        lane.broken.cancel();
        within(FAREWELL, &format!("fim do canal de {queue}"), channel.close(200, "done".into())).await
    };
    // Until then it still comes: it is dropped as it comes.
    let dropped = async {
        while consumer.next().await.is_some() {}
        std::future::pending().await
    };
    let closed = tokio::select! {
        closed = closed => closed,
        never = dropped => never,
    };
    if closed.is_err() {
        line.cut();
    }
    closed.map(|()| sizes)
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
