//! `eaid run`: the daemon.

use super::{Desk, Failure};
use crate::config::{Config, LogFormat};
use crate::daemon::{Role, Roles, start};
use crate::operate::office;
use std::io::IsTerminal;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  eaid run                            every role
  eaid run --roles inbound,outbound   GravaBatch and HTTP run elsewhere

SIGTERM or Ctrl-C stops in order: what is in hand is finished or given back. A second one stops at once.")]
pub struct Args {
    /// What this process does
    #[arg(long, value_delimiter = ',', default_value = "inbound,batch,outbound,http")]
    roles: Vec<Role>,
}

pub async fn run(desk: &Desk, args: Args) -> Result<(), Failure> {
    let config = desk.config()?;
    log(&config)?;
    let office = office(config).await?;
    if office.catalog().registrations.is_empty() {
        let path = office.config.catalog.adapters.display();
        return Err(Failure::Usage(format!("{path} registers no adapter; `eaid init DIR` writes a set to start from")));
    }
    let stop = CancellationToken::new();
    let signals = tokio::spawn(stop_on_signal(stop.clone()));
    let ended = start(office, Roles::of(&args.roles), stop).await;
    signals.abort();
    ended.map_err(|error| match error {
        crate::daemon::Ended::Usage(text) => Failure::Usage(text),
        crate::daemon::Ended::Failed(text) => Failure::Failed(text),
    })
}

/// Lines to stderr, in the form of the configuration.
fn log(config: &Config) -> Result<(), Failure> {
    let mut filter = config.log.level.clone();
    if !filter.contains(['=', ',']) {
        // What the broker's and the database's libraries say of themselves is said again by us, where it matters.
        filter.push_str(",lapin=off,sqlx=warn");
    }
    let filter = EnvFilter::try_new(&filter).map_err(|error| Failure::Usage(format!("log.level: {error}")))?;
    let is_terminal = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(is_terminal);
    let set = match config.log.format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    set.map_err(|error| Failure::Failed(error.to_string()))
}

/// The first signal stops in order, the second at once.
async fn stop_on_signal(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return;
    };
    let mut next = async || {
        tokio::select! { _ = term.recv() => (), _ = int.recv() => () }
    };
    next().await;
    tracing::info!("stopping: what is in hand is finished; a second signal stops at once");
    stop.cancel();
    next().await;
    tracing::warn!("stopped at once");
    std::process::exit(1);
}
