//! `eaid retention`: deletes what is old, at once and without rests, or says what would be deleted.

use super::print::{json, say, table};
use super::{Desk, Failure};
use crate::operate;
use crate::operate::retention::{LEASE, Sweeper};
use crate::store::retention::Sweep;
use clap::Parser;
use std::time::Duration;
use uuid::Uuid;

#[derive(Debug, Parser)]
#[command(after_help = "\
Examples:
  eaid retention --dry-run      what is old enough, and what of it is still needed
  eaid retention                delete it now; daemons do so by themselves, every [retention] every")]
pub struct Args {
    /// Only count
    #[arg(long)]
    dry_run: bool,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let config = desk.config()?;
    let store = operate::store(&config).await?;
    let mut sweeper = Sweeper::new(&config.retention, store.now(), args.dry_run);
    let holder = Uuid::now_v7();
    while !sweeper.is_over() {
        if !args.dry_run && !store.claim_sweep(holder, LEASE).await? {
            return Err(Failure::Failed("a daemon is deleting old messages; try again later".to_owned()));
        }
        sweeper.step(store.as_ref()).await?;
    }
    let sweeps = sweeper.sweeps();
    if !args.dry_run {
        while store.give_back().await? {}
        store.note_sweeps(&sweeps).await?;
        store.claim_sweep(holder, Duration::ZERO).await?;
    }
    if desk.json { json(&sweeps) } else { print(&sweeps, args.dry_run) }
}

fn print(sweeps: &[Sweep], is_dry: bool) -> Result<(), Failure> {
    let line = |sweep: &Sweep| vec![sweep.kind.clone(), sweep.deleted.to_string(), sweep.held.to_string()];
    let head = ["kind", if is_dry { "to delete" } else { "deleted" }, "old, but needed"];
    say(&table(&head, sweeps.iter().map(line).collect()))
}
