//! The spool: a partner drops a file in one folder and finds the answer in another. No server to install.
//!
//! Files are taken in the order of their names. A file stays where it is until its message is kept, so that a
//! crash takes nothing away: it is taken again, and the inbox recognises it.

mod folder;
mod settings;
mod settle;
mod sink;
mod source;
#[cfg(test)]
mod tests;

pub use settings::SpoolSettings;
pub use settle::{SpoolTicket, settle};
pub use sink::SpoolSink;

use super::Delivery;
use super::link::{Link, LinkSign};
use crate::fault::Fault;
use source::Source;
use std::path::{Path, PathBuf};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A handle on the spool.
#[derive(Clone)]
pub struct SpoolBus {
    settings: SpoolSettings,
    taking: Option<watch::Receiver<Link>>,
    giving: LinkSign,
}

/// Opens the spool, in the background. Without `deliveries` nothing is taken.
///
/// The task ends soon after `stop`; files that were taken may be settled later than that.
pub fn open(
    settings: SpoolSettings,
    deliveries: Option<mpsc::Sender<Delivery>>,
    stop: CancellationToken,
) -> (SpoolBus, JoinHandle<()>) {
    let source = deliveries.map(|deliveries| Source::new(settings.clone(), deliveries));
    let taking = source.as_ref().map(Source::watch);
    let bus = SpoolBus { settings, taking, giving: LinkSign::new("spool/out") };
    let task = tokio::spawn(async move {
        match source {
            Some(source) => source.supervise(stop).await,
            None => stop.cancelled().await,
        }
    });
    (bus, task)
}

/// Drops a message in, as a partner does: under a hidden name first, and under another name where the wanted one
/// is taken. Gives the path. Blocking.
///
/// # Errors
/// [`Fault`] where the folder cannot be written.
pub fn drop_in(settings: &SpoolSettings, name: &str, body: &[u8]) -> Result<PathBuf, Fault> {
    folder::make(&settings.inbox)?;
    let path = folder::free_name(&settings.inbox, Path::new(name));
    folder::write(&path, body)?;
    Ok(path)
}

impl SpoolBus {
    /// What writes outbox rows.
    pub fn sink(&self) -> SpoolSink {
        SpoolSink { out: self.settings.outbox.clone(), link: self.giving.clone() }
    }

    /// How the incoming folder stands; `None` where this process takes nothing.
    pub fn taking(&self) -> Option<Link> {
        self.taking.as_ref().map(|link| link.borrow().clone())
    }

    /// Follows the incoming folder.
    pub fn watch_taking(&self) -> Option<watch::Receiver<Link>> {
        self.taking.clone()
    }

    /// How the outgoing folder stands; not connected and without an error until something was written.
    pub fn giving(&self) -> Link {
        self.giving.now()
    }
}
