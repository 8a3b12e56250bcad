//! The publish-only connection: one confirm channel for answers, one for dead copies. Nothing is consumed here,
//! because an alarm of the broker would then hold acknowledgements back too (`engineering/rabbitmq.md` 0.4).

use super::connection::{connect, within};
use super::settings::AmqpSettings;
use super::topology;
use super::window::{self, Broken, Letter, Posted};
use crate::bus::link::{LinkSign, STEADY};
use crate::fault::{Fault, pauses};
use futures_util::StreamExt;
use lapin::{Channel, Connection, Event};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex as StdMutex};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, Notify};
use tokio_util::sync::CancellationToken;

/// How long an alarm may last in the middle of a window before the window is given up.
const ALARM_PATIENCE: Duration = Duration::from_secs(5);
/// How long publishing goes on after the stop, if nobody says that it is over.
const GRACE: Duration = Duration::from_secs(10);
/// How often the connection is looked at, should an event have been missed.
const LOOK: Duration = Duration::from_secs(1);
/// How often exchanges, queues and bindings are looked at: a lost one of those to which others publish makes itself
/// known to nobody here.
const INSPECT: Duration = Duration::from_secs(10);

/// Which of the channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Post {
    Answers,
    Dead,
}

/// The publish-only connection.
pub(super) struct Outlet {
    pub(super) settings: AmqpSettings,
    /// Our instance, told with every message.
    pub(super) app_id: String,
    pub(super) link: LinkSign,
    /// Publishing is over: the connection may be closed.
    pub(super) closing: CancellationToken,
    /// A channel is absent while it is down, and while a window is under way on it: a window that was given up
    /// half way never gives its channel back, because its late confirms would take the next window's returns.
    answers: Mutex<Option<Channel>>,
    dead: Mutex<Option<Channel>>,
    trouble: StdMutex<Option<String>>,
    look: Notify,
    /// The greatest body that the broker takes, as far as known.
    greatest: AtomicUsize,
    /// Something was returned: one of our own queues or bindings may be missing.
    is_doubtful: AtomicBool,
}

impl Outlet {
    pub(super) fn new(settings: AmqpSettings, app_id: &str) -> Arc<Outlet> {
        Arc::new(Outlet {
            greatest: AtomicUsize::new(settings.max_message.bytes()),
            settings,
            app_id: app_id.to_owned(),
            link: LinkSign::new("publish"),
            closing: CancellationToken::new(),
            answers: Mutex::default(),
            dead: Mutex::default(),
            trouble: StdMutex::default(),
            look: Notify::new(),
            is_doubtful: AtomicBool::new(false),
        })
    }

    /// The greatest body that can be published.
    pub(super) fn greatest(&self) -> usize {
        self.greatest.load(Ordering::Relaxed)
    }

    /// Publishes a window; waits its turn.
    pub(super) async fn post(&self, post: Post, letters: Vec<Letter>) -> Result<Vec<Posted>, Fault> {
        let mut slot = self.slot(post).lock().await;
        let link = self.link.now();
        if let Some(reason) = link.blocked {
            return Err(Fault::Bus(alarm(&reason)));
        }
        let Some(channel) = slot.take() else {
            return Err(Fault::Bus(link.error.unwrap_or_else(|| "sem conexão para publicar".to_owned())));
        };
        let lost = Lost(&self.look);
        let published = tokio::select! {
            published = window::publish(&channel, letters, self.settings.window_timeout()) => published,
            reason = self.long_alarm() => Err(Broken(alarm(&reason))),
        };
        match published {
            Ok(posted) => {
                *slot = Some(channel);
                std::mem::forget(lost);
                if posted.iter().any(|posted| matches!(posted, Posted::Returned(_))) {
                    self.is_doubtful.store(true, Ordering::Relaxed);
                }
                Ok(posted)
            }
            Err(Broken(text)) => {
                if self.link.now().blocked.is_none() {
                    self.learn(&text);
                    *self.trouble() = Some(text.clone());
                }
                Err(Fault::Bus(text))
            }
        }
    }

    /// Keeps the connection up until the stop.
    pub(super) async fn supervise(self: Arc<Self>, node: String, stop: CancellationToken) {
        let mut rests = pauses();
        loop {
            let begun = Instant::now();
            let ended = self.session(&node, &stop).await;
            *self.answers.lock().await = None;
            *self.dead.lock().await = None;
            let Err(fault) = ended else { return };
            self.link.down(&fault);
            if begun.elapsed() > STEADY {
                rests = pauses();
            }
            tokio::select! {
                () = tokio::time::sleep(rests.next().unwrap_or(STEADY)) => {}
                () = self.over(&stop) => return,
            }
        }
    }

    /// One connection, from its making to its end; `Ok` where it was closed because all is over.
    async fn session(&self, node: &str, stop: &CancellationToken) -> Result<(), Fault> {
        let connection = tokio::select! {
            connection = self.connect(node) => connection?,
            () = self.over(stop) => return Ok(()),
        };
        let mut events = std::pin::pin!(connection.events_listener());
        let mut inspected = Instant::now();
        self.link.up();
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(Event::ConnectionBlocked(reason)) => self.link.blocked(Some(reason)),
                    Some(Event::ConnectionUnblocked) => self.link.blocked(None),
                    Some(Event::Error(error)) => return Err(Fault::Bus(error.to_string())),
                    Some(_) => continue,
                    None => return Err(Fault::Bus("conexão encerrada".to_owned())),
                },
                () = self.look.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
                () = self.over(stop) => {
                    drop(within(GRACE, "fim", connection.close(200, "stopped".into())).await);
                    return Ok(());
                }
            }
            if let Some(text) = self.trouble().take() {
                return Err(Fault::Bus(text));
            }
            if !connection.status().connected() {
                return Err(Fault::Bus("conexão perdida".to_owned()));
            }
            if self.link.now().blocked.is_none() {
                self.fill(&connection).await?;
                if self.is_doubtful.swap(false, Ordering::Relaxed) || inspected.elapsed() > INSPECT {
                    topology::ensure(&connection, &self.settings).await?;
                    inspected = Instant::now();
                }
            }
        }
    }

    async fn connect(&self, node: &str) -> Result<Connection, Fault> {
        let connection = connect(&self.settings, &format!("eaid/{node}/publish")).await?;
        topology::ensure(&connection, &self.settings).await?;
        *self.trouble() = None;
        self.fill(&connection).await?;
        Ok(connection)
    }

    /// Opens the channels that are absent and not in use.
    async fn fill(&self, connection: &Connection) -> Result<(), Fault> {
        for slot in [&self.answers, &self.dead] {
            if let Ok(mut slot) = slot.try_lock()
                && slot.is_none()
            {
                *slot = Some(within(self.settings.timeout.0, "canal", window::open(connection)).await?);
            }
        }
        Ok(())
    }

    /// Publishing is over, by word or by time.
    async fn over(&self, stop: &CancellationToken) {
        stop.cancelled().await;
        drop(tokio::time::timeout(GRACE, self.closing.cancelled()).await);
    }

    /// Returns when the broker has been refusing for longer than a window should wait.
    async fn long_alarm(&self) -> String {
        let mut link = self.link.watch();
        loop {
            let blocked = link.wait_for(|link| link.blocked.is_some()).await.map(|link| link.blocked.clone());
            let Ok(reason) = blocked else { return std::future::pending().await };
            if tokio::time::timeout(ALARM_PATIENCE, link.wait_for(|link| link.blocked.is_none())).await.is_err() {
                return reason.unwrap_or_default();
            }
        }
    }

    /// A refusal because of size names the broker's limit: nothing greater is tried again.
    fn learn(&self, text: &str) {
        if let Some(limit) = size_limit(text) {
            tracing::warn!(limit, "the broker takes no greater messages; see max_message_size in rabbitmq.conf");
            self.greatest.fetch_min(limit, Ordering::Relaxed);
        }
    }

    fn slot(&self, post: Post) -> &Mutex<Option<Channel>> {
        match post {
            Post::Answers => &self.answers,
            Post::Dead => &self.dead,
        }
    }

    fn trouble(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.trouble.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Tells the supervisor that a channel was lost, however its window ended.
struct Lost<'a>(&'a Notify);

impl Drop for Lost<'_> {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

fn alarm(reason: &str) -> String {
    format!("o broker não aceita publicações (alarme: {reason})")
}

/// `… message size 20971520 is larger than configured max size 16777216`
fn size_limit(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once("larger than configured max size ")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brokers_limit_is_read_from_its_refusal() {
        let text = "PRECONDITION_FAILED - message size 20971520 is larger than configured max size 16777216";
        assert_eq!(size_limit(text), Some(16_777_216));
        assert_eq!(size_limit("PRECONDITION_FAILED - inequivalent arg"), None);
    }
}
