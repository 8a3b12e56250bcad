//! Messages that may have killed the process before.
//!
//! What comes back from the broker again and again is suspected; a lost connection brings innocent ones back, too. So
//! a suspect is only taken alone: nothing else is in hand, and that it is being tried stands in the database before
//! its first byte is read. A process that dies leaves the note behind. One that has so killed some is set aside with
//! its bytes, unread, and the rest goes on.

use super::{Opened, arrival, open};
use crate::bus::{Delivered, Delivery};
use crate::decide::lay::lay_failed;
use crate::fault::{Fault, pause, pauses};
use crate::office::Office;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use xxhash_rust::xxh3::xxh3_128;

/// So often a message came back before it is suspected.
const SUSPECTED: u32 = 3;
/// So many processes died with nothing else in their hands before it is set aside.
const DEATHS: u32 = 3;

/// Whether a delivery must be taken alone.
pub(super) fn is_suspect(delivery: &Delivery) -> bool {
    delivery.returned >= SUSPECTED
}

/// The way from the reader of deliveries to the end of the loop, for who must know that it is empty.
pub(super) struct Way {
    pub(super) opened: mpsc::Sender<Opened>,
    /// How many batches have been kept.
    pub(super) kept: watch::Receiver<u64>,
    /// How many were sent on it.
    pub(super) sent: u64,
    /// Where large messages leave it.
    pub(super) large: mpsc::Sender<Delivery>,
    /// How many of those have been kept.
    pub(super) carried: watch::Receiver<u64>,
    /// How many of those were sent.
    pub(super) parted: u64,
}

impl Way {
    /// Sends a batch on its way; `None` where nobody is at its end.
    pub(super) async fn send(&mut self, batch: Opened) -> Option<()> {
        self.sent += 1;
        self.opened.send(batch).await.ok()
    }

    /// Sends a large message on its own way; `None` where nobody is at its end.
    pub(super) async fn part(&mut self, delivery: Delivery) -> Option<()> {
        self.parted += 1;
        self.large.send(delivery).await.ok()
    }

    /// Waits until everything that was sent is kept.
    pub(super) async fn empty(&mut self) -> Option<()> {
        let (sent, parted) = (self.sent, self.parted);
        self.kept.wait_for(|kept| *kept >= sent).await.ok()?;
        self.carried.wait_for(|carried| *carried >= parted).await.ok().map(drop)
    }
}

/// Takes a suspect, alone from before it is read until it is kept. `None` where the process stops first.
pub(super) async fn alone(office: &Office, delivery: Delivery, way: &mut Way, stop: &CancellationToken) -> Option<()> {
    way.empty().await?;
    let digest = format!("{:032x}", xxh3_128(&delivery.body));
    let deaths = insist(stop, || office.store.suspect(&digest)).await?;
    let catalog = office.catalog();
    let (laid, ticket) = if deaths >= DEATHS {
        let Delivery { ref body, ref content_type, returned, .. } = delivery;
        tracing::error!(digest, bytes = body.len(), returned, deaths, "a message that kills eaid is set aside unread");
        metrics::counter!("eaid_poison_total").increment(1);
        let limits = office.config.envelope_limits();
        let delivered = Delivered { body: Arc::clone(body), content_type: content_type.clone() };
        let laid = lay_failed(
            arrival(office, &delivery),
            &catalog,
            &limits,
            "ela encerrou o processo todas as vezes em que foi tratada",
        );
        (laid, Some((delivery.ticket, delivered)))
    } else {
        tracing::warn!(digest, returned = delivery.returned, deaths, "a message came back often; it is tried alone");
        open(office, &catalog, delivery)
    };
    way.send(Opened { catalog, laid: vec![laid], tickets: vec![ticket] }).await?;
    way.empty().await?;
    insist(stop, || office.store.acquit(&digest)).await
}

/// Asks the store until it answers; `None` where the process stops first.
async fn insist<T, F>(stop: &CancellationToken, ask: impl Fn() -> F) -> Option<T>
where
    F: Future<Output = Result<T, Fault>>,
{
    let mut pauses = pauses();
    loop {
        match ask().await {
            Ok(answer) => return Some(answer),
            Err(fault) => tracing::debug!(%fault, "a suspect waits"),
        }
        pause(&mut pauses, stop).await?;
    }
}
