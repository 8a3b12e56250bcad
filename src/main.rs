//! The program: reads its words and gives the exit code.

use clap::Parser;
use eaid::cli::Cli;
use mimalloc::MiMalloc;
use std::process::ExitCode;

/// A message is many small texts that are made in one thread and dropped in another: a quarter of the time of a
/// batch went into the system's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    eaid::cli::run(Cli::parse())
}
