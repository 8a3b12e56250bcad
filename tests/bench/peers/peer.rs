//! A program that a user would write instead: how it is made ready, and one run of it.

use crate::single;
use eaid_bench::broker::Broker;
use eaid_bench::database::Database;
use eaid_bench::figures::{Figures, Run};
use eaid_bench::processes::{self, Processes};
use eaid_bench::servers::Servers;
use eaid_bench::watch::watch;
use eaid_bench::{Failed, account, sale};
use sqlx::{Connection, PgConnection};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;

/// How long what was answered may take to be marked so.
const PATIENCE: Duration = Duration::from_secs(30);

/// A peer.
pub struct Peer {
    /// What it is written with.
    pub name: &'static str,
    /// Program and arguments, or why there is none.
    pub command: Result<Vec<OsString>, String>,
}

impl Peer {
    /// This program itself: see [`single`].
    pub fn rust() -> Result<Peer, Failed> {
        let program = std::env::current_exe()?.into_os_string();
        Ok(Peer { name: "Rust lapin+sqlx", command: Ok(vec![program, single::WORD.into()]) })
    }

    /// `node/`.
    pub async fn node(folder: &Path) -> Peer {
        let command = async {
            let folder = folder.join("node");
            copy("node", &folder).map_err(|error| error.to_string())?;
            install(&folder, "npm", &["ci", "--no-audit", "--no-fund", "--silent"]).await?;
            Ok(vec!["node".into(), folder.join("stage.js").into()])
        };
        Peer { name: "Node amqplib+pg", command: command.await }
    }

    /// `python/`.
    pub async fn python(folder: &Path) -> Peer {
        let command = async {
            let folder = folder.join("python");
            copy("python", &folder).map_err(|error| error.to_string())?;
            install(&folder, "python3", &["-m", "venv", "venv"]).await?;
            let python = folder.join("venv/bin/python");
            let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"];
            install(&folder, &python.to_string_lossy(), &pip).await?;
            Ok(vec![python.into(), folder.join("stage.py").into()])
        };
        Peer { name: "Python aio-pika+asyncpg", command: command.await }
    }

    /// One run over waiting sales; none where the peer is left out.
    pub async fn measure(
        &self,
        servers: &Servers,
        broker: &Broker,
        messages: usize,
        name: &str,
    ) -> Result<Option<Figures>, Failed> {
        let Ok([program, arguments @ ..]) = self.command.as_deref() else { return Ok(None) };
        broker.clear().await?;
        let database = Database::create(&servers.database).await?;
        let mut connection = PgConnection::connect(&database.url).await?;
        sqlx::raw_sql(include_str!("tables.sql")).execute(&mut connection).await?;
        broker.publish("in.retailsales", 0..messages, sale::sale).await?;
        broker.wait_until_waiting(messages).await?;
        database.settle().await?;
        let run = Run::begin(name, messages);
        let mut child = Command::new(program)
            .args(arguments)
            .env("AMQP_URL", &servers.amqp)
            .env("DATABASE_URL", &database.url)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let id = child.id().ok_or("it ended at once")?;
        let watched = Processes::find(servers, &[id])?;
        let (first, last) = tokio::select! {
            watched = watch(broker, messages, &watched) => watched?,
            ended = child.wait() => return Err(format!("{} ended with {}", self.name, ended?).into()),
        };
        let figures = run.end(first, last, processes::peak_memory(id)?);
        // What is marked as sent was acknowledged long before.
        let deadline = Instant::now() + PATIENCE;
        while database.check_rows(&[("outbox where sent_at is not null", messages)]).await.is_err() {
            if Instant::now() > deadline {
                return Err(format!("{} does not mark what it has sent", self.name).into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        child.kill().await?;
        let counts = [("inbox", messages), ("sl1", messages), ("sl2", 3 * messages), ("sl4", 2 * messages)];
        database.check_rows(&counts).await?;
        account::check(broker, messages).await?;
        database.drop().await?;
        Ok(Some(figures))
    }
}

/// Copies the files of a peer: what is installed beside them is no part of the repository.
fn copy(name: &str, to: &Path) -> Result<(), Failed> {
    let from: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/peers").join(name);
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        std::fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Runs a step of an installation.
async fn install(folder: &Path, program: &str, arguments: &[&str]) -> Result<(), String> {
    let step = format!("{program} {}", arguments.join(" "));
    let ended = Command::new(program).args(arguments).current_dir(folder).stdin(Stdio::null()).status().await;
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{step}` ended with {status}")),
        Err(error) => Err(format!("`{step}`: {error}")),
    }
}
