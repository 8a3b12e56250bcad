//! `eaid demo`: one *Entrega* and one *Retira* sale, the whole cycle on the embedded default, told as a
//! timeline. Every step is checked; the exit code is 0 only if each of them happened.

mod story;
mod watch;

use super::print::say;
use super::{Desk, Failure};
use crate::catalog::compiled;
use crate::catalog::read::catalog;
use crate::config::Config;
use crate::daemon::{Roles, start};
use crate::office::Office;
use crate::operate::depara::demonstration;
use crate::store::open;
use std::path::PathBuf;
use std::sync::Arc;
use story::Story;
use tokio_util::sync::CancellationToken;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Needs nothing: no database server, no broker, no configuration. All it makes is in one temporary folder, whose name
it prints and which it leaves for you to look at.

Examples:
  eaid demo
  eaid demo --json
  eaid demo --serve      keeps running; drop your own files into spool/in")]
pub struct Args {
    /// Keep running afterwards, until Ctrl-C
    #[arg(long)]
    serve: bool,
}

pub async fn run(desk: &Desk, args: Args) -> Result<(), Failure> {
    let dir = std::env::temp_dir().join(format!("eaid-demo-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let office = office(&dir, args.serve).await?;
    let stop = CancellationToken::new();
    let daemon = tokio::spawn(start(office.clone(), Roles::all(), stop.clone()));
    let mut story = Story::new(office.clone(), dir.clone(), desk.json);
    let told = story.tell().await;
    if told.is_ok() && args.serve {
        say(&format!(
            "\nNo ar em http://{} — solte arquivos em {}. Ctrl-C encerra.",
            office.config.http.listen,
            office.config.spool.inbox.display()
        ))?;
        tokio::signal::ctrl_c().await?;
    }
    stop.cancel();
    let ended = daemon.await.map_err(|error| Failure::Failed(error.to_string()))?;
    story.close(told)?;
    ended.map_err(|error| Failure::Failed(error.to_string()))
}

/// The embedded default in a folder of its own, on the compiled-in registrations and tables.
async fn office(dir: &std::path::Path, serve: bool) -> Result<Arc<Office>, Failure> {
    let mut config: Config = crate::config::defaults()?;
    let inside = |name: &str| -> PathBuf { dir.join(name) };
    config.database.url = format!("sqlite://{}", inside("eaid.db").display()).into();
    config.spool.inbox = inside("spool/in");
    config.spool.outbox = inside("spool/out");
    config.http.enabled = serve;
    // The registrations are compiled in: there is no file to watch.
    config.catalog.watch.0 = std::time::Duration::ZERO;
    let catalog = Arc::new(catalog(&config, &compiled::texts())?);
    let store = open(config.database_url()).await?;
    store.migrate(&catalog.tables()).await?;
    store.set_depara(&demonstration()?).await?;
    Ok(Arc::new(Office::new(config, catalog, store)))
}
