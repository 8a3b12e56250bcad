//! `eaid depara`: partners' codes and ours.

mod edit;
mod import;
mod list;
mod missing;

use super::{Desk, Failure};
use crate::config::Config;
use crate::operate::read_catalog;
use clap::Subcommand;
use eaid_adapters::near::hint;

/// As many as there are.
const ALL: usize = i32::MAX as usize;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Entries, narrowed by partner, kind, or a part of either value
    List(list::Args),
    /// Enter or change one entry; messages that wait for it are woken at once
    Set(edit::SetArgs),
    /// Remove one entry
    Remove(edit::RemoveArgs),
    /// Load a CSV file: every line or none
    Import(import::Args),
    /// Print entries as CSV, as import takes it
    Export(list::ExportArgs),
    /// What waiting and refused messages lack, most wanted first
    Missing(missing::Args),
}

pub async fn run(desk: &Desk, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::List(args) => list::run(desk, &args).await,
        Verb::Set(args) => edit::set(desk, &args).await,
        Verb::Remove(args) => edit::remove(desk, &args).await,
        Verb::Import(args) => import::run(desk, &args).await,
        Verb::Export(args) => list::export(desk, &args).await,
        Verb::Missing(args) => missing::run(desk, &args).await,
    }
}

/// Says so where a reference is the product of no route: no message would ever find its entries.
fn warn_of_unknown(config: &Config, references: &[&str]) {
    let Ok(catalog) = read_catalog(config) else { return };
    let known: Vec<&str> = catalog.routes.iter().map(|route| route.product.as_str()).collect();
    for reference in references.iter().filter(|reference| !known.contains(reference)) {
        let upper = reference.to_uppercase();
        let near = hint(&upper, &known);
        let path = config.catalog.routes.display();
        eprintln!("eaid: warning: {reference} is the product of no route in {path}, so no message will use it{near}");
    }
}
