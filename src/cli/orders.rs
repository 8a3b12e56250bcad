//! `eaid orders`: orders, their timeline, and events told by hand.

mod event;
mod list;
mod retry;
mod show;

use super::{Desk, Failure};
use crate::operate::orders::parts;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Sales orders (delivery) and pick-up orders, newest first
    List(list::Args),
    /// One order: lines, invoices, timeline, and what was sent of it
    Show(show::Args),
    /// Put sales that GravaBatch gave up (ER) back, alone or by cause
    Retry(retry::Args),
    /// Tell what happened to an order, as the ERP would
    Event(Box<event::Args>),
}

pub async fn run(desk: &Desk, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::List(args) => list::run(desk, &args).await,
        Verb::Show(args) => show::run(desk, &args).await,
        Verb::Retry(args) => retry::run(desk, &args).await,
        Verb::Event(args) => event::run(desk, &args).await,
    }
}

/// The parts of an order's id, or wrong usage.
fn id(order: &str) -> Result<[&str; 3], Failure> {
    parts(order)
        .ok_or_else(|| Failure::Usage(format!("{order}: not an order; write 'company|branch|number', in quotes")))
}
