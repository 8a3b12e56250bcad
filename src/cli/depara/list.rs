//! `eaid depara list` and `eaid depara export`.

use super::ALL;
use crate::cli::print::{json, say, table};
use crate::cli::{Desk, Failure};
use crate::operate;
use crate::operate::depara;
use crate::store::monitor::DeParaLine;
use eaid_adapters::effect::Alias;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  eaid depara list --alias SB1               products
  eaid depara list SKU-10                    whatever holds SKU-10 on either side
  eaid depara list --reference OMNI --json

Kinds: SB1 product, NNR warehouse, SA3 seller, SLF operator, SLG station, SA4 carrier,
SAE administrator, SF4 TES, SLJ store, SE4 payment term, SX5 payment form and bank.
SA1 customer, SC0 reserve and SL1 sale come by messages.")]
pub struct Args {
    /// A part of the partner's or of our value
    part: Option<String>,
    #[command(flatten)]
    narrow: Narrow,
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  eaid depara export > depara.csv\n  eaid depara export --alias SB1 > products.csv")]
pub struct ExportArgs {
    #[command(flatten)]
    narrow: Narrow,
}

#[derive(Debug, clap::Args)]
struct Narrow {
    /// Partner, as its route spells it
    #[arg(long)]
    reference: Option<String>,
    /// Kind: SB1, SA3, …
    #[arg(long)]
    alias: Option<String>,
}

impl Narrow {
    fn alias(&self) -> Result<Option<Alias>, Failure> {
        self.alias.as_deref().map(depara::alias).transpose().map_err(Failure::Usage)
    }
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let alias = args.narrow.alias()?;
    let store = operate::store(&desk.config()?).await?;
    let limit = args.limit as usize;
    let lines = store.depara(args.narrow.reference.as_deref(), alias, args.part.as_deref(), limit).await?;
    if desk.json {
        return json(&lines);
    }
    if lines.is_empty() {
        return say("No entry fits.");
    }
    let row = |line: &DeParaLine| {
        let DeParaLine { reference, alias, field, external, internal } = line.clone();
        vec![reference, alias, field, external, internal]
    };
    say(&table(&depara::HEADER, lines.iter().map(row).collect()))?;
    if lines.len() == limit {
        say(&format!("\nThe first {limit}; --limit shows more."))?;
    }
    Ok(())
}

pub async fn export(desk: &Desk, args: &ExportArgs) -> Result<(), Failure> {
    let alias = args.narrow.alias()?;
    let store = operate::store(&desk.config()?).await?;
    let lines = store.depara(args.narrow.reference.as_deref(), alias, None, ALL).await?;
    if desk.json {
        return json(&lines);
    }
    match depara::write(&lines, std::io::stdout().lock()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
