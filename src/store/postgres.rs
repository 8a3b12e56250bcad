//! PostgreSQL, 13 or newer: the production store.
//!
//! Two pools: the loops' own, whose planner is held to indexes (a plan made on an empty table must not scan it
//! once it has grown), and a small one for people and migrations, so that a heavy list delays no message.

mod claims;
mod clock;
mod depara;
mod effects;
mod filled;
mod handovers;
mod hands;
mod hurry;
mod inbox;
mod keep;
mod lanes;
mod listing;
mod look_up;
mod memory;
mod migrate;
mod monitor;
mod numbers;
mod numeric;
mod outbox;
mod overview;
#[cfg(test)]
mod pages;
mod processes;
mod retention;
mod rows;
mod sent;
mod suspects;
mod together;
mod waits;
mod withheld;

use super::trouble::fault;
use super::{Ask, Batch, Bounds, Claim, Found, Health, Kept, Mark, NotKept, Outgoing, Process, Store, Stored};
use crate::fault::Fault;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use clock::Clock;
use eaid_adapters::table::{Row, Table};
use filled::Filled;
use handovers::{InHand, Lease};
use hands::Hands;
use memory::Memory;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, Executor, PgConnection, PgPool};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// How long one operation of a loop may take before the database counts as not at work.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same for people, who may ask for much.
const LONG_PATIENCE: Duration = Duration::from_secs(120);
/// How long a connection is waited for.
const CONNECT: Duration = Duration::from_secs(5);

/// A batch of more bytes is no ordinary one.
const LIGHT: usize = 8 << 20;

/// Settings of the loops' connections. A plan that serves all values is made once: to make one for each few messages
/// costs more than to carry it out.
const LOOPS: &str = "set jit = off; set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off;
    set plan_cache_mode = force_generic_plan;
    set statement_timeout = '30s'; set lock_timeout = '15s'; set idle_in_transaction_session_timeout = '60s'";
/// Settings of the connections that serve people.
const PEOPLE: &str = "set statement_timeout = '120s'; set idle_in_transaction_session_timeout = '60s'";

/// A store in PostgreSQL.
#[derive(Debug)]
pub struct Postgres {
    loops: PgPool,
    hands: Hands,
    people: PgPool,
    /// Whether COPY does not stall: so of Unix sockets, and of TCP without Nagle's algorithm.
    may_copy: Arc<AtomicBool>,
    filled: Filled,
    in_hand: InHand,
    memory: Memory,
    clock: Clock,
}

impl Postgres {
    /// Connects with a `postgres://` url.
    ///
    /// # Errors
    /// [`Fault::Store`] where the url cannot be read or the server does not let us in.
    pub async fn connect(url: &str) -> Result<Postgres, Fault> {
        let options: PgConnectOptions = url.parse().map_err(fault)?;
        let options = options.application_name("eaid").statement_cache_capacity(200);
        // Look-ups are many and small: workers would only be waited for.
        let options = options.options([("max_parallel_workers_per_gather", "0")]);
        // Once by itself: the pool would only say that no connection came in time.
        let time = settle(CONNECT, time(&options)).await?;
        let may_copy = Arc::new(AtomicBool::new(true));
        let (loops, people) = (pool(&options, 6, LOOPS, &may_copy), pool(&options, 2, PEOPLE, &may_copy));
        Ok(Postgres {
            loops,
            hands: Hands::default(),
            people,
            may_copy,
            filled: Filled::default(),
            in_hand: InHand::default(),
            memory: Memory::default(),
            clock: Clock::new(time),
        })
    }
}

/// The time there, by a connection of its own.
async fn time(options: &PgConnectOptions) -> sqlx::Result<DateTime<Utc>> {
    let mut connection = PgConnection::connect_with(options).await?;
    let time = sqlx::query_scalar("select now()").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(time)
}

fn pool(options: &PgConnectOptions, size: u32, settings: &'static str, may_copy: &Arc<AtomicBool>) -> PgPool {
    let is_tcp = options.get_socket().is_none() && !options.get_host().starts_with('/');
    let (port, may_copy) = (options.get_port(), may_copy.clone());
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(CONNECT)
        .after_connect(move |connection, _| {
            if is_tcp && !hurry::hurry(port) && may_copy.swap(false, Ordering::Relaxed) {
                tracing::info!("TCP_NODELAY could not be set: new rows go to PostgreSQL as arrays, not by COPY");
            }
            Box::pin(async move { connection.execute(sqlx::raw_sql(settings)).await.map(|_| ()) })
        })
        // A connection in steady use needs no question before each use.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > Duration::from_secs(1) {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        // Its buffers stay as large as the greatest message made them.
        .after_release(|connection, _| {
            connection.shrink_buffers();
            Box::pin(async { Ok(true) })
        })
        .connect_lazy_with(options.clone())
}

fn late(within: Duration) -> Fault {
    Fault::Store(format!("sem resposta em {} s", within.as_secs()))
}

/// Waits for an operation, never for ever.
async fn within<T, E: From<Fault>>(time: Duration, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    match tokio::time::timeout(time, work).await {
        Ok(done) => done,
        Err(_) => Err(E::from(late(time))),
    }
}

/// The same for operations that have no data to blame.
async fn settle<T>(time: Duration, work: impl Future<Output = sqlx::Result<T>>) -> Result<T, Fault> {
    within(time, async { work.await.map_err(fault) }).await
}

#[async_trait]
impl Store for Postgres {
    async fn migrate(&self, tables: &[&'static Table]) -> Result<(), Fault> {
        migrate::migrate(&self.people, tables).await
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    async fn health(&self, tables: &[&'static Table]) -> Result<Health, Fault> {
        settle(CONNECT, migrate::health(&self.loops, tables)).await
    }

    async fn look_up(&self, ask: &Ask<'_>) -> Result<Found, Fault> {
        settle(PATIENCE, async {
            let mut at_work = self.hands.take(&self.loops).await?;
            let found = look_up::look_up(&mut at_work.connection, &self.memory, &self.clock, ask).await?;
            self.hands.put(at_work);
            Ok(found)
        })
        .await
    }

    async fn lease_numbers(&self, sequences: &[(String, u32)]) -> Result<Vec<Range<u64>>, Fault> {
        settle(PATIENCE, async {
            let mut at_work = self.hands.take(&self.loops).await?;
            let leased = numbers::lease(&mut at_work.connection, sequences).await?;
            self.hands.put(at_work);
            Ok(leased)
        })
        .await
    }

    async fn keep(&self, batch: &Batch) -> Result<Kept, NotKept> {
        let lease = batch.lease.map(|(holder, time)| Lease { holder, time, until: self.clock.now() + time });
        within(PATIENCE, async {
            let mut at_work = self.hands.take(&self.loops).await?;
            let kept =
                keep::keep(&mut at_work.connection, &self.may_copy, &self.filled, &self.in_hand, batch, lease).await?;
            // Of one that carried more the pool takes the buffers down.
            if batch.bytes() <= LIGHT {
                self.hands.put(at_work);
            }
            Ok(kept)
        })
        .await
    }

    async fn claim_woken(&self, holder: Uuid, lease: Duration, most: Bounds) -> Result<Vec<Stored>, Fault> {
        settle(PATIENCE, claims::woken(&self.loops, holder, lease, most)).await
    }

    async fn claim_rows(&self, claim: &Claim<'_>) -> Result<Vec<Row>, Fault> {
        settle(PATIENCE, lanes::claim(&self.loops, claim)).await
    }

    async fn report(&self, process: &Process) -> Result<(), Fault> {
        settle(PATIENCE, processes::report(&self.loops, &self.clock, process)).await
    }

    async fn release(&self, holder: Uuid) -> Result<(), Fault> {
        settle(PATIENCE, claims::release(&self.loops, &self.in_hand, holder)).await
    }

    async fn due(&self, holder: Uuid, lease: Duration, most: Bounds) -> Result<Vec<Outgoing>, Fault> {
        settle(PATIENCE, outbox::due(&self.loops, &self.in_hand, holder, lease, most)).await
    }

    async fn suspect(&self, digest: &str) -> Result<u32, Fault> {
        settle(PATIENCE, suspects::note(&self.loops, digest)).await.map(i32::unsigned_abs)
    }

    async fn acquit(&self, digest: &str) -> Result<(), Fault> {
        settle(PATIENCE, suspects::strike(&self.loops, digest)).await
    }

    async fn published(&self, marks: &[Mark]) -> Result<(), Fault> {
        settle(PATIENCE, outbox::published(&self.loops, &self.in_hand, marks)).await
    }
}
