//! The command line, one file a verb.

mod adapters;
mod check;
mod demo;
mod depara;
mod explain;
mod init;
mod messages;
mod migrate;
mod orders;
mod pdvsync;
mod print;
mod reconcile;
mod retention;
mod run;
mod schema;
mod send;
mod simulate;
mod soak;
mod status;
mod users;

use crate::catalog::read::Problem;
use crate::config::{Config, ConfigError, load};
use crate::fault::Fault;
use crate::operate::Unopened;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

const EXAMPLES: &str = "\
First steps:
  eaid demo                          the whole cycle of two sales, in a temporary folder
  eaid init shop                     write a configuration to start from
  cd shop && eaid check              what is wrong with it, by file and line
  eaid run                           the daemon

When something is stuck:
  eaid status                        one screen: counts, ages, queues
  eaid messages list --state refused
  eaid messages show UUID            everything about one message
  eaid depara missing                what messages wait for, most wanted first
  eaid depara set OMNI SB1 SKU-9 '01||PROD0009'

When the day is closed:
  eaid reconcile --from 2026-11-20   received, staged, in titles, answered: what differs, and why

Exit codes: 0 done, 1 refused or failed, 2 wrong usage or configuration.";

/// eaid takes TOTVS business messages from a bus, gives each to its adapter, answers, and can explain every fate.
#[derive(Debug, Parser)]
#[command(name = "eaid", version, about, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    /// Configuration to lay over the defaults [without it: config/eaid.toml, if there]
    #[arg(long, global = true, value_name = "FILE", env = "EAID_CONFIG")]
    config: Option<PathBuf>,
    /// Print JSON, for machines
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Play one Entrega and one Retira sale from reserve to delivery, and show what happened
    Demo(demo::Args),
    /// Write a configuration, registrations and tables to start from
    Init(init::Args),
    /// Check configuration, adapters, routes and samples, then database and broker
    Check(check::Args),
    /// Run the daemon
    Run(run::Args),
    /// Create or upgrade the database
    Migrate,
    /// Say what would happen to a message, and write nothing
    Explain(explain::Args),
    /// Publish files as messages
    Send(send::Args),
    /// Counts and oldest age per state, queues, outbox: one screen
    Status,
    /// Look at messages, and put them back to be decided
    #[command(subcommand)]
    Messages(messages::Verb),
    /// Partners' codes and ours: list, enter, remove, load, and what is missing
    #[command(subcommand)]
    Depara(depara::Verb),
    /// Orders, their timeline, and events told by hand
    #[command(subcommand)]
    Orders(orders::Verb),
    /// Pre-sales: offer orders to the points of sale
    #[command(subcommand)]
    Pdvsync(pdvsync::Verb),
    /// Compare what was received, staged, turned into titles and answered, by branch, day and payment form
    Reconcile(reconcile::Args),
    /// Delete messages that are older than [retention] says, or count them
    Retention(retention::Args),
    /// Who may log in, for PDVSync
    #[command(subcommand)]
    Users(users::Verb),
    /// Registered adapters, and their samples
    #[command(subcommand)]
    Adapters(adapters::Verb),
    /// What a message is, as JSON Schema; the bus as AsyncAPI, HTTP as OpenAPI
    Schema(schema::Args),
    /// Play OMNI: publish reserves, customers and sales, and count the answers
    Simulate(simulate::Args),
    /// Prove on a test system that nothing is lost or done twice while daemons and connections break
    Soak(soak::Args),
}

/// Why a verb did not do what was asked.
#[derive(Debug)]
pub enum Failure {
    /// Wrong usage or configuration: exit code 2.
    Usage(String),
    /// Refused or failed: exit code 1.
    Failed(String),
    /// It has been said already: exit code 1.
    Said,
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Failure::Failed(fault.to_string())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::Usage(error.to_string())
    }
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::Usage(lines.join("\n"))
    }
}

impl From<Unopened> for Failure {
    fn from(unopened: Unopened) -> Self {
        match unopened {
            Unopened::Catalog(problems) => problems.into(),
            Unopened::Fault(fault) => fault.into(),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Failed(error.to_string())
    }
}

/// What every verb is given.
#[derive(Debug)]
struct Desk {
    config: Option<PathBuf>,
    json: bool,
}

impl Desk {
    /// The configuration, read and checked.
    fn config(&self) -> Result<Config, Failure> {
        Ok(load(self.config.as_deref())?)
    }
}

impl Cli {
    /// Whether the process stays, to work by itself.
    pub fn stays(&self) -> bool {
        matches!(self.verb, Verb::Run(_))
    }
}

/// Runs a verb and gives the exit code.
pub fn run(cli: Cli) -> ExitCode {
    let desk = Desk { config: cli.config, json: cli.json };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("eaid: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(verb(&desk, cli.verb)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(text)) => {
            eprintln!("eaid: {text}");
            ExitCode::from(2)
        }
        Err(Failure::Failed(text)) => {
            eprintln!("eaid: {text}");
            ExitCode::FAILURE
        }
        Err(Failure::Said) => ExitCode::FAILURE,
    }
}

async fn verb(desk: &Desk, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Demo(args) => demo::run(desk, args).await,
        Verb::Init(args) => init::run(desk, &args),
        Verb::Check(args) => check::run(desk, &args).await,
        Verb::Run(args) => run::run(desk, args).await,
        Verb::Migrate => migrate::run(desk).await,
        Verb::Explain(args) => explain::run(desk, &args).await,
        Verb::Send(args) => send::run(desk, &args).await,
        Verb::Status => status::run(desk).await,
        Verb::Messages(verb) => messages::run(desk, verb).await,
        Verb::Depara(verb) => depara::run(desk, verb).await,
        Verb::Orders(verb) => orders::run(desk, verb).await,
        Verb::Pdvsync(verb) => pdvsync::run(desk, verb).await,
        Verb::Reconcile(args) => reconcile::run(desk, &args).await,
        Verb::Retention(args) => retention::run(desk, &args).await,
        Verb::Users(verb) => users::run(desk, verb),
        Verb::Adapters(verb) => adapters::run(desk, verb).await,
        Verb::Schema(args) => schema::run(desk, &args).await,
        Verb::Simulate(args) => simulate::run(desk, args).await,
        Verb::Soak(args) => soak::run(desk, args).await,
    }
}
