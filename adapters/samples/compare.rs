//! How a verdict differs from the expected one.

use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where: a list of the description, or a table with row and column.
    pub at: String,
    /// What was expected; `None`: nothing was.
    pub expected: Option<String>,
    /// What came; `None`: nothing did.
    pub got: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = &self.at;
        match (&self.expected, &self.got) {
            (Some(expected), Some(got)) => write!(f, "{at}: expected {expected}, got {got}"),
            (Some(expected), None) => write!(f, "{at}: expected {expected}"),
            (None, Some(got)) => write!(f, "{at}: did not expect {got}"),
            (None, None) => f.write_str(at),
        }
    }
}

/// Every difference. Of rows and of what is sent only what is expected counts, but every table, row and message
/// must be expected; the order of reasons and keys does not matter.
pub fn differences(expected: &Value, got: &Value) -> Vec<Difference> {
    let mut found = Found::default();
    found.value("verdict", &expected["verdict"], &got["verdict"]);
    for list in ["violations", "missing", "warnings", "ids", "links", "unlinks"] {
        found.texts(list, &expected[list], &got[list]);
    }
    for group in ["rows", "updated", "deleted"] {
        found.tables(group, &expected[group], &got[group]);
    }
    found.members("sent", &expected["sent"], &got["sent"]);
    found.value("returned", &expected["returned"], &got["returned"]);
    found.0
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[derive(Default)]
struct Found(Vec<Difference>);

impl Found {
    fn note(&mut self, at: impl Into<String>, expected: Option<String>, got: Option<String>) {
        self.0.push(Difference { at: at.into(), expected, got });
    }

    /// Texts in any order.
    fn texts(&mut self, name: &str, expected: &Value, got: &Value) {
        let mut got: Vec<String> = list(got).iter().map(plain).collect();
        for text in list(expected).iter().map(plain) {
            match got.iter().position(|other| *other == text) {
                Some(place) => drop(got.remove(place)),
                None => self.note(name, Some(text), None),
            }
        }
        got.into_iter().for_each(|text| self.note(name, None, Some(text)));
    }

    fn tables(&mut self, group: &str, expected: &Value, got: &Value) {
        let none = Map::new();
        let expected = expected.as_object().unwrap_or(&none);
        let got = got.as_object().unwrap_or(&none);
        for (table, rows) in expected {
            self.members(&format!("{group} {table}"), rows, got.get(table).unwrap_or(&Value::Null));
        }
        for (table, rows) in got.iter().filter(|(table, _)| !expected.contains_key(*table)) {
            self.members(&format!("{group} {table}"), &Value::Null, rows);
        }
    }

    /// Members in their order, counted from 1.
    fn members(&mut self, name: &str, expected: &Value, got: &Value) {
        let (expected, got) = (list(expected), list(got));
        for place in 0..expected.len().max(got.len()) {
            let at = format!("{name} {}", place + 1);
            match (expected.get(place), got.get(place)) {
                (Some(expected), Some(got)) => self.value(&at, expected, got),
                (expected, got) => self.note(at, expected.map(plain), got.map(plain)),
            }
        }
    }

    /// A value; of an object only the properties that are expected count.
    fn value(&mut self, at: &str, expected: &Value, got: &Value) {
        match (expected, got) {
            (Value::Object(expected), Value::Object(got)) => {
                for (name, expected) in expected {
                    let at = format!("{at} {name}");
                    match got.get(name) {
                        Some(got) => self.value(&at, expected, got),
                        None => self.note(at, Some(plain(expected)), None),
                    }
                }
            }
            (Value::Array(_), Value::Array(_)) => self.members(at, expected, got),
            (expected, got) if expected != got => self.note(at, Some(plain(expected)), Some(plain(got))),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::differences;
    use serde_json::json;

    fn told(expected: &serde_json::Value, got: &serde_json::Value) -> Vec<String> {
        differences(expected, got).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn only_what_is_expected_of_a_row_counts_but_every_row_does() {
        let got = json!({"verdict": "stage", "rows": {"sl2": [{"a": "1", "b": "2"}, {"a": "3"}], "sl4": [{"c": "4"}]}});
        let expected = json!({"verdict": "stage", "rows": {"sl2": [{"a": "9", "d": "5"}]}});
        let differ = [
            "rows sl2 1 a: expected 9, got 1",
            "rows sl2 1 d: expected 5",
            r#"rows sl2 2: did not expect {"a":"3"}"#,
            r#"rows sl4 1: did not expect {"c":"4"}"#,
        ];
        assert_eq!(told(&expected, &got), differ);
    }

    #[test]
    fn reasons_come_in_any_order_and_what_is_sent_in_its_own() {
        let sent = |first: &str, second: &str| json!([{"content": {"Status": first}}, {"content": {"Status": second}}]);
        let expected = json!({"verdict": "refuse", "violations": ["missing /A", "missing /B"], "sent": sent("x", "y")});
        let got = json!({"verdict": "stage", "violations": ["missing /B", "too_long /C"], "sent": sent("y", "y")});
        let differ = [
            "verdict: expected refuse, got stage",
            "violations: expected missing /A",
            "violations: did not expect too_long /C",
            "sent 1 content Status: expected x, got y",
        ];
        assert_eq!(told(&expected, &got), differ);
    }
}
