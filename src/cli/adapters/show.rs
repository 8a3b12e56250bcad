//! `eaid adapters show NAME`.

use super::{direction, document, method, operation};
use crate::catalog::Registration;
use crate::cli::print::{json, say};
use crate::cli::{Desk, Failure};
use crate::operate::read_catalog;
use eaid_adapters::ROUTINES;
use eaid_adapters::near::hint;
use eaid_adapters::routine::{Part, Routine};
use serde_json::json;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  eaid adapters show LOJA701\n  eaid adapters show RetailSales")]
pub struct Args {
    /// Routine or message
    name: String,
}

pub fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let is_it =
        |routine: &Routine| [routine.name, routine.message].iter().any(|name| name.eq_ignore_ascii_case(&args.name));
    let Some(routine) = ROUTINES.iter().copied().find(|routine| is_it(routine)) else {
        let names: Vec<&str> = ROUTINES.iter().flat_map(|routine| [routine.name, routine.message]).collect();
        let near = hint(&args.name, &names);
        return Err(Failure::Usage(format!("no routine or message {}{near}", args.name)));
    };
    let config = desk.config()?;
    let catalog = read_catalog(&config)?;
    let registered: Vec<&Registration> =
        catalog.registrations.iter().filter(|known| known.routine.name == routine.name).collect();
    let majors = routine.part.majors();
    if desk.json {
        return json(&json!({
            "routine": routine.name,
            "message": routine.message,
            "summary": routine.summary,
            "majors": majors,
            "tables": routine.tables.iter().map(|table| table.name).collect::<Vec<_>>(),
            "registrations": registered.iter().map(|known| document(known)).collect::<Vec<_>>(),
        }));
    }
    say(&format!("{}  {}", routine.name, routine.message))?;
    say(&format!("  {}", routine.summary))?;
    let versions: Vec<String> = majors.iter().map(|major| format!("{major}.x")).collect();
    let verb = if matches!(routine.part, Part::Sends { .. }) { "writes" } else { "reads" };
    say(&format!("  {verb} versions {}", versions.join(" and ")))?;
    for table in routine.tables {
        say(&format!("  table {:12} {}", table.name, table.doc.trim()))?;
    }
    let file = config.catalog.adapters.display();
    if registered.is_empty() {
        return say(&format!("  not registered in {file}"));
    }
    for known in registered {
        say(&format!("{file}:{}  {}", known.line, known.description))?;
        let any = |text: &str| if text.is_empty() { "any".to_owned() } else { text.to_owned() };
        let facts = [
            ("does", direction(known).to_owned()),
            ("version", known.version.to_string()),
            ("events", operation(known.operation).to_owned()),
            ("method", method(known.method).to_owned()),
            ("route", known.route.clone()),
            ("condition", known.condition.as_ref().map_or_else(String::new, |condition| condition.text.clone())),
            ("channel", known.channel.clone()),
            ("alias", known.alias.clone()),
            ("format", known.format.as_str().to_owned()),
            ("branch", any(&known.execution_branch)),
        ];
        for (name, fact) in facts.iter().filter(|(_, fact)| !fact.is_empty()) {
            say(&format!("  {name:<10} {fact}"))?;
        }
    }
    Ok(())
}
