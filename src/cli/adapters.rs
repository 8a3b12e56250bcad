//! `eaid adapters`: what is registered, as eaid understands it, and the samples of every routine.

mod show;
mod test;

use super::print::{json, say, table};
use super::{Desk, Failure};
use crate::catalog::{Method, Operation, Registration};
use crate::operate::read_catalog;
use clap::Subcommand;
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Registered adapters
    #[command(after_help = "Examples:\n  eaid adapters list\n  eaid adapters list --json")]
    List,
    /// One adapter: its registration, what its routine does, the tables it fills
    Show(show::Args),
    /// Run the samples of every routine, or of one
    Test(test::Args),
}

pub async fn run(desk: &Desk, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::List => list(desk),
        Verb::Show(args) => show::run(desk, &args),
        Verb::Test(args) => test::run(desk, &args),
    }
}

/// What it does with messages, in one word.
fn direction(registration: &Registration) -> &'static str {
    match (registration.receive, registration.send) {
        (true, true) => "receives, sends",
        (true, false) => "receives",
        (false, true) => "sends",
        (false, false) => "off",
    }
}

const fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::All => "all",
        Operation::Update => "update",
        Operation::Delete => "delete",
    }
}

const fn method(method: Method) -> &'static str {
    match method {
        Method::Sync => "sync",
        Method::Async => "async",
    }
}

/// A registration as a document.
fn document(registration: &Registration) -> Value {
    json!({
        "routine": registration.routine.name,
        "message": registration.routine.message,
        "description": registration.description,
        "send": registration.send,
        "receive": registration.receive,
        "method": method(registration.method),
        "operation": operation(registration.operation),
        "condition": registration.condition.as_ref().map_or("", |condition| &condition.text),
        "channel": registration.channel,
        "version": registration.version.to_string(),
        "alias": registration.alias,
        "route": registration.route,
        "format": registration.format.as_str(),
        "execution_branch": registration.execution_branch,
        "line": registration.line,
    })
}

fn list(desk: &Desk) -> Result<(), Failure> {
    let config = desk.config()?;
    let catalog = read_catalog(&config)?;
    if desk.json {
        return json(&catalog.registrations.iter().map(document).collect::<Vec<_>>());
    }
    let row = |registration: &Registration| {
        let any = |text: &str| if text.is_empty() { "any".to_owned() } else { text.to_owned() };
        vec![
            registration.routine.name.to_owned(),
            registration.routine.message.to_owned(),
            registration.version.to_string(),
            direction(registration).to_owned(),
            operation(registration.operation).to_owned(),
            method(registration.method).to_owned(),
            registration.route.clone(),
            any(&registration.execution_branch),
            registration.line.to_string(),
        ]
    };
    let head = ["routine", "message", "version", "", "events", "method", "route", "branch", "line"];
    say(&table(&head, catalog.registrations.iter().map(row).collect()))?;
    say(&format!("\n{} of {}", catalog.registrations.len(), config.catalog.adapters.display()))
}
