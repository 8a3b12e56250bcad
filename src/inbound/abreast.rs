//! Batches that are being kept at once.
//!
//! A batch waits for the disk and for the database's answers, and meanwhile leaves a processor idle. So the next one is
//! kept beside it, unless it looked at what one before it changes; that one is waited for, and it is decided again.
//! To the database they are as two processes would be. What leaves, leaves in the order of arrival, so that deliveries
//! are acknowledged together.

#[cfg(test)]
mod tests;

use super::{Ahead, Exit, Opened, Part, keep_through};
use crate::bus::{Delivered, Ticket};
use crate::decide::Decided;
use eaid_adapters::world::Footprint;
use std::collections::VecDeque;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;

/// So many at once: with a third one two cores were no faster.
const AT_ONCE: usize = 2;

/// The batches under way, and where they go.
pub(super) struct Abreast {
    exit: Exit,
    /// How many have left: all before them have, too.
    kept: watch::Sender<u64>,
    stop: CancellationToken,
    /// Oldest first.
    under_way: VecDeque<UnderWay>,
    /// One that is to begin when those under way have left.
    held: Option<Ahead>,
    /// What the last ones that began look at and change; of those that began since a batch was looked up there are no
    /// more than may be under way.
    recent: VecDeque<Footprint>,
    /// How many have begun.
    begun: u64,
    /// What the one under way looks at is known when it is kept.
    is_alone: bool,
}

type Tickets = Vec<Option<(Ticket, Delivered)>>;

struct UnderWay {
    tickets: Tickets,
    keeping: JoinHandle<Option<Vec<Part>>>,
}

/// A batch that has come to its end; without parts where the process stopped before it was kept.
pub(super) struct Done {
    tickets: Tickets,
    parts: Option<Vec<Part>>,
}

impl Abreast {
    pub(super) fn new(exit: Exit, kept: watch::Sender<u64>, stop: CancellationToken) -> Abreast {
        Abreast {
            exit,
            kept,
            stop,
            under_way: VecDeque::new(),
            held: None,
            recent: VecDeque::new(),
            begun: 0,
            is_alone: false,
        }
    }

    fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Whether another batch may come.
    pub(super) fn has_room(&self) -> bool {
        self.held.is_none() && !self.is_alone && self.under_way.len() < AT_ONCE
    }

    /// Begins to keep a batch, now or when those under way have left.
    pub(super) fn begin(&mut self, mut ahead: Ahead) {
        if ahead.decided.as_ref().is_some_and(|decided| self.crosses(decided, ahead.after)) {
            metrics::counter!("eaid_batches_decided_again_total").increment(1);
            ahead.decided = None;
        }
        if ahead.decided.is_some() || self.is_empty() {
            self.start(ahead);
        } else {
            self.held = Some(ahead);
        }
    }

    /// Whether one that was not kept yet when this was looked up changes what it looked at.
    fn crosses(&self, decided: &Decided, after: u64) -> bool {
        let missed = usize::try_from(self.begun - after).unwrap_or(usize::MAX);
        self.recent.iter().rev().take(missed).any(|before| before.crosses(&decided.footprint))
    }

    fn start(&mut self, ahead: Ahead) {
        let Ahead { opened: Opened { catalog, laid, tickets }, mut decided, .. } = ahead;
        self.is_alone = decided.is_none();
        self.recent
            .push_back(decided.as_mut().map(|decided| std::mem::take(&mut decided.footprint)).unwrap_or_default());
        if self.recent.len() > AT_ONCE {
            self.recent.pop_front();
        }
        self.begun += 1;
        let (office, stop) = (self.exit.office.clone(), self.stop.clone());
        let keeping = tokio::spawn(async move { keep_through(&office, &catalog, laid, decided, &stop).await });
        self.under_way.push_back(UnderWay { tickets, keeping });
    }

    /// Waits for the oldest under way; where there is none, for ever. Nothing is lost where the waiting is given up.
    pub(super) async fn first(&mut self) -> Result<Done, JoinError> {
        let Some(first) = self.under_way.front_mut() else { return std::future::pending().await };
        let parts = (&mut first.keeping).await?;
        let tickets = std::mem::take(&mut first.tickets);
        self.under_way.pop_front();
        Ok(Done { tickets, parts })
    }

    /// Lets the one that was the oldest leave. `None` where nobody is at the end of the loop, or the process stops.
    pub(super) async fn leave(&mut self, done: Done) -> Option<()> {
        let Done { tickets, parts } = done;
        let mut parts = parts?;
        // What was decided again looked at other things, perhaps.
        let at = self.recent.len().checked_sub(self.under_way.len() + 1);
        if let Some(footprint) = at.and_then(|at| self.recent.get_mut(at)) {
            parts.iter_mut().for_each(|part| footprint.join(std::mem::take(&mut part.decided.footprint)));
        }
        self.is_alone = false;
        self.kept.send_modify(|kept| *kept += 1);
        if self.is_empty()
            && let Some(held) = self.held.take()
        {
            self.start(held);
        }
        self.exit.leave(parts, tickets).await
    }

    /// Waits for those under way, and lets those leave that were kept.
    pub(super) async fn finish(mut self) -> Result<(), JoinError> {
        self.held = None;
        while !self.is_empty() {
            let done = self.first().await?;
            // Whoever stands behind one that was not kept may have been.
            self.leave(done).await;
        }
        Ok(())
    }
}
