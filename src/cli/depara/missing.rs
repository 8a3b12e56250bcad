//! `eaid depara missing`: what messages lack, most wanted first.

use crate::cli::print::{age, json, say, table};
use crate::cli::{Desk, Failure};
use crate::operate;
use crate::operate::depara;
use crate::operate::lack::{Lack, bringer};
use crate::store::monitor::{DeParaLine, MissingLine};
use eaid_adapters::effect::Alias;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  eaid depara missing
  eaid depara missing --csv > missing.csv       fill in the last column, then
  eaid depara import missing.csv --skip-empty

Entering an entry wakes the messages that wait for it. Those that were refused already are put back by
  eaid messages retry --cause never_came")]
pub struct Args {
    /// Print CSV for `eaid depara import`, its last column to be filled in
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let store = operate::store(&desk.config()?).await?;
    let missing = store.missing_depara(args.limit as usize).await?;
    if desk.json {
        return json(&missing);
    }
    if args.csv {
        return csv(&missing);
    }
    if missing.is_empty() {
        return say("Nothing is missing.");
    }
    let row = |line: &MissingLine| {
        let by = Alias::find(&line.alias).and_then(bringer);
        vec![
            line.waiting.to_string(),
            line.refused.to_string(),
            line.since.map_or_else(String::new, age),
            line.reference.clone(),
            line.alias.clone(),
            line.external.clone(),
            by.map_or_else(String::new, |message| format!("comes with {message}")),
        ]
    };
    say(&table(
        &["waiting", "refused", "since", "reference", "alias", "external", ""],
        missing.iter().map(row).collect(),
    ))?;
    let first = missing.iter().find_map(|line| {
        let alias = Alias::find(&line.alias).filter(|alias| bringer(*alias).is_none())?;
        Some(Lack { reference: &line.reference, alias, external: &line.external }.command())
    });
    if let Some(command) = first {
        say(&format!("\nTo enter one:   {command}"))?;
        say("To enter many:  eaid depara missing --csv > missing.csv")?;
    }
    Ok(())
}

fn csv(missing: &[MissingLine]) -> Result<(), Failure> {
    let line = |line: &MissingLine| DeParaLine {
        reference: line.reference.clone(),
        alias: line.alias.clone(),
        field: line.field.clone(),
        external: line.external.clone(),
        internal: String::new(),
    };
    match depara::write(&missing.iter().map(line).collect::<Vec<_>>(), std::io::stdout().lock()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
