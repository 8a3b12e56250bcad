//! Committed messages on their way to be published, in memory: bounded in number and in bytes.

use crate::store::Outgoing;
use crate::weight::Weight;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

/// A message on its way, with its share of the bytes.
pub struct Held {
    pub(super) outgoing: Outgoing,
    pub(super) share: OwnedSemaphorePermit,
}

/// The near end of the way.
#[derive(Clone)]
pub struct Handover {
    way: mpsc::Sender<Held>,
    room: Weight,
}

impl Handover {
    /// A way that holds so many messages, and so many bytes of bodies, at most.
    pub fn new(messages: usize, bytes: usize) -> (Handover, mpsc::Receiver<Held>) {
        let (way, taken) = mpsc::channel(messages);
        (Handover { way, room: Weight::new(bytes) }, taken)
    }

    /// Hands a message over where there is room. What finds none stays leased until its lease ends, and is then found
    /// as due.
    pub fn offer(&self, outgoing: Outgoing) {
        let share = self.room.spare(outgoing.body.len());
        let is_taken = share.is_some_and(|share| self.way.try_send(Held { outgoing, share }).is_ok());
        if !is_taken {
            metrics::counter!("eaid_handover_full_total").increment(1);
        }
    }

    /// Hands a message over when there is room. At a far end that is gone it is given up: its lease will end.
    pub(super) async fn give(&self, outgoing: Outgoing) {
        if let Some(share) = self.room.share(outgoing.body.len()).await {
            drop(self.way.send(Held { outgoing, share }).await);
        }
    }

    /// For who only looks how full it is.
    pub fn downgrade(&self) -> mpsc::WeakSender<Held> {
        self.way.downgrade()
    }
}
