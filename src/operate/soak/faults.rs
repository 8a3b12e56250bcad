//! What a soak breaks: its own daemons, and the network between them and the servers. Never the servers themselves.

use super::crew::Crew;
use super::proxy::{Manner, Proxy};
use crate::fault::Fault;
use clap::ValueEnum;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// SIGKILL of a daemon
    Kill,
    /// SIGTERM of a daemon
    Stop,
    /// Connections to the broker cut, half closed, stalled, slowed
    Broker,
    /// Connections to the database cut, also inside a commit, half closed, stalled, slowed
    Database,
}

/// Every kind.
pub const ALL: [Kind; 4] = [Kind::Kill, Kind::Stop, Kind::Broker, Kind::Database];

/// The pause between two faults: from this to twice this.
const PAUSE: Duration = Duration::from_millis(1500);
/// How long a network may stay stalled or slow.
const LASTS: Duration = Duration::from_secs(3);

/// Breaks things until the time is over; everything is whole again afterwards. Gives how often each kind happened.
///
/// # Errors
/// [`Fault`] where a daemon cannot be started again, or did not stop in order.
pub(super) async fn play(crew: &mut Crew, kinds: &[Kind], until: Instant) -> Result<BTreeMap<Kind, usize>, Fault> {
    let mut counts = BTreeMap::new();
    while !kinds.is_empty() && Instant::now() < until {
        tokio::time::sleep(PAUSE + PAUSE.mul_f64(chance(100) as f64 / 100.0)).await;
        let kind = kinds[chance(kinds.len())];
        let done = match kind {
            Kind::Kill => crew.kill(chance(crew.size())).await.map(|()| true)?,
            Kind::Stop => crew.stop(chance(crew.size())).await.map(|()| true)?,
            Kind::Broker => strike(crew.broker.as_ref(), &[]).await,
            Kind::Database => strike(crew.database.as_ref(), WRITES).await,
        };
        if done {
            *counts.entry(kind).or_default() += 1;
        }
    }
    Ok(counts)
}

/// What is said to a database just before something is kept: the end of a transaction, and the body of a message, by
/// a statement that may be all of one.
const WRITES: &[&[u8]] = &[b"COMMIT", b"\"Header\""];

/// One of the things that networks do. `words` are those after which a connection is cut.
async fn strike(way: Option<&Proxy>, words: &[&'static [u8]]) -> bool {
    let Some(way) = way else { return false };
    match chance(5) {
        0 => way.cut(),
        1 => way.half_close(),
        2 => lasting(way, Manner::Stalled).await,
        3 => lasting(way, Manner::Slow(Duration::from_millis(20))).await,
        _ if words.is_empty() => lasting(way, Manner::Refusing).await,
        _ => way.cut_after(words[chance(words.len())]),
    }
    true
}

/// A state of the network that ends, with every connection of its time.
async fn lasting(way: &Proxy, manner: Manner) {
    way.behave(manner);
    if manner == Manner::Refusing {
        way.cut();
    }
    tokio::time::sleep(LASTS).await;
    way.behave(Manner::Through);
    way.cut();
}

/// A number below a bound.
fn chance(bound: usize) -> usize {
    let bytes = uuid::Uuid::new_v4().into_bytes();
    usize::from(u16::from_be_bytes([bytes[0], bytes[1]])) % bound.max(1)
}
