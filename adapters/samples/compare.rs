//! How a verdict differs from the expected one.

use serde_json::{Map, Value};

/// Every difference. Of rows only the columns that are expected count, but every table and every row must be
/// expected; the order of reasons and keys does not matter.
pub(super) fn differences(expected: &Value, got: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if expected["verdict"] != got["verdict"] {
        found.push(format!("verdict: expected {}, got {}", plain(&expected["verdict"]), plain(&got["verdict"])));
    }
    for list in ["violations", "missing", "warnings", "ids", "links", "unlinks", "sent"] {
        texts(&mut found, list, &expected[list], &got[list]);
    }
    for group in ["rows", "updated", "deleted"] {
        tables(&mut found, group, &expected[group], &got[group]);
    }
    found
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn sorted(list: &Value) -> Vec<String> {
    let mut texts: Vec<String> = list.as_array().into_iter().flatten().map(plain).collect();
    texts.sort();
    texts
}

fn texts(found: &mut Vec<String>, list: &str, expected: &Value, got: &Value) {
    let (expected, mut got) = (sorted(expected), sorted(got));
    for text in expected {
        match got.iter().position(|other| *other == text) {
            Some(place) => drop(got.remove(place)),
            None => found.push(format!("{list}: expected {text}")),
        }
    }
    found.extend(got.into_iter().map(|text| format!("{list}: did not expect {text}")));
}

fn tables(found: &mut Vec<String>, group: &str, expected: &Value, got: &Value) {
    let none = Map::new();
    let expected = expected.as_object().unwrap_or(&none);
    let got = got.as_object().unwrap_or(&none);
    for (table, rows) in expected {
        self::rows(found, &format!("{group} {table}"), rows, got.get(table).unwrap_or(&Value::Null));
    }
    for (table, rows) in got.iter().filter(|(table, _)| !expected.contains_key(*table)) {
        found.push(format!("{group}: did not expect {} of {table}", rows.as_array().map_or(0, Vec::len)));
    }
}

fn rows(found: &mut Vec<String>, what: &str, expected: &Value, got: &Value) {
    let none = Vec::new();
    let (expected, got) = (expected.as_array().unwrap_or(&none), got.as_array().unwrap_or(&none));
    if expected.len() != got.len() {
        found.push(format!("{what}: expected {} rows, got {}", expected.len(), got.len()));
    }
    for (place, (expected, got)) in expected.iter().zip(got).enumerate() {
        for (column, value) in expected.as_object().into_iter().flatten() {
            if got.get(column) != Some(value) {
                let got = got.get(column).map_or_else(|| "no such column".to_owned(), plain);
                found.push(format!("{what} {}: {column}: expected {}, got {got}", place + 1, plain(value)));
            }
        }
    }
}
