//! The generated schemas accept every message that the routines accept or hold back: all samples, and the messages
//! of the demonstration.

#![allow(clippy::unwrap_used, clippy::panic)]

use eaid_adapters::samples::SAMPLES;
use eaid_schemas::json_schema::document;
use eaid_schemas::messages::{Message, find};
use eaid_schemas::version::Version;
use jsonschema::Validator;
use serde_json::Value;
use std::collections::HashMap;

/// The schemas that were asked for.
#[derive(Default)]
struct Schemas(HashMap<(&'static str, Version), Validator>);

impl Schemas {
    /// Checks a message by the schema of every version of its major: only the major decides how it is read.
    fn fit(&mut self, name: &str, body: &Value) {
        let (message, major) = named(body);
        for version in message.versions.iter().filter(|version| major.is_none_or(|major| version.major == major)) {
            let validator = self
                .0
                .entry((message.name, *version))
                .or_insert_with(|| jsonschema::validator_for(&document(message, *version)).unwrap());
            if let Err(error) = validator.validate(body) {
                panic!("{name} against {} {version}: {error} at {}", message.name, error.instance_path());
            }
        }
    }
}

/// The message that a document says it is, and its major.
fn named(body: &Value) -> (&'static Message, Option<u32>) {
    match &body["Header"]["Transaction"] {
        Value::String(transaction) => {
            let version = body["Header"]["Version"].as_str().and_then(Version::parse).unwrap().0;
            (find(transaction).unwrap(), Some(version.major))
        }
        _ => (find("OrderEvent").unwrap(), None),
    }
}

#[test]
fn every_sample_that_is_accepted_fits_its_schema() {
    let (mut schemas, mut checked) = (Schemas::default(), 0);
    for sample in SAMPLES {
        let expected: Value = serde_json::from_str(sample.expected).unwrap();
        // What GENERIC takes is declared by its registration alone.
        if sample.routine == "GENERIC" {
            continue;
        }
        // Rows of a staged sale are no message; XML has its own way.
        let Ok(body) = serde_json::from_str::<Value>(sample.input) else { continue };
        let is_message = body.get("Header").is_some() || body.get("order").is_some();
        if is_message && expected["verdict"] != "refuse" {
            schemas.fit(sample.name, &body);
            checked += 1;
        }
    }
    assert!(checked >= 25, "{checked}");
}

#[test]
fn the_demonstration_fits_its_schemas() {
    let mut schemas = Schemas::default();
    for (name, message) in [
        ("01", include_str!("../../config/demo/01-reserve-entrega.json")),
        ("02", include_str!("../../config/demo/02-customer.json")),
        ("03", include_str!("../../config/demo/03-sale-entrega.json")),
        ("04", include_str!("../../config/demo/04-reserve-retira.json")),
        ("05", include_str!("../../config/demo/05-sale-retira.json")),
    ] {
        schemas.fit(name, &serde_json::from_str(message).unwrap());
    }
}
