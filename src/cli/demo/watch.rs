//! Watching the folder of answers until something appears.

use crate::cli::Failure;
use serde_json::Value;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A message that eaid wrote.
pub struct Written {
    /// Its file.
    pub path: PathBuf,
    /// It.
    pub message: Value,
}

/// The folder of answers, and what was seen there already.
pub struct Mailbox {
    folder: PathBuf,
    seen: HashSet<PathBuf>,
}

impl Mailbox {
    /// Watches a folder.
    pub fn new(folder: PathBuf) -> Mailbox {
        Mailbox { folder, seen: HashSet::new() }
    }

    /// Waits for a message that fits, at most 20 seconds.
    ///
    /// # Errors
    /// [`Failure`] naming what never appeared.
    pub async fn wait(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Result<Written, Failure> {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            for path in files(&self.folder) {
                if self.seen.contains(&path) {
                    continue;
                }
                let Ok(bytes) = std::fs::read(&path) else { continue };
                let Ok(message) = serde_json::from_slice::<Value>(&bytes) else { continue };
                if fits(&message) {
                    self.seen.insert(path.clone());
                    return Ok(Written { path, message });
                }
            }
            if Instant::now() > deadline {
                return Err(Failure::Failed(format!(
                    "{what} did not appear in {} in 20 seconds",
                    self.folder.display()
                )));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.retain(|path| path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.')));
    files.sort();
    files
}
