//! The real `eaid`: prepares its database and runs.

use crate::{Failed, sale};
use std::path::Path;
use std::process::Stdio;
use tokio::process::{Child, Command};

/// Where it works.
pub struct Daemon {
    /// Its database.
    pub database: String,
    /// Its broker.
    pub amqp: String,
}

/// A running one; killed when dropped.
pub struct Running {
    child: Child,
    id: u32,
}

impl Daemon {
    fn command(&self, arguments: &[&str]) -> Command {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        let mut command = Command::new(env!("CARGO_BIN_EXE_eaid"));
        command
            .args(arguments)
            .current_dir(std::env::temp_dir())
            .env("EAID_DATABASE__URL", &self.database)
            .env("EAID_AMQP__ENABLED", "true")
            .env("EAID_AMQP__URL", &self.amqp)
            .env("EAID_SPOOL__ENABLED", "false")
            .env("EAID_HTTP__ENABLED", "false")
            .env("EAID_LOG__LEVEL", "error")
            .env("EAID_CATALOG__ADAPTERS", shipped.join("adapters.toml"))
            .env("EAID_CATALOG__ROUTES", shipped.join("routes.toml"))
            .env("EAID_CATALOG__REFERENCE", shipped.join("reference"))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Makes the tables and loads De/Para.
    pub async fn prepare(&self) -> Result<(), Failed> {
        let file = std::env::temp_dir().join(format!("eaid-bench-{}.csv", std::process::id()));
        std::fs::write(&file, sale::depara())?;
        let path = file.to_string_lossy();
        for verb in [&["migrate"][..], &["depara", "import", &path]] {
            let ended = self.command(verb).stdout(Stdio::null()).status().await?;
            if !ended.success() {
                return Err(format!("eaid {} ended with {ended}", verb.join(" ")).into());
            }
        }
        std::fs::remove_file(&file)?;
        Ok(())
    }

    /// Starts it in some roles.
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
    pub async fn does<T>(&mut self, work: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
        tokio::select! {
            biased;
            done = work => done,
            ended = self.child.wait() => Err(format!("eaid ended unasked, with {}: see above", ended?).into()),
        }
    }

    /// SIGTERM, and its orderly end.
    pub async fn stop(mut self) -> Result<(), Failed> {
        let told = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.id)]).status().await?;
        let ended = self.child.wait().await?;
        if told.success() && ended.success() { Ok(()) } else { Err(format!("eaid ended with {ended}").into()) }
    }
}
