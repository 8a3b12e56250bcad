//! `eaid orders list`.

use crate::cli::print::{json, say, table};
use crate::cli::{Desk, Failure};
use crate::operate;
use crate::operate::orders::{Narrow, OrderLine, Way, list};
use clap::ValueEnum;
use eaid_adapters::mata410b::status;

#[derive(Clone, Copy, Debug, ValueEnum)]
enum WayArg {
    Delivery,
    Pickup,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  eaid orders list                              the newest 50
  eaid orders list --status 09                  blocked by credit
  eaid orders list --status Faturado            by the text of the status
  eaid orders list --way pickup --branch 0101")]
pub struct Args {
    /// Branch that delivers, or where the goods are fetched
    #[arg(long)]
    branch: Option<String>,
    /// Status: its code or its text
    #[arg(long)]
    status: Option<String>,
    /// Code of the customer
    #[arg(long)]
    customer: Option<String>,
    /// How the goods reach the customer
    #[arg(long)]
    way: Option<WayArg>,
    /// At most so many, newest first
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let narrow = Narrow {
        branch: args.branch.clone(),
        status: args.status.as_deref().map(code).transpose()?,
        customer: args.customer.clone(),
        way: args.way.map(|way| match way {
            WayArg::Delivery => Way::Delivery,
            WayArg::Pickup => Way::Pickup,
        }),
    };
    let store = operate::store(&desk.config()?).await?;
    let limit = args.limit as usize;
    let lines = list(store.as_ref(), &narrow, limit).await?;
    if desk.json {
        return json(&lines);
    }
    if lines.is_empty() {
        return say("No orders.");
    }
    let row = |line: &OrderLine| {
        vec![
            line.order.clone(),
            if line.way == Way::Delivery { "delivery" } else { "pickup" }.to_owned(),
            line.status.clone(),
            line.status_text.clone(),
            line.customer.clone(),
            line.issued.map_or_else(String::new, |day| day.to_string()),
            line.sale.clone(),
            line.tracking_code.clone(),
        ]
    };
    let head = ["order", "way", "", "status", "customer", "issued", "sale", "tracking"];
    say(&table(&head, lines.iter().map(row).collect()))?;
    if lines.len() == limit {
        say(&format!("\nThe newest {limit}; --limit shows more."))?;
    }
    Ok(())
}

/// The code of a status given by code or text.
fn code(text: &str) -> Result<String, Failure> {
    let found =
        status::ALL.iter().find(|status| status.code == text || status.text.to_lowercase() == text.to_lowercase());
    found.map(|status| status.code.to_owned()).ok_or_else(|| {
        let known: Vec<String> = status::ALL.iter().map(|status| format!("{} {}", status.code, status.text)).collect();
        Failure::Usage(format!("--status {text}: expected one of {}", known.join(", ")))
    })
}
