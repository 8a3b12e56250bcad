//! A lane: one consumer's channel, and the order in which its deliveries are acknowledged.
//!
//! An acknowledgement with `multiple` covers everything before it. So a lane acknowledges only up to the first
//! delivery that is not settled yet: a held one (its dead copy is not confirmed) holds what came after it, and
//! nothing is ever acknowledged that nobody has kept.

use super::outlet::Outlet;
use lapin::Acker;
use lapin::options::BasicAckOptions;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio_util::sync::CancellationToken;

/// One consumer's channel.
pub(super) struct Lane {
    /// For logs and metrics.
    queue: String,
    ledger: Mutex<Ledger>,
    /// Acknowledgements leave in their order: a smaller tag after a greater one would close the channel.
    acknowledging: tokio::sync::Mutex<()>,
    settled: Notify,
    /// The channel must be given up; the broker delivers again what is open.
    pub(super) broken: CancellationToken,
    /// Where dead copies go.
    pub(super) outlet: Arc<Outlet>,
    limit: Duration,
}

#[derive(Default)]
struct Ledger {
    /// Number of the first open delivery.
    first: u64,
    open: VecDeque<Slot>,
}

struct Slot {
    acker: Acker,
    is_settled: bool,
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
    pub(super) fn new(queue: &str, outlet: Arc<Outlet>) -> Arc<Lane> {
        Arc::new(Lane {
            queue: queue.to_owned(),
            limit: outlet.settings.timeout.0,
            outlet,
            ledger: Mutex::default(),
            acknowledging: tokio::sync::Mutex::default(),
            settled: Notify::new(),
            broken: CancellationToken::new(),
        })
    }

    /// Enters a delivery, in the order of arrival.
    pub(super) fn enter(self: &Arc<Self>, acker: Acker, weight: OwnedSemaphorePermit) -> AmqpTicket {
        let mut ledger = self.ledger();
        let number = ledger.first + ledger.open.len() as u64;
        ledger.open.push_back(Slot { acker, is_settled: false });
        AmqpTicket { lane: Arc::clone(self), number, is_settled: false, _weight: weight }
    }

    /// Acknowledges all that is settled up to the first that is not.
    ///
    /// A channel that is gone is no error: the broker delivers again, and the inbox recognises it.
    pub(super) async fn acknowledge(&self) {
        let _in_order = self.acknowledging.lock().await;
        let Some((last, count)) = self.ledger().take_settled() else { return };
        let options = BasicAckOptions { multiple: true };
        let is_acknowledged = match tokio::time::timeout(self.limit, last.ack(options)).await {
            Ok(Ok(is_acknowledged)) => is_acknowledged,
            Ok(Err(_)) | Err(_) => false,
        };
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
        self.settled.notify_waiters();
    }

    /// Waits until nothing is open, and the last acknowledgement has left.
    pub(super) async fn drained(&self) {
        loop {
            let settled = self.settled.notified();
            if self.ledger().open.is_empty() || self.broken.is_cancelled() {
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
        let open = self.ledger().open.len() as u64;
        if open > 0 {
            self.lost(open);
        }
    }
}

impl Ledger {
    /// Takes the settled ones from the front: the last one's acker, and how many.
    fn take_settled(&mut self) -> Option<(Acker, u64)> {
        let mut taken = None;
        while self.open.front().is_some_and(|slot| slot.is_settled) {
            let Some(slot) = self.open.pop_front() else { break };
            self.first += 1;
            taken = Some((slot.acker, taken.map_or(1, |(_, count)| count + 1)));
        }
        taken
    }
}

impl AmqpTicket {
    /// Marks it settled; it is acknowledged by the next [`Lane::acknowledge`] of the lane that it returns.
    pub(super) fn settle(mut self) -> Arc<Lane> {
        self.is_settled = true;
        let mut ledger = self.lane.ledger();
        let at = self.number.checked_sub(ledger.first).and_then(|at| usize::try_from(at).ok());
        if let Some(slot) = at.and_then(|at| ledger.open.get_mut(at)) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::amqp::AmqpSettings;
    use lapin::message::Delivery;
    use tokio::sync::Semaphore;

    fn lane() -> Arc<Lane> {
        Lane::new("q", Outlet::new(AmqpSettings::default(), "EAID"))
    }

    async fn ticket(lane: &Arc<Lane>, tag: u64) -> AmqpTicket {
        let weight = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
        lane.enter(Delivery::mock(tag, "".into(), "".into(), false, Vec::new()).acker, weight)
    }

    #[tokio::test]
    async fn only_the_settled_prefix_is_acknowledged() {
        let lane = lane();
        let (first, second, third) = (ticket(&lane, 1).await, ticket(&lane, 2).await, ticket(&lane, 3).await);
        third.settle();
        first.settle();
        assert_eq!(lane.ledger().take_settled().map(|(_, count)| count), Some(1));
        assert!(lane.ledger().take_settled().is_none());
        second.settle();
        assert_eq!(lane.ledger().take_settled().map(|(_, count)| count), Some(2));
        lane.drained().await;
        assert!(!lane.broken.is_cancelled());
    }

    #[tokio::test]
    async fn a_dropped_ticket_gives_the_channel_up() {
        let lane = lane();
        drop(ticket(&lane, 1).await);
        assert!(lane.broken.is_cancelled());
        lane.drained().await;
    }
}
