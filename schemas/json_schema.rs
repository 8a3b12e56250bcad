//! The declarations as JSON Schema, draft 2020-12: what a partner validates a message by before sending it.
//!
//! A schema accepts what eaid reads: other spellings of names and values, numbers as text, lists in their three
//! forms. It says what the declaration says; what needs De/Para, sums or other messages is no matter of a schema.

mod answers;
mod names;
mod picked;
mod records;
mod scalars;

use crate::messages::{Form, Message};
use crate::pick::Picks;
use crate::record::Spec;
use crate::version::Version;
use names::{any_case, has, named};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Definitions that refer to each other, in one place of one document.
#[derive(Debug)]
pub struct Definitions {
    /// Where they stand in the document: `#/$defs/`, `#/components/schemas/`.
    at: &'static str,
    made: BTreeMap<String, Value>,
}

impl Definitions {
    /// An empty collection, for a place of a document.
    pub fn at(at: &'static str) -> Self {
        Definitions { at, made: BTreeMap::new() }
    }

    /// A reference to a definition, made the first time it is asked for.
    fn refer(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.made.contains_key(name) {
            self.made.insert(name.to_owned(), Value::Null);
            let made = make(self);
            self.made.insert(name.to_owned(), made);
        }
        json!({ "$ref": format!("{}{name}", self.at) })
    }

    /// All that were made, in the order of their names.
    pub fn finish(self) -> Map<String, Value> {
        self.made.into_iter().collect()
    }

    /// A reference to the newest version of a message, for a document of many.
    pub fn newest(&mut self, message: &Message) -> Value {
        self.refer(&format!("{}-message", message.name), |definitions| {
            let version = message.newest();
            let mut schema = definitions.message(message, version);
            schema["title"] = Value::String(format!("{} {version}", message.name));
            schema["description"] = Value::String(message.summary.to_owned());
            schema
        })
    }

    /// The schema of a whole message.
    pub fn message(&mut self, message: &Message, version: Version) -> Value {
        match message.form {
            Form::Business(content) => self.business(message, version, content()),
            Form::Response => answers::response(self),
            Form::Receipt => answers::receipt(self),
            Form::Bare(content) => self.record(content(), version),
        }
    }

    fn business(&mut self, message: &Message, version: Version, content: &'static Spec) -> Value {
        let header = self.header(message.name, version);
        let whole = self.record(content, version);
        let keys: Vec<Value> =
            content.fields.iter().filter(|field| field.is_key).map(|field| has(&[field.tag])).collect();
        let mut key_alone = json!({ "type": "object" });
        if !keys.is_empty() {
            key_alone["allOf"] = Value::Array(keys);
        }
        self.enveloped(header, whole, key_alone)
    }

    /// A message by its header and its content; a delete is read by its key alone (`domain/README.md` 10).
    fn enveloped(&mut self, header: Value, whole: Value, key_alone: Value) -> Value {
        json!({
            "type": "object",
            "properties": { "Header": header, "Content": {} },
            "allOf": [has(&["Header"]), has(&["Content"])],
            "if": says_delete(),
            "then": { "properties": { "Content": key_alone } },
            "else": { "properties": { "Content": whole } },
        })
    }

    /// The header of a business message: the transaction by name, the version by its major.
    fn header(&mut self, name: &str, version: Version) -> Value {
        let header = self.record(<crate::envelope::Header as crate::record::Record>::spec(), version);
        json!({
            "allOf": [header, has(&["Version"]), has(&["ProductName", "Product"])],
            "properties": {
                "Transaction": { "pattern": any_case(&[name]) },
                "Version": { "pattern": format!("^ *{}(?:\\.[0-9]{{1,3}})? *$", version.major) },
            },
        })
    }
}

/// Whether the event, that of the header before that of the content, is a delete.
fn says_delete() -> Value {
    let delete = json!({ "type": "string", "pattern": any_case(&["delete"]) });
    let in_header = |event: Value| named(&["Header"], named(&["Event"], event));
    json!({
        "anyOf": [
            in_header(delete.clone()),
            { "allOf": [named(&["Content"], named(&["Event"], delete)), { "not": in_header(json!({})) }] },
        ],
    })
}

/// The schema of a message in a version, as a document of its own.
pub fn document(message: &Message, version: Version) -> Value {
    let mut definitions = Definitions::at("#/$defs/");
    let schema = definitions.message(message, version);
    let mut document = head(message.name, version, message.summary, schema);
    document.insert("examples".to_owned(), json!([example(message, version)]));
    document.insert("$defs".to_owned(), Value::Object(definitions.finish()));
    Value::Object(document)
}

/// The schema of a message that no record declares: what is picked out of it.
pub fn document_of_picks(name: &str, version: Version, summary: &str, picks: &Picks) -> Value {
    let mut definitions = Definitions::at("#/$defs/");
    let header = definitions.header(name, version);
    let (whole, key_alone) = (definitions.picked(picks, version, true), definitions.picked(picks, version, false));
    let schema = definitions.enveloped(header, whole, key_alone);
    let mut document = head(name, version, summary, schema);
    document.insert("$defs".to_owned(), Value::Object(definitions.finish()));
    Value::Object(document)
}

/// The beginning of a document: what it is of, then its schema.
fn head(name: &str, version: Version, summary: &str, schema: Value) -> Map<String, Value> {
    let mut document = Map::new();
    let mut head = |key: &str, value: String| document.insert(key.to_owned(), Value::String(value));
    head("$schema", "https://json-schema.org/draft/2020-12/schema".to_owned());
    head("$id", format!("urn:eaid:schema:{name}:{version}"));
    head("title", format!("{name} {version}"));
    head("description", summary.to_owned());
    head("$comment", COMMENT.to_owned());
    if let Value::Object(schema) = schema {
        document.extend(schema);
    }
    document
}

/// The example of a message, as one of a version.
pub fn example(message: &Message, version: Version) -> Value {
    let mut example: Value = serde_json::from_str(message.example).unwrap_or_default();
    if matches!(message.form, Form::Business(_)) {
        example["Header"]["Version"] = Value::String(version.to_string());
    }
    example
}

const COMMENT: &str = "Generated from the declarations of eaid. Names are compared without case: a property in \
    another spelling is accepted and not looked into. What no property describes is kept in the stored message. \
    x-protheus-column is the column that a tag fills, x-personal-data marks personal data, x-aliases are other names \
    under which a tag is read, x-since is the first version that names it, x-mandatory says when it must be there, x-published false marks what is read though no \
    published definition names it.";
