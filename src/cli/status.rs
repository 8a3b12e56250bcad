//! `eaid status`: one screen.

use super::print::{age, cut, json, say, table};
use super::{Desk, Failure};
use crate::operate;
use crate::operate::status::{Status, status};
use crate::store::monitor::{COUNTED, Tally};
use crate::store::retention::Sweep;
use eaid_adapters::effect::Alias;
use std::io::IsTerminal;

/// Failed sales that fit on the screen.
const SHOWN: usize = 5;

pub async fn run(desk: &Desk) -> Result<(), Failure> {
    let config = desk.config()?;
    let store = operate::store(&config).await?;
    let status = status(&config, store.as_ref()).await?;
    if desk.json { json(&status.to_json()) } else { print(&status) }
}

fn print(status: &Status) -> Result<(), Failure> {
    let ink = Ink::of_terminal();
    let tallies = |title: &str, tallies: &[Tally], none: &str| -> Result<(), Failure> {
        say(&ink.title(title))?;
        if tallies.iter().all(|tally| tally.count == 0) {
            return say(&format!("  {none}"));
        }
        for tally in tallies.iter().filter(|tally| tally.count > 0) {
            let oldest = tally.oldest.map_or_else(String::new, |oldest| format!("oldest {}", age(oldest)));
            // Causes of waiting messages are the kinds that they wait for.
            let name = Alias::find(&tally.name)
                .map_or_else(|| tally.name.clone(), |alias| format!("wait for {}", alias.alias));
            let line = format!("  {name:<18} {:>9}  {oldest}", counted(tally.count));
            say(&ink.by_name(&tally.name, line.trim_end()))?;
        }
        Ok(())
    };
    tallies("Messages", &status.overview.messages, "none yet")?;
    if !status.overview.causes.is_empty() {
        tallies("Why messages wait or were refused", &status.overview.causes, "")?;
    }
    tallies("Outbox", &status.overview.outbox, "empty")?;
    staged(status, &ink)?;
    queues(status, &ink)?;
    daemons(status, &ink)?;
    retention(status, &ink)?;
    hints(status)
}

fn staged(status: &Status, ink: &Ink) -> Result<(), Failure> {
    say(&ink.title("GravaBatch"))?;
    say(&format!("  {:<18} {:>9}", "RX to do", counted(status.received)))?;
    let line = format!("  {:<18} {:>9}", "ER given up", counted(status.failed));
    say(&if status.failed == 0 { line } else { ink.alarm(&line) })?;
    for failed in status.failed_sales.iter().take(SHOWN) {
        say(&format!("    {} ({}): {}", failed.sale, failed.external, cut(&failed.reason, 90)))?;
    }
    Ok(())
}

fn queues(status: &Status, ink: &Ink) -> Result<(), Failure> {
    if status.queues.is_empty() && status.broker.is_none() && status.spool.is_none() {
        return Ok(());
    }
    say(&ink.title("Coming in and going out"))?;
    if let Some(error) = &status.broker {
        say(&ink.alarm(&format!("  {error}")))?;
    }
    if !status.queues.is_empty() {
        let line = |depth: &crate::bus::amqp::Depth| {
            let ready = depth.ready.map_or_else(|| "not there".to_owned(), |ready| ready.to_string());
            vec![format!(" {}", depth.queue), ready, depth.consumers.to_string()]
        };
        say(&table(&[" queue", "ready", "consumers"], status.queues.iter().map(line).collect()))?;
    }
    if let Some(files) = status.spool {
        say(&format!("  {:<18} {files:>9} files", "spool in"))?;
    }
    Ok(())
}

/// What is in force in each daemon, what does not work there, and what its files have against them.
fn daemons(status: &Status, ink: &Ink) -> Result<(), Failure> {
    say(&ink.title("Daemons"))?;
    if status.processes.is_empty() {
        return say("  none at work");
    }
    for process in &status.processes {
        say(&format!("  {:<18} catalog {}, for {}", process.name, process.catalog, age(process.since)))?;
        if !process.troubles.is_empty() {
            say(&ink.alarm("    not at work; nothing is lost, it goes on when that does:"))?;
            process.troubles.lines().try_for_each(|line| say(&ink.alarm(&format!("    {line}"))))?;
        }
        if !process.refused.is_empty() {
            say(&ink.alarm("    its files have changed and are refused; the old ones stay in force:"))?;
            process.refused.lines().try_for_each(|line| say(&ink.alarm(&format!("    {line}"))))?;
        }
    }
    Ok(())
}

/// What the last sweep of old messages did, where one was.
fn retention(status: &Status, ink: &Ink) -> Result<(), Failure> {
    let Some(last) = status.retention.iter().map(|sweep| sweep.swept_at).max() else { return Ok(()) };
    let of = |count: fn(&Sweep) -> u64| status.retention.iter().map(count).sum::<u64>();
    let (deleted, held) = (of(|sweep| sweep.deleted), of(|sweep| sweep.held));
    say(&ink.title("Retention"))?;
    say(&format!("  {:<18} {deleted:>9}  {} ago; {held} old ones are still needed", "deleted", age(last)))
}

/// A count, which goes no further than [`COUNTED`].
fn counted(count: u64) -> String {
    if count >= COUNTED as u64 { format!("{COUNTED}+") } else { count.to_string() }
}

/// What to do next, where something is to be done.
fn hints(status: &Status) -> Result<(), Failure> {
    let count = |tallies: &[Tally], name: &str| tallies.iter().any(|tally| tally.name == name && tally.count > 0);
    let mut hints = Vec::new();
    if count(&status.overview.messages, "waiting") {
        hints.push("eaid depara missing                    what messages wait for");
    }
    if count(&status.overview.messages, "refused") {
        hints.push("eaid messages list --state refused     which, and why");
    }
    if count(&status.overview.messages, "set_aside") {
        hints.push("eaid messages list --state set_aside   a routine failed on these");
    }
    if status.failed > 0 {
        hints.push("eaid orders retry --help               puts sales in ER back, alone or by cause");
    }
    if count(&status.overview.outbox, "unroutable") {
        hints.push(
            "unroutable answers: no queue is bound for them, or the partner refuses them; mended, they are sent again",
        );
    }
    if !hints.is_empty() {
        say("")?;
    }
    hints.into_iter().try_for_each(say)
}

/// Colour, on a terminal only.
struct Ink {
    is_on: bool,
}

impl Ink {
    fn of_terminal() -> Ink {
        Ink { is_on: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.is_on { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn title(&self, text: &str) -> String {
        self.paint("1", text)
    }

    fn alarm(&self, text: &str) -> String {
        self.paint("31", text)
    }

    fn by_name(&self, name: &str, text: &str) -> String {
        match name {
            "set_aside" | "unroutable" | "internal" | "unreadable" => self.alarm(text),
            "waiting" | "refused" => self.paint("33", text),
            _ => text.to_owned(),
        }
    }
}
