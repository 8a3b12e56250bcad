//! `eaid messages retry`.

use super::filter::Narrow;
use crate::cli::print::{json, say};
use crate::cli::{Desk, Failure};
use crate::operate;

/// Put back at once at most.
const ALL: usize = i32::MAX as usize;

/// States that can be decided again.
const OPEN: [&str; 3] = ["refused", "set_aside", "waiting"];

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The daemon decides them again at once, and each gets one more answer. Messages that are staged,
answered or superseded are left alone.

Examples:
  eaid messages retry 7a3e5c10-2b61-4d0f-8f11-20261120a003
  eaid messages retry --cause never_came               after the De/Para was entered
  eaid messages retry --state set_aside --since 1d     after an upgrade")]
pub struct Args {
    /// One message, by its UUID
    #[arg(value_name = "UUID", conflicts_with = "uuid")]
    one: Option<String>,
    #[command(flatten)]
    narrow: Narrow,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    if args.one.is_none() && args.narrow.is_empty() {
        let text =
            "say which: a UUID, or at least one of --state, --cause, --transaction, --partner, --internal-id, --since";
        return Err(Failure::Usage(text.to_owned()));
    }
    if let Some(state) = args.narrow.state.as_deref()
        && !OPEN.contains(&state)
    {
        return Err(Failure::Usage(format!("--state {state}: only {} can be put back", OPEN.join(", "))));
    }
    let config = desk.config()?;
    let mut filter = args.narrow.filter(config.identity.timezone, ALL)?;
    if args.one.is_some() {
        filter.uuid.clone_from(&args.one);
    }
    let store = operate::store(&config).await?;
    let count = store.retry(&filter).await?;
    if desk.json {
        json(&serde_json::json!({ "retried": count }))?;
    } else {
        say(&match count {
            0 => "No refused, set aside or waiting message fits.".to_owned(),
            1 => "1 message put back; the daemon decides it again.".to_owned(),
            _ => format!("{count} messages put back; the daemon decides them again."),
        })?;
    }
    // Who names one message means that one.
    if count == 0 && args.one.is_some() { Err(Failure::Said) } else { Ok(()) }
}
