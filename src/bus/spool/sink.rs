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
    for outgoing in window {
        if let Err(fault) = write_one(out, outgoing, &mut folders) {
            failed = Some(fault);
            break;
        }
        written += 1;
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

fn write_one(out: &Path, outgoing: &Outgoing, folders: &mut BTreeSet<PathBuf>) -> Result<(), Fault> {
    let folder = out.join(word(&outgoing.route_key));
    if folders.insert(folder.clone()) {
        folder::make(&folder)?;
    }
    folder::write(&folder, &file_name(outgoing), outgoing.body.as_bytes())
}

fn file_name(outgoing: &Outgoing) -> String {
    let extension = Format::parse(&outgoing.format).as_str();
    format!("{}.{}.{}.{extension}", outgoing.kind.as_str(), word(&outgoing.transaction), outgoing.id)
}
