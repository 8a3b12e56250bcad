//! The private servers of `tests/run`, and a place of its own in them for each test.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::net::TcpListener;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};

use crate::wait::until;

/// Where the servers are.
struct Servers {
    amqp: String,
    database: String,
    vhost: String,
    ports: (u16, u16),
}

fn servers() -> &'static Servers {
    static SERVERS: OnceLock<Servers> = OnceLock::new();
    SERVERS.get_or_init(|| {
        let (first, last) = variable("EAID_TEST_PORTS")
            .split_once('-')
            .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)))
            .expect("EAID_TEST_PORTS is `from-to`");
        Servers {
            amqp: variable("EAID_TEST_AMQP_URL"),
            database: variable("EAID_TEST_DATABASE_URL"),
            vhost: variable("EAID_TEST_VHOST"),
            ports: (first, last),
        }
    })
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!(
            "{name} is not set: the end-to-end tests need servers of their own. \
             Run `tests/run`, or `tests/run --exec bash` and cargo test in that shell"
        )
    })
}

/// A word that no other test of this machine uses, fit for names of databases and virtual hosts.
pub fn unique(name: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{name}_{}_{number}", std::process::id())
}

/// A port for a daemon under test. The range is locked by `tests/run` and lies below the one from
/// which the kernel hands out ports, so nobody takes the port between this look and the daemon's.
pub fn port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let (first, last) = servers().ports;
    let size = last - first + 1;
    for _ in 0..size {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed) % size;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port between {first} and {last}");
}

/// An empty database; the cluster goes away with the run, so nobody drops it.
pub async fn database(name: &str) -> String {
    let base = &servers().database;
    let mut admin = PgConnection::connect(base).await.expect("connect to PostgreSQL");
    // template0, because nobody can be connected to it: template1 may be busy with another test.
    let create = format!("create database {name} template template0");
    sqlx::query(AssertSqlSafe(create)).execute(&mut admin).await.expect("create a database");
    admin.close().await.expect("close the connection");
    let (server, _) = base.rsplit_once('/').expect("the database URL has a path");
    format!("{server}/{name}")
}

/// Nobody gets into a database any more, and who is in is thrown out.
pub async fn close_database(name: &str) {
    admit(name, false).await;
    let mut admin = PgConnection::connect(&servers().database).await.expect("connect to PostgreSQL");
    let out = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
    sqlx::query(out).bind(name).execute(&mut admin).await.expect("throw everybody out");
    admin.close().await.expect("close the connection");
}

/// Lets everybody in again.
pub async fn open_database(name: &str) {
    admit(name, true).await;
}

async fn admit(name: &str, everybody: bool) {
    let mut admin = PgConnection::connect(&servers().database).await.expect("connect to PostgreSQL");
    let alter = format!("alter database {name} allow_connections {everybody}");
    sqlx::query(AssertSqlSafe(alter)).execute(&mut admin).await.expect("alter a database");
    admin.close().await.expect("close the connection");
}

/// An empty virtual host.
pub async fn vhost(name: &str) -> String {
    vhost_command("add", name).await;
    let (server, _) = servers().amqp.rsplit_once('/').expect("the broker's URL has a path");
    format!("{server}/{name}")
}

/// Frees the broker of a virtual host: each costs it processes and memory.
pub async fn delete_vhost(name: &str) {
    vhost_command("delete", name).await;
}

async fn vhost_command(verb: &str, name: &str) {
    until(&format!("vhost {verb} {name}"), async || {
        let command = tokio::process::Command::new(&servers().vhost).args([verb, name]).output().await;
        let output = command.expect("run the command in EAID_TEST_VHOST");
        let said = String::from_utf8_lossy(&output.stderr);
        // The node now and then turns a caller away while many knock at once.
        let is_done = output.status.success();
        assert!(is_done || said.contains("failed to connect"), "vhost {verb} {name}: {said}");
        is_done.then_some(())
    })
    .await;
}
