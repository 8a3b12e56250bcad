//! Records and the three forms of a list.

use super::Definitions;
use super::names::has;
use crate::record::{FieldSpec, Shape, Spec};
use crate::version::Version;
use serde_json::{Map, Value, json};

impl Definitions {
    /// A reference to a record, with the fields of a version.
    pub fn record(&mut self, spec: &'static Spec, version: Version) -> Value {
        self.refer(spec.kind, |definitions| definitions.object(spec, version))
    }

    fn object(&mut self, spec: &'static Spec, version: Version) -> Value {
        let mut properties = Map::new();
        let mut needed = Vec::new();
        for field in spec.fields.iter().filter(|field| field.is_in(version)) {
            if field.is_key || field.is_required {
                needed.push(self.has(field));
            }
            // Of two fields with one name the first is read.
            if !properties.contains_key(field.tag) {
                properties.insert(field.tag.to_owned(), self.field(field, version));
            }
        }
        let title = if spec.name.is_empty() { spec.kind } else { spec.name };
        let mut object =
            json!({ "title": title, "description": spec.doc.trim(), "type": "object", "properties": properties });
        if !needed.is_empty() {
            object["allOf"] = Value::Array(needed);
        }
        object
    }

    /// That a field is there, under any of its names.
    pub(super) fn has(&mut self, field: &FieldSpec) -> Value {
        let names: Vec<&str> = [field.tag].into_iter().chain(field.aliases.iter().copied()).collect();
        self.refer(&format!("has-{}", field.tag), |_| has(&names))
    }

    pub(super) fn field(&mut self, field: &FieldSpec, version: Version) -> Value {
        let mut schema = match field.shape {
            Shape::Record(spec) => self.one(spec(), version),
            Shape::List(spec) => self.list(spec(), version),
            scalar => self.scalar(scalar),
        };
        let mut mark = |name: &str, value: Value| schema[name] = value;
        mark("title", json!(field.tag));
        if !field.doc.trim().is_empty() {
            mark("description", json!(field.doc.trim()));
        }
        if !field.column.is_empty() {
            mark("x-protheus-column", json!(field.column));
        }
        if field.is_personal {
            mark("x-personal-data", json!(true));
        }
        if !field.aliases.is_empty() {
            mark("x-aliases", json!(field.aliases));
        }
        if !field.is_published {
            mark("x-published", json!(false));
        }
        if field.since.major > 0 {
            mark("x-since", json!(field.since.to_string()));
        }
        if field.is_key || field.is_required {
            mark("x-mandatory", json!(if field.is_key { "always" } else { "except in a delete" }));
            let blank = self.blank();
            schema["not"] = blank;
        }
        schema
    }

    /// A record, or a list of that one.
    fn one(&mut self, spec: &'static Spec, version: Version) -> Value {
        let record = self.record(spec, version);
        let alone = json!({ "type": "array", "items": record, "maxItems": 1 });
        json!({ "anyOf": [record, alone, self.blank()] })
    }

    /// A list that is an array, or one member of it, and nothing else.
    fn array(&mut self, spec: &'static Spec, version: Version) -> Value {
        let record = self.record(spec, version);
        json!({ "anyOf": [{ "type": "array", "items": record }, record, self.blank()] })
    }

    fn list(&mut self, spec: &'static Spec, version: Version) -> Value {
        if spec.name.is_empty() {
            return self.array(spec, version);
        }
        self.refer(&format!("{}-list", spec.kind), |definitions| {
            let record = definitions.record(spec, version);
            let wrapped = definitions.refer(&format!("has-{}", spec.name), |_| has(&[spec.name]));
            let blank = definitions.blank();
            // The published definitions nest lists in lists; so do some who follow them.
            let nested = json!({ "type": "array", "items": record });
            let array = definitions.refer(
                &format!("{}-array", spec.kind),
                |_| json!({ "type": "array", "items": { "anyOf": [record, nested, { "type": "null" }] } }),
            );
            json!({
                "title": format!("List of {}", spec.name),
                "anyOf": [
                    {
                        "description": "Wrapped under the name of its element: the form of the book.",
                        "type": "object",
                        "properties": { spec.name: { "anyOf": [array, record, blank] } },
                        "allOf": [wrapped],
                    },
                    array,
                    { "description": "A list of one, without a list around it.", "allOf": [record], "not": wrapped },
                    blank,
                ],
            })
        })
    }
}
