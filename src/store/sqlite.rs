//! SQLite: the embedded store, one file and no server.
//!
//! One connection writes, a few read. A write transaction is `immediate`, so it is exclusive with those of other
//! processes, and what PostgreSQL needs locks for holds by itself. New rows are bound
//! value by value; other lists go in as one bound JSON text.

mod claims;
mod depara;
mod effects;
mod inbox;
mod insert;
mod keep;
mod lanes;
mod listing;
mod look_up;
mod migrate;
mod monitor;
mod numbers;
mod outbox;
mod overview;
mod processes;
mod retention;
mod sent;
mod suspects;
mod values;
mod waits;
mod withheld;

use super::trouble::fault;
use super::{Ask, Batch, Bounds, Claim, Found, Health, Kept, Mark, NotKept, Outgoing, Process, Store, Stored};
use crate::fault::Fault;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use eaid_adapters::table::{Row, Table};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::ops::Range;
use std::time::Duration;
use uuid::Uuid;

/// How long another process's write is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// Begins a write that is on disk when it is committed.
const BEGIN: &str = "pragma synchronous = full; begin immediate";
/// Begins a write whose loss with the machine is no loss: leases, marks, and numbers, which are there whenever
/// a later write that uses them is.
const BEGIN_UNHURRIED: &str = "pragma synchronous = normal; begin immediate";

/// A store in a file of SQLite.
#[derive(Debug)]
pub struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Sqlite {
    /// Opens a `sqlite://` url; the file is made where it is absent.
    ///
    /// # Errors
    /// [`Fault::Store`] where the url cannot be read or the file cannot be opened.
    pub async fn connect(url: &str) -> Result<Sqlite, Fault> {
        let options: SqliteConnectOptions = url.parse().map_err(fault)?;
        let options = options
            .create_if_missing(true)
            // What retention deletes is given back, a part at a time.
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .statement_cache_capacity(300);
        let is_in_memory = url.contains(":memory:") || url.contains("mode=memory");
        let pool = SqlitePoolOptions::new().acquire_timeout(BUSY).idle_timeout(None).max_lifetime(None);
        let writer = pool.clone().max_connections(1).connect_with(options.clone()).await.map_err(fault)?;
        let readers = match is_in_memory {
            true => writer.clone(),
            false => pool.max_connections(4).connect_lazy_with(options),
        };
        Ok(Sqlite { writer, readers })
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn migrate(&self, tables: &[&'static Table]) -> Result<(), Fault> {
        migrate::migrate(&self.writer, tables).await
    }

    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    async fn health(&self, tables: &[&'static Table]) -> Result<Health, Fault> {
        migrate::health(&self.readers, tables).await.map_err(fault)
    }

    async fn look_up(&self, ask: &Ask<'_>) -> Result<Found, Fault> {
        look_up::look_up(&self.readers, ask).await.map_err(fault)
    }

    async fn lease_numbers(&self, sequences: &[(String, u32)]) -> Result<Vec<Range<u64>>, Fault> {
        numbers::lease(&self.writer, sequences).await.map_err(fault)
    }

    async fn keep(&self, batch: &Batch) -> Result<Kept, NotKept> {
        keep::keep(&self.writer, batch).await
    }

    async fn claim_woken(&self, holder: Uuid, lease: Duration, most: Bounds) -> Result<Vec<Stored>, Fault> {
        claims::woken(&self.writer, holder, lease, most).await.map_err(fault)
    }

    async fn claim_rows(&self, claim: &Claim<'_>) -> Result<Vec<Row>, Fault> {
        lanes::claim(&self.writer, claim).await.map_err(fault)
    }

    async fn report(&self, process: &Process) -> Result<(), Fault> {
        processes::report(&self.writer, process).await.map_err(fault)
    }

    async fn release(&self, holder: Uuid) -> Result<(), Fault> {
        claims::release(&self.writer, holder).await.map_err(fault)
    }

    async fn due(&self, holder: Uuid, lease: Duration, most: Bounds) -> Result<Vec<Outgoing>, Fault> {
        outbox::due(&self.writer, holder, lease, most).await.map_err(fault)
    }

    async fn suspect(&self, digest: &str) -> Result<u32, Fault> {
        suspects::note(&self.writer, digest).await.map(i32::unsigned_abs).map_err(fault)
    }

    async fn acquit(&self, digest: &str) -> Result<(), Fault> {
        suspects::strike(&self.writer, digest).await.map_err(fault)
    }

    async fn published(&self, marks: &[Mark]) -> Result<(), Fault> {
        outbox::published(&self.writer, marks).await.map_err(fault)
    }
}
