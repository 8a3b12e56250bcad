//! `eaid soak`: breaks daemons and connections of its own under load, and proves that nothing was lost or done twice.

use super::print::{json, say};
use super::{Desk, Failure};
use crate::config::Config;
use crate::operate;
use crate::operate::depara::{absent, demonstration};
use crate::operate::soak::faults::{ALL, Kind};
use crate::operate::soak::{Plan, Report, soak};
use chrono::Utc;
use std::io::{IsTerminal, Write};
use std::time::Duration;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
It plays OMNI against the configured broker and database, with daemons of its own (no other should run) whose
processes it kills and whose connections it tears; the servers themselves it leaves alone. The sales it makes stay:
use a test system, with the shipped reference tables and the demonstration's De/Para.

Examples:
  eaid depara import config/demo/depara.csv
  eaid soak --minutes 10 --faults all --test-system
  eaid soak --minutes 2 --faults kill,database --daemons 4 --test-system --json

Exit code 0: every message was received, is in one final state, had its effect once and one answer.")]
pub struct Args {
    /// How long messages are sent and things broken
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// What is broken: all, none, or kinds of kill, stop, broker, database
    #[arg(long, value_delimiter = ',', default_value = "all", value_parser = faults)]
    faults: Vec<Faults>,
    /// Daemons
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    daemons: u8,
    /// Messages a second
    #[arg(long, default_value_t = 50.0)]
    rate: f64,
    /// I agree: broker and database are those of a test system
    #[arg(long)]
    test_system: bool,
}

/// What a word of `--faults` stands for.
type Faults = &'static [Kind];

fn faults(word: &str) -> Result<Faults, String> {
    match word {
        "all" => Ok(&ALL),
        "none" => Ok(&[]),
        "kill" => Ok(&[Kind::Kill]),
        "stop" => Ok(&[Kind::Stop]),
        "broker" => Ok(&[Kind::Broker]),
        "database" => Ok(&[Kind::Database]),
        _ => Err("expected all, none, kill, stop, broker or database".to_owned()),
    }
}

pub async fn run(desk: &Desk, args: Args) -> Result<(), Failure> {
    let config = desk.config()?;
    if !args.test_system {
        let text = "soak makes sales and breaks connections; say --test-system if this is none that matters";
        return Err(Failure::Usage(text.to_owned()));
    }
    if !config.amqp.enabled {
        return Err(Failure::Usage("soak plays over RabbitMQ; set [amqp] enabled = true and url".to_owned()));
    }
    let is_positive = |number: f64| number.is_finite() && number > 0.0 && number <= 100_000.0;
    if !is_positive(args.minutes) || !is_positive(args.rate) {
        return Err(Failure::Usage("--minutes, --rate: expected a number above 0".to_owned()));
    }
    check_depara(&config).await?;
    let plan = Plan {
        time: Duration::from_secs_f64(args.minutes * 60.0),
        faults: args.faults.concat(),
        daemons: usize::from(args.daemons),
        rate: args.rate,
        seed: Utc::now().timestamp_millis().unsigned_abs(),
    };
    let is_told = !desk.json && std::io::stderr().is_terminal();
    let report = soak(&config, desk.config.as_deref(), &plan, |account| {
        if is_told {
            eprint!("\r{} sent, {} answered ", account.messages(), account.answered());
            drop(std::io::stderr().flush());
        }
    })
    .await?;
    if is_told {
        eprintln!();
    }
    if desk.json {
        json(&report)?
    } else {
        print(&report)?
    }
    if report.is_right() { Ok(()) } else { Err(Failure::Said) }
}

/// The messages name the codes of the demonstration: without its De/Para every sale would wait, and the soak would say
/// so only at its end.
async fn check_depara(config: &Config) -> Result<(), Failure> {
    let all = demonstration()?;
    let count = all.len();
    let absent = absent(operate::store(config).await?.as_ref(), all).await?;
    let Some(first) = absent.first() else { return Ok(()) };
    Err(Failure::Usage(format!(
        "{} of the {count} De/Para entries that the messages need are not there (the first: {}, {}, {}); load them with\n  \
         eaid depara import config/demo/depara.csv",
        absent.len(),
        first.reference,
        first.alias,
        first.external
    )))
}

fn print(report: &Report) -> Result<(), Failure> {
    let line = |name: &str, count: usize| say(&format!("{name:<34} {count:>9}"));
    line("received", report.received)?;
    for (state, count) in &report.states {
        line(&format!("  {state}"), *count)?;
    }
    line("in one final state", report.final_states)?;
    line("sales sent", report.sales)?;
    line("sales there", report.sales_made)?;
    line("with exactly one answer", report.answers.answered)?;
    for (code, count) in &report.answers.errors {
        line(&format!("  ERROR {code}"), *count)?;
    }
    for (name, count) in [("without an answer", report.answers.missing), ("answered twice", report.answers.doubled)] {
        line(name, count)?;
    }
    for (kind, count) in &report.faults {
        let name = match kind {
            Kind::Kill => "daemons killed",
            Kind::Stop => "daemons stopped in order",
            Kind::Broker => "broken ways to the broker",
            Kind::Database => "broken ways to the database",
        };
        line(name, *count)?;
    }
    let latency = &report.answers.latency_ms;
    say(&format!(
        "publish to answer                  p50 {:.0}  p99 {:.0}  max {:.0} ms",
        latency.p50, latency.p99, latency.max
    ))?;
    say(&format!("what the daemons said: {}", report.logs.display()))?;
    say(if report.is_right() { "nothing lost, nothing twice" } else { "NOT RIGHT: see the lines above" })
}
