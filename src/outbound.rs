//! LOOP store -> bus. Committed messages come from the other loops in memory; polling is for recovery. Marks
//! of publications ride in the next transaction of the inbound loop, or go alone when that is idle.

mod handover;

pub use handover::{Handover, Held};

use crate::bus::Sink;
use crate::bus::post::POST;
use crate::crash;
use crate::fault::{Fault, pause, pauses};
use crate::inbound::LEASE;
use crate::office::Office;
use crate::store::{Bounds, Mark, Outcome, Outgoing};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Bytes of bodies that any way to a transport may hold, and that are looked for at once.
pub const BYTES: usize = 16 << 20;
/// A mark waits no longer than this for a transaction to ride in.
const FLUSH: Duration = Duration::from_millis(100);
/// What to do where answers do not go out.
const ADVICE: &str = "veja a causa no transporte; as respostas ficam guardadas e saem quando ele voltar";
/// How often the outbox is looked through for what nobody holds.
const LOOK: Duration = Duration::from_secs(1);
/// How long a window may still take when the process stops.
const LAST_WORDS: Duration = Duration::from_secs(3);
/// How often unroutable messages are tried again: their binding may have appeared.
const AGAIN: Duration = Duration::from_secs(30);

/// Runs until stopped and what was in hand is published.
///
/// # Errors
/// None of a fault: those are waited out.
pub async fn run(
    office: Arc<Office>,
    sinks: Vec<Arc<dyn Sink>>,
    mut committed: mpsc::Receiver<Held>,
    stop: CancellationToken,
) -> Result<(), Fault> {
    let over = stop.child_token();
    let mut flusher = tokio::spawn(flush(office.clone(), over.clone()));
    let limit = office.config.amqp.window;
    let mut lanes = Lanes::open(&office, sinks, limit, &stop);
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut again = tokio::time::interval_at(tokio::time::Instant::now() + AGAIN, AGAIN);
    loop {
        let (mut window, mut taken) = (Vec::new(), Vec::new());
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            // A lane ends unasked only by a panic.
            Some(_) = lanes.tasks.join_next() => return Err(Fault::Bus("uma parte do laço de saída caiu".to_owned())),
            // So does what writes marks.
            _ = &mut flusher => return Err(Fault::Bus("uma parte do laço de saída caiu".to_owned())),
            () = office.signals.due.notified() => window = due(&office, limit).await,
            count = committed.recv_many(&mut taken, limit) => if count == 0 { break },
            _ = look.tick() => window = due(&office, limit).await,
            _ = again.tick() => {
                if let Err(fault) = office.store.resend(None).await {
                    tracing::debug!(%fault, "unroutable messages are not tried again");
                }
                continue;
            }
        }
        // There may be more than was looked for; and where all places were taken, something found none.
        if !window.is_empty() || taken.len() == limit {
            office.signals.due.notify_one();
        }
        window.extend(taken.into_iter().map(|held| held.outgoing));
        lanes.hand_over(window, &stop).await;
    }
    lanes.finish().await;
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
    match office.store.due(office.holder, LEASE, Bounds { rows: limit, bytes: BYTES }).await {
        Ok(due) => due,
        Err(fault) => {
            tracing::debug!(%fault, "the outbox is not looked through");
            Vec::new()
        }
    }
}

/// A lane for each transport: one that is held up holds up no other.
struct Lanes {
    office: Arc<Office>,
    ways: Vec<(&'static str, Handover)>,
    tasks: JoinSet<()>,
}

impl Lanes {
    fn open(office: &Arc<Office>, sinks: Vec<Arc<dyn Sink>>, limit: usize, stop: &CancellationToken) -> Lanes {
        let mut lanes = Lanes { office: office.clone(), ways: Vec::new(), tasks: JoinSet::new() };
        for sink in sinks {
            let (way, taken) = Handover::new(limit, BYTES);
            lanes.ways.push((sink.transport(), way));
            lanes.tasks.spawn(run_lane(office.clone(), sink, taken, limit, stop.clone()));
        }
        lanes
    }

    /// Gives each lane its part of a window. Our own transports are waited for; a partner that is called is not:
    /// what finds no place in its lane stays leased until its lease ends, and is then found as due.
    async fn hand_over(&self, window: Vec<Outgoing>, stop: &CancellationToken) {
        let mut nowhere = Vec::new();
        for outgoing in window {
            match self.ways.iter().find(|(transport, _)| *transport == outgoing.transport) {
                Some((transport, way)) if *transport == POST => way.offer(outgoing),
                // A lane that is gone is met by the loop.
                Some((_, way)) => drop(stop.run_until_cancelled(way.give(outgoing)).await),
                None => nowhere.push(outgoing),
            }
        }
        if !nowhere.is_empty() {
            let text = "o transporte está desligado na configuração";
            let off =
                |out: Outgoing| Mark { id: out.id, outcome: Outcome::Failed(text.to_owned(), Duration::from_secs(30)) };
            self.office.add_marks(nowhere.into_iter().map(off).collect());
        }
    }

    /// Waits until what the lanes hold is through, or given up.
    async fn finish(mut self) {
        self.ways.clear();
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Publishes what comes by a lane, by the window, each until it is through or the process stops.
async fn run_lane(
    office: Arc<Office>,
    sink: Arc<dyn Sink>,
    mut taken: mpsc::Receiver<Held>,
    limit: usize,
    stop: CancellationToken,
) {
    let mut held = Vec::new();
    while taken.recv_many(&mut held, limit).await > 0 {
        // The shares are held until the window is through.
        let (mut window, _shares): (Vec<_>, Vec<_>) =
            held.drain(..).map(|Held { outgoing, share }| (outgoing, share)).unzip();
        let mut pauses = pauses();
        let mut is_held_up = false;
        while !window.is_empty() {
            let done = tokio::select! {
                biased;
                done = step(&office, sink.as_ref(), &window) => done,
                () = last_words(&stop) => return,
            };
            match done {
                Ok(()) => {
                    window.clear();
                    if is_held_up {
                        office.board.write(check(sink.transport()), Ok(()), ADVICE);
                    }
                }
                Err(fault) => {
                    is_held_up = true;
                    office.board.write(check(sink.transport()), Err(fault.to_string()), ADVICE);
                    if pause(&mut pauses, &stop).await.is_none() {
                        return;
                    }
                }
            }
        }
    }
}

/// Ends some time after a stop: whoever has not taken a window by then gets it again.
async fn last_words(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(LAST_WORDS).await;
}

/// The check that says how publishing by a transport stands.
fn check(transport: &str) -> &'static str {
    match transport {
        "amqp" => "answers by amqp",
        "spool" => "answers by spool",
        _ => "answers by http",
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
    let mut counts: BTreeMap<_, u64> = BTreeMap::new();
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
        *counts.entry(outcome).or_default() += 1;
    }
    for (outcome, count) in counts {
        let transport = sink.transport();
        metrics::counter!("eaid_published_total", "outcome" => outcome, "transport" => transport).increment(count);
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
