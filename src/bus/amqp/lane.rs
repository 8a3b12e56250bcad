//! A lane: one consumer's channel, and the order in which its deliveries are acknowledged.
//!
//! An acknowledgement with `multiple` covers everything before it. So a lane acknowledges in this manner only up to the
//! first delivery that is not settled yet: nothing is ever acknowledged that nobody has kept. What is settled behind
//! an open one (a large message, one whose dead copy is not confirmed) is acknowledged each by itself, so that the
//! broker hands over more meanwhile.
//!
//! Each acknowledgement is one more entry in the log of a quorum queue, written and synced like a message. So few that
//! are settled wait a moment for others; were they lost with the channel, what comes again is recognised.

use super::outlet::Outlet;
use lapin::Acker;
use lapin::options::BasicAckOptions;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio_util::sync::CancellationToken;

/// Few that are settled wait no longer than this for others.
const SOON: Duration = Duration::from_millis(50);
/// So many wait for no more.
const MANY: u16 = 100;
/// Nor does this part of what the broker hands over ahead, so that it never stops handing over.
const PART: u16 = 8;

/// One consumer's channel.
pub(super) struct Lane {
    /// For logs and metrics.
    queue: String,
    ledger: Mutex<Ledger>,
    /// Acknowledgements leave in their order: one that covers a tag which was acknowledged already would close the
    /// channel.
    acknowledging: tokio::sync::Mutex<()>,
    settled: Notify,
    /// Nothing waits any more: the channel is about to be left.
    hurry: CancellationToken,
    /// The channel must be given up; the broker delivers again what is open.
    pub(super) broken: CancellationToken,
    /// Where dead copies go.
    pub(super) outlet: Arc<Outlet>,
    limit: Duration,
}

#[derive(Default)]
struct Ledger {
    /// Number of the first delivery that is listed.
    first: u64,
    /// Deliveries from the first open one on.
    listed: VecDeque<Slot>,
    /// Number of the first delivery of the present consumer.
    mark: u64,
    /// Nothing is acknowledged for now.
    is_held: bool,
    /// So many that are settled are acknowledged at once.
    many: usize,
    /// Somebody acknowledges them soon.
    is_soon: bool,
}

struct Slot {
    /// None: acknowledged.
    acker: Option<Acker>,
    is_settled: bool,
}

/// An acknowledgement that is due.
struct Due {
    acker: Acker,
    covers: usize,
    options: BasicAckOptions,
}

/// What settles a delivery of RabbitMQ. Dropped without being settled, it gives its whole channel up, so that
/// the broker delivers again.
pub struct AmqpTicket {
    lane: Arc<Lane>,
    number: u64,
    is_settled: bool,
    /// Its share of the bytes that may be unsettled.
    _weight: OwnedSemaphorePermit,
}

impl Lane {
    pub(super) fn new(queue: &str, outlet: Arc<Outlet>, prefetch: u16) -> Arc<Lane> {
        Arc::new(Lane {
            queue: queue.to_owned(),
            limit: outlet.settings.timeout.0,
            outlet,
            ledger: Mutex::new(Ledger { many: many(prefetch), ..Ledger::default() }),
            acknowledging: tokio::sync::Mutex::default(),
            settled: Notify::new(),
            hurry: CancellationToken::new(),
            broken: CancellationToken::new(),
        })
    }

    /// Enters a delivery, in the order of arrival.
    pub(super) fn enter(self: &Arc<Self>, acker: Acker, weight: OwnedSemaphorePermit) -> AmqpTicket {
        let mut ledger = self.ledger();
        let number = ledger.first + ledger.listed.len() as u64;
        ledger.listed.push_back(Slot { acker: Some(acker), is_settled: false });
        AmqpTicket { lane: Arc::clone(self), number, is_settled: false, _weight: weight }
    }

    /// Whether everything is acknowledged.
    pub(super) fn is_empty(&self) -> bool {
        self.ledger().listed.is_empty()
    }

    /// Another consumer begins.
    pub(super) fn renew(&self, prefetch: u16) {
        let mut ledger = self.ledger();
        ledger.many = many(prefetch);
        ledger.mark = ledger.first + ledger.listed.len() as u64;
    }

    /// Where the present consumer has brought all that a prefetch allows and nothing of it is acknowledged: acknowledges
    /// nothing from now on until it is released, and gives true.
    ///
    /// Then nothing is on its way in either direction, and a consumer can be cancelled: a quorum queue takes back what
    /// it has under way to a cancelled one, and delivers it after later messages. For the broker hands over no more
    /// than the prefetch beyond the acknowledgements that it has seen; if one of ours were still on its way, or one
    /// more delivery, less than the prefetch would be open here.
    pub(super) fn hold(&self, prefetch: u16) -> bool {
        let mut ledger = self.ledger();
        ledger.is_held = ledger.open_from(ledger.mark) == usize::from(prefetch);
        ledger.is_held
    }

    /// Acknowledges again, what was settled meanwhile at once.
    pub(super) async fn release(&self) {
        self.ledger().is_held = false;
        self.acknowledge_all().await;
    }

    /// Has acknowledged what is settled: at once where it is much, else soon.
    pub(super) async fn acknowledge(self: &Arc<Self>) {
        if self.hurry.is_cancelled() || self.ledger().are_many() {
            self.acknowledge_all().await;
        } else if self.ledger().is_first_to_wait() {
            let lane = Arc::clone(self);
            tokio::spawn(async move {
                lane.hurry.run_until_cancelled(tokio::time::sleep(SOON)).await;
                lane.acknowledge_all().await;
            });
        }
    }

    /// Acknowledges what waits for others, before the channel is given up with what is open.
    pub(super) async fn part(&self) {
        self.hurry.cancel();
        self.acknowledge_all().await;
    }

    /// Acknowledges all that is settled.
    ///
    /// A channel that is gone is no error: the broker delivers again, and the inbox recognises it.
    async fn acknowledge_all(&self) {
        let _in_order = self.acknowledging.lock().await;
        let due = self.ledger().take_settled();
        for Due { acker, covers, options } in due {
            let is_acknowledged = match tokio::time::timeout(self.limit, acker.ack(options)).await {
                Ok(Ok(is_acknowledged)) => is_acknowledged,
                Ok(Err(_)) | Err(_) => false,
            };
            let count = covers as u64;
            if is_acknowledged {
                metrics::counter!("eaid_amqp_acknowledged_total", "queue" => self.queue.clone()).increment(count);
            } else {
                tracing::info!(
                    queue = self.queue,
                    count,
                    "the channel was gone before its acknowledgement; delivered again"
                );
                self.lost(count);
                self.broken.cancel();
            }
        }
        self.settled.notify_waiters();
    }

    /// Waits until nothing is open, and the last acknowledgement has left.
    pub(super) async fn drained(&self) {
        self.hurry.cancel();
        loop {
            let settled = self.settled.notified();
            if self.is_empty() || self.broken.is_cancelled() {
                // The last acknowledgement may still be on its way.
                drop(self.acknowledging.lock().await);
                return;
            }
            tokio::select! {
                () = settled => {}
                () = self.broken.cancelled() => return,
            }
        }
    }

    fn lost(&self, count: u64) {
        metrics::counter!("eaid_amqp_acknowledgements_lost_total", "queue" => self.queue.clone()).increment(count);
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        // A panic while it was held leaves it whole: every change is one step.
        self.ledger.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Drop for Lane {
    /// What is still open is delivered again: delivered is always acknowledged, lost or in hand.
    fn drop(&mut self) {
        let open = self.ledger().open_from(0) as u64;
        if open > 0 {
            self.lost(open);
        }
    }
}

impl Ledger {
    /// How many from a number on are not acknowledged.
    fn open_from(&self, number: u64) -> usize {
        let listed = (self.first..).zip(&self.listed);
        listed.filter(|(at, slot)| *at >= number && slot.acker.is_some()).count()
    }

    /// How many are settled and not acknowledged.
    fn waiting(&self) -> usize {
        self.listed.iter().filter(|slot| slot.is_settled && slot.acker.is_some()).count()
    }

    /// Whether so many are settled that they wait for no others.
    fn are_many(&self) -> bool {
        self.waiting() >= self.many
    }

    /// Whether some are settled for which nobody is on the way yet; now somebody is.
    fn is_first_to_wait(&mut self) -> bool {
        self.waiting() > 0 && !std::mem::replace(&mut self.is_soon, true)
    }

    /// Takes the acknowledgements that are due: one for all up to the first open delivery, then the others.
    fn take_settled(&mut self) -> Vec<Due> {
        let mut due = Vec::new();
        self.is_soon = false;
        if self.is_held {
            return due;
        }
        let (mut last, mut covers) = (None, 0);
        while self.listed.front().is_some_and(|slot| slot.is_settled) {
            let Some(slot) = self.listed.pop_front() else { break };
            self.first += 1;
            if slot.acker.is_some() {
                // The last one that is not acknowledged yet: the broker knows no other tag.
                (last, covers) = (slot.acker, covers + 1);
            }
        }
        due.extend(last.map(|acker| Due { acker, covers, options: BasicAckOptions { multiple: true } }));
        let alone = |acker| Due { acker, covers: 1, options: BasicAckOptions { multiple: false } };
        let behind = self.listed.iter_mut().filter(|slot| slot.is_settled);
        due.extend(behind.filter_map(|slot| slot.acker.take()).map(alone));
        due
    }
}

impl AmqpTicket {
    /// Marks it settled; it is acknowledged by the next [`Lane::acknowledge`] of the lane that it returns.
    pub(super) fn settle(mut self) -> Arc<Lane> {
        self.is_settled = true;
        let mut ledger = self.lane.ledger();
        let at = self.number.checked_sub(ledger.first).and_then(|at| usize::try_from(at).ok());
        if let Some(slot) = at.and_then(|at| ledger.listed.get_mut(at)) {
            slot.is_settled = true;
        }
        drop(ledger);
        Arc::clone(&self.lane)
    }

    /// The channel that it came by.
    pub(super) fn lane(&self) -> &Arc<Lane> {
        &self.lane
    }
}

impl Drop for AmqpTicket {
    fn drop(&mut self) {
        if !self.is_settled && !self.lane.broken.is_cancelled() {
            tracing::warn!(queue = self.lane.queue, "a delivery was dropped unsettled; its channel is given up");
            self.lane.broken.cancel();
        }
    }
}

impl fmt::Debug for AmqpTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AmqpTicket").field("queue", &self.lane.queue).field("number", &self.number).finish()
    }
}

/// How many that are settled wait for no others.
fn many(prefetch: u16) -> usize {
    (prefetch / PART).clamp(1, MANY).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::amqp::AmqpSettings;
    use lapin::message::Delivery;
    use tokio::sync::Semaphore;

    fn lane() -> Arc<Lane> {
        Lane::new("q", Outlet::new(AmqpSettings::default(), "EAID"), 3)
    }

    async fn ticket(lane: &Arc<Lane>, tag: u64) -> AmqpTicket {
        let weight = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
        lane.enter(Delivery::mock(tag, "".into(), "".into(), false, Vec::new()).acker, weight)
    }

    /// What each acknowledgement covers, and whether it covers all before it.
    fn due(lane: &Lane) -> Vec<(usize, bool)> {
        lane.ledger().take_settled().iter().map(|due| (due.covers, due.options.multiple)).collect()
    }

    #[tokio::test]
    async fn nothing_open_is_ever_covered() {
        let lane = lane();
        let mut tickets = Vec::new();
        for tag in 1..=7 {
            tickets.push(Some(ticket(&lane, tag).await));
        }
        let mut settle = |number: usize| drop(tickets[number - 1].take().map(AmqpTicket::settle));
        settle(6);
        settle(1);
        assert_eq!(due(&lane), [(1, true), (1, false)]);
        assert_eq!(due(&lane), []);
        settle(2);
        settle(4);
        assert_eq!(due(&lane), [(1, true), (1, false)]);
        assert_eq!(lane.ledger().open_from(0), 3);
        // Up to the sixth, which was acknowledged by itself: the fifth is the last that the broker knows.
        settle(3);
        settle(5);
        let taken = lane.ledger().take_settled();
        assert!(taken.len() == 1 && taken[0].covers == 2 && taken[0].options.multiple);
        settle(7);
        assert_eq!(due(&lane), [(1, true)]);
        lane.drained().await;
        assert!(!lane.broken.is_cancelled());
    }

    #[tokio::test]
    async fn what_is_held_is_acknowledged_when_it_is_released() {
        let lane = lane();
        let (first, second) = (ticket(&lane, 1).await, ticket(&lane, 2).await);
        lane.renew(3);
        let (third, fourth) = (ticket(&lane, 3).await, ticket(&lane, 4).await);
        assert_eq!(lane.ledger().open_from(0), 4);
        assert!(!lane.hold(3));
        assert!(lane.hold(2));
        for ticket in [first, second, fourth] {
            ticket.settle();
        }
        assert_eq!(due(&lane), []);
        lane.ledger().is_held = false;
        assert_eq!(due(&lane), [(2, true), (1, false)]);
        assert!(lane.ledger().open_from(0) == 1 && lane.hold(1));
        third.settle();
        assert_eq!(due(&lane), []);
        lane.ledger().is_held = false;
        assert_eq!(due(&lane), [(1, true)]);
        assert!(lane.is_empty() && !lane.hold(1));
    }

    #[tokio::test]
    async fn few_wait_for_others_unless_the_broker_waits_for_them() {
        let lane = lane();
        lane.renew(96);
        let mut tickets = Vec::new();
        for tag in 1..=14 {
            tickets.push(ticket(&lane, tag).await);
        }
        let mut settle = |count: usize| tickets.drain(..count).for_each(|ticket| drop(ticket.settle()));
        settle(11);
        assert!(!lane.ledger().are_many() && lane.ledger().is_first_to_wait());
        // One is on the way for all of them.
        assert!(!lane.ledger().is_first_to_wait());
        settle(1);
        assert!(lane.ledger().are_many());
        assert_eq!(due(&lane), [(12, true)]);
        assert!(!lane.ledger().are_many() && !lane.ledger().is_first_to_wait());
        settle(1);
        assert!(lane.ledger().is_first_to_wait());
        // With so few ahead each would be waited for.
        lane.renew(3);
        assert!(lane.ledger().are_many());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_leaves_waits_for_no_others() {
        let lane = lane();
        lane.renew(1000);
        ticket(&lane, 1).await.settle();
        lane.acknowledge().await;
        assert!(!lane.is_empty());
        let begun = tokio::time::Instant::now();
        lane.drained().await;
        assert!(lane.is_empty() && begun.elapsed() < SOON);
        ticket(&lane, 2).await.settle();
        lane.acknowledge().await;
        assert!(lane.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn few_are_acknowledged_soon() {
        let lane = lane();
        lane.renew(1000);
        ticket(&lane, 1).await.settle();
        lane.acknowledge().await;
        let settled = lane.settled.notified();
        assert!(!lane.is_empty());
        settled.await;
        assert!(lane.is_empty());
    }

    #[tokio::test]
    async fn a_dropped_ticket_gives_the_channel_up() {
        let lane = lane();
        drop(ticket(&lane, 1).await);
        assert!(lane.broken.is_cancelled());
        lane.drained().await;
    }
}
