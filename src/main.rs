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

/// After how many milliseconds the allocator gives free pages back. Its own 10 are less than a batch takes: the next
/// one would have all its memory made anew, an eighth of what the daemon does.
const PURGE_DELAY: (&str, &str) = ("MIMALLOC_PURGE_DELAY", "1000");

fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.stays() {
        settle_in();
    }
    eaid::cli::run(cli)
}

/// Begins once more, as the same process, with [`PURGE_DELAY`], which the allocator reads before `main` does anything.
/// Where that fails, the daemon is a little slower, and no more.
fn settle_in() {
    let (name, delay) = PURGE_DELAY;
    if let (None, Ok(program)) = (std::env::var_os(name), std::env::current_exe()) {
        let _ = Command::new(program).args(std::env::args_os().skip(1)).env(name, delay).exec();
    }
}
