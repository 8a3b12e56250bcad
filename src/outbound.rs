//! LOOP store -> bus. Committed messages come from the other loops in memory; polling is for recovery. Marks
//! of publications ride in the next transaction of the inbound loop, or go alone when that is idle.

use crate::bus::Sink;
use crate::crash;
use crate::fault::{Fault, pause, pauses};
use crate::inbound::LEASE;
use crate::office::Office;
use crate::store::{Mark, Outcome, Outgoing};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A mark waits no longer than this for a transaction to ride in.
const FLUSH: Duration = Duration::from_millis(100);
/// How often the outbox is looked through for what nobody holds.
const LOOK: Duration = Duration::from_secs(1);
/// How often unroutable messages are tried again: their binding may have appeared.
const AGAIN: Duration = Duration::from_secs(30);

/// Runs until stopped and what was in hand is published.
///
/// # Errors
/// None of a fault: those are waited out.
pub async fn run(
    office: Arc<Office>,
    sinks: Vec<Arc<dyn Sink>>,
    mut committed: mpsc::Receiver<Outgoing>,
    stop: CancellationToken,
) -> Result<(), Fault> {
    let over = stop.child_token();
    let flusher = tokio::spawn(flush(office.clone(), over.clone()));
    let limit = office.config.amqp.window;
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut again = tokio::time::interval_at(tokio::time::Instant::now() + AGAIN, AGAIN);
    loop {
        let mut window = Vec::new();
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = office.signals.due.notified() => window = due(&office, limit).await,
            taken = committed.recv_many(&mut window, limit) => if taken == 0 { break },
            _ = look.tick() => window = due(&office, limit).await,
            _ = again.tick() => {
                if let Err(fault) = office.store.resend(None).await {
                    tracing::debug!(%fault, "unroutable messages are not tried again");
                }
                continue;
            }
        }
        if window.len() == limit {
            office.signals.due.notify_one();
        }
        publish(&office, &sinks, window, &stop).await;
    }
    // What it is just writing is let through: marks that are lost half way are messages that are sent again.
    over.cancel();
    if let Err(error) = flusher.await {
        tracing::warn!(%error, "the marks of the last publications may be lost; they will be sent again");
    }
    if let Err(fault) = office.store.published(&office.take_marks()).await {
        tracing::warn!(%fault, "the last publications are not marked; they will be sent again with the same ids");
    }
    Ok(())
}

async fn due(office: &Office, limit: usize) -> Vec<Outgoing> {
    match office.store.due(office.holder, LEASE, limit).await {
        Ok(due) => due,
        Err(fault) => {
            tracing::debug!(%fault, "the outbox is not looked through");
            Vec::new()
        }
    }
}

/// Publishes a window, each transport its part, until each is through or the process stops.
async fn publish(office: &Office, sinks: &[Arc<dyn Sink>], window: Vec<Outgoing>, stop: &CancellationToken) {
    let mut rest = window;
    for sink in sinks {
        let (mut part, others) = rest.into_iter().partition(|out: &Outgoing| out.transport == sink.transport());
        rest = others;
        let mut pauses = pauses();
        while !part.is_empty() {
            match step(office, sink.as_ref(), &part).await {
                Ok(()) => part.clear(),
                Err(fault) => {
                    tracing::warn!(%fault, messages = part.len(), "publishing waits until the fault is over");
                    if pause(&mut pauses, stop).await.is_none() {
                        return;
                    }
                }
            }
        }
    }
    if !rest.is_empty() {
        let text = "o transporte está desligado na configuração";
        let off =
            |out: Outgoing| Mark { id: out.id, outcome: Outcome::Failed(text.to_owned(), Duration::from_secs(30)) };
        office.add_marks(rest.into_iter().map(off).collect());
    }
}

/// One step: publish a window with one transport and note what became of it.
///
/// # Errors
/// [`Fault`] of the transport: nothing is known of the window.
pub async fn step(office: &Office, sink: &dyn Sink, window: &[Outgoing]) -> Result<(), Fault> {
    let marks = sink.publish(window).await?;
    crash::point("after-confirm");
    let mut again = false;
    for mark in &marks {
        let outcome = match &mark.outcome {
            Outcome::Sent => "sent",
            Outcome::Unroutable(reason) => {
                tracing::warn!(message = %mark.id, reason, "the broker returned a message as unroutable; it is kept");
                "unroutable"
            }
            Outcome::Failed(reason, _) => {
                tracing::warn!(message = %mark.id, reason, "a message is not confirmed; it is sent again");
                again = true;
                "failed"
            }
        };
        metrics::counter!("eaid_published_total", "outcome" => outcome, "transport" => sink.transport()).increment(1);
    }
    office.add_marks(marks);
    if again {
        office.signals.due.notify_one();
    }
    Ok(())
}

/// Writes marks that found no transaction to ride in.
async fn flush(office: Arc<Office>, over: CancellationToken) {
    let mut tick = tokio::time::interval(FLUSH);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while over.run_until_cancelled(tick.tick()).await.is_some() {
        let marks = office.take_marks();
        if !marks.is_empty()
            && let Err(fault) = office.store.published(&marks).await
        {
            tracing::debug!(%fault, "marks wait");
            office.add_marks(marks);
        }
    }
}
