//! The table of cases: each rule of a page of the domain as a change of a sample and what comes of it. The lines stand
//! in the files beside this one, a file a page; here they are laid out against their samples.
//!
//! A line has `section` and `rule`; `of`, the sample that it changes (`ROUTINE name`; without one that of the file);
//! `set` and `remove`, tags by JSON pointer into Content, or `/Header/…`; `given`, what the house knows beside what the
//! sample's does; `before`, messages that were staged first, each by `of`, `set` and `remove`; and what is expected, in
//! the words of the samples. A line that names no verdict expects what its sample does, but for what it says.

use eaid_adapters::samples::{House, SAMPLES, Sample, house};
use serde_json::{Map, Value};

/// The pages.
const PAGES: [(&str, &str); 5] = [
    ("itemreserve.md", include_str!("itemreserve.json")),
    ("customervendor.md", include_str!("customervendor.json")),
    ("cancel.md", include_str!("cancel.json")),
    ("trace.md", include_str!("trace.json")),
    ("pdvsync.md", include_str!("pdvsync.json")),
];

/// One line of the table, laid out.
pub struct Case {
    /// Page, section and rule.
    pub name: String,
    /// What the house knows.
    pub given: Value,
    /// What was staged before.
    pub before: Vec<String>,
    /// What comes.
    pub message: String,
    /// What is expected.
    pub expected: Value,
}

impl Case {
    /// Whether it is staged.
    pub fn is_accepted(&self) -> bool {
        self.expected["verdict"] == "stage"
    }

    /// The house, with what was staged before.
    pub fn house(&self) -> House {
        let mut house = house(&self.given).unwrap_or_else(|why| panic!("{}: {why}", self.name));
        for message in &self.before {
            let verdict = house.decide(message).unwrap_or_else(|why| panic!("{}: {why}", self.name));
            assert!(matches!(verdict, eaid_adapters::verdict::Verdict::Stage(_)), "{}: before: {verdict:?}", self.name);
        }
        house
    }
}

/// Every case of every page.
pub fn all() -> Vec<Case> {
    PAGES.iter().flat_map(|(page, text)| of_page(page, text)).collect()
}

fn of_page(page: &str, text: &str) -> Vec<Case> {
    let file: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{page}: {error}"));
    let lines = file["cases"].as_array().unwrap_or_else(|| panic!("{page} has no cases"));
    lines.iter().map(|line| laid_out(page, &file["of"], line)).collect()
}

fn laid_out(page: &str, usual: &Value, line: &Value) -> Case {
    let text = |name: &str| line[name].as_str().unwrap_or_default();
    let name = format!("{page} {} {}", text("section"), text("rule"));
    let base = sample(&name, if line["of"].is_null() { usual } else { &line["of"] });
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let sample_expects = parsed(base.expected);
    let mut given = parsed(base.given);
    for more in [&sample_expects["given"], &line["given"]] {
        lay_over(&mut given, more);
    }
    let mut expected = Value::Object(Map::new());
    let says = line["expect"].as_object().unwrap_or_else(|| panic!("{name}: expects nothing"));
    if says.get("verdict").is_none() {
        expected = sample_expects;
    }
    lay_over(&mut expected, &line["expect"]);
    let before = line["before"].as_array().map_or(&[][..], Vec::as_slice);
    let before = before.iter().map(|earlier| changed(&name, sample(&name, &earlier["of"]), earlier)).collect();
    Case { message: changed(&name, base, line), name, given, before, expected }
}

fn sample(name: &str, of: &Value) -> &'static Sample {
    let of = of.as_str().unwrap_or_default();
    let found = SAMPLES.iter().find(|sample| of.split_once(' ') == Some((sample.routine, sample.name)));
    found.unwrap_or_else(|| panic!("{name}: there is no sample `{of}`"))
}

/// The message of a sample with what a line changes of it.
fn changed(name: &str, base: &Sample, line: &Value) -> String {
    let mut message: Value = serde_json::from_str(base.input).unwrap_or_else(|error| panic!("{name}: {error}"));
    let has_content = message.get("Content").is_some();
    let full = |pointer: &str| match pointer.starts_with("/Header/") || !has_content {
        true => pointer.to_owned(),
        false => format!("/Content{pointer}"),
    };
    for (pointer, value) in line["set"].as_object().into_iter().flatten() {
        *place(&mut message, &full(pointer)) = value.clone();
    }
    for pointer in line["remove"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let pointer = full(pointer);
        let (parent, tag) = pointer.rsplit_once('/').unwrap_or_default();
        let gone = match message.pointer_mut(parent) {
            Some(Value::Object(object)) => object.remove(tag),
            Some(Value::Array(array)) => tag.parse().ok().map(|index: usize| array.remove(index)),
            _ => None,
        };
        assert!(gone.is_some(), "{name}: there is no {pointer} to remove");
    }
    message.to_string()
}

/// The value at a pointer, made where it is not there; `-` is a new member of a list.
fn place<'v>(value: &'v mut Value, pointer: &str) -> &'v mut Value {
    pointer.split('/').skip(1).fold(value, |value, step| match value {
        Value::Array(list) => {
            let index = step.parse().unwrap_or(list.len());
            while list.len() <= index {
                list.push(Value::Null);
            }
            &mut list[index]
        }
        other => &mut other[step],
    })
}

/// Lays what a line says over what its sample does: objects are merged, lists of objects member by member; any other
/// value is replaced, and null takes it away.
fn lay_over(base: &mut Value, more: &Value) {
    match (base, more) {
        (_, Value::Null) => {}
        (Value::Object(base), Value::Object(more)) => {
            for (name, value) in more {
                match value {
                    Value::Null => drop(base.remove(name)),
                    value => lay_over(base.entry(name.clone()).or_insert(Value::Null), value),
                }
            }
        }
        (Value::Array(base), Value::Array(more)) if more.iter().any(Value::is_object) => {
            for (index, value) in more.iter().enumerate() {
                match base.get_mut(index) {
                    Some(member) => lay_over(member, value),
                    None => base.push(value.clone()),
                }
            }
        }
        (base, more) => *base = more.clone(),
    }
}
