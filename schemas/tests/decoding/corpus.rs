//! Bodies that are or were trouble, kept as files: the name begins with what becomes of each.

use crate::anything::read_as_anything;
use crate::messages::LIMITS;
use eaid_schemas::envelope::{Document, decode};

#[test]
fn every_body_of_the_corpus_becomes_what_its_name_says() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).expect("the corpus is there") {
        let path = file.expect("a file").path();
        let body = std::fs::read(&path).expect("it can be read");
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let fate = match decode(&body, None, &LIMITS) {
            Ok(Document::Message(_)) => "message",
            Ok(Document::PreSale(_)) => "pre-sale",
            Ok(Document::OrderEvent { .. }) => "event",
            Err(unreadable) => unreadable.code.as_str(),
        };
        let expected = name.split(['-', '.']).next().unwrap_or_default();
        assert!(fate == expected || (fate == "message" && expected == "customer"), "{name}: {fate}");
        read_as_anything(&body, None, &LIMITS);
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}
