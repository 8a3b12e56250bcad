//! Plays OMNI: messages made of the demonstration's, each with ids of its own, and the account of their answers.

mod account;
mod script;

pub use account::{Account, Latency, Report};
pub use script::{Kind, Line, Script};

use crate::bus::amqp::{Letter, Listener, Posted, Publisher};
use crate::config::Config;
use crate::fault::Fault;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Messages published before their confirms are awaited.
const WINDOW: usize = 200;
/// Time for an answer too many to show itself.
const LINGER: Duration = Duration::from_millis(500);

/// What is played.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Messages.
    pub messages: usize,
    /// Messages a second; `None`: as fast as the broker takes them.
    pub rate: Option<f64>,
    /// Given up when nothing was heard for so long.
    pub patience: Duration,
}

/// Plays a script and keeps the account. `told` is called now and then with the account so far.
///
/// # Errors
/// [`Fault`] of the broker, or a message that it did not take.
pub async fn play(
    config: &Config,
    plan: Plan,
    script: Script,
    mut told: impl FnMut(&Account),
) -> Result<Report, Fault> {
    let settings = &config.amqp;
    // Bound by the key of any route: the answers are told apart by what they answer.
    let bindings = ["response.#", "error.#", "trace.#"].map(str::to_owned);
    let (listener, mut hear) = Listener::open(settings, &bindings).await?;
    let publisher = Publisher::connect(settings).await?;
    let begun = Instant::now();
    let (sent, mut take_sent) = mpsc::unbounded_channel();
    let publishing = tokio::spawn(publish(publisher, plan, script, begun, sent));
    let mut account = Account::default();
    let mut last = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    let mut published = None;
    loop {
        tokio::select! {
            biased;
            Some(line) = take_sent.recv() => account.sent(line),
            Some(heard) = hear.recv() => {
                last = Instant::now();
                account.heard(&heard);
            }
            _ = tick.tick() => {
                told(&account);
                if published.is_none() && publishing.is_finished() {
                    published = Some(Instant::now());
                    last = Instant::now();
                }
                let is_done = account.is_balanced() && last.elapsed() > LINGER;
                if published.is_some() && take_sent.is_empty() && (is_done || last.elapsed() > plan.patience) {
                    break;
                }
            }
        }
    }
    let ended = publishing.await.map_err(|error| Fault::Bus(error.to_string()))?;
    listener.close().await;
    ended?;
    Ok(account.report(begun))
}

/// Publishes the script, in time where a rate is given.
async fn publish(
    publisher: Publisher,
    plan: Plan,
    mut script: Script,
    begun: Instant,
    sent: mpsc::UnboundedSender<account::Sent>,
) -> Result<(), Fault> {
    let mut count = 0;
    while count < plan.messages {
        let mut window: Vec<Letter> = Vec::new();
        let mut planned = Vec::new();
        while count < plan.messages && window.len() < WINDOW {
            let due = plan.rate.map(|rate| begun + Duration::from_secs_f64(count as f64 / rate));
            // Those that are due go together; the next one is waited for.
            if due.is_some_and(|due| due > Instant::now() && !window.is_empty()) {
                break;
            }
            if let Some(due) = due {
                tokio::time::sleep_until(due.into()).await;
            }
            let line = script.turn();
            let at = due.unwrap_or_else(Instant::now);
            planned.push(account::Sent { uuid: line.uuid.clone(), kind: line.transaction, at });
            window.push(publisher.message(line.transaction, Some(&line.uuid), "application/json", line.body));
            count += 1;
        }
        // Entered in the account first: the answer may be faster than the confirm.
        planned.into_iter().for_each(|line| drop(sent.send(line)));
        let posted = publisher.publish(&window).await?;
        if let Some(refused) = posted.into_iter().find(|posted| *posted != Posted::Confirmed) {
            return Err(Fault::Bus(format!("uma mensagem não foi aceita: {refused:?}")));
        }
    }
    publisher.close().await;
    Ok(())
}
