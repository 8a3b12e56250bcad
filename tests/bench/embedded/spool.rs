//! Sales as files.

use crate::file::Site;
use eaid_bench::figures::{Figures, Run};
use eaid_bench::processes::{self, Processes};
use eaid_bench::shop::INBOUND;
use eaid_bench::watch::Mark;
use eaid_bench::{Failed, sale};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long all answers together may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// One run: the files lie there when the daemon starts.
pub async fn measure(site: &Site, messages: usize, name: &str) -> Result<Figures, Failed> {
    drop_in(site, messages, sale::sale)?;
    let mut child = site.daemon().start(INBOUND)?;
    let program = Processes::alone(child.id());
    let begun = async {
        // They are taken in the order of their names, and leave the folder once they are kept.
        let first = site.spool("in").join(file_name(0));
        while first.exists() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(Mark { at: Instant::now(), used: program.used()? })
    };
    let first = child.does(begun).await?;
    // What was kept by then was not timed.
    let run = Run::begin(name, files(&site.spool("in"))?);
    child.does(wait_for_answers(site, messages)).await?;
    let last = Mark { at: Instant::now(), used: program.used()? };
    let figures = run.end(first, last, processes::peak_memory(child.id())?);
    child.stop().await?;
    check(site, messages)?;
    Ok(figures)
}

/// Puts files into the folder, as a partner who has them all at once.
pub fn drop_in(site: &Site, count: usize, message: fn(usize) -> Vec<u8>) -> Result<(), Failed> {
    let folder = site.spool("in");
    fs::create_dir_all(&folder)?;
    for number in 0..count {
        fs::write(folder.join(file_name(number)), message(number))?;
    }
    Ok(())
}

fn file_name(number: usize) -> String {
    format!("{number:08}.json")
}

/// Waits until so many answers lie in OMNI's folder.
pub async fn wait_for_answers(site: &Site, count: usize) -> Result<(), Failed> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = files(&site.spool("out/omni"))?;
        if found >= count {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!("only {found} of {count} answers came").into());
        }
        // Listing a long folder costs a millisecond.
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Files that are ready in a folder; none where it is not made yet.
fn files(folder: &Path) -> Result<usize, Failed> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(0) };
    let mut count = 0;
    for entry in entries {
        count += usize::from(!entry?.file_name().as_encoded_bytes().starts_with(b"."));
    }
    Ok(count)
}

/// Every sale has its one answer, which is OK.
fn check(site: &Site, messages: usize) -> Result<(), Failed> {
    let mut answers = Vec::with_capacity(messages);
    for entry in fs::read_dir(site.spool("out/omni"))? {
        answers.push(fs::read(entry?.path())?);
    }
    eaid_bench::account::are_all_ok(answers.iter().map(Vec::as_slice), messages)
}
