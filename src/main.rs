//! The program: reads its words and gives the exit code.

use clap::Parser;
use eaid::cli::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    eaid::cli::run(Cli::parse())
}
