//! Broken servers, networks, processes and clocks. Each case breaks something under load, mends it, and looks that work
//! goes on in time and that every message ended in one state, with one effect and an answer.
//!
//! `EAID_TEST_LONG=1` takes the long forms, too; without it each of them says that it was left out.

mod broker;
mod clock;
mod daemons;
mod database;
mod network;
mod poison;
mod soak;
mod spool;

/// Whether long forms are wanted; if not, says so.
pub fn is_long(what: &str) -> bool {
    let is_wanted = std::env::var_os("EAID_TEST_LONG").is_some();
    if !is_wanted {
        // Past the capture of the test: who reads the run shall see it.
        use std::io::Write;
        drop(writeln!(std::io::stderr(), "left out without EAID_TEST_LONG=1: {what}"));
    }
    is_wanted
}
