//! `eaid adapters show NAME`.

use super::{direction, document, method, operation};
use crate::catalog::Registration;
use crate::cli::print::{json, say};
use crate::cli::{Desk, Failure};
use crate::operate::read_catalog;
use eaid_adapters::near::hint;
use eaid_adapters::routine::{Part, Routine};
use serde_json::{Value, json};
use std::path::Path;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  eaid adapters show LOJA701\n  eaid adapters show RetailSales\n  eaid adapters show Seller"
)]
pub struct Args {
    /// Routine or message
    name: String,
}

pub fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let config = desk.config()?;
    let catalog = read_catalog(&config)?;
    let is_it =
        |routine: &Routine| [routine.name, routine.message].iter().any(|name| name.eq_ignore_ascii_case(&args.name));
    // GENERIC is a routine of its own for each message and major that is registered with it.
    let mut routines: Vec<&Routine> = Vec::new();
    for routine in catalog.routines().filter(|routine| is_it(routine)) {
        if !routines.iter().any(|known| std::ptr::eq(*known, routine)) {
            routines.push(routine);
        }
    }
    if routines.is_empty() {
        let names: Vec<&str> = catalog.routines().flat_map(|routine| [routine.name, routine.message]).collect();
        let near = hint(&args.name, &names);
        return Err(Failure::Usage(format!("no routine or message {}{near}", args.name)));
    }
    let of = |routine: &Routine| -> Vec<&Registration> {
        catalog.registrations.iter().filter(|known| std::ptr::eq(known.routine, routine)).collect()
    };
    if desk.json {
        let documents: Vec<Value> = routines.iter().map(|routine| described(routine, &of(routine))).collect();
        return match documents.as_slice() {
            [one] => json(one),
            many => json(&many),
        };
    }
    routines.iter().try_for_each(|routine| print(routine, &of(routine), &config.catalog.adapters))
}

fn described(routine: &Routine, registered: &[&Registration]) -> Value {
    json!({
        "routine": routine.name,
        "message": routine.message,
        "summary": routine.summary,
        "majors": routine.part.majors(),
        "tables": routine.tables.iter().map(|table| table.name).collect::<Vec<_>>(),
        "registrations": registered.iter().map(|known| document(known)).collect::<Vec<_>>(),
    })
}

fn print(routine: &Routine, registered: &[&Registration], file: &Path) -> Result<(), Failure> {
    say(&format!("{}  {}", routine.name, routine.message))?;
    say(&format!("  {}", routine.summary))?;
    let versions: Vec<String> = routine.part.majors().iter().map(|major| format!("{major}.x")).collect();
    let verb = if matches!(routine.part, Part::Sends { .. }) { "writes" } else { "reads" };
    say(&format!("  {verb} versions {}", versions.join(" and ")))?;
    for table in routine.tables {
        say(&format!("  table {:12} {}", table.name, table.doc.trim()))?;
    }
    let file = file.display();
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
