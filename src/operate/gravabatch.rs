//! What an outside GravaBatch reports of a sale, by HTTP: the twin of PostgreSQL's `eaid_gravabatch_done`.

use crate::bus::http::{Done, Report};
use crate::decide::sending::{Post, post};
use crate::fault::Fault;
use crate::office::Office;
use crate::store::{Batch, NotKept};
use eaid_adapters::effect::Effect;
use eaid_adapters::ljgrvbatch::{lines, report};
use eaid_adapters::loja701::tables::Sl1;
use eaid_adapters::table::Row;
use eaid_adapters::verdict::Verdict;
use eaid_adapters::world::{Flaw, Wants};
use std::time::Duration;
use uuid::Uuid;

/// How often a report is decided again where another process was faster.
const TRIES: usize = 20;

/// Takes a report: the state of the sale and all that follows, in one transaction.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn done(office: &Office, told: &Report) -> Result<Done, Fault> {
    for _ in 0..TRIES {
        match step(office, told).await {
            Err(NotKept::Stale(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(NotKept::Rejected(reason)) => return Err(Fault::Store(reason)),
            Err(NotKept::Fault(fault)) => return Err(fault),
            Ok(done) => return Ok(done),
        }
    }
    Err(Fault::Store("outro processo alterou a venda todas as vezes".to_owned()))
}

async fn step(office: &Office, told: &Report) -> Result<Done, NotKept> {
    let mut exact = vec![("l1_num", told.number.trim_end()), ("l1_filial", told.branch.trim_end()), ("l1_orcres", "")];
    exact.extend(told.company.as_deref().map(|company| ("company", company.trim_end())));
    let sales = office.store.view(Sl1::TABLE, &exact, 2).await?;
    let [sale] = &sales[..] else { return Ok(Done::Unknown(sales.len())) };
    match verdict(office, sale, told).await? {
        Ok(Verdict::Stage(staged)) if staged.effects.is_empty() => Ok(Done::Taken(false)),
        Ok(Verdict::Stage(staged)) => keep(office, staged.effects).await.map(|()| Done::Taken(true)),
        Ok(Verdict::Refuse(refusal)) if !refusal.violations.is_empty() => {
            Ok(Done::Refused(refusal.violations[0].clone()))
        }
        Ok(Verdict::Refuse(_) | Verdict::Wait(_)) => Err(NotKept::Stale("the report waits".to_owned())),
        Err(flaw) => Err(NotKept::Fault(Fault::Store(flaw.to_string()))),
    }
}

async fn verdict(office: &Office, sale: &Row, told: &Report) -> Result<Result<Verdict, Flaw>, Fault> {
    let mut wants = Wants::default();
    lines(sale, &mut wants);
    let world = office.world_of(wants).await?;
    let catalog = office.catalog();
    let case = match report(sale, &world, &told.situa, &told.error) {
        Ok(case) => case,
        Err(flaw) => return Ok(Err(flaw)),
    };
    let mut wants = Wants::default();
    case.wants(&catalog.books, &mut wants);
    let mut world = office.world_of(wants).await?;
    Ok(case.apply(&catalog.books, &mut world))
}

async fn keep(office: &Office, effects: Vec<Effect>) -> Result<(), NotKept> {
    let mut fresh = Uuid::now_v7;
    let Post { outgoing, withheld } = post(&effects, None, &office.catalog(), &mut office.moment(&mut fresh));
    let batch = Batch { effects, outgoing, withheld, ..Batch::default() };
    let kept = office.store.keep(&batch).await?;
    office.tell_withheld(&batch.withheld);
    if kept.woken > 0 {
        office.signals.woken.notify_one();
    }
    office.signals.due.notify_one();
    Ok(())
}
