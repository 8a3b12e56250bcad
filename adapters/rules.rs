//! The rules of a sale as a table of cases: each names the section of `domain/retailsales.md` that it holds to, what
//! it changes in a sale over the counter, and what must come of it. The tests of this package decide them on paper,
//! those of the store take the accepted ones through the inbound path of both engines.
//!
//! A case in `loja701/rules/<section>.json`:
//!
//! | name | what |
//! |---|---|
//! | `rule` | the rule, in words |
//! | `on` | the sample that is changed; the cash sale over the counter where it is not said |
//! | `set` | tags by their paths in `Content` (or `/Header/…`); `null` takes a tag away |
//! | `given` | what the house knows beyond `given.json` of the samples |
//! | `files` | reference tables that are other ones |
//! | `stage` | tables with rows, of each the columns that count |
//! | `refuse` | every violation, as `code path` |
//! | `wait` | every missing key, as `key path` |
//! | `warn` | every warning, as `code path` |
//! | `says` | what the texts of the violations must name |

use crate::books::Books;
use crate::samples::given::{reference, rules};
use crate::samples::{House, SAMPLES, describe, house, merge};
use crate::verdict::Verdict;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The section, that of its file.
    #[serde(skip)]
    pub section: &'static str,
    /// The rule, in words.
    pub rule: String,
    #[serde(default = "counter_sale")]
    on: String,
    #[serde(default)]
    set: Map<String, Value>,
    #[serde(default)]
    given: Value,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    stage: Option<BTreeMap<String, Vec<Map<String, Value>>>>,
    #[serde(default)]
    refuse: Vec<String>,
    #[serde(default)]
    wait: Vec<String>,
    #[serde(default)]
    warn: Vec<String>,
    #[serde(default)]
    says: Vec<String>,
}

fn counter_sale() -> String {
    "stage-counter-sale-cash".to_owned()
}

macro_rules! sections {
    ($($section:literal)+) => {
        /// The tables of cases, by section.
        const SECTIONS: &[(&str, &str)] = &[$(($section, include_str!(concat!("loja701/rules/", $section, ".json"))),)+];
    };
}

sections!["2-checks" "3-document" "3-header" "4-items" "4-taxes" "5-totals" "6-reserves" "7-delivery" "8-payments"];

/// Every case.
///
/// # Errors
/// A table that cannot be read.
pub fn all() -> Result<Vec<Rule>, String> {
    let mut rules = Vec::new();
    for (section, text) in SECTIONS {
        let cases: Vec<Rule> = serde_json::from_str(text).map_err(|error| format!("{section}.json: {error}"))?;
        rules.extend(cases.into_iter().map(|rule| Rule { section, ..rule }));
    }
    Ok(rules)
}

impl Rule {
    /// Whether the sale is to be staged.
    pub fn is_accepted(&self) -> bool {
        self.stage.is_some()
    }

    /// Whether `[retail]` is other than it is shipped.
    pub fn has_rules_of_its_own(&self) -> bool {
        !self.given["retail"].is_null()
    }

    /// What the house knows, as [`house`] reads it.
    ///
    /// # Errors
    /// What is wrong with the description.
    pub fn given(&self) -> Result<Value, String> {
        let sample = SAMPLES.iter().find(|sample| sample.routine == "LOJA701" && sample.name == self.on);
        let sample = sample.ok_or_else(|| format!("no sample {}", self.on))?;
        let mut given: Value = serde_json::from_str(sample.given).map_err(|error| error.to_string())?;
        let expected: Value = serde_json::from_str(sample.expected).map_err(|error| error.to_string())?;
        for more in [&expected["given"], &self.given] {
            if !more.is_null() {
                merge(&mut given, more);
            }
        }
        Ok(given)
    }

    /// The house before the sale comes.
    ///
    /// # Errors
    /// What is wrong with the description.
    pub fn house(&self) -> Result<House, String> {
        let given = self.given()?;
        let mut house = house(&given)?;
        if !self.files.is_empty() {
            let text_of = |file: &str| self.files.get(file).map(String::as_str).or(reference(file)).map(str::to_owned);
            house.books = Books::read(rules(&given["retail"])?, house.books.pdvsync, text_of)
                .map_err(|wrong| format!("{wrong:?}"))?;
        }
        Ok(house)
    }

    /// The message.
    ///
    /// # Errors
    /// A path that is not there.
    pub fn message(&self) -> Result<String, String> {
        let sample = SAMPLES.iter().find(|sample| sample.routine == "LOJA701" && sample.name == self.on);
        let mut message: Value = sample.and_then(|sample| serde_json::from_str(sample.input).ok()).unwrap_or_default();
        for (path, value) in &self.set {
            let path = if path.starts_with("/Header/") { path.clone() } else { format!("/Content{path}") };
            let (parent, name) = path.rsplit_once('/').ok_or("a path begins with /")?;
            match message.pointer_mut(parent) {
                Some(Value::Array(members)) => match name.parse::<usize>() {
                    Ok(place) if place < members.len() => members[place] = value.clone(),
                    _ => members.push(value.clone()),
                },
                Some(parent) if value.is_null() => drop(parent.as_object_mut().and_then(|parent| parent.remove(name))),
                Some(parent) => parent[name] = value.clone(),
                None => return Err(format!("{path} is not in {}", self.on)),
            }
        }
        Ok(message.to_string())
    }

    /// Decides the case on paper; every way in which the verdict is another than it must be.
    ///
    /// # Errors
    /// What is wrong with the case.
    pub fn differences(&self) -> Result<Vec<String>, String> {
        let verdict = self.house()?.decide(&self.message()?)?;
        let got = describe(&verdict);
        let mut found = Vec::new();
        let mut same = |what: &str, expected: &[String], got: &Value| {
            let mut expected: Vec<&str> = expected.iter().map(String::as_str).collect();
            let mut got: Vec<&str> = got.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            expected.sort_unstable();
            got.sort_unstable();
            if expected != got {
                found.push(format!("{what}: expected {expected:?}, got {got:?}"));
            }
        };
        same("violations", &self.refuse, &got["violations"]);
        same("missing", &self.wait, &got["missing"]);
        same("warnings", &self.warn, &got["warnings"]);
        if self.is_accepted() != matches!(verdict, Verdict::Stage(_)) {
            found.push(format!("the verdict is {}", got["verdict"]));
        }
        for (table, rows) in self.stage.iter().flatten() {
            found.extend(differ(table, rows, &rows_of(&got, table)));
        }
        let texts = texts(&verdict);
        found.extend(
            self.says.iter().filter(|word| !texts.contains(*word)).map(|word| format!("{texts:?} lacks {word}")),
        );
        Ok(found)
    }
}

/// New rows of a table; of reserves those that change.
fn rows_of(got: &Value, table: &str) -> Vec<Value> {
    let group = if table == "sc0" { "updated" } else { "rows" };
    got[group][table].as_array().cloned().unwrap_or_default()
}

fn differ(table: &str, expected: &[Map<String, Value>], got: &[Value]) -> Vec<String> {
    if expected.len() != got.len() {
        return vec![format!("{table}: {} rows expected, {} came: {got:?}", expected.len(), got.len())];
    }
    let mut found = Vec::new();
    for (place, (expected, got)) in expected.iter().zip(got).enumerate() {
        let columns = expected.iter().filter(|(column, value)| got.get(column.as_str()) != Some(value));
        found.extend(columns.map(|(column, value)| {
            let got = got.get(column.as_str());
            format!("{table} {place} {column}: expected {value}, got {got:?}")
        }));
    }
    found
}

/// What people are told: the texts of violations, or of the keys that are missing.
fn texts(verdict: &Verdict) -> String {
    let texts: Vec<&str> = match verdict {
        Verdict::Stage(staged) => staged.warnings.iter().map(|warning| warning.text.as_str()).collect(),
        Verdict::Refuse(refusal) => refusal.violations.iter().map(|violation| violation.text.as_str()).collect(),
        Verdict::Wait(waiting) => waiting.missing.iter().map(|missing| missing.text.as_str()).collect(),
    };
    texts.join("\n")
}
