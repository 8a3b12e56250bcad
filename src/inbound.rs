//! LOOP bus -> store. Takes what is there, decides it, keeps it in one transaction, settles it with its
//! transport. While batches are kept, the next is looked up and decided ahead, and the one after it decoded and
//! routed. What was decided ahead is decided again where a batch before it changed what it had looked at, and else kept
//! at once with it (`inbound/abreast.rs`). Large messages go beside the batches, one at a time (`inbound/large.rs`).

mod abreast;
mod alone;
#[cfg(test)]
mod cases;
mod large;

use crate::bus::{Delivered, Delivery, Fate, Ticket, settle};
use crate::catalog::Catalog;
use crate::crash;
use crate::decide::lay::{Arrival, Laid, lay, lay_failed, lay_stored};
use crate::decide::{Decided, Outcome, set_aside};
use crate::fault::{Fault, pause, pauses};
use crate::office::Office;
use crate::outbound::Handover;
use crate::store::{Bounds, Kept, NotKept, State};
use abreast::Abreast;
use alone::{Way, alone, is_suspect};
use large::is_large;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long claimed messages and outbox rows stay ours.
pub const LEASE: Duration = Duration::from_secs(30);
/// How often woken messages are looked for that another process woke.
const LOOK: Duration = Duration::from_millis(250);

/// What to do where messages are not kept.
const ADVICE: &str = "veja a causa: banco fora do ar, cheio, somente leitura ou travado; as mensagens esperam na fila";

/// So often a batch of woken messages may be overtaken; then they were settled already, or their claim has ended.
const OVERTAKEN: u32 = 5;

/// A batch laid open, the catalog that judges it, and what settles each delivery.
struct Opened {
    catalog: Arc<Catalog>,
    laid: Vec<Laid>,
    tickets: Vec<Option<(Ticket, Delivered)>>,
}

/// A batch decided ahead.
struct Ahead {
    opened: Opened,
    /// None where a fault came between: it is met again, and waited out, where the batch is kept.
    decided: Option<Decided>,
    /// How many batches had been kept when it was looked up: of those before it, it may have missed the others.
    after: u64,
}

/// Runs until stopped.
///
/// # Errors
/// None of a fault: those are waited out. An error means that a part of the loop is gone.
pub async fn run(
    office: Arc<Office>,
    deliveries: mpsc::Receiver<Delivery>,
    publisher: Handover,
    stop: CancellationToken,
) -> Result<(), Fault> {
    let (opened, to_decide) = mpsc::channel(1);
    let (ahead, to_keep) = mpsc::channel(1);
    let (large, to_carry) = mpsc::channel(large::HELD);
    let (settled, to_settle) = mpsc::channel(4);
    let (kept, count) = watch::channel(0);
    let (carried, count_large) = watch::channel(0);
    let way = Way { opened, kept: count.clone(), sent: 0, large, carried: count_large, parted: 0 };
    let exit = Exit { office: office.clone(), publisher, settled };
    let reader = tokio::spawn(read(office.clone(), deliveries, way, stop.clone()));
    let decider = tokio::spawn(decide_all(office, to_decide, ahead, count));
    let carrier = tokio::spawn(large::carry(exit.clone(), to_carry, carried, stop.clone()));
    let settler = tokio::spawn(settle_all(to_settle));
    keep_all(Abreast::new(exit, kept, stop), to_keep).await.map_err(gone)?;
    decider.await.map_err(gone)?;
    reader.await.map_err(gone)?;
    carrier.await.map_err(gone)?;
    settler.await.map_err(gone)
}

fn gone(_: JoinError) -> Fault {
    Fault::Bus("uma parte do laço de entrada caiu".to_owned())
}

/// Takes deliveries and woken messages, and lays them open.
async fn read(office: Arc<Office>, mut deliveries: mpsc::Receiver<Delivery>, mut way: Way, stop: CancellationToken) {
    let most = Bounds { rows: office.config.inbound.batch, bytes: office.config.inbound.batch_bytes.bytes() };
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut carried = None;
    loop {
        let first = match carried.take() {
            Some(delivery) => Some(delivery),
            None => tokio::select! {
                biased;
                () = stop.cancelled() => return,
                // Whoever comes after in the loop is gone: nobody would ever be told by a quiet queue.
                () = way.opened.closed() => return,
                () = office.signals.woken.notified() => None,
                delivery = deliveries.recv() => match delivery {
                    Some(delivery) => Some(delivery),
                    None => return,
                },
                _ = look.tick() => None,
            },
        };
        let catalog = office.catalog();
        let batch = match first {
            Some(suspect) if is_suspect(&suspect) => match alone(&office, suspect, &mut way, &stop).await {
                Some(()) => continue,
                None => return,
            },
            Some(large) if is_large(&large) => match way.part(large).await {
                Some(()) => continue,
                None => return,
            },
            Some(first) => {
                let (batch, next) = take(&office, first, &mut deliveries);
                carried = next;
                let (laid, tickets) = batch.into_iter().map(|delivery| open(&office, &catalog, delivery)).unzip();
                Opened { catalog, laid, tickets }
            }
            None => match office.store.claim_woken(office.holder, LEASE, most).await {
                Ok(woken) if woken.is_empty() => continue,
                Ok(woken) => {
                    let limits = office.config.envelope_limits();
                    let bytes: usize = woken.iter().map(|stored| stored.entry.body.len()).sum();
                    if bytes > large::LARGE && way.empty().await.is_none() {
                        return;
                    }
                    let is_full = woken.len() == most.rows || 2 * bytes >= most.bytes;
                    let laid: Vec<Laid> =
                        woken.into_iter().map(|stored| lay_stored(stored, &catalog, &limits)).collect();
                    if is_full {
                        office.signals.woken.notify_one();
                    }
                    Opened { catalog, tickets: laid.iter().map(|_| None).collect(), laid }
                }
                Err(fault) => {
                    tracing::debug!(%fault, "woken messages are not claimed");
                    continue;
                }
            },
        };
        if way.send(batch).await.is_none() {
            return;
        }
    }
}

/// What is there, up to the bounds of a batch; a delivery that would exceed the bytes, or does not go in a batch, is
/// carried over.
fn take(
    office: &Office,
    first: Delivery,
    deliveries: &mut mpsc::Receiver<Delivery>,
) -> (Vec<Delivery>, Option<Delivery>) {
    let (count, bytes) = (office.config.inbound.batch, office.config.inbound.batch_bytes.bytes());
    let mut size = first.body.len();
    let mut batch = vec![first];
    while batch.len() < count {
        let Ok(next) = deliveries.try_recv() else { break };
        if size + next.body.len() > bytes || is_suspect(&next) || is_large(&next) {
            return (batch, Some(next));
        }
        size += next.body.len();
        batch.push(next);
    }
    (batch, None)
}

fn open(office: &Office, catalog: &Catalog, delivery: Delivery) -> (Laid, Option<(Ticket, Delivered)>) {
    let limits = office.config.envelope_limits();
    let opened = catch_unwind(AssertUnwindSafe(|| {
        crash::message(&delivery.body);
        lay(arrival(office, &delivery), catalog, &limits)
    }));
    let laid = opened.unwrap_or_else(|_| lay_failed(arrival(office, &delivery), catalog, &limits, "a leitura falhou"));
    let Delivery { body, content_type, ticket, .. } = delivery;
    (laid, Some((ticket, Delivered { body, content_type })))
}

fn arrival(office: &Office, delivery: &Delivery) -> Arrival {
    Arrival {
        id: Uuid::now_v7(),
        body: Arc::clone(&delivery.body),
        content_type: delivery.content_type.clone(),
        origin: delivery.origin.into(),
        redelivered: delivery.redelivered,
        may_wait: delivery.may_wait,
        received_at: office.store.now(),
    }
}

type ToSettle = Vec<(Ticket, Delivered, Fate)>;

async fn settle_all(mut to_settle: mpsc::Receiver<ToSettle>) {
    while let Some(batch) = to_settle.recv().await {
        settle(batch).await;
    }
}

/// Looks up and decides, one batch ahead of those that are being kept.
async fn decide_all(
    office: Arc<Office>,
    mut to_decide: mpsc::Receiver<Opened>,
    ahead: mpsc::Sender<Ahead>,
    kept: watch::Receiver<u64>,
) {
    // The place comes free when the batch before is taken to be kept: no more than those under way then are missed.
    while let Ok(place) = ahead.reserve().await {
        let Some(opened) = to_decide.recv().await else { return };
        let after = *kept.borrow();
        let decided = office.decide(&opened.laid, &opened.catalog).await.ok();
        place.send(Ahead { opened, decided, after });
    }
}

/// Keeps batches, in their order where it matters.
async fn keep_all(mut abreast: Abreast, mut to_keep: mpsc::Receiver<Ahead>) -> Result<(), JoinError> {
    loop {
        tokio::select! {
            biased;
            done = abreast.first() => match abreast.leave(done?).await {
                Some(()) => {}
                None => break,
            },
            next = to_keep.recv(), if abreast.has_room() => match next {
                Some(ahead) => abreast.begin(ahead),
                None => break,
            },
        }
    }
    abreast.finish().await
}

/// The end of the loop, for what is kept.
#[derive(Clone)]
struct Exit {
    office: Arc<Office>,
    publisher: Handover,
    settled: mpsc::Sender<ToSettle>,
}

impl Exit {
    /// Hands over what a batch sends and sets off, and has its deliveries settled. `None` where nobody does so.
    async fn leave(&self, done: Vec<Part>, tickets: Vec<Option<(Ticket, Delivered)>>) -> Option<()> {
        let mut fates = Vec::with_capacity(tickets.len());
        let mut tickets = tickets.into_iter();
        for mut part in done {
            let outcomes = std::mem::take(&mut part.decided.outcomes);
            let fates_of_part = outcomes.into_iter().map(|outcome| fate(&mut part.decided, outcome));
            for (fate, ticket) in fates_of_part.zip(tickets.by_ref()) {
                if let Some((ticket, delivered)) = ticket {
                    fates.push((ticket, delivered, fate));
                }
            }
            hand_over(&self.office, part, &self.publisher);
        }
        if fates.is_empty() { Some(()) } else { self.settled.send(fates).await.ok() }
    }
}

/// A part of a batch that was kept.
pub struct Part {
    /// What was kept.
    pub decided: Decided,
    /// What it set off.
    pub kept: Kept,
}

/// Keeps a batch, whatever it takes: a fault is waited out, a batch that another process overtook is decided
/// again, and one that the database refuses is split until the message at fault stands alone and is set aside.
/// What was decided ahead is kept at the first try. `None` where the process stops first: then nothing of what is
/// left was kept.
async fn keep_through(
    office: &Office,
    catalog: &Catalog,
    laid: Vec<Laid>,
    mut ahead: Option<Decided>,
    stop: &CancellationToken,
) -> Option<Vec<Part>> {
    let mut done = Vec::new();
    let mut left = vec![laid];
    let mut pauses = pauses();
    let mut overtaken = 0;
    let mut is_held_up = false;
    while let Some(batch) = left.pop() {
        let tried = match ahead.take() {
            Some(decided) => keep(office, catalog, decided).await,
            None => step(office, catalog, &batch, false).await,
        };
        match tried {
            Ok(part) => {
                done.push(part);
                pauses = crate::fault::pauses();
                if std::mem::take(&mut is_held_up) {
                    office.board.write("messages", Ok(()), ADVICE);
                }
            }
            Err(NotKept::Stale(reason)) => {
                tracing::debug!(reason, "another process was faster; the batch is decided again");
                metrics::counter!("eaid_batches_decided_again_total").increment(1);
                overtaken += 1;
                if overtaken >= OVERTAKEN && batch.iter().all(|laid| !laid.is_new) {
                    tracing::debug!("woken messages are no longer ours; whoever holds them decides them");
                    continue;
                }
                left.push(batch);
                if stop.is_cancelled() {
                    return None;
                }
                tokio::time::sleep(Duration::from_millis(1 + u64::from(rand_part()))).await;
            }
            Err(NotKept::Rejected(reason)) if batch.len() == 1 => {
                tracing::error!(reason, message = %batch[0].entry.id, "the database refuses a message; it is set aside");
                match step(office, catalog, &batch, true).await {
                    Ok(part) => done.push(part),
                    Err(error) => {
                        tracing::error!(%error, "the message cannot even be set aside; it is tried again");
                        left.push(batch);
                        pause(&mut pauses, stop).await?;
                    }
                }
            }
            Err(NotKept::Rejected(_)) => {
                let mut first = batch;
                let second = first.split_off(first.len() / 2);
                left.push(second);
                left.push(first);
            }
            Err(NotKept::Fault(fault)) => {
                is_held_up = true;
                office.board.write("messages", Err(fault.to_string()), ADVICE);
                left.push(batch);
                pause(&mut pauses, stop).await?;
            }
        }
    }
    Some(done)
}

/// A few milliseconds that differ from process to process, so that two do not overtake each other for ever.
fn rand_part() -> u8 {
    Uuid::new_v4().as_bytes()[0] % 16
}

/// One step: look up, decide by the catalog that the batch was laid open with, keep. `aside`: the one message of
/// the batch is set aside instead of decided.
///
/// # Errors
/// [`NotKept`]: nothing of the batch was kept.
pub async fn step(office: &Office, catalog: &Catalog, laid: &[Laid], aside: bool) -> Result<Part, NotKept> {
    let decided = if aside {
        let mut fresh = Uuid::now_v7;
        let mut at = office.moment(&mut fresh);
        let mut decided = Decided::default();
        for (place, laid) in laid.iter().enumerate() {
            decided.batch.settled.push(set_aside(laid, "o banco de dados recusou os dados", catalog, &mut at));
            decided.outcomes.push(Outcome::Settled(place));
        }
        decided
    } else {
        office.decide(laid, catalog).await?
    };
    keep(office, catalog, decided).await
}

/// Keeps what was decided by a catalog.
async fn keep(office: &Office, catalog: &Catalog, mut decided: Decided) -> Result<Part, NotKept> {
    decided.batch.catalog = catalog.fingerprint.clone();
    decided.batch.marks = office.take_marks();
    decided.batch.lease = Some((office.holder, LEASE));
    crash::point("before-keep");
    match office.store.keep(&decided.batch).await {
        Ok(kept) => {
            crash::point("after-keep");
            Ok(Part { decided, kept })
        }
        Err(error) => {
            office.add_marks(std::mem::take(&mut decided.batch.marks));
            Err(error)
        }
    }
}

/// What became of a delivery. What only it tells of its message is taken from there.
fn fate(decided: &mut Decided, outcome: Outcome) -> Fate {
    match outcome {
        Outcome::Again { message, state, cause } => {
            Fate { message, state, cause, violations: Vec::new(), answer: None, ids: Vec::new(), is_changed: false }
        }
        Outcome::Settled(place) => {
            let settled = &mut decided.batch.settled[place];
            let first = settled.violations.iter().find(|found| found.is_error());
            Fate {
                message: settled.place.id(),
                state: settled.state,
                cause: first.map(|found| (found.code, found.text.clone())),
                violations: std::mem::take(&mut settled.violations),
                ids: std::mem::take(&mut settled.ids),
                answer: settled.is_answered.then(|| settled.outgoing.first().map(|out| out.body.clone())).flatten(),
                is_changed: !settled.effects.is_empty(),
            }
        }
    }
}

/// Gives what was committed to the publisher, in memory, and wakes who has work now.
fn hand_over(office: &Office, part: Part, publisher: &Handover) {
    let Part { decided, kept } = part;
    let mut staged = false;
    let mut counts: BTreeMap<_, u64> = BTreeMap::new();
    for settled in decided.batch.settled.into_iter().chain(decided.batch.superseded) {
        *counts.entry(settled.state.as_str()).or_default() += 1;
        office.tell_withheld(&settled.withheld);
        staged |= settled.state == State::Staged && !settled.effects.is_empty();
        for outgoing in settled.outgoing {
            if !outgoing.is_fetched() {
                publisher.offer(outgoing);
            }
        }
    }
    for (state, count) in counts {
        metrics::counter!("eaid_messages_total", "state" => state).increment(count);
    }
    if staged {
        office.signals.staged.notify_one();
    }
    if kept.woken > 0 {
        office.signals.woken.notify_one();
    }
    if kept.repeated > 0 {
        office.signals.due.notify_one();
    }
}
