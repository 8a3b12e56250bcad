//! `eaid messages list`.

use super::filter::Narrow;
use crate::cli::print::{cut, json, say, table, time};
use crate::cli::{Desk, Failure};
use crate::operate;
use crate::store::monitor::MessageLine;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  eaid messages list                                     the newest 50
  eaid messages list --state refused --since 2h          refused in the last two hours
  eaid messages list --cause document_used --since 1d    by the code of the first error
  eaid messages list --internal-id PEDIDO-1001           every message of one sale
  eaid messages list --since 2026-11-20 --until 2026-11-21 --limit 1000 --json")]
pub struct Args {
    #[command(flatten)]
    narrow: Narrow,
    /// At most so many, newest first
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let config = desk.config()?;
    let zone = config.identity.timezone;
    let limit = args.limit as usize;
    let filter = args.narrow.filter(zone, limit)?;
    let store = operate::store(&config).await?;
    let lines = store.messages(&filter).await?;
    if desk.json {
        return json(&lines);
    }
    if lines.is_empty() {
        return say(if args.narrow.is_empty() { "No messages yet." } else { "No message fits." });
    }
    let row = |line: &MessageLine| {
        vec![
            time(line.received_at, zone),
            line.status.clone(),
            line.cause.clone(),
            line.transaction.clone(),
            cut(&line.internal_id, 30),
            line.partner.clone(),
            // Without a UUID of the sender's, ours finds it as well.
            if line.uuid.is_empty() { line.id.to_string() } else { cut(&line.uuid, 36) },
        ]
    };
    let head = ["received", "state", "cause", "transaction", "id", "partner", "uuid"];
    say(&table(&head, lines.iter().map(row).collect()))?;
    if lines.len() == limit {
        say(&format!("\nThe newest {limit}; --limit shows more."))?;
    }
    Ok(())
}
