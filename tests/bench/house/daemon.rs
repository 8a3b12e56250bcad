//! The real `eaid`: prepares its database and runs.

use crate::servers::Servers;
use crate::{Failed, sale};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// How it is started.
pub struct Daemon {
    program: &'static str,
    settings: Vec<(&'static str, String)>,
}

/// A running one; killed when dropped.
pub struct Running {
    child: Child,
    id: u32,
}

impl Daemon {
    /// The shipped registrations and tables, and none of the transports. `program` is what Cargo built: only a
    /// benchmark itself is told where that is.
    pub fn new(program: &'static str) -> Daemon {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../config");
        let shipped = |name: &str| shipped.join(name).to_string_lossy().into_owned();
        let daemon = Daemon { program, settings: Vec::new() };
        daemon
            .set("EAID_AMQP__ENABLED", "false")
            .set("EAID_SPOOL__ENABLED", "false")
            .set("EAID_HTTP__ENABLED", "false")
            .set("EAID_LOG__LEVEL", "error")
            .set("EAID_CATALOG__ADAPTERS", shipped("adapters.toml"))
            .set("EAID_CATALOG__ROUTES", shipped("routes.toml"))
            .set("EAID_CATALOG__REFERENCE", shipped("reference"))
    }

    /// On the broker, and a database of the cluster.
    pub fn on_servers(program: &'static str, servers: &Servers, database: &str) -> Daemon {
        Daemon::new(program)
            .set("EAID_DATABASE__URL", database)
            .set("EAID_AMQP__ENABLED", "true")
            .set("EAID_AMQP__URL", &*servers.amqp)
    }

    /// Sets a key of its configuration, which may be set already.
    pub fn set(mut self, key: &'static str, value: impl Into<String>) -> Daemon {
        self.settings.retain(|(known, _)| *known != key);
        self.settings.push((key, value.into()));
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program);
        let settings = self.settings.iter().map(|(key, value)| (key, value));
        command.args(arguments).current_dir(std::env::temp_dir()).envs(settings);
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Makes the tables and loads De/Para.
    ///
    /// # Errors
    /// Where a verb fails.
    pub async fn prepare(&self) -> Result<(), Failed> {
        let file = std::env::temp_dir().join(format!("eaid-bench-{}.csv", std::process::id()));
        std::fs::write(&file, sale::depara())?;
        let path = file.to_string_lossy();
        self.verb(&["migrate"]).await?;
        self.verb(&["depara", "import", &path]).await?;
        std::fs::remove_file(&file)?;
        Ok(())
    }

    /// Runs a verb; gives how long that took, from its start to its end.
    ///
    /// # Errors
    /// Where it fails.
    pub async fn verb(&self, verb: &[&str]) -> Result<Duration, Failed> {
        let begun = Instant::now();
        let ended = self.command(verb).stdout(Stdio::null()).status().await?;
        match ended.success() {
            true => Ok(begun.elapsed()),
            false => Err(format!("eaid {} ended with {ended}", verb.join(" ")).into()),
        }
    }

    /// Starts it in some roles.
    ///
    /// # Errors
    /// Where there is no such program.
    pub fn start(&self, roles: &str) -> Result<Running, Failed> {
        let child = self.command(&["run", "--roles", roles]).spawn()?;
        let id = child.id().ok_or("eaid ended at once")?;
        Ok(Running { child, id })
    }
}

impl Running {
    /// Its process.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Awaits work that it does; if it ends before that is done, so does the benchmark.
    ///
    /// # Errors
    /// Its end, or the failure of that work.
    pub async fn does<T>(&mut self, work: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
        tokio::select! {
            biased;
            done = work => done,
            ended = self.child.wait() => Err(format!("eaid ended unasked, with {}: see above", ended?).into()),
        }
    }

    /// SIGTERM, and its orderly end.
    ///
    /// # Errors
    /// Any other end.
    pub async fn stop(mut self) -> Result<(), Failed> {
        let told = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.id)]).status().await?;
        let ended = self.child.wait().await?;
        if told.success() && ended.success() { Ok(()) } else { Err(format!("eaid ended with {ended}").into()) }
    }
}
