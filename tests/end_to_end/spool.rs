//! OMNI's side of the spool: files in, files out.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::messages::uuid;
use crate::omni::Out;
use crate::xml;

/// The folder that holds `spool/`.
pub struct Folder {
    spool: PathBuf,
    next: AtomicU64,
}

impl Folder {
    /// The partner's view of a daemon that works in this folder.
    pub fn at(folder: &Path) -> Folder {
        Folder { spool: folder.join("spool"), next: AtomicU64::new(1) }
    }

    /// Drops a file in, in two steps as the rule says: whoever reads never sees half of one.
    pub async fn put(&self, body: &[u8]) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.put_as(&format!("omni-{number:05}"), body).await;
    }

    /// The same under a name of one's own.
    pub async fn put_as(&self, name: &str, body: &[u8]) {
        let inbox = self.spool.join("in");
        let hidden = inbox.join(format!(".{name}.tmp"));
        tokio::fs::write(&hidden, body).await.expect("write a file for eaid");
        let ready = inbox.join(format!("{name}.json"));
        tokio::fs::rename(&hidden, &ready).await.expect("hand the file over");
    }

    /// What lies in `spool/out/omni`, by name.
    pub fn received(&self) -> Vec<Out> {
        let mut out = Vec::new();
        for (name, text) in self.list("out/omni") {
            let parts: Vec<&str> = name.split('.').collect();
            let (kind, transaction, id, body) = match parts[..] {
                [kind, transaction, id, "xml"] => (kind, transaction, id, xml::read(&text)),
                [kind, transaction, id, "json"] => {
                    let body = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name} is no JSON: {e}"));
                    (kind, transaction, id, body)
                }
                _ => panic!("{name} is not named <kind>.<transaction>.<uuid>.json|xml"),
            };
            assert_eq!(id, uuid(&body), "{name} bears another UUID than its message");
            out.push(Out { kind: kind.to_lowercase(), transaction: transaction.to_lowercase(), body });
        }
        out
    }

    /// Files of a folder of the spool, with their texts; none if there is no such folder. What
    /// somebody is still writing, under a hidden name, is not there yet.
    pub fn list(&self, folder: &str) -> Vec<(String, String)> {
        let Ok(entries) = std::fs::read_dir(self.spool.join(folder)) else { return Vec::new() };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.expect("read the spool").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with('.') || name.ends_with(".tmp") {
                continue;
            }
            // A file may be renamed between the list and the look; then it is seen the next time.
            let Ok(bytes) = std::fs::read(&path) else { continue };
            files.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
        files.sort();
        files
    }
}
