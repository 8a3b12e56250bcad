//! `eaid simulate`: plays OMNI over RabbitMQ, and counts the answers.

use super::print::{json, say};
use super::{Desk, Failure};
use crate::operate::simulate::{Account, Kind, Plan, Report, Script, play};
use chrono::Utc;
use clap::ValueEnum;
use std::io::{IsTerminal, Write};
use std::time::Duration;

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KindArg {
    /// Counter sales
    Sales,
    /// Reserve, customer and sale of delivery and pick-up orders
    Cycle,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
It needs a running daemon on RabbitMQ, the shipped reference tables and the demonstration's
De/Para. Do not run it on a database that matters: the sales it makes are real to eaid. Answers are
heard on a queue of its own; who reads the partner's mailbox gets them as well.

Examples:
  eaid depara import config/demo/depara.csv
  eaid simulate                                     1,000 counter sales as fast as they go
  eaid simulate --kind cycle --messages 3000        orders from reserve to sale, with their traces
  eaid simulate --messages 12000 --rate 200         latency at 200 messages a second

Exit code 0: every message got exactly one answer, and that was OK.")]
pub struct Args {
    /// How many messages
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    messages: u32,
    /// Messages a second [default: as fast as the broker takes them]
    #[arg(long)]
    rate: Option<f64>,
    /// What is played
    #[arg(long, value_enum, default_value = "sales")]
    kind: KindArg,
    /// The same seed makes the same messages, which eaid then recognises [default: another one each time]
    #[arg(long)]
    seed: Option<u64>,
    /// Give up when nothing was heard for so long
    #[arg(long, default_value = "60s", value_parser = humantime::parse_duration)]
    patience: Duration,
}

pub async fn run(desk: &Desk, args: Args) -> Result<(), Failure> {
    let config = desk.config()?;
    if !config.amqp.enabled {
        return Err(Failure::Usage("simulate plays over RabbitMQ; set [amqp] enabled = true and url".to_owned()));
    }
    if args.rate.is_some_and(|rate| !rate.is_finite() || rate <= 0.0) {
        return Err(Failure::Usage("--rate: expected a number above 0".to_owned()));
    }
    let kind = match args.kind {
        KindArg::Sales => Kind::Sales,
        KindArg::Cycle => Kind::Cycle,
    };
    let seed = args.seed.unwrap_or_else(|| Utc::now().timestamp_millis().unsigned_abs());
    let plan = Plan { messages: args.messages as usize, rate: args.rate, patience: args.patience };
    let is_told = !desk.json && std::io::stderr().is_terminal();
    let report = play(&config, plan, Script::new(kind, seed)?, |account| {
        if is_told {
            tell(account, plan.messages);
        }
    })
    .await?;
    if is_told {
        eprintln!();
    }
    if desk.json {
        json(&report)?
    } else {
        print(&report, seed)?
    }
    let is_right = report.missing == 0 && report.doubled == 0 && report.errors.is_empty();
    if is_right { Ok(()) } else { Err(Failure::Said) }
}

fn tell(account: &Account, messages: usize) {
    eprint!("\r{} of {messages} sent, {} answered ", account.messages(), account.answered());
    drop(std::io::stderr().flush());
}

fn print(report: &Report, seed: u64) -> Result<(), Failure> {
    let line = |name: &str, text: String| say(&format!("{name:<22} {text}"));
    line("messages", format!("{} (seed {seed})", report.messages))?;
    line("exactly one answer", format!("{}, {} of them OK", report.answered, report.ok))?;
    for (code, count) in &report.errors {
        line("  ERROR", format!("{count}  {code}"))?;
    }
    if report.missing > 0 {
        line("no answer", format!("{}, such as {}", report.missing, report.without_answer.join(" ")))?;
        say("                       `eaid messages show UUID` says why; `eaid depara missing` what they wait for")?;
    }
    if report.doubled > 0 {
        line("more than one answer", report.doubled.to_string())?;
    }
    if report.traces + report.failures > 0 {
        line("meanwhile", format!("{} traces, {} failures of GravaBatch", report.traces, report.failures))?;
    }
    line("time", format!("{:.2} s, {:.0} answers/s", report.seconds, report.per_second))?;
    let latency = &report.latency_ms;
    let text =
        format!("p50 {:.1}  p90 {:.1}  p99 {:.1}  max {:.1} ms", latency.p50, latency.p90, latency.p99, latency.max);
    line("publish to answer", text)
}
