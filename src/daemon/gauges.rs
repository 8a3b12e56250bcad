//! Metrics: ages and saturation, not only counts. Sampled from the store, so that they are true for what other
//! processes left, too.

use crate::bus::link::Link;
use crate::office::Office;
use crate::office::readiness::Board;
use crate::store::State;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What to do when the broker is not at work.
pub const BROKER: &str = "verifique se o RabbitMQ está no ar e [amqp] url; `eaid check` diz mais";
/// What to do when the folder is not at work.
pub const FOLDER: &str = "verifique se a pasta existe, tem espaço e pode ser escrita";

/// How often the store is counted: a count walks over what it counts.
const COUNT: Duration = Duration::from_secs(15);
/// How often the store is looked at.
const EVERY: Duration = Duration::from_secs(2);
/// A store that is silent for so long is not at work.
const SILENT: Duration = Duration::from_secs(5);

/// Installs the recorder of this process, once; gives what renders its text.
pub fn install() -> Option<PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).clone()
}

/// How much of a bounded channel is taken, from 0 to 1.
fn saturation<T>(name: &'static str, channel: &mpsc::Sender<T>) {
    let taken = 1.0 - channel.capacity() as f64 / channel.max_capacity() as f64;
    metrics::gauge!("eaid_saturation", "of" => name).set(taken);
}

/// Samples the store and the channels until stopped, and notes whether the database is at work.
pub async fn sample<A: Send + 'static, B: Send + 'static>(
    office: Arc<Office>,
    intake: mpsc::Sender<A>,
    publisher: mpsc::WeakSender<B>,
    stop: CancellationToken,
) -> Result<(), String> {
    let advice = "verifique se o servidor do banco está no ar e [database] url";
    let mut tick = tokio::time::interval(EVERY);
    let mut counted = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = tick.tick() => {}
        }
        saturation("intake", &intake);
        if let Some(publisher) = publisher.upgrade() {
            saturation("publisher", &publisher);
        }
        let answers = match tokio::time::timeout(SILENT, office.store.count(State::Woken)).await {
            Ok(counted) => counted.map(drop).map_err(|fault| fault.to_string()),
            Err(_) => Err(format!("sem resposta em {} s", SILENT.as_secs())),
        };
        let is_silent = answers.is_err();
        office.board.write("database", answers, advice);
        if is_silent {
            continue;
        }
        if counted.is_some_and(|counted: Instant| counted.elapsed() < COUNT) {
            continue;
        }
        let Ok(overview) = office.store.overview().await else { continue };
        counted = Some(Instant::now());
        for (what, tallies) in [("messages", overview.messages), ("outbox", overview.outbox)] {
            for tally in tallies {
                let age = tally.oldest.map_or(0.0, |since| (office.store.now() - since).as_seconds_f64().max(0.0));
                let labels = [("of", what.to_owned()), ("state", tally.name)];
                metrics::gauge!("eaid_count", &labels).set(tally.count as f64);
                metrics::gauge!("eaid_oldest_age_seconds", &labels).set(age);
            }
        }
    }
}

/// Follows the state of a transport's connection until stopped. It stands on the board from this call on, not only
/// when the future is first polled: nobody may be told that the process is ready before its transports are asked.
pub fn follow(
    name: &'static str,
    mut link: watch::Receiver<Link>,
    board: Arc<Board>,
    advice: &'static str,
    stop: CancellationToken,
) -> impl Future<Output = Result<(), String>> + Send + 'static {
    board.expect(name, advice);
    let note = move |now: Link| {
        metrics::gauge!("eaid_connected", "to" => name).set(if now.is_ready() { 1.0 } else { 0.0 });
        if let Some(verdict) = verdict(now) {
            board.write(name, verdict, advice);
        }
    };
    note(link.borrow_and_update().clone());
    async move {
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                changed = link.changed() => if changed.is_err() {
                    stop.cancelled().await;
                    return Ok(());
                }
            }
            note(link.borrow_and_update().clone());
        }
    }
}

/// What a connection's state means; `None` while the first is still being made.
fn verdict(link: Link) -> Option<Result<(), String>> {
    match (link.is_connected, link.blocked) {
        (true, None) => Some(Ok(())),
        (true, Some(reason)) => Some(Err(format!("bloqueado pelo broker: {reason}"))),
        (false, _) => link.error.map(Err),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_process_is_not_ready_before_its_transports_are() {
        let board = Arc::new(Board::default());
        let (sign, link) = watch::channel(Link::new());
        let stop = CancellationToken::new();
        let following = follow("spool", link, board.clone(), FOLDER, stop.clone());
        assert!(!board.is_ready(), "nobody has looked at the folder yet");
        let following = tokio::spawn(following);
        sign.send_replace(Link { is_connected: true, ..Link::new() });
        while !board.is_ready() {
            tokio::task::yield_now().await;
        }
        stop.cancel();
        assert_eq!(following.await.expect("it ends"), Ok(()));
    }
}
