//! Large messages, beside the batches and one at a time: what it takes to decode and keep one is taken once, and small
//! messages do not wait for it.
//!
//! To the batches this is as if another process took them. Effects on one key are serialised by the database, newer
//! wins, and the order of arrival is not promised between a large message and a small one.

use super::{Exit, Opened, keep_through, open};
use crate::bus::Delivery;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// A message of more bytes is large.
pub(super) const LARGE: usize = 1_000_000;
/// So many may wait here. By their own bounds transports hold fewer bytes than these have.
pub(super) const HELD: usize = 512;

/// Whether a delivery does not go in a batch.
pub(super) fn is_large(delivery: &Delivery) -> bool {
    delivery.body.len() > LARGE
}

/// Takes large messages until the stop; what is not begun by then is given back.
pub(super) async fn carry(
    exit: Exit,
    mut deliveries: mpsc::Receiver<Delivery>,
    carried: watch::Sender<u64>,
    stop: CancellationToken,
) {
    while let Some(Some(delivery)) = stop.run_until_cancelled(deliveries.recv()).await {
        let catalog = exit.office.catalog();
        let (laid, ticket) = open(&exit.office, &catalog, delivery);
        let opened = Opened { catalog, laid: vec![laid], tickets: vec![ticket] };
        let done = keep_through(&exit.office, &opened.catalog, opened.laid, None, &stop).await;
        let Some(done) = done else { return };
        carried.send_modify(|carried| *carried += 1);
        if exit.leave(done, opened.tickets).await.is_none() {
            return;
        }
    }
}
