//! Files in the making: written under a hidden name, forced to disk, and only then given the name that readers know.
//!
//! Of several, all are written before the first is forced, and those are forced at the same time: so the file system
//! writes its journal once for many of them.

use super::fault;
use crate::fault::Fault;
use std::fs::{self, File};
use std::io::Write;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

/// Files forced to disk at the same time.
const AT_ONCE: usize = 4;

/// A file that no reader sees; dropped, it is taken away.
struct Draft<'a> {
    file: File,
    hidden: PathBuf,
    ready: &'a Path,
}

/// Writes a file so that nobody sees half of it, and that it is there after a power cut once the folder is
/// [`sync`](super::sync)ed.
pub(in crate::bus::spool) fn write(ready: &Path, body: &[u8]) -> Result<(), Fault> {
    let draft = Draft::write(ready, body)?;
    draft.sync()?;
    draft.show()
}

/// Writes files as [`write`] does, one that stands there twice once. Gives how many of them, the first ones, are there,
/// and what failed then.
pub(in crate::bus::spool) fn write_all(files: &[(PathBuf, &[u8])]) -> (usize, Option<Fault>) {
    let mut drafts: Vec<Option<Draft<'_>>> = Vec::with_capacity(files.len());
    let mut failed = None;
    for (ready, body) in files {
        if drafts.iter().flatten().any(|draft| draft.ready == ready) {
            drafts.push(None);
            continue;
        }
        match Draft::write(ready, body) {
            Ok(draft) => drafts.push(Some(draft)),
            Err(fault) => {
                failed = Some(fault);
                break;
            }
        }
    }
    if let Err(fault) = sync_all(&drafts) {
        return (0, Some(fault));
    }
    let mut shown = 0;
    for draft in drafts {
        if let Some(Err(fault)) = draft.map(Draft::show) {
            return (shown, Some(fault));
        }
        shown += 1;
    }
    (shown, failed)
}

/// Forces files to disk.
fn sync_all(drafts: &[Option<Draft<'_>>]) -> Result<(), Fault> {
    let mut parts = drafts.chunks(drafts.len().div_ceil(AT_ONCE).max(1));
    let sync = |part: &[Option<Draft<'_>>]| part.iter().flatten().try_for_each(Draft::sync);
    let own = parts.next().unwrap_or_default();
    thread::scope(|scope| {
        let others: Vec<_> = parts.map(|part| scope.spawn(move || sync(part))).collect();
        let synced = sync(own);
        let join = |other: thread::ScopedJoinHandle<'_, _>| other.join().unwrap_or_else(|panic| resume_unwind(panic));
        others.into_iter().map(join).fold(synced, Result::and)
    })
}

impl<'a> Draft<'a> {
    fn write(ready: &'a Path, body: &[u8]) -> Result<Draft<'a>, Fault> {
        let name = ready.file_name().unwrap_or_default().to_string_lossy();
        let hidden = ready.with_file_name(format!(".{name}.tmp"));
        let file = File::create(&hidden).map_err(|error| fault(ready, &error))?;
        let mut draft = Draft { file, hidden, ready };
        draft.file.write_all(body).map_err(|error| fault(ready, &error))?;
        Ok(draft)
    }

    fn sync(&self) -> Result<(), Fault> {
        self.file.sync_all().map_err(|error| fault(self.ready, &error))
    }

    /// Gives it its name.
    fn show(self) -> Result<(), Fault> {
        fs::rename(&self.hidden, self.ready).map_err(|error| fault(self.ready, &error))
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        // One that has its name is no longer there under the hidden one.
        drop(fs::remove_file(&self.hidden));
    }
}
