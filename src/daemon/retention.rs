//! LOOP store -> nowhere. What is old goes, by one of the daemons, a step at a time and with rests between, so that
//! the others never wait for it.

use crate::fault::Fault;
use crate::office::Office;
use crate::operate::retention::{LEASE, Sweeper};
use crate::store::retention::Sweep;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often is looked whether it is time, at most: another process may have swept.
const LOOK: Duration = Duration::from_secs(60);
/// Each rest is so many times as long as the step before it.
const REST: u32 = 4;
/// No rest is shorter, however quick the step was.
const BREATH: Duration = Duration::from_millis(20);

/// Sweeps as often as `[retention]` says, until stopped.
pub async fn run(office: Arc<Office>, stop: CancellationToken) -> Result<(), String> {
    let every = office.config.retention.every.0;
    if every.is_zero() {
        stop.cancelled().await;
        return Ok(());
    }
    // Of its own: what this process holds otherwise is given back apart.
    let holder = Uuid::now_v7();
    while stop.run_until_cancelled(sleep(every.min(LOOK))).await.is_some() {
        match stop.run_until_cancelled(sweep(&office, holder, every)).await {
            Some(Ok(())) => {}
            Some(Err(fault)) => tracing::warn!(%fault, "old messages are not deleted; it is tried again"),
            None => break,
        }
    }
    // Where the store is gone, the claim ends by itself.
    let _ = tokio::time::timeout(BREATH * 50, office.store.claim_sweep(holder, Duration::ZERO)).await;
    Ok(())
}

/// One sweep, if it is time and no other process is at it.
async fn sweep(office: &Office, holder: Uuid, every: Duration) -> Result<(), Fault> {
    let store = office.store.as_ref();
    let now = store.now();
    if !is_due(&store.sweeps().await?, now, every) || !store.claim_sweep(holder, LEASE).await? {
        return Ok(());
    }
    let mut sweeper = Sweeper::new(&office.config.retention, now, false);
    let mut claimed = Instant::now();
    while !sweeper.is_over() {
        let begun = Instant::now();
        sweeper.step(store).await?;
        store.give_back().await?;
        sleep((begun.elapsed() * REST).max(BREATH)).await;
        if claimed.elapsed() > LEASE / 4 {
            claimed = Instant::now();
            if !store.claim_sweep(holder, LEASE).await? {
                return Ok(());
            }
        }
    }
    while store.give_back().await? {
        sleep(BREATH * REST).await;
    }
    tell(&sweeper.sweeps());
    store.note_sweeps(&sweeper.sweeps()).await?;
    store.claim_sweep(holder, Duration::ZERO).await?;
    Ok(())
}

/// Whether the last sweep, whoever made it, is long enough ago.
fn is_due(sweeps: &[Sweep], now: DateTime<Utc>, every: Duration) -> bool {
    let every = TimeDelta::from_std(every).unwrap_or(TimeDelta::MAX);
    sweeps.iter().map(|sweep| sweep.swept_at).max().is_none_or(|last| now.signed_duration_since(last).abs() >= every)
}

/// Tells log and metrics.
fn tell(sweeps: &[Sweep]) {
    for sweep in sweeps {
        metrics::counter!("eaid_retention_deleted_total", "kind" => sweep.kind.clone()).increment(sweep.deleted);
        metrics::gauge!("eaid_retention_held", "kind" => sweep.kind.clone()).set(sweep.held as f64);
    }
    let deleted: u64 = sweeps.iter().map(|sweep| sweep.deleted).sum();
    if deleted > 0 {
        let held: u64 = sweeps.iter().map(|sweep| sweep.held).sum();
        tracing::info!(deleted, held, "old messages are deleted");
    }
}
