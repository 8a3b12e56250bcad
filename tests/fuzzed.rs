//! The corpus of the fuzz targets, and with it every crash that they ever found, as plain tests: `fuzz/`.

#![allow(clippy::expect_used, reason = "clippy excuses only the bodies of #[test] functions")]

#[path = "../fuzz/bodies.rs"]
mod bodies;

use std::path::Path;

#[test]
fn nothing_of_the_corpus_stops_its_target() {
    let mut stopped = Vec::new();
    for (target, body) in bodies::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        let files = std::fs::read_dir(&folder).expect("the target has a corpus");
        let paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        assert!(!paths.is_empty(), "{target} has no corpus");
        for path in paths {
            let bytes = std::fs::read(&path).expect("read a seed");
            if std::panic::catch_unwind(|| body(&bytes)).is_err() {
                stopped.push(path);
            }
        }
    }
    assert!(stopped.is_empty(), "{stopped:#?}");
}
