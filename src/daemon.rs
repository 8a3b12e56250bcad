//! Start, keep stepping, stop. Starting is a library call, given an office; the process is only its shell.

mod gauges;
mod listen;
mod parts;
pub mod reload;
mod retention;
mod systemd;

use crate::bus::post::PostSink;
use crate::bus::{Delivery, Sink, amqp, spool};
use crate::office::Office;
use crate::outbound::Handover;
use crate::{batch, inbound, outbound};
use clap::ValueEnum;
use parts::Parts;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// What a process can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Takes messages and keeps them.
    Inbound,
    /// GravaBatch.
    Batch,
    /// Publishes answers and traces.
    Outbound,
    /// Listens on HTTP.
    Http,
}

/// The roles of a process.
#[derive(Clone, Copy, Debug)]
pub struct Roles {
    inbound: bool,
    batch: bool,
    outbound: bool,
    http: bool,
}

impl Roles {
    /// Of a list.
    pub fn of(roles: &[Role]) -> Roles {
        let has = |role| roles.contains(&role);
        Roles {
            inbound: has(Role::Inbound),
            batch: has(Role::Batch),
            outbound: has(Role::Outbound),
            http: has(Role::Http),
        }
    }

    /// All of them.
    pub fn all() -> Roles {
        Roles { inbound: true, batch: true, outbound: true, http: true }
    }
}

/// Why the daemon ended unasked.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// Its configuration cannot be used.
    #[error("{0}")]
    Usage(String),
    /// A part failed.
    #[error("{0}")]
    Failed(String),
}

/// Deliveries in hand before the transports have to wait.
const INTAKE: usize = 2000;
/// Committed messages in hand before they are left to polling.
const PUBLISHER: usize = 4000;
/// How long publishing what was committed may take at a stop: longer only where the broker is gone.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Runs the roles until `stop`; then stops in order: sources and loops, publishers, transports.
///
/// # Errors
/// [`Ended`] where it could not start, or a part ended unasked.
pub async fn start(office: Arc<Office>, roles: Roles, stop: CancellationToken) -> Result<(), Ended> {
    let board = office.board.clone();
    let metrics = gauges::install();
    let (deliver, deliveries) = mpsc::channel::<Delivery>(INTAKE);
    let (publisher, committed) = Handover::new(PUBLISHER, outbound::BYTES);
    let sources = CancellationToken::new();
    let publishing = CancellationToken::new();
    let mut parts = Parts::default();
    let mut sinks: Vec<Arc<dyn Sink>> = Vec::new();

    let entrance =
        if roles.http && office.config.http.enabled { Some(listen::bind(&office.config).await?) } else { None };
    let takes = |wanted: bool| wanted.then(|| deliver.clone());
    let mut broker = None;
    if office.config.amqp.enabled {
        office.config.amqp.address().map_err(|error| Ended::Usage(format!("amqp.url: {error}")))?;
        let app_id = &office.config.identity.source_application;
        let (bus, task) =
            amqp::open(office.config.amqp.clone(), app_id, &node_name(), takes(roles.inbound), sources.clone());
        let links = [("rabbitmq consume", bus.watch_consuming()), ("rabbitmq publish", Some(bus.watch_publishing()))];
        for (name, link) in links {
            if let Some(link) = link {
                parts.spawn(name, gauges::follow(name, link, board.clone(), gauges::BROKER, sources.clone()));
            }
        }
        sinks.push(Arc::new(bus.sink()));
        broker = Some(bus);
        parts.spawn("amqp", async move { task.await.map_err(|error| error.to_string()) });
    }
    if office.config.spool.enabled {
        let (bus, task) = spool::open(office.config.spool.clone(), takes(roles.inbound), sources.clone());
        if let Some(link) = bus.watch_taking() {
            parts.spawn("spool", gauges::follow("spool", link, board.clone(), gauges::FOLDER, sources.clone()));
        }
        parts.spawn("spool", async move { task.await.map_err(|error| error.to_string()) });
        sinks.push(Arc::new(bus.sink()));
    }
    let asked = office.clone();
    sinks.push(Arc::new(PostSink::new(Box::new(move |key| asked.catalog().callee(key)))));
    if let Some(entrance) = entrance {
        let serving = listen::serve(entrance, office.clone(), board.clone(), deliver.clone(), metrics, sources.clone());
        parts.spawn("http", async move {
            serving.await;
            Ok(())
        });
    }
    parts.spawn("reload", reload::run(office.clone(), sources.clone()));
    parts.spawn("retention", retention::run(office.clone(), sources.clone()));
    parts.spawn("gauges", gauges::sample(office.clone(), deliver, publisher.downgrade(), sources.clone()));
    parts.spawn("systemd", systemd::run(board, sources.clone()));

    let mut loops = Parts::default();
    let ends = CancellationToken::new();
    if roles.inbound || roles.http {
        let run = inbound::run(office.clone(), deliveries, publisher.clone(), ends.clone());
        loops.spawn("inbound", async move { run.await.map_err(|fault| fault.to_string()) });
    }
    if roles.batch {
        let run = batch::run(office.clone(), publisher.clone(), ends.clone());
        loops.spawn("batch", async move { run.await.map_err(|fault| fault.to_string()) });
    }
    drop(publisher);
    let mut last = Parts::default();
    if roles.outbound {
        let run = outbound::run(office.clone(), sinks, committed, publishing.clone());
        last.spawn("outbound", async move { run.await.map_err(|fault| fault.to_string()) });
    } else {
        // Nobody publishes here: rows are left to the process that does.
        drop(committed);
    }
    let catalog = office.catalog();
    let (tables, adapters) = (catalog.tables().len(), catalog.registrations.len());
    tracing::info!(?roles, tables, adapters, "eaid is at work");
    systemd::started();

    let unasked = tokio::select! {
        () = stop.cancelled() => None,
        Some(ended) = parts.ended() => Some(ended),
        Some(ended) = loops.ended() => Some(ended),
        Some(ended) = last.ended() => Some(ended),
    };
    systemd::stopping();
    sources.cancel();
    ends.cancel();
    loops.finish("loops").await;
    // The publishers end by themselves once what was committed is out; the deadline is for a broker that is gone.
    let patience = tokio::spawn(async move {
        tokio::time::sleep(LAST_WORDS).await;
        publishing.cancel();
    });
    last.finish("publishers").await;
    patience.abort();
    if let Some(bus) = broker {
        bus.close();
    }
    parts.finish("transports").await;
    let released = tokio::time::timeout(LAST_WORDS, office.store.release(office.holder)).await;
    if !matches!(released, Ok(Ok(()))) {
        tracing::warn!("leases are not given back; they end by themselves");
    }
    match unasked {
        None => {
            tracing::info!("stopped");
            Ok(())
        }
        Some((name, Ok(()))) => Err(Ended::Failed(format!("{name} ended unasked"))),
        Some((name, Err(error))) => Err(Ended::Failed(format!("{name}: {error}"))),
    }
}

/// Names this process in the broker's tools.
fn node_name() -> String {
    std::process::id().to_string()
}
