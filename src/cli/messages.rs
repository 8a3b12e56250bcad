//! `eaid messages`: look at messages, and put them back to be decided.

mod filter;
mod list;
mod retry;
mod show;

use super::{Desk, Failure};
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Messages, newest first
    List(list::Args),
    /// Everything about one message: what came, what was found, what it waits for, what was answered
    Show(show::Args),
    /// Put refused, set aside or waiting messages back, to be decided again by the daemon
    Retry(retry::Args),
}

pub async fn run(desk: &Desk, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::List(args) => list::run(desk, &args).await,
        Verb::Show(args) => show::run(desk, &args).await,
        Verb::Retry(args) => retry::run(desk, &args).await,
    }
}
