//! Looks at the folder and takes what lies there, in the order of the names.

use super::folder::{self, Read};
use super::settings::SpoolSettings;
use super::settle::{Desk, File, reason};
use crate::bus::link::{Link, LinkSign};
use crate::bus::{Delivery, Ticket};
use crate::fault::{Fault, pauses};
use crate::weight::Weight;
use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tokio_util::sync::CancellationToken;

/// Files that are read in one go, if their bytes have room.
const TOGETHER: usize = 32;

/// Takes files.
pub(super) struct Source {
    desk: Arc<Desk>,
    deliveries: mpsc::Sender<Delivery>,
    weight: Weight,
    link: LinkSign,
}

/// Nobody takes deliveries any more.
struct Over;

impl Source {
    pub(super) fn new(settings: SpoolSettings, deliveries: mpsc::Sender<Delivery>) -> Source {
        let weight = Weight::new(settings.unsettled.bytes());
        Source { desk: Desk::new(settings), deliveries, weight, link: LinkSign::new("spool/in") }
    }

    pub(super) fn watch(&self) -> watch::Receiver<Link> {
        self.link.watch()
    }

    /// Takes files until the stop. A folder that fails is tried again, ever more slowly.
    pub(super) async fn supervise(self, stop: CancellationToken) {
        let mut rests = pauses();
        loop {
            let fault = tokio::select! {
                () = stop.cancelled() => return,
                ended = self.session() => match ended {
                    Ok(Over) => return,
                    Err(fault) => fault,
                },
            };
            if self.link.now().is_connected {
                rests = pauses();
            }
            self.link.down(&fault);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(rests.next().unwrap_or(Duration::from_secs(30))) => {}
            }
        }
    }

    /// Makes the folders and looks at them until something fails.
    async fn session(&self) -> Result<Over, Fault> {
        let desk = Arc::clone(&self.desk);
        let _lock = blocking(move || {
            for path in [&desk.settings.inbox, &desk.settings.taken(), &desk.settings.dead(), &desk.settings.outbox] {
                folder::make(path)?;
            }
            folder::lock(&desk.settings.inbox)
        })
        .await?;
        loop {
            let desk = Arc::clone(&self.desk);
            let names = blocking(move || {
                desk.move_rest()?;
                folder::list(&desk.settings.inbox)
            })
            .await?;
            if !self.link.now().is_connected {
                self.link.up();
            }
            let names: Vec<OsString> = names.into_iter().filter(|name| !self.desk.is_in_hand(name)).collect();
            for part in names.chunks(TOGETHER) {
                if let Err(Over) = self.take(part).await? {
                    return Ok(Over);
                }
            }
            if names.is_empty() {
                tokio::time::sleep(self.desk.settings.poll.0).await;
            }
        }
    }

    /// Takes files: reads them, as many at once as there is room for, and hands them over.
    async fn take(&self, names: &[OsString]) -> Result<Result<(), Over>, Fault> {
        let greatest = self.desk.settings.max_file.bytes();
        let paths: Vec<PathBuf> = names.iter().map(|name| self.desk.settings.inbox.join(name)).collect();
        let measured = move || Ok(paths.into_iter().map(|path| (folder::length(&path), path)).collect::<VecDeque<_>>());
        let mut files = blocking(measured).await?;
        while let Some((length, path)) = files.pop_front() {
            let Some(share) = self.weight.share(length.min(greatest)).await else { return Ok(Err(Over)) };
            let mut shares = vec![share];
            let mut paths = vec![path];
            // Only the first is waited for: who holds room that is used by nobody yet may wait for himself.
            while let Some((length, _)) = files.front()
                && let Some(share) = self.weight.spare((*length).min(greatest))
            {
                shares.push(share);
                paths.extend(files.pop_front().map(|(_, path)| path));
            }
            let read =
                move || Ok(paths.into_iter().map(|path| (folder::read(&path, greatest), path)).collect::<Vec<_>>());
            for ((read, path), share) in blocking(read).await?.into_iter().zip(shares) {
                if let Err(Over) = self.deliver(&path, read?, share).await? {
                    return Ok(Err(Over));
                }
            }
        }
        Ok(Ok(()))
    }

    /// Hands a file over, unless it is gone or too large.
    async fn deliver(&self, path: &Path, read: Read, share: OwnedSemaphorePermit) -> Result<Result<(), Over>, Fault> {
        let name = path.file_name().unwrap_or_default().to_owned();
        let (body, stamp) = match read {
            Read::Whole(body, stamp) => (body, stamp),
            Read::Gone => return Ok(Ok(())),
            Read::TooLarge(length, stamp) => {
                let (desk, file) = (Arc::clone(&self.desk), File { name, stamp });
                let greatest = self.desk.settings.max_file.bytes();
                let reason = reason("too_large", &format!("O arquivo tem {length} bytes; o limite é {greatest}."));
                let end = move || {
                    desk.end(file, Some(reason));
                    Ok(())
                };
                blocking(end).await?;
                return Ok(Ok(()));
            }
        };
        let Ok(room) = self.deliveries.reserve().await else { return Ok(Err(Over)) };
        metrics::counter!("eaid_spool_taken_total").increment(1);
        room.send(Delivery {
            body: Arc::from(body),
            content_type: content_type(path).map(Into::into),
            origin: "spool",
            redelivered: false,
            returned: 0,
            may_wait: true,
            taken: Instant::now(),
            ticket: Ticket::Spool(self.desk.take(File { name, stamp }, share)),
        });
        Ok(Ok(()))
    }
}

fn content_type(path: &Path) -> Option<&'static str> {
    let extension = path.extension()?.to_str()?;
    match extension.to_ascii_lowercase().as_str() {
        "json" => Some("application/json"),
        "xml" => Some("application/xml"),
        _ => None,
    }
}

/// Does something with files away from the threads that serve connections.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Fault::Spool { path: String::new(), reason: error.to_string() }),
    }
}
