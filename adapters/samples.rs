//! Sample messages that each routine must accept, refuse or hold back, with the expected result beside each;
//! `eaid adapters test` runs them, and so do the tests of this package.
//!
//! In `<routine>/samples/` stand `given.json` (what the house knows: De/Para and rows), `<name>.json` (the
//! whole message) and `<name>.expected.json` (the verdict). They are decided against a house on paper with the
//! reference tables of the demonstration.

mod compare;
mod describe;
mod given;

use crate::ROUTINES;
use crate::books::Books;
use crate::paper::Paper;
use crate::routine::{Address, Part};
use crate::verdict::Verdict;
use chrono::{DateTime, FixedOffset};
pub use describe::describe;
use eaid_schemas::envelope::{Document, Envelope, Event, Header, Limits, decode};
pub use given::{books, house};
use serde_json::Value;

/// One sample, compiled in.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The routine, as in [`crate::routine::Routine::name`].
    pub routine: &'static str,
    /// Its name: that of its files.
    pub name: &'static str,
    /// What the house knows.
    pub given: &'static str,
    /// The message.
    pub message: &'static str,
    /// The verdict that it must get.
    pub expected: &'static str,
}

macro_rules! samples {
    ($($routine:literal in $folder:literal: $($name:literal)+;)+) => {
        /// Every sample.
        pub static SAMPLES: &[Sample] = &[$($(Sample {
            routine: $routine,
            name: $name,
            given: include_str!(concat!($folder, "/samples/given.json")),
            message: include_str!(concat!($folder, "/samples/", $name, ".json")),
            expected: include_str!(concat!($folder, "/samples/", $name, ".expected.json")),
        },)+)+];
    };
}

samples! {
    "CRMA980" in "crma980":
        "stage-new-customer"
        "stage-company"
        "stage-without-situation"
        "stage-code-cut"
        "stage-code-taken"
        "stage-changed"
        "stage-vanished-again"
        "stage-every-column"
        "stage-foreigner"
        "stage-deleted"
        "refuse-empty"
        "refuse-vendor"
        "refuse-wrong-values"
        "refuse-deleting-an-unknown-customer";
    "LOJA704" in "loja704":
        "stage-new-reserve"
        "stage-reserve-in-another-branch"
        "stage-replaced"
        "stage-all-items-cancelled"
        "stage-deleted"
        "refuse-empty"
        "refuse-wrong-values"
        "refuse-two-branches"
        "refuse-replacing-a-used-reserve"
        "refuse-deleting-a-used-reserve"
        "refuse-deleting-an-unknown-reserve"
        "refuse-document-of-another-reserve"
        "refuse-new-with-all-items-cancelled"
        "wait-for-product-and-warehouse";
    "LOJA701" in "loja701":
        "stage-counter-sale-cash"
        "stage-several-payments-and-discounts"
        "stage-entrega-split-by-reserve-rows"
        "stage-retira-in-another-store"
        "stage-counter-and-delivery"
        "stage-one-item-cancelled"
        "stage-arrives-cancelled"
        "stage-spelt-otherwise"
        "stage-nfce-with-its-own-series"
        "stage-nfe-without-station"
        "refuse-empty"
        "refuse-delete"
        "refuse-already-integrated"
        "refuse-document-used"
        "refuse-sums"
        "refuse-numbers-and-lists"
        "refuse-customer-blocked"
        "refuse-customer-vanished"
        "refuse-reserves"
        "refuse-all-items-cancelled"
        "refuse-closed-period"
        "refuse-two-carriers-and-unknown-seller"
        "refuse-commission-without-seller"
        "wait-for-everything"
        "wait-for-customer-by-code";
}

/// A house on paper with the books that it keeps.
#[derive(Clone, Debug)]
pub struct House {
    /// Rows and De/Para.
    pub paper: Paper,
    /// Reference tables and rules.
    pub books: Books,
    /// The moment of its decisions.
    pub now: DateTime<FixedOffset>,
}

impl House {
    /// Decides a whole message, as the shell would, and keeps what it stages.
    ///
    /// # Errors
    /// Why the message does not reach a routine, or the flaw of the routine.
    pub fn decide(&mut self, message: &str) -> Result<Verdict, String> {
        let limits = Limits { body: 1 << 26, depth: 64, items: 100_000 };
        let envelope = match decode(message.as_bytes(), None, &limits) {
            Ok(Document::Message(envelope)) => envelope,
            Ok(Document::OrderEvent { .. }) => return Err("an order event, no message".to_owned()),
            Err(unreadable) => return Err(unreadable.text),
        };
        let transaction = Header::text(&envelope.header.transaction);
        let receives = ROUTINES.iter().find_map(|routine| match &routine.part {
            Part::Receives { open, .. } if routine.message.eq_ignore_ascii_case(transaction) => Some(open),
            _ => None,
        });
        let open = receives.ok_or_else(|| format!("no routine receives {transaction}"))?;
        let case = open(&envelope, self.address(&envelope, limits.items)?);
        self.paper.decide(case.as_ref(), &self.books, self.now).map_err(|flaw| flaw.0)
    }

    fn address(&self, envelope: &Envelope, items: usize) -> Result<Address, String> {
        let header = &envelope.header;
        let partner = Header::text(&header.product_name);
        let (company, branch) = (Header::text(&header.company_id), Header::text(&header.branch_id));
        let ours = self.books.company(partner, company, branch);
        let (company, branch) = ours.ok_or_else(|| format!("no company De/Para for {company} {branch}"))?;
        Ok(Address {
            partner: partner.to_owned(),
            event: envelope.event.unwrap_or(Event::Upsert),
            company: company.to_owned(),
            branch: branch.to_owned(),
            origin: "spool".to_owned(),
            items,
        })
    }
}

impl Sample {
    /// Decides the message and compares the verdict with the expected one.
    ///
    /// # Errors
    /// Every difference, one a text; or why the sample cannot be run.
    pub fn run(&self) -> Result<(), Vec<String>> {
        let expected: Value = parse("expected", self.expected)?;
        let mut given: Value = parse("given", self.given)?;
        if let Some(more) = expected.get("given") {
            merge(&mut given, more);
        }
        let mut house = house(&given).map_err(|problem| vec![problem])?;
        let verdict = house.decide(self.message).map_err(|problem| vec![problem])?;
        let differences = compare::differences(&expected, &describe(&verdict));
        if differences.is_empty() { Ok(()) } else { Err(differences) }
    }
}

fn parse(what: &str, text: &str) -> Result<Value, Vec<String>> {
    serde_json::from_str(text).map_err(|error| vec![format!("{what}: {error}")])
}

/// Lays one description over another: objects are merged, lists grow.
fn merge(base: &mut Value, more: &Value) {
    match (base, more) {
        (Value::Object(base), Value::Object(more)) => {
            for (name, value) in more {
                merge(base.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (Value::Array(base), Value::Array(more)) => base.extend(more.iter().cloned()),
        (base, more) => *base = more.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_gets_its_verdict() {
        let mut failed = String::new();
        for sample in SAMPLES {
            if let Err(differences) = sample.run() {
                failed += &format!("{} {}\n  {}\n", sample.routine, sample.name, differences.join("\n  "));
            }
        }
        assert!(failed.is_empty(), "\n{failed}");
    }

    #[test]
    fn every_file_is_listed() {
        for folder in ["crma980", "loja701", "loja704"] {
            let files = std::fs::read_dir(format!("{}/{folder}/samples", env!("CARGO_MANIFEST_DIR"))).unwrap();
            for file in files {
                let file = file.unwrap().file_name().into_string().unwrap();
                let Some(name) = file.strip_suffix(".json").filter(|name| *name != "given") else { continue };
                let name = name.strip_suffix(".expected").unwrap_or(name);
                let is_listed =
                    SAMPLES.iter().any(|sample| sample.routine.eq_ignore_ascii_case(folder) && sample.name == name);
                assert!(is_listed, "{folder}/samples/{file} is not listed");
            }
        }
    }

    #[test]
    fn a_wrong_expectation_is_told() {
        let mut sample = *SAMPLES.first().unwrap();
        sample.expected = r#"{"verdict": "refuse", "violations": ["missing /Code"]}"#;
        let told = sample.run().unwrap_err().join("\n");
        assert!(told.contains("verdict: expected refuse, got stage"), "{told}");
    }
}
