//! `eaid check`: every problem at once, by file and line; then database and broker.

use super::print::{json, say};
use super::{Desk, Failure};
use crate::config::defaults;
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
    let config = match desk.config() {
        Ok(config) => config,
        Err(failure) => {
            if let Failure::Usage(problems) = &failure {
                report(desk, &without_config(problems)?)?;
            }
            return Err(failure);
        }
    };
    let mut findings = offline(&config);
    if !args.offline {
        findings.extend(online(&config).await);
    }
    report(desk, &findings)?;
    if findings.iter().any(|finding| !finding.ok && finding.what.starts_with("config")) {
        return Err(Failure::Usage("the configuration cannot be used".to_owned()));
    }
    if findings.iter().all(|finding| finding.ok) { Ok(()) } else { Err(Failure::Said) }
}

/// What is wrong with the configuration hides no problem of other files: where they stand in their usual places they
/// are checked all the same.
fn without_config(problems: &str) -> Result<Vec<Finding>, Failure> {
    let wrong = |text: &str| Finding { ok: false, what: "configuration".to_owned(), text: text.to_owned() };
    let mut findings: Vec<Finding> = problems.lines().map(wrong).collect();
    let usual = defaults()?;
    if usual.catalog.adapters.exists() {
        findings.extend(offline(&usual).into_iter().filter(|finding| finding.what != "configuration"));
    }
    Ok(findings)
}

fn report(desk: &Desk, findings: &[Finding]) -> Result<(), Failure> {
    let bad = findings.iter().filter(|finding| !finding.ok).count();
    if desk.json {
        return json(&serde_json::json!({ "ok": bad == 0, "findings": findings }));
    }
    for Finding { ok, what, text } in findings {
        say(&format!("{}  {what}: {text}", if *ok { "ok  " } else { "FAIL" }))?;
    }
    say(&match bad {
        0 => "\nEverything is in order.".to_owned(),
        1 => "\n1 problem.".to_owned(),
        _ => format!("\n{bad} problems."),
    })
}
