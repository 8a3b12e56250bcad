//! `eaid depara import FILE`: every line or none.

use super::edit::woken;
use super::warn_of_unknown;
use crate::cli::print::{json, say};
use crate::cli::{Desk, Failure};
use crate::operate;
use crate::operate::depara::{Problem, Sheet, read};
use crate::store::Store;
use crate::store::monitor::{DeParaChange, DeParaLine};
use std::collections::BTreeSet;
use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Problems that are printed; the rest is counted.
const SHOWN: usize = 40;
/// From so many entries on the progress is told.
const LARGE: usize = 5_000;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The file has the header reference,alias,field,external,internal; comma or semicolon, UTF-8.
The field may be empty. Every line is checked first, then all are written in one transaction, or none.

Examples:
  eaid depara import depara.csv
  eaid depara missing --csv > missing.csv       fill in the last column, then
  eaid depara import missing.csv --skip-empty")]
pub struct Args {
    /// CSV file; - is standard input
    file: PathBuf,
    /// Leave out lines whose internal value is still empty
    #[arg(long)]
    skip_empty: bool,
    /// Check the file and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let config = desk.config()?;
    let name = args.file.display().to_string();
    let bytes = bytes(args).map_err(|error| Failure::Failed(format!("{name}: {error}")))?;
    let sheet = match read(&name, &bytes, args.skip_empty) {
        Ok(sheet) => sheet,
        Err(problems) => return Err(told(desk, &problems)?),
    };
    let references: BTreeSet<&str> = sheet.lines.iter().map(|line| line.reference.as_str()).collect();
    warn_of_unknown(&config, &references.into_iter().collect::<Vec<_>>());
    if args.dry_run {
        return report(desk, &sheet, None);
    }
    let store = operate::store(&config).await?;
    let change = write(store.as_ref(), &sheet.lines).await?;
    report(desk, &sheet, Some(change))
}

fn bytes(args: &Args) -> std::io::Result<Vec<u8>> {
    if args.file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(&args.file)
}

/// Writes all entries in one transaction; a large file says meanwhile that it is at it.
async fn write(store: &dyn Store, lines: &[DeParaLine]) -> Result<DeParaChange, Failure> {
    let writing = store.set_depara(lines);
    tokio::pin!(writing);
    let begun = Instant::now();
    let is_told = lines.len() >= LARGE && std::io::stderr().is_terminal();
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    let change = loop {
        tokio::select! {
            change = &mut writing => break change,
            _ = tick.tick(), if is_told => {
                let seconds = begun.elapsed().as_secs();
                eprint!("\rwriting {} entries in one transaction, {seconds} s", lines.len());
                std::io::stderr().flush()?;
            }
        }
    };
    if is_told {
        eprintln!();
    }
    Ok(change?)
}

/// Prints the problems of a file; nothing of it was written.
fn told(desk: &Desk, problems: &[Problem]) -> Result<Failure, Failure> {
    if desk.json {
        json(&serde_json::json!({ "problems": problems }))?;
        return Ok(Failure::Said);
    }
    let mut lines: Vec<String> = problems.iter().take(SHOWN).map(ToString::to_string).collect();
    if problems.len() > SHOWN {
        lines.push(format!("… and {} more", problems.len() - SHOWN));
    }
    lines.push("nothing was written".to_owned());
    Ok(Failure::Failed(lines.join("\n")))
}

fn report(desk: &Desk, sheet: &Sheet, change: Option<DeParaChange>) -> Result<(), Failure> {
    let Some(change) = change else {
        if desk.json {
            return json(&serde_json::json!({ "checked": sheet.lines.len(), "skipped": sheet.skipped }));
        }
        return say(&format!("{} entries are in order; nothing was written", sheet.lines.len()));
    };
    if desk.json {
        let DeParaChange { changed, unchanged, woken } = change;
        return json(&serde_json::json!({
            "changed": changed, "unchanged": unchanged, "woken": woken, "skipped": sheet.skipped
        }));
    }
    let skipped = if sheet.skipped > 0 { format!(", {} left out", sheet.skipped) } else { String::new() };
    say(&format!("{} new or changed, {} unchanged{skipped}", change.changed, change.unchanged))?;
    if change.woken > 0 {
        say(&woken(change.woken))?;
    }
    Ok(())
}
