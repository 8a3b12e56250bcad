//! Answers and traces as files.

use super::folder;
use super::source::blocking;
use crate::bus::Sink;
use crate::bus::link::LinkSign;
use crate::bus::word::word;
use crate::fault::Fault;
use crate::store::{Mark, Outcome, Outgoing};
use async_trait::async_trait;
use eaid_schemas::envelope::Format;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// When the rest of a window is tried again whose first part was written.
const NEXT: Duration = Duration::from_secs(1);

/// Files that are written before the first of them is forced to disk; all are open at once.
const TOGETHER: usize = 64;

/// Writes outbox rows to `out/<route key>/<kind>.<transaction>.<uuid>.json|xml`.
#[derive(Clone)]
pub struct SpoolSink {
    pub(super) out: PathBuf,
    pub(super) link: LinkSign,
}

#[async_trait]
impl Sink for SpoolSink {
    fn transport(&self) -> &'static str {
        "spool"
    }

    async fn publish(&self, window: &[Outgoing]) -> Result<Vec<Mark>, Fault> {
        let (out, window) = (self.out.clone(), window.to_vec());
        let written = blocking(move || Ok(write(&out, &window))).await?;
        match written {
            Ok(marks) => {
                if !self.link.now().is_connected {
                    self.link.up();
                }
                Ok(marks)
            }
            Err((fault, marks)) => {
                self.link.down(&fault);
                if marks.is_empty() { Err(fault) } else { Ok(marks) }
            }
        }
    }
}

/// Writes a window. Where it fails half way: the fault, and marks for all if anything was written.
fn write(out: &Path, window: &[Outgoing]) -> Result<Vec<Mark>, (Fault, Vec<Mark>)> {
    let mut folders = BTreeSet::new();
    let mut failed = None;
    let mut written = 0;
    for part in window.chunks(TOGETHER) {
        let (done, fault) = write_part(out, part, &mut folders);
        written += done;
        if fault.is_some() {
            failed = fault;
            break;
        }
    }
    for folder in &folders {
        if let Err(fault) = folder::sync(folder) {
            return Err((fault, Vec::new()));
        }
    }
    let sent = |outgoing: &Outgoing| Mark { id: outgoing.id, outcome: Outcome::Sent };
    match failed {
        None => Ok(window.iter().map(sent).collect()),
        Some(fault) if written == 0 => Err((fault, Vec::new())),
        Some(fault) => {
            let later =
                |outgoing: &Outgoing| Mark { id: outgoing.id, outcome: Outcome::Failed(fault.to_string(), NEXT) };
            let (done, rest) = window.split_at(written);
            let marks = done.iter().map(sent).chain(rest.iter().map(later)).collect();
            Err((fault, marks))
        }
    }
}

/// Writes a part of a window. Gives how many were written, and what failed then.
fn write_part(out: &Path, part: &[Outgoing], folders: &mut BTreeSet<PathBuf>) -> (usize, Option<Fault>) {
    let mut files: Vec<(PathBuf, &[u8])> = Vec::with_capacity(part.len());
    for outgoing in part {
        let folder = out.join(word(&outgoing.route_key));
        if folders.insert(folder.clone())
            && let Err(fault) = folder::make(&folder)
        {
            let (written, earlier) = folder::write_all(&files);
            return (written, earlier.or(Some(fault)));
        }
        files.push((folder.join(file_name(outgoing)), outgoing.body.as_bytes()));
    }
    folder::write_all(&files)
}

fn file_name(outgoing: &Outgoing) -> String {
    let extension = Format::parse(&outgoing.format).as_str();
    format!("{}.{}.{}.{extension}", outgoing.kind.as_str(), word(&outgoing.transaction), outgoing.id)
}
