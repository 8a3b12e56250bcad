//! The end of a file: it moves to `taken`, or to `dead` with the reason beside it.

use super::folder::{self, Stamp};
use super::settings::SpoolSettings;
use crate::bus::Fate;
use crate::fault::Fault;
use crate::store::State;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::OwnedSemaphorePermit;

/// Files that were taken and are still in the folder.
pub(super) struct Desk {
    pub(super) settings: SpoolSettings,
    lists: Mutex<Lists>,
}

#[derive(Default)]
struct Lists {
    in_hand: HashSet<OsString>,
    /// Settled, but they could not be moved: tried again with every look at the folder.
    unmoved: Vec<(File, Option<String>)>,
}

/// A file that was taken.
#[derive(Clone)]
pub(super) struct File {
    pub(super) name: OsString,
    pub(super) stamp: Stamp,
}

/// What settles a file. Dropped without being settled, the file is taken again.
pub struct SpoolTicket {
    desk: Arc<Desk>,
    file: File,
    is_settled: bool,
    /// Its share of the bytes that may be unsettled.
    _weight: OwnedSemaphorePermit,
}

/// Moves the files of deliveries whose messages are kept.
///
/// One that cannot be moved stays in hand, and is moved later; after a restart it is taken again, and the
/// inbox recognises it.
pub async fn settle(mut settled: Vec<(SpoolTicket, Fate)>) {
    settled.iter_mut().for_each(|(ticket, _)| ticket.is_settled = true);
    let end = move || {
        for (ticket, fate) in settled {
            ticket.desk.end(ticket.file.clone(), complaint(&fate));
        }
    };
    // A task of the runtime's own threads can only fail by being cancelled at the end of the process.
    drop(tokio::task::spawn_blocking(end).await);
}

/// What is put beside the file, if its message could not be read.
fn complaint(fate: &Fate) -> Option<String> {
    (fate.state == State::Unreadable).then(|| match &fate.cause {
        Some((code, text)) => reason(code.as_str(), text),
        None => reason("internal", "O eaid falhou ao ler este arquivo."),
    })
}

/// The text that is put beside a file that could not be read.
pub(super) fn reason(code: &str, text: &str) -> String {
    format!(
        "Este arquivo não pôde ser lido como mensagem.\nCódigo: {code}\nMotivo: {text}\n\n\
         Corrija o arquivo e coloque-o outra vez na pasta de entrada.\n"
    )
}

impl Desk {
    pub(super) fn new(settings: SpoolSettings) -> Arc<Desk> {
        Arc::new(Desk { settings, lists: Mutex::default() })
    }

    /// Takes a file in hand; `None` where it is already.
    pub(super) fn is_in_hand(&self, name: &OsString) -> bool {
        self.lists().in_hand.contains(name)
    }

    pub(super) fn take(self: &Arc<Self>, file: File, weight: OwnedSemaphorePermit) -> SpoolTicket {
        self.lists().in_hand.insert(file.name.clone());
        SpoolTicket { desk: Arc::clone(self), file, is_settled: false, _weight: weight }
    }

    /// Moves a file away, or remembers to. Blocking.
    pub(super) fn end(&self, file: File, reason: Option<String>) {
        if let Err(fault) = self.shift(&file, reason.as_deref()) {
            tracing::warn!(%fault, "a settled file could not be moved; tried again");
            self.lists().unmoved.push((file, reason));
        }
    }

    /// Tries again what could not be moved. Blocking.
    pub(super) fn move_rest(&self) -> Result<(), Fault> {
        let mut rest = std::mem::take(&mut self.lists().unmoved).into_iter();
        while let Some((file, reason)) = rest.next() {
            if let Err(fault) = self.shift(&file, reason.as_deref()) {
                let mut lists = self.lists();
                lists.unmoved.push((file, reason));
                lists.unmoved.extend(rest);
                return Err(fault);
            }
        }
        Ok(())
    }

    fn shift(&self, file: &File, reason: Option<&str>) -> Result<(), Fault> {
        let from = self.settings.inbox.join(&file.name);
        let to = if reason.is_some() { self.settings.dead() } else { self.settings.taken() };
        folder::make(&to)?;
        if let Some(moved) = folder::shift(&from, &file.stamp, &to)?
            && let Some(reason) = reason
        {
            let name = moved.file_name().unwrap_or_default().to_string_lossy().into_owned();
            folder::write(&to.join(format!("{name}.reason.txt")), reason.as_bytes())?;
        }
        self.lists().in_hand.remove(&file.name);
        Ok(())
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.lists.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Drop for SpoolTicket {
    fn drop(&mut self) {
        if !self.is_settled {
            self.desk.lists().in_hand.remove(&self.file.name);
        }
    }
}

impl fmt::Debug for SpoolTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpoolTicket").field("name", &self.file.name).finish()
    }
}
