//! `eaid orders event ORDER EVENT`: tells what happened to an order, as the ERP would.

use super::id;
use crate::cli::print::{json, say};
use crate::cli::{Desk, Failure};
use crate::operate;
use crate::operate::order_event::{Recorded, record};
use crate::operate::orders::find;
use clap::builder::PossibleValuesParser;
use eaid_schemas::envelope::order_event::OrderEventKind;
use eaid_schemas::field::Choice;
use eaid_schemas::violation::Violation;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Delivery orders: invoiced, nfe_authorized, shipped, delivered, cancelled, returned.
Pick-up orders: pickup_confirmed, fiscal_document_authorized.

Examples:
  eaid orders event '01|0101|000123' invoiced --number 000000900 --serie 1 --value 455.50
  eaid orders event '01|0101|000123' nfe_authorized --access-key 3526… --xml nfe.xml
  eaid orders event '01|0101|000123' shipped --tracking-code BR123456789
  eaid orders event '01|0101|000124' pickup_confirmed

The trace goes to the partner by the daemon. The same facts again change nothing.")]
pub struct Args {
    /// company|branch|number
    order: String,
    /// What happened
    #[arg(value_parser = PossibleValuesParser::new(OrderEventKind::MEMBERS.iter().map(|(_, name, _)| *name)))]
    event: String,
    /// When it happened [default: now]
    #[arg(long, value_name = "STAMP")]
    at: Option<String>,
    /// Number of the invoice
    #[arg(long, alias = "invoice-number")]
    number: Option<String>,
    /// Its series
    #[arg(long, alias = "invoice-serie")]
    serie: Option<String>,
    /// Its gross value
    #[arg(long, alias = "invoice-value")]
    value: Option<String>,
    /// When it was issued
    #[arg(long, alias = "invoice-issued-on", value_name = "DAY")]
    issued_on: Option<String>,
    /// Its access key, 44 digits
    #[arg(long)]
    access_key: Option<String>,
    /// The authorised document
    #[arg(long, value_name = "FILE")]
    xml: Option<PathBuf>,
    /// The carrier's tracking code
    #[arg(long)]
    tracking_code: Option<String>,
}

impl Args {
    /// The event as it would come by a queue.
    fn document(&self) -> Result<Value, Failure> {
        let xml = match &self.xml {
            Some(file) => Some(
                std::fs::read_to_string(file)
                    .map_err(|error| Failure::Failed(format!("{}: {error}", file.display())))?,
            ),
            None => None,
        };
        let object = |members: &[(&str, Option<&String>)]| -> Map<String, Value> {
            let given =
                members.iter().filter_map(|(name, text)| Some(((*name).to_owned(), text.as_ref()?.as_str().into())));
            given.collect()
        };
        let mut event = object(&[
            ("order", Some(&self.order)),
            ("event", Some(&self.event)),
            ("at", self.at.as_ref()),
            ("tracking_code", self.tracking_code.as_ref()),
        ]);
        let invoice = object(&[
            ("number", self.number.as_ref()),
            ("serie", self.serie.as_ref()),
            ("value", self.value.as_ref()),
            ("issued_on", self.issued_on.as_ref()),
            ("access_key", self.access_key.as_ref()),
            ("xml", xml.as_ref()),
        ]);
        if !invoice.is_empty() {
            event.insert("invoice".to_owned(), invoice.into());
        }
        Ok(event.into())
    }
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    id(&args.order)?;
    let document = args.document()?;
    let office = operate::office(desk.config()?).await?;
    let recorded = record(&office, &document).await.map_err(|error| Failure::Failed(error.to_string()))?;
    let changed = match recorded {
        Recorded::Refused(reasons) => return Err(refused(desk, &args.order, &reasons)?),
        Recorded::Taken(changed) => changed,
    };
    let found = find(office.store.as_ref(), &args.order).await?;
    let order = found.and_then(|found| found.order);
    let (code, text) = order.map(|order| (order.line.status, order.line.status_text)).unwrap_or_default();
    if desk.json {
        return json(&json!({ "changed": changed, "order": args.order, "status": code, "status_text": text }));
    }
    say(&match changed {
        true => format!("{}  {code} {text}", args.order),
        false => format!("{}  {code} {text}  (nothing changed: the same facts again)", args.order),
    })
}

fn refused(desk: &Desk, order: &str, reasons: &[Violation]) -> Result<Failure, Failure> {
    if desk.json {
        let reasons = reasons
            .iter()
            .map(|reason| json!({ "code": reason.code.as_str(), "path": reason.path, "text": reason.text }));
        json(&json!({ "changed": false, "order": order, "errors": reasons.collect::<Vec<_>>() }))?;
        return Ok(Failure::Said);
    }
    let reasons: Vec<String> =
        reasons.iter().map(|reason| format!("{order}: {} {}: {}", reason.path, reason.code, reason.text)).collect();
    Ok(Failure::Failed(reasons.join("\n")))
}
