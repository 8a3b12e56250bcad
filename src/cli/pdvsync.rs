//! `eaid pdvsync`: what the back office does with pre-sales.

use super::print::{json, say};
use super::{Desk, Failure};
use crate::operate;
use crate::operate::presales::{Offered, offer};
use clap::Subcommand;
use eaid_schemas::violation::Violation;
use serde_json::Value;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Offer orders to the points of sale: they wait for their payment
    Offer(OfferArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  eaid pdvsync offer order.json        one order, or a list of them
  eaid pdvsync offer orders/*.json

An order is what POST …/orders/pdvsync takes; it may bring its number (idRetaguarda) and its customer's code. Numbers
of the back office must lie apart from those that eaid gives, which count from 1. The same order again changes nothing.")]
pub struct OfferArgs {
    /// Files with an order, or a list of orders
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub async fn run(desk: &Desk, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Offer(args) => offer_all(desk, &args).await,
    }
}

async fn offer_all(desk: &Desk, args: &OfferArgs) -> Result<(), Failure> {
    let mut orders = Vec::new();
    for file in &args.files {
        let at = |error: String| Failure::Usage(format!("{}: {error}", file.display()));
        let text = std::fs::read(file).map_err(|error| at(error.to_string()))?;
        match serde_json::from_slice(&text) {
            Ok(Value::Array(list)) => orders.extend(list.into_iter().map(|order| order.to_string().into_bytes())),
            // What is no order is told with its reasons, as any other.
            Ok(_) | Err(_) => orders.push(text),
        }
    }
    let office = operate::office(desk.config()?).await?;
    let (mut told, mut is_refused) = (Vec::new(), false);
    for order in orders {
        let offered = offer(&office, order).await.map_err(|error| Failure::Failed(error.to_string()))?;
        is_refused |= matches!(offered, Offered::Refused(_));
        if desk.json {
            told.push(as_json(&offered));
        } else {
            say(&in_words(&offered))?;
        }
    }
    if desk.json {
        json(&told)?;
    }
    if is_refused { Err(Failure::Said) } else { Ok(()) }
}

fn in_words(offered: &Offered) -> String {
    match offered {
        Offered::Waits(number) => format!("offered  {number}"),
        Offered::Before => "it was offered so already".to_owned(),
        Offered::Refused(violations) => {
            let reasons = errors(violations).map(|found| format!("  {}  {}", found.path, found.text));
            format!("refused\n{}", reasons.collect::<Vec<_>>().join("\n"))
        }
    }
}

fn as_json(offered: &Offered) -> Value {
    match offered {
        Offered::Waits(number) => serde_json::json!({ "order": number }),
        Offered::Before => serde_json::json!({ "order": null }),
        Offered::Refused(violations) => {
            let reasons = errors(violations).map(
                |found| serde_json::json!({ "code": found.code.as_str(), "path": found.path, "message": found.text }),
            );
            serde_json::json!({ "errors": reasons.collect::<Vec<_>>() })
        }
    }
}

fn errors(violations: &[Violation]) -> impl Iterator<Item = &Violation> {
    violations.iter().filter(|found| found.is_error())
}
