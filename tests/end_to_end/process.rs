//! The real `eaid` as a process: the daemon, and one verb at a time.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use tokio::process::{Child, Command};

use crate::wait::{PATIENCE, until};

/// The work tree, for the files that are shipped.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What all processes of one test share: the folder they run in and their configuration.
#[derive(Clone)]
pub struct Surroundings {
    /// Working directory.
    pub folder: PathBuf,
    /// `EAID_…` variables.
    pub settings: Vec<(&'static str, String)>,
}

impl Surroundings {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eaid"));
        // Nothing of the surroundings of the test may reach eaid, above all not EAID_TEST_…
        command.args(arguments).current_dir(&self.folder).env_clear();
        for name in ["PATH", "HOME", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("RUST_BACKTRACE", "1").envs(self.settings.iter().cloned());
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Runs one verb to its end.
    pub async fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, Stdio::null()).await
    }

    /// Runs one verb, with a text on its standard input.
    pub async fn run_on(&self, arguments: &[&str], input: &str) -> Said {
        let file = self.folder.join(".input");
        std::fs::write(&file, input).expect("write the input");
        self.run_with(arguments, File::open(&file).expect("open the input").into()).await
    }

    async fn run_with(&self, arguments: &[&str], input: Stdio) -> Said {
        let command = format!("eaid {}", arguments.join(" "));
        let ended = tokio::time::timeout(PATIENCE, self.command(arguments).stdin(input).output()).await;
        let output = ended.unwrap_or_else(|_| panic!("{command} did not end within {PATIENCE:?}")).expect("start eaid");
        Said {
            command,
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("eaid prints UTF-8"),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Starts the daemon; what it says is added to `eaid.log` in the folder.
    pub fn start(&self, arguments: &[&str], more: &[(&str, &str)]) -> Daemon {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("eaid.log"))
            .expect("open the daemon's log");
        let also = log.try_clone().expect("share the daemon's log");
        let child = self
            .command(arguments)
            .envs(more.iter().copied())
            .stdout(log)
            .stderr(also)
            .spawn()
            .expect("start the daemon");
        Daemon { child }
    }
}

/// What a verb printed and how it ended.
pub struct Said {
    command: String,
    /// Exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// The verb must have ended with this code.
    pub fn ends(self, code: i32) -> Said {
        assert_eq!(self.code, Some(code), "{} ended otherwise\n{}\n{}", self.command, self.out, self.err);
        self
    }

    /// Its output is one JSON document.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|e| panic!("{} printed no JSON ({e}):\n{}", self.command, self.out))
    }
}

/// A running daemon; killed when dropped.
pub struct Daemon {
    child: Child,
}

impl Daemon {
    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("ask for the daemon's state")
    }

    /// The most memory that it ever held, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let pid = self.child.id().expect("the daemon is still running");
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("read what the kernel says of it");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        1024 * peak.expect("its peak").parse::<u64>().expect("a number")
    }

    /// SIGTERM, and its orderly end.
    pub async fn stop(mut self) -> ExitStatus {
        self.signal("TERM").await;
        self.end().await
    }

    /// Any signal, by its name.
    pub async fn signal(&mut self, name: &str) {
        let pid = self.child.id().expect("the daemon is still running");
        let kill = format!("kill -{name} {pid}");
        // The shell's own kill: a minimal Debian has no other.
        let told = Command::new("sh").args(["-c", &kill]).status().await.expect("run sh");
        assert!(told.success(), "{kill} failed");
    }

    /// SIGKILL.
    pub async fn kill(mut self) {
        self.child.start_kill().expect("kill the daemon");
        self.end().await;
    }

    /// Waits for an end that comes by itself.
    pub async fn end(&mut self) -> ExitStatus {
        until("the end of the daemon", async || self.ended()).await
    }
}
