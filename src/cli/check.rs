//! `eaid check`: every problem at once, by file and line; then database and broker.

use super::print::{json, say};
use super::{Desk, Failure};
use crate::operate::check::{Finding, offline, online};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  eaid check              everything\n  eaid check --offline    files only\n  eaid check --json"
)]
pub struct Args {
    /// Stop before the network
    #[arg(long)]
    offline: bool,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let config = desk.config()?;
    let mut findings = offline(&config);
    if !args.offline {
        findings.extend(online(&config).await);
    }
    let bad = findings.iter().filter(|finding| !finding.ok).count();
    if desk.json {
        json(&serde_json::json!({ "ok": bad == 0, "findings": findings }))?;
    } else {
        for Finding { ok, what, text } in &findings {
            say(&format!("{}  {what}: {text}", if *ok { "ok  " } else { "FAIL" }))?;
        }
        say(&match bad {
            0 => "\nEverything is in order.".to_owned(),
            1 => "\n1 problem.".to_owned(),
            _ => format!("\n{bad} problems."),
        })?;
    }
    if findings.iter().any(|finding| !finding.ok && finding.what.starts_with("config")) {
        return Err(Failure::Usage("the configuration cannot be used".to_owned()));
    }
    if bad > 0 { Err(Failure::Said) } else { Ok(()) }
}
