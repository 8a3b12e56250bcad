//! LOOP disk -> office. The files of the catalog are looked at; a change is read and checked whole and put in
//! force for what is opened from then on, or refused with its reasons while the old catalog stays. What is in
//! force is noted in the store, so that `eaid status` knows it wherever it runs.
//!
//! Looking compares sizes and times of a dozen files: that works for editors that write in place and those that
//! rename, for mounted configuration and for network drives, where notices of the system do not. A file that
//! still changes between two looks is left to settle.

use crate::catalog::Catalog;
use crate::catalog::read::{Problem, catalog};
use crate::catalog::texts::Texts;
use crate::config::Config;
use crate::office::Office;
use crate::store::Process;
use eaid_adapters::books::FILES;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_blocking;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How often a process says that it is there; `eaid status` takes one for gone after three times that.
pub const ALIVE: Duration = Duration::from_secs(30);
/// Stands for never, where the files are not looked at.
const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// Time of change and size of every file; `None` where one is not there.
type Stamps = Vec<Option<(SystemTime, u64)>>;

fn stamps(config: &Config) -> Stamps {
    let paths = &config.catalog;
    let stamp = |path: &Path| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.modified().ok()?, found.len()))
    };
    let tables = FILES.iter().map(|name| stamp(&paths.reference.join(name)));
    [stamp(&paths.adapters), stamp(&paths.routes)].into_iter().chain(tables).collect()
}

/// What a change came to.
enum Change {
    /// The content is that in force.
    None,
    /// It is right.
    Right(Box<Catalog>),
    /// It is wrong.
    Wrong(Vec<Problem>),
}

fn read(config: &Config, in_force: &str) -> Change {
    match catalog(config, &Texts::from_disk(config)) {
        Ok(catalog) if catalog.fingerprint == in_force => Change::None,
        Ok(catalog) if catalog.registrations.is_empty() => {
            let file = config.catalog.adapters.display().to_string();
            Change::Wrong(vec![Problem { file, line: 0, reason: "no adapter is registered".to_owned() }])
        }
        Ok(catalog) => Change::Right(Box::new(catalog)),
        Err(problems) => Change::Wrong(problems),
    }
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Makes the tables that the registrations of a catalog declare and the one in force does not.
async fn make_tables(office: &Office, changed: &Catalog) -> Result<(), Problem> {
    let (tables, in_force) = (changed.tables(), office.catalog().tables());
    if tables.iter().all(|table| in_force.iter().any(|known| std::ptr::eq(*known, *table))) {
        return Ok(());
    }
    let made = if office.config.database.migrate {
        office.store.migrate(&tables).await.map_err(|fault| fault.to_string())
    } else {
        match office.store.health(&tables).await {
            Ok(health) if health.is_migrated => Ok(()),
            Ok(_) => Err("its tables are not there yet; run `eaid migrate`".to_owned()),
            Err(fault) => Err(fault.to_string()),
        }
    };
    let file = office.config.catalog.adapters.display().to_string();
    made.map_err(|reason| Problem { file, line: 0, reason })
}

/// Watches the files and says what is in force, until stopped.
pub async fn run(office: Arc<Office>, stop: CancellationToken) -> Result<(), String> {
    let mut hangup = signal(SignalKind::hangup()).map_err(|error| error.to_string())?;
    let every = office.config.catalog.watch.0;
    let mut look = ticks(if every.is_zero() { NEVER } else { every });
    let mut alive = ticks(ALIVE);
    let board = office.board.clone();
    let mut watch = Watch::new(office).await;
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            _ = hangup.recv() => {
                tracing::info!("SIGHUP: the files of the catalog are read again");
                watch.take().await;
            }
            _ = look.tick(), if !every.is_zero() => watch.look().await,
            () = board.changed() => watch.report().await,
            _ = alive.tick() => watch.report().await,
        }
    }
}

fn ticks(every: Duration) -> Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

struct Watch {
    office: Arc<Office>,
    process: Process,
    /// Of the files as they were last read.
    read: Stamps,
    /// Of the last look.
    seen: Stamps,
}

impl Watch {
    /// The catalog in force was read a moment ago: the first look only notes how the files stand, unless that
    /// was another content already.
    async fn new(office: Arc<Office>) -> Watch {
        let process = Process {
            id: office.holder,
            name: name(),
            catalog: office.catalog().fingerprint.clone(),
            since: office.store.now(),
            refused: String::new(),
            troubles: String::new(),
            seen_at: office.store.now(),
        };
        metrics::gauge!("eaid_catalog_problems").set(0.0);
        let mut watch = Watch { office, process, read: Stamps::new(), seen: Stamps::new() };
        watch.seen = watch.stamps().await;
        watch
    }

    async fn stamps(&self) -> Stamps {
        let office = self.office.clone();
        spawn_blocking(move || stamps(&office.config)).await.unwrap_or_default()
    }

    /// Reads the files where they have changed and stand still.
    async fn look(&mut self) {
        let now = self.stamps().await;
        if now == self.read {
            return;
        }
        if now == self.seen {
            self.take().await;
        }
        self.seen = now;
    }

    /// Reads the files, and puts them in force or says why not.
    async fn take(&mut self) {
        self.read = self.stamps().await;
        let (office, in_force) = (self.office.clone(), self.process.catalog.clone());
        let Ok(mut change) = spawn_blocking(move || read(&office.config, &in_force)).await else { return };
        if let Change::Right(catalog) = &change
            && let Err(problem) = make_tables(&self.office, catalog).await
        {
            // The database may take them at the next look.
            self.read = Stamps::new();
            change = Change::Wrong(vec![problem]);
        }
        let refused = match change {
            Change::None if self.process.refused.is_empty() => return,
            Change::None => {
                tracing::info!(catalog = self.process.catalog, "the files are again those in force");
                Vec::new()
            }
            Change::Right(catalog) => {
                self.process.catalog.clone_from(&catalog.fingerprint);
                self.process.since = self.office.store.now();
                let (adapters, routes) = (catalog.registrations.len(), catalog.routes.len());
                tracing::info!(catalog = catalog.fingerprint, adapters, routes, "a changed catalog is in force");
                self.office.put_in_force(Arc::from(catalog));
                metrics::counter!("eaid_catalog_changes_total", "outcome" => "in_force").increment(1);
                Vec::new()
            }
            // Told already.
            Change::Wrong(problems) if lines(&problems) == self.process.refused => return,
            Change::Wrong(problems) => {
                let catalog = &self.process.catalog;
                tracing::error!(catalog, problems = problems.len(), "changed files are refused; the old stay in force");
                problems.iter().for_each(|problem| tracing::error!("{problem}"));
                metrics::counter!("eaid_catalog_changes_total", "outcome" => "refused").increment(1);
                problems
            }
        };
        metrics::gauge!("eaid_catalog_problems").set(refused.len() as f64);
        self.process.refused = lines(&refused);
        self.report().await;
    }

    /// Says what is in force. Where the store does not listen, the next time will do.
    async fn report(&mut self) {
        self.process.seen_at = self.office.store.now();
        self.process.troubles = self.office.board.troubles();
        if let Err(fault) = self.office.store.report(&self.process).await {
            tracing::debug!(%fault, "what is in force is not noted");
        }
    }
}

/// Host and process number.
fn name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    format!("{}:{}", if host.is_empty() { "localhost" } else { host }, std::process::id())
}
