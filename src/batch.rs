//! LOOP store -> store (GravaBatch). Takes staged sales of the branches that nobody else works on, makes titles
//! and orders of them, and keeps those in one transaction.

use crate::catalog::Catalog;
use crate::decide::sending::{Post, post};
use crate::fault::{Fault, pause, pauses};
use crate::office::Office;
use crate::store::{Batch, NotKept, Outgoing, Queue};
use eaid_adapters::books::Books;
use eaid_adapters::effect::Effect;
use eaid_adapters::ljgrvbatch;
use eaid_adapters::routine::Case;
use eaid_adapters::table::Row;
use eaid_adapters::verdict::{Staged, Verdict};
use eaid_adapters::world::{Wants, World};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A lane that its holder does not renew falls to another process after this time.
const LEASE: Duration = Duration::from_secs(5);
/// How often staged sales are looked for that no signal told of.
const LOOK: Duration = Duration::from_secs(1);

/// Runs until stopped.
///
/// # Errors
/// None of a fault: those are waited out.
pub async fn run(office: Arc<Office>, publisher: mpsc::Sender<Outgoing>, stop: CancellationToken) -> Result<(), Fault> {
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut pauses = pauses();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            () = office.signals.staged.notified() => {}
            _ = look.tick() => {}
        }
        while !stop.is_cancelled() {
            match step(&office, office.config.gravabatch.batch, &publisher).await {
                Ok(0) => break,
                Ok(_) => pauses = crate::fault::pauses(),
                Err(NotKept::Stale(reason)) => {
                    tracing::debug!(reason, "another process was faster; the sales are taken again");
                    if pause(&mut pauses, &stop).await.is_none() {
                        return Ok(());
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "GravaBatch waits until the fault is over");
                    if pause(&mut pauses, &stop).await.is_none() {
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// One step: claim sales, plan, apply in one transaction. Gives how many were taken.
///
/// # Errors
/// [`NotKept`]: nothing was applied.
pub async fn step(office: &Office, limit: usize, publisher: &mpsc::Sender<Outgoing>) -> Result<usize, NotKept> {
    let queue = Queue {
        name: "gravabatch",
        table: ljgrvbatch::QUEUE.table,
        index: ljgrvbatch::QUEUE.index,
        ready: ljgrvbatch::QUEUE.state,
    };
    let sales = office.store.claim_rows(&queue, office.holder, LEASE, limit).await?;
    if sales.is_empty() {
        return Ok(0);
    }
    let catalog = office.catalog();
    let mut lines = Wants::default();
    sales.iter().for_each(|sale| ljgrvbatch::lines(sale, &mut lines));
    let lines = office.world_of(lines).await?;
    let opened: Vec<(&Row, Option<Box<dyn Case>>)> =
        sales.iter().map(|sale| (sale, ljgrvbatch::open(sale, &lines).ok())).collect();
    let mut wants = Wants::default();
    opened.iter().filter_map(|(_, case)| case.as_ref()).for_each(|case| case.wants(&catalog.books, &mut wants));
    let mut world = office.world_of(wants).await?;
    let mut plans: Vec<(&Row, Vec<Effect>)> = Vec::with_capacity(opened.len());
    for (sale, case) in &opened {
        let staged = plan(&catalog.books, sale, case.as_deref(), &mut world);
        world.absorb(&staged.effects);
        plans.push((sale, staged.effects));
    }
    apply(office, &catalog, plans, publisher).await?;
    metrics::counter!("eaid_gravabatch_sales_total").increment(sales.len() as u64);
    Ok(sales.len())
}

/// The effects of one sale. A routine that fails costs one try of that sale only.
fn plan(books: &Books, sale: &Row, case: Option<&dyn Case>, world: &mut World) -> Staged {
    let applied = case.map(|case| catch_unwind(AssertUnwindSafe(|| case.apply(books, world))));
    match applied {
        Some(Ok(Ok(Verdict::Stage(staged)))) => staged,
        Some(Ok(Ok(Verdict::Refuse(refusal)))) => ljgrvbatch::failed(sale, refusal.violations),
        Some(Ok(Ok(Verdict::Wait(_)))) => ljgrvbatch::postponed(sale, books, "a venda espera por um registro"),
        Some(Ok(Err(flaw))) => {
            tracing::error!(%flaw, "GravaBatch failed on a sale");
            ljgrvbatch::postponed(sale, books, "falha interna do eaid ao gravar a venda")
        }
        Some(Err(_)) | None => ljgrvbatch::postponed(sale, books, "falha interna do eaid ao gravar a venda"),
    }
}

/// Keeps plans; where the database refuses the data of one, the plans are split until that sale stands alone.
async fn apply(
    office: &Office,
    catalog: &Catalog,
    plans: Vec<(&Row, Vec<Effect>)>,
    publisher: &mpsc::Sender<Outgoing>,
) -> Result<(), NotKept> {
    let mut left = vec![plans];
    while let Some(part) = left.pop() {
        let effects: Vec<Effect> = part.iter().flat_map(|(_, effects)| effects.iter().cloned()).collect();
        match keep(office, catalog, effects, publisher).await {
            Err(NotKept::Rejected(reason)) if part.len() > 1 => {
                tracing::warn!(reason, "the database refuses the data of a sale; the batch is split");
                let mut first = part;
                let second = first.split_off(first.len() / 2);
                left.push(second);
                left.push(first);
            }
            Err(NotKept::Rejected(reason)) => {
                for (sale, _) in part {
                    tracing::error!(reason, "the database refuses a sale's titles or orders");
                    let text = "o banco de dados recusou os títulos ou pedidos da venda";
                    let staged = ljgrvbatch::postponed(sale, &catalog.books, text);
                    keep(office, catalog, staged.effects, publisher).await?;
                }
            }
            other => other?,
        }
    }
    Ok(())
}

async fn keep(
    office: &Office,
    catalog: &Catalog,
    effects: Vec<Effect>,
    publisher: &mpsc::Sender<Outgoing>,
) -> Result<(), NotKept> {
    let mut fresh = Uuid::now_v7;
    let Post { outgoing, withheld } = post(&effects, None, catalog, &mut office.moment(&mut fresh));
    let lease = Some((office.holder, chrono::Utc::now() + crate::inbound::LEASE));
    let batch = Batch { effects, outgoing, withheld, lease, ..Batch::default() };
    let kept = office.store.keep(&batch).await?;
    office.tell_withheld(&batch.withheld);
    for outgoing in batch.outgoing {
        if publisher.try_send(outgoing).is_err() {
            metrics::counter!("eaid_handover_full_total").increment(1);
        }
    }
    if kept.woken > 0 {
        office.signals.woken.notify_one();
    }
    Ok(())
}
