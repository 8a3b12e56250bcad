//! `eaid explain FILE…`: what would happen to a message.

mod carets;
#[cfg(test)]
mod tests;

use super::print::{json, say, table};
use super::{Desk, Failure};
use crate::catalog::Catalog;
use crate::config::Config;
use crate::operate::explain::{Answers, Explanation, RowLine, explain};
use crate::operate::read_catalog;
use crate::store::{Store, open};
use eaid_adapters::near::hint_or_all;
use eaid_schemas::violation::Code;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Nothing is written. De/Para, customers and reserves are those of the configured database; with --offline those of
an empty house, so that everything the message needs is listed.

Examples:
  eaid explain sale.json
  eaid explain --offline sale.json
  eaid explain --code sum_differs")]
pub struct Args {
    /// Messages, one a file
    #[arg(required_unless_present = "code")]
    files: Vec<PathBuf>,
    /// Explain a code of an answer
    #[arg(long, value_name = "CODE", conflicts_with = "files")]
    code: Option<String>,
    /// Do not ask the database
    #[arg(long)]
    offline: bool,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    if let Some(code) = &args.code {
        return explain_code(desk, code);
    }
    let config = desk.config()?;
    let catalog = read_catalog(&config)?;
    let store: Option<Arc<dyn Store>> = if args.offline { None } else { Some(migrated(&config, &catalog).await?) };
    let mut explanations = Vec::new();
    for file in &args.files {
        let name = file.display().to_string();
        let body = std::fs::read(file).map_err(|error| Failure::Failed(unread(&name, &error)))?;
        explanations.push(explain(&config, &catalog, store.as_deref(), &name, body).await?);
    }
    let refused =
        explanations.iter().any(|told| ["refused", "unreadable", "set_aside"].contains(&told.verdict.as_str()));
    if desk.json {
        json(&explanations)?;
    } else {
        for told in &explanations {
            say(&page(told))?;
        }
    }
    if refused { Err(Failure::Said) } else { Ok(()) }
}

/// Why a file was not read. Whoever asks of a message that came already does not mean a file.
fn unread(name: &str, error: &std::io::Error) -> String {
    let shown = name.parse::<uuid::Uuid>().map(|_| format!(". What became of a message: `eaid messages show {name}`"));
    format!("{name}: {error}{}", shown.unwrap_or_default())
}

/// The configured store, as long as it is there: explaining makes none.
async fn migrated(config: &Config, catalog: &Catalog) -> Result<Arc<dyn Store>, Failure> {
    let (store, tables) = (open(config.database_url()).await?, catalog.tables());
    if config.database.migrate {
        store.migrate(&tables).await?;
    } else if !store.health(&tables).await?.is_migrated {
        return Err(Failure::Failed(
            "the database is not migrated; run `eaid migrate`, or explain with --offline".to_owned(),
        ));
    }
    Ok(store)
}

/// The page of a code.
fn explain_code(desk: &Desk, name: &str) -> Result<(), Failure> {
    let names: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let Some(code) = Code::parse(name) else {
        return Err(Failure::Usage(format!("there is no code `{name}`{}", hint_or_all(name, &names))));
    };
    let page = code.page();
    if desk.json {
        return json(&serde_json::json!({
            "code": code.as_str(), "title": page.title, "explanation": page.explanation, "advice": page.advice
        }));
    }
    say(&format!("{code}\n\n{page}"))
}

/// What a person reads of it.
fn page(told: &Explanation) -> String {
    let mut lines = vec![told.file.clone()];
    let facts = [
        ("", [told.transaction.as_str(), &told.version].join(" ")),
        ("from ", told.partner.clone()),
        ("id ", told.internal_id.clone()),
    ];
    let facts: Vec<String> = facts
        .iter()
        .filter(|(_, fact)| !fact.trim().is_empty())
        .map(|(name, fact)| format!("{name}{}", fact.trim()))
        .collect();
    if !facts.is_empty() {
        lines.push(format!("  {}", facts.join(", ")));
    }
    if !told.adapter.is_empty() {
        lines.push(format!("  adapter: {}", told.adapter));
    }
    lines.push(format!("  catalog: {}", told.catalog));
    lines.push(format!("  verdict: {}", told.verdict));
    lines.extend(told.answers.iter().flat_map(Answers::lines).map(|line| format!("  {line}")));
    if !told.violations.is_empty() {
        lines.push(carets::draw(told).trim_end().to_owned());
    }
    for waits in &told.waits {
        lines.push(format!("  waits for {}  (named by {})\n          {}", waits.key, waits.path, waits.text));
    }
    if !told.rows.is_empty() {
        lines.push("  rows:".to_owned());
        lines.push(table(&["", "table", "columns"], told.rows.iter().map(row).collect()));
    }
    lines.extend(told.depara.iter().map(|entry| format!("  De/Para: {entry}")));
    if let Some(answer) = &told.answer {
        let json: Option<serde_json::Value> = serde_json::from_str(answer).ok();
        lines.push("  answer:".to_owned());
        lines.push(json.map_or_else(|| answer.clone(), |json| format!("{json:#}")));
    }
    lines.join("\n")
}

/// A value in one line: a whole document is not drawn.
fn in_short(value: &str) -> String {
    const LONGEST: usize = 60;
    let line = value.lines().next().unwrap_or_default();
    let shown: String = line.chars().take(LONGEST).collect();
    if shown.len() < value.len() { format!("{shown}…") } else { shown }
}

fn row(row: &RowLine) -> Vec<String> {
    let columns = row.columns.iter().map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), in_short);
        format!("{name}={value}")
    });
    vec![row.change.to_owned(), row.table.to_owned(), columns.collect::<Vec<_>>().join(" ")]
}
