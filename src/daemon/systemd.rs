//! What a service manager is told: that we have started, what does not work, that the process still turns, that it
//! stops. Without one (`NOTIFY_SOCKET`) nothing is told to anybody.

use crate::office::readiness::Board;
use sd_notify::NotifyState;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the state is told where no watchdog asks for more.
const EVERY: Duration = Duration::from_secs(10);

/// Says that everything is started. A broker that is down is no reason to be started again.
pub fn started() {
    tell(&[NotifyState::Ready]);
}

/// Says that the stop has begun.
pub fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("stopping: what is in hand is finished")]);
}

/// Feeds the watchdog (`WatchdogSec=`), and says what does not work, until stopped.
///
/// # Errors
/// Never.
pub async fn run(board: Arc<Board>, stop: CancellationToken) -> Result<(), String> {
    let mut tick = tokio::time::interval(sd_notify::watchdog_enabled().map_or(EVERY, |limit| limit / 3));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        let troubles = board.troubles().replace('\n', "; ");
        let status = if troubles.is_empty() { "at work".to_owned() } else { format!("not at work: {troubles}") };
        tell(&[NotifyState::Watchdog, NotifyState::Status(&status)]);
    }
    Ok(())
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "the service manager does not listen");
    }
}
