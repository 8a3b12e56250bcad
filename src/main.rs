//! The program: reads its words and gives the exit code.

use clap::Parser;
use eaid::cli::Cli;
use mimalloc::MiMalloc;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

/// A message is many small texts that are made in one thread and dropped in another: a quarter of the time of a
/// batch went into the system's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// After how many milliseconds the allocator gives free pages back: its own 10 are less than a batch takes, and the next
/// one would have all its memory made anew, an eighth of what the daemon does. And how many times longer it holds on to
/// whole blocks, which are those of large messages: not at all, or a burst of them would take up that of ten seconds.
const ALLOCATION: [(&str, &str); 2] = [("MIMALLOC_PURGE_DELAY", "1000"), ("MIMALLOC_ARENA_PURGE_MULT", "0")];

fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.stays() {
        settle_in();
    }
    eaid::cli::run(cli)
}

/// Begins once more, as the same process, with [`ALLOCATION`], which the allocator reads before `main` does anything.
/// Where that fails, the daemon is a little slower, and no more.
fn settle_in() {
    let missing = ALLOCATION.into_iter().filter(|(name, _)| std::env::var_os(name).is_none());
    let missing: Vec<(&str, &str)> = missing.collect();
    if let (false, Ok(program)) = (missing.is_empty(), std::env::current_exe()) {
        let _ = Command::new(program).args(std::env::args_os().skip(1)).envs(missing).exec();
    }
}
