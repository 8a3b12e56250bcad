//! One clock for all daemons on a server: its own. This host's is an hour behind it, then an hour ahead, and then the
//! server's is set.

use super::house::*;
use crate::store::{Batch, Settled, Store};
use chrono::{SubsecRound, TimeDelta, Utc};
use std::sync::Arc;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_ahead() {
    differs(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_behind() {
    differs(-1).await;
}

/// How far the clock of a store is ahead of ours.
fn ahead(store: &Arc<dyn Store>) -> TimeDelta {
    store.now() - Utc::now()
}

fn is_about(found: TimeDelta, hours: i32) -> bool {
    (found - TimeDelta::hours(hours.into())).abs() < TimeDelta::seconds(5)
}

/// A message decided now, by the clock of a store.
fn decided(store: &Arc<dyn Store>, mut settled: Settled) -> Settled {
    settled.settled_at = store.now().trunc_subsecs(6);
    settled.outgoing.iter_mut().for_each(|one| one.created_at = settled.settled_at);
    settled
}

async fn differs(hours: i32) {
    let mut house = House::postgres("clock").await;
    house.set_clock(hours).await;
    let (ours, theirs) = (house.other().await, house.other().await);
    assert!(is_about(ahead(&ours), hours), "{}", ahead(&ours));

    // What its maker has in hand is nobody else's; what nobody has is due at once.
    let leased =
        Batch { lease: Some((Uuid::now_v7(), MINUTE)), ..batch(vec![decided(&ours, staged("u1", Vec::new()))]) };
    ours.keep(&leased).await.expect("kept");
    ours.keep(&batch(vec![decided(&ours, staged("u2", Vec::new()))])).await.expect("kept");
    let due = theirs.due(Uuid::now_v7(), MINUTE, up_to(10)).await.expect("due");
    assert_eq!(due.iter().map(|one| one.correlation.as_str()).collect::<Vec<_>>(), ["u2"]);

    // Patience is as long as it was meant to be.
    let patient = |uuid: &str, seconds| {
        let mut message = decided(&ours, parked(uuid, &[customer_key("C1")]));
        message.patience_until = Some(ours.now() + TimeDelta::seconds(seconds));
        message
    };
    ours.keep(&batch(vec![patient("u3", 600), patient("u4", -1)])).await.expect("kept");
    let claimed = theirs.claim_woken(Uuid::now_v7(), MINUTE, up_to(10)).await.expect("claimed");
    let claimed: Vec<_> = claimed.iter().map(|one| (one.entry.fingerprint.uuid.as_str(), one.is_expired)).collect();
    assert_eq!(claimed, [("u4", true)]);

    // The server's clock is set while all are at work: the next look-up tells of it.
    house.set_clock(5 * hours).await;
    house.store = ours.clone();
    house.customer("C1").await;
    assert!(is_about(ahead(&ours), 5 * hours), "{}", ahead(&ours));
    assert!(is_about(ahead(&theirs), hours), "who has asked nothing knows nothing of it");
}
