//! The end of deliveries: dead copies first, then acknowledgements.

use super::dead;
use super::lane::{AmqpTicket, Lane};
use super::outlet::Post;
use super::window::{Letter, Posted};
use crate::bus::{Delivered, Fate};
use crate::fault::pauses;
use crate::store::State;
use std::sync::Arc;
use std::time::Duration;

/// How long a caller waits for dead copies. They go on without it: their deliveries stay unacknowledged until the
/// copies are confirmed.
const PATIENCE: Duration = Duration::from_secs(2);

/// Settles deliveries of RabbitMQ after their commit.
///
/// What could not be read is copied to the dead letters, and acknowledged only when the broker has confirmed
/// the copy. The rest is acknowledged at once.
pub async fn settle(deliveries: Vec<(AmqpTicket, Delivered, Fate)>) {
    let mut lanes = Lanes::default();
    let mut burials = Vec::new();
    for (ticket, delivered, fate) in deliveries {
        if fate.state == State::Unreadable {
            let letter = dead::letter(&ticket.lane().outlet.settings.queue_dead, &delivered, &fate);
            burials.push((ticket, letter));
        } else {
            lanes.add(ticket.settle());
        }
    }
    lanes.acknowledge().await;
    if !burials.is_empty() {
        drop(tokio::time::timeout(PATIENCE, tokio::spawn(bury(burials))).await);
    }
}

/// Copies until every copy is confirmed, or its channel is gone: then the broker delivers again.
async fn bury(mut burials: Vec<(AmqpTicket, Letter)>) {
    let mut pauses = pauses();
    loop {
        burials.retain(|(ticket, _)| !ticket.lane().broken.is_cancelled());
        let Some((first, _)) = burials.first() else { return };
        let outlet = Arc::clone(&first.lane().outlet);
        let (tickets, letters): (Vec<_>, Vec<_>) = burials.into_iter().unzip();
        let posted = match outlet.post(Post::Dead, letters.clone()).await {
            Ok(posted) => posted,
            Err(fault) => {
                tracing::warn!(%fault, count = letters.len(), "dead letters are held");
                vec![Posted::Refused; letters.len()]
            }
        };
        let mut lanes = Lanes::default();
        burials = Vec::new();
        for ((ticket, letter), posted) in tickets.into_iter().zip(letters).zip(posted) {
            match posted {
                Posted::Confirmed => {
                    metrics::counter!("eaid_amqp_dead_letters_total").increment(1);
                    lanes.add(ticket.settle());
                }
                Posted::Returned(_) | Posted::Refused => burials.push((ticket, letter)),
            }
        }
        lanes.acknowledge().await;
        if burials.is_empty() {
            return;
        }
        tokio::time::sleep(pauses.next().unwrap_or(PATIENCE)).await;
    }
}

/// The channels that were touched, each once.
#[derive(Default)]
struct Lanes(Vec<Arc<Lane>>);

impl Lanes {
    fn add(&mut self, lane: Arc<Lane>) {
        if !self.0.iter().any(|known| Arc::ptr_eq(known, &lane)) {
            self.0.push(lane);
        }
    }

    async fn acknowledge(&self) {
        for lane in &self.0 {
            lane.acknowledge().await;
        }
    }
}
