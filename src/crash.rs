//! Named points at which a test kills the process, to prove what `src/README.md` promises of each.
//!
//! `EAID_CRASH_AT=after-keep` aborts, without any clean-up, the first time that point is reached. `EAID_CRASH_ON=text`
//! aborts, and `EAID_PANIC_ON=text` panics, whenever a message is opened whose bytes hold the text.

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

/// Dies or panics here if the environment says so of this message.
pub fn message(body: &[u8]) {
    static ON: OnceLock<[Option<String>; 2]> = OnceLock::new();
    let [crash, panic] = ON.get_or_init(|| ["EAID_CRASH_ON", "EAID_PANIC_ON"].map(|name| std::env::var(name).ok()));
    let holds = |text: &Option<String>| {
        text.as_ref().is_some_and(|text| body.windows(text.len().max(1)).any(|window| window == text.as_bytes()))
    };
    if holds(crash) {
        eprintln!("EAID_CRASH_ON: abort");
        std::process::abort();
    }
    assert!(!holds(panic), "EAID_PANIC_ON");
}
