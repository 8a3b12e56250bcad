//! LOOP store -> store (GravaBatch). Takes staged sales of the branches that nobody else works on, makes titles
//! and orders of them, and keeps those in one transaction. Where somebody else does that (`[gravabatch] enabled =
//! false`) it only follows what he reports.

#[cfg(test)]
mod tests;
mod way;

use crate::catalog::Catalog;
use crate::decide::sending::{Post, post};
use crate::fault::{Fault, pause, pauses};
use crate::office::Office;
use crate::outbound::Handover;
use crate::store::{Batch, NotKept};
use chrono::{DateTime, FixedOffset};
use eaid_adapters::books::Books;
use eaid_adapters::effect::Effect;
use eaid_adapters::ljgrvbatch;
use eaid_adapters::routine::Case;
use eaid_adapters::table::Row;
use eaid_adapters::verdict::{Staged, Verdict};
use eaid_adapters::world::{Flaw, Wants, World};
use eaid_schemas::violation::Violation;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use way::Way;

/// A lane that its holder does not renew falls to another process after this time.
const LEASE: Duration = Duration::from_secs(5);
/// What to do where sales are not applied.
const ADVICE: &str = "veja a causa: banco fora do ar, cheio, somente leitura ou travado; as vendas ficam em RX";
/// How often staged sales are looked for that no signal told of.
const LOOK: Duration = Duration::from_secs(1);
/// Steps that take all there is follow each other no faster: many small ones would cost the database more than the
/// messages whose senders wait for an answer.
const PACE: Duration = Duration::from_millis(100);

/// Runs until stopped.
///
/// # Errors
/// None of a fault: those are waited out.
pub async fn run(office: Arc<Office>, publisher: Handover, stop: CancellationToken) -> Result<(), Fault> {
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut pauses = pauses();
    let mut is_held_up = false;
    let (mut reports, mut sales) = (Way::of(&REPORTS), Way::of(&SALES));
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            () = office.signals.staged.notified() => {}
            _ = look.tick() => {}
        }
        let began = Instant::now();
        while !stop.is_cancelled() {
            let done = round(&office, [&mut reports, &mut sales], &publisher).await;
            if done.is_ok() {
                pauses = crate::fault::pauses();
                if std::mem::take(&mut is_held_up) {
                    office.board.write("gravabatch", Ok(()), ADVICE);
                }
            }
            match done {
                Ok(Taken::All) => break,
                Ok(Taken::Part) => {}
                Err(NotKept::Stale(reason)) => {
                    tracing::debug!(reason, "another process was faster; the sales are taken again");
                    if pause(&mut pauses, &stop).await.is_none() {
                        return Ok(());
                    }
                }
                Err(error) => {
                    is_held_up = true;
                    office.board.write("gravabatch", Err(error.to_string()), ADVICE);
                    if pause(&mut pauses, &stop).await.is_none() {
                        return Ok(());
                    }
                }
            }
        }
        stop.run_until_cancelled(sleep_until(began + PACE)).await;
    }
}

/// What a round took of what was ready.
enum Taken {
    All,
    Part,
}

/// Reports of an outside GravaBatch, and staged sales where they are ours to take.
async fn round(office: &Office, [reports, sales]: [&mut Way; 2], publisher: &Handover) -> Result<Taken, NotKept> {
    let limit = office.config.gravabatch.batch;
    let reports = step(office, reports, limit, publisher).await?;
    let sales = if office.config.gravabatch.enabled { step(office, sales, limit, publisher).await? } else { 0 };
    metrics::counter!("eaid_gravabatch_sales_total").increment(sales as u64);
    Ok(if reports.max(sales) < limit { Taken::All } else { Taken::Part })
}

/// A row on its desk.
type Opened = Result<Box<dyn Case>, Flaw>;

/// One kind of work, and what is done where it fails.
struct Work {
    queue: &'static ljgrvbatch::Queue,
    lines: fn(&Row, &mut Wants),
    open: fn(&Row, &World) -> Opened,
    failed: fn(&Row, &Books, DateTime<FixedOffset>, Vec<Violation>) -> Staged,
    postponed: fn(&Row, &Books, DateTime<FixedOffset>, &str) -> Staged,
}

/// Staged sales.
static SALES: Work = Work {
    queue: &ljgrvbatch::QUEUE,
    lines: ljgrvbatch::lines,
    open: ljgrvbatch::open,
    failed: |sale, _, _, violations| ljgrvbatch::failed(sale, violations),
    postponed: ljgrvbatch::postponed,
};

/// Reports that PostgreSQL's function left.
static REPORTS: Work = Work {
    queue: &ljgrvbatch::REPORTS,
    lines: ljgrvbatch::reported_lines,
    open: ljgrvbatch::open_reported,
    failed: |report, _, now, _| ljgrvbatch::report_rests(report, now),
    postponed: |report, _, now, _| ljgrvbatch::report_rests(report, now),
};

/// One step: claim rows, plan, apply in one transaction. Gives how many were taken.
///
/// # Errors
/// [`NotKept`]: nothing was applied.
async fn step(office: &Office, way: &mut Way, limit: usize, publisher: &Handover) -> Result<usize, NotKept> {
    let rows = way.claim(office, limit).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let catalog = office.catalog();
    let mut lines = Wants::default();
    let work = way.work;
    rows.iter().for_each(|row| (work.lines)(row, &mut lines));
    let lines = office.world_of(lines).await?;
    let opened: Vec<(&Row, Option<Box<dyn Case>>)> =
        rows.iter().map(|row| (row, (work.open)(row, &lines).ok())).collect();
    let mut wants = Wants::default();
    opened.iter().filter_map(|(_, case)| case.as_ref()).for_each(|case| case.wants(&catalog.books, &mut wants));
    let mut world = office.world_of(wants).await?;
    let mut plans: Vec<(&Row, Vec<Effect>)> = Vec::with_capacity(opened.len());
    for (row, case) in &opened {
        let staged = plan(work, &catalog.books, row, case.as_deref(), &mut world);
        world.absorb(&staged.effects);
        plans.push((row, staged.effects));
    }
    apply(office, work, &catalog, plans, publisher).await?;
    let count = rows.len();
    way.kept(rows, limit);
    Ok(count)
}

/// The effects of one row. A routine that fails costs one try of that row only.
fn plan(work: &Work, books: &Books, row: &Row, case: Option<&dyn Case>, world: &mut World) -> Staged {
    let now = world.now();
    let applied = case.map(|case| catch_unwind(AssertUnwindSafe(|| case.apply(books, world))));
    match applied {
        Some(Ok(Ok(Verdict::Stage(staged)))) => staged,
        Some(Ok(Ok(Verdict::Refuse(refusal)))) => (work.failed)(row, books, now, refusal.violations),
        Some(Ok(Ok(Verdict::Wait(_)))) => (work.postponed)(row, books, now, "a venda espera por um registro"),
        Some(Ok(Err(flaw))) => {
            tracing::error!(%flaw, "GravaBatch failed on a sale");
            (work.postponed)(row, books, now, "falha interna do eaid ao gravar a venda")
        }
        Some(Err(_)) | None => (work.postponed)(row, books, now, "falha interna do eaid ao gravar a venda"),
    }
}

/// Keeps plans; where the database refuses the data of one, the plans are split until that sale stands alone.
async fn apply(
    office: &Office,
    work: &Work,
    catalog: &Catalog,
    plans: Vec<(&Row, Vec<Effect>)>,
    publisher: &Handover,
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
                for (row, _) in part {
                    tracing::error!(reason, "the database refuses a sale's titles or orders");
                    let text = "o banco de dados recusou os títulos ou pedidos da venda";
                    let staged = (work.postponed)(row, &catalog.books, office.now(), text);
                    keep(office, catalog, staged.effects, publisher).await?;
                }
            }
            other => other?,
        }
    }
    Ok(())
}

async fn keep(office: &Office, catalog: &Catalog, effects: Vec<Effect>, publisher: &Handover) -> Result<(), NotKept> {
    let mut fresh = Uuid::now_v7;
    let Post { outgoing, withheld } = post(&effects, None, catalog, &mut office.moment(&mut fresh));
    let lease = Some((office.holder, crate::inbound::LEASE));
    let batch = Batch { effects, outgoing, withheld, lease, ..Batch::default() };
    let kept = office.store.keep(&batch).await?;
    office.tell_withheld(&batch.withheld);
    batch.outgoing.into_iter().for_each(|outgoing| publisher.offer(outgoing));
    if kept.woken > 0 {
        office.signals.woken.notify_one();
    }
    Ok(())
}
