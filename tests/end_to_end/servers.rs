//! The private servers of `tests/run`, and a place of its own in them for each test.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::net::TcpListener;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};

/// A broker and a database cluster, with a place of its own in them for each test.
#[derive(Clone)]
pub struct Servers {
    /// The broker, with its default virtual host.
    pub amqp: String,
    /// The cluster, with the database `postgres`.
    pub database: String,
    /// The command that makes and removes virtual hosts.
    pub vhost: String,
}

/// The servers that all tests share; nobody stops them.
pub fn shared() -> Servers {
    Servers {
        amqp: variable("EAID_TEST_AMQP_URL"),
        database: variable("EAID_TEST_DATABASE_URL"),
        vhost: variable("EAID_TEST_VHOST"),
    }
}

/// A variable that `tests/run` sets.
pub fn variable(name: &str) -> String {
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
    static PORTS: OnceLock<(u16, u16)> = OnceLock::new();
    let (first, last) = *PORTS.get_or_init(|| {
        variable("EAID_TEST_PORTS")
            .split_once('-')
            .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)))
            .expect("EAID_TEST_PORTS is `from-to`")
    });
    let size = last - first + 1;
    for _ in 0..size {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed) % size;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port between {first} and {last}");
}

impl Servers {
    /// An empty database; the cluster goes away with the run, so nobody drops it.
    pub async fn database(&self, name: &str) -> String {
        let mut admin = PgConnection::connect(&self.database).await.expect("connect to PostgreSQL");
        // template0, because nobody can be connected to it: template1 may be busy with another test.
        let create = format!("create database {name} template template0");
        sqlx::query(AssertSqlSafe(create)).execute(&mut admin).await.expect("create a database");
        admin.close().await.expect("close the connection");
        let (server, _) = self.database.rsplit_once('/').expect("the database URL has a path");
        format!("{server}/{name}")
    }

    /// An empty virtual host.
    pub async fn vhost(&self, name: &str) -> String {
        self.vhost_command("add", name).await;
        self.vhost_url(name)
    }

    /// The address of a virtual host, whether it is there or not.
    pub fn vhost_url(&self, name: &str) -> String {
        let (server, _) = self.amqp.rsplit_once('/').expect("the broker's URL has a path");
        format!("{server}/{name}")
    }

    /// Frees the broker of a virtual host: each costs it processes and memory.
    pub async fn delete_vhost(&self, name: &str) {
        self.vhost_command("delete", name).await;
    }

    /// Asks the broker in its own language.
    pub async fn erlang(&self, code: &str) {
        self.vhost_command("eval", code).await;
    }

    async fn vhost_command(&self, verb: &str, name: &str) {
        let command = tokio::process::Command::new(&self.vhost).args([verb, name]).output().await;
        let output = command.expect("run the command in EAID_TEST_VHOST");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Nobody gets into a database any more, and who is in is thrown out.
pub async fn close_database(name: &str) {
    admit(name, false).await;
    let mut admin = PgConnection::connect(&shared().database).await.expect("connect to PostgreSQL");
    let out = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
    sqlx::query(out).bind(name).execute(&mut admin).await.expect("throw everybody out");
    admin.close().await.expect("close the connection");
}

/// Lets everybody in again.
pub async fn open_database(name: &str) {
    admit(name, true).await;
}

async fn admit(name: &str, everybody: bool) {
    let mut admin = PgConnection::connect(&shared().database).await.expect("connect to PostgreSQL");
    let alter = format!("alter database {name} allow_connections {everybody}");
    sqlx::query(AssertSqlSafe(alter)).execute(&mut admin).await.expect("alter a database");
    admin.close().await.expect("close the connection");
}

/// The `host:port` of an address.
pub fn host_and_port(url: &str) -> &str {
    let (_, rest) = url.split_once("://").expect("an address has a scheme");
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}
