//! Named points at which a test kills the process, to prove what `src/README.md` promises of each.
//!
//! `EAID_CRASH_AT=after-keep` aborts, without any clean-up, the first time that point is reached.

use std::sync::OnceLock;

/// The points, in the order in which a message passes them.
pub const POINTS: &[&str] = &["before-keep", "after-keep", "inside-apply", "after-confirm"];

/// Dies here if the environment says so.
pub fn point(name: &str) {
    static AT: OnceLock<Option<String>> = OnceLock::new();
    let at = AT.get_or_init(|| std::env::var("EAID_CRASH_AT").ok());
    if at.as_deref() == Some(name) {
        eprintln!("EAID_CRASH_AT={name}: abort");
        std::process::abort();
    }
}
