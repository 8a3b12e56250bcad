//! Samples that each routine must accept, refuse or hold back, with the expected result beside each;
//! `eaid adapters test` runs them, and so do the tests of this package.
//!
//! In `<routine>/samples/` stand `given.json` (what the house knows: De/Para and rows), `<name>.json` (what
//! comes: a whole message, an order event, or the rows of a staged sale) and `<name>.expected.json` (the
//! verdict). They are decided against a house on paper with the reference tables of the demonstration.

mod compare;
mod describe;
pub(crate) mod given;
mod house;

use crate::verdict::Verdict;
pub use compare::{Difference, differences};
pub use describe::describe;
pub use given::{books, house};
pub use house::House;
use serde_json::Value;
use std::fmt;

/// One sample, compiled in.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The routine, as Protheus names it.
    pub routine: &'static str,
    /// How the house takes what comes.
    takes: fn(&mut House, &str) -> Result<Verdict, String>,
    /// Its name: that of its files.
    pub name: &'static str,
    /// What the house knows.
    pub given: &'static str,
    /// What comes.
    pub input: &'static str,
    /// The verdict that it must get.
    pub expected: &'static str,
}

macro_rules! samples {
    ($($routine:literal in $folder:literal by $takes:ident: $($name:literal)+;)+) => {
        /// Every sample.
        pub static SAMPLES: &[Sample] = &[$($(Sample {
            routine: $routine,
            takes: House::$takes,
            name: $name,
            given: include_str!(concat!($folder, "/samples/given.json")),
            input: include_str!(concat!($folder, "/samples/", $name, ".json")),
            expected: include_str!(concat!($folder, "/samples/", $name, ".expected.json")),
        },)+)+];
    };
}

samples! {
    "CRMA980" in "crma980" by decide:
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
    "LOJA704" in "loja704" by decide:
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
    "LOJA701" in "loja701" by decide:
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
    "LOJA140" in "loja140" by decide:
        "stage-counter-sale"
        "stage-version-2-request"
        "stage-order"
        "stage-counter-and-pick-up"
        "stage-failed-sale"
        "stage-sale-that-arrived-cancelled"
        "refuse-invoiced-order"
        "refuse-pick-up-with-fiscal-document"
        "refuse-state"
        "refuse-sale-without-row"
        "refuse-already-integrated"
        "refuse-delete"
        "refuse-empty"
        "refuse-wrong-date"
        "wait-for-the-sale"
        "wait-for-gravabatch"
        "wait-for-the-operator-first";
    "LOJI701CAN" in "loji701can" by decide:
        "stage-cancellable"
        "stage-not-processed-yet"
        "stage-invoiced"
        "stage-sale-without-row"
        "refuse-unknown-sale"
        "refuse-empty";
    "GENERIC" in "generic" by decide:
        "stage-new-seller"
        "stage-changed"
        "stage-entered-by-hand"
        "stage-deleted"
        "refuse-empty"
        "refuse-wrong-values"
        "refuse-deleting-an-unknown-seller";
    "LJGRVBATCH" in "ljgrvbatch" by take:
        "stage-counter-sale"
        "stage-entrega"
        "stage-retira"
        "stage-mixed-delivery-types"
        "stage-released-by-its-payment-forms"
        "stage-packed-at-once"
        "stage-arrived-cancelled"
        "fail-without-document-items-and-payments"
        "fail-card-without-administrator"
        "fail-title-of-another-sale";
    "MATA410B" in "mata410b" by decide:
        "stage-invoiced"
        "stage-nfe-authorized"
        "stage-shipped"
        "stage-same-facts-again"
        "stage-cancelled"
        "refuse-going-back"
        "refuse-event-of-a-pick-up"
        "refuse-unreadable"
        "refuse-nfe-of-no-invoice"
        "wait-for-order"
        "stage-asked-for"
        "refuse-purchase-order"
        "refuse-asked-for-another-partner"
        "refuse-told-by-the-partner";
    "LOJI701A" in "loji701a" by decide:
        "stage-pickup-confirmed"
        "stage-fiscal-document-authorized"
        "stage-same-facts-again"
        "refuse-document-before-confirmation"
        "refuse-event-of-a-delivery"
        "refuse-going-back"
        "wait-for-order";
    "PDVSYNC" in "pdvsync" by decide:
        "stage-reserve"
        "stage-paid-order"
        "stage-cancelled"
        "stage-invoiced"
        "stage-customer"
        "refuse-empty"
        "refuse-wrong-values";
}

/// Why a sample does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// It cannot be run.
    Broken(String),
    /// The verdict is another one.
    Differs(Vec<Difference>),
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failed::Broken(why) => write!(f, "cannot be run: {why}"),
            Failed::Differs(differences) => {
                let lines: Vec<String> = differences.iter().map(ToString::to_string).collect();
                f.write_str(&lines.join("; "))
            }
        }
    }
}

impl Sample {
    /// Has the house decide.
    ///
    /// # Errors
    /// [`Failed::Broken`].
    pub fn decide(&self) -> Result<Verdict, Failed> {
        self.decide_on(self.input)
    }

    /// Has the house decide on the same message written otherwise.
    ///
    /// # Errors
    /// [`Failed::Broken`].
    pub fn decide_on(&self, input: &str) -> Result<Verdict, Failed> {
        let mut given = parse("given", self.given)?;
        if let Some(more) = parse("expected", self.expected)?.get("given") {
            merge(&mut given, more);
        }
        let mut house = house(&given).map_err(Failed::Broken)?;
        (self.takes)(&mut house, input).map_err(Failed::Broken)
    }

    /// Has the house decide, and compares the verdict with the expected one.
    ///
    /// # Errors
    /// [`Failed`].
    pub fn run(&self) -> Result<(), Failed> {
        let differences = compare::differences(&parse("expected", self.expected)?, &describe(&self.decide()?));
        if differences.is_empty() { Ok(()) } else { Err(Failed::Differs(differences)) }
    }
}

fn parse(what: &str, text: &str) -> Result<Value, Failed> {
    serde_json::from_str(text).map_err(|error| Failed::Broken(format!("{what}: {error}")))
}

/// Lays one description over another: objects are merged, lists grow.
pub(crate) fn merge(base: &mut Value, more: &Value) {
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
            if let Err(why) = sample.run() {
                failed += &format!("{} {}\n{why}\n", sample.routine, sample.name);
            }
        }
        assert!(failed.is_empty(), "\n{failed}");
    }

    #[test]
    fn every_file_is_listed() {
        for folder in std::fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap() {
            let folder = folder.unwrap().path();
            let Ok(files) = std::fs::read_dir(folder.join("samples")) else { continue };
            let folder = folder.file_name().unwrap().to_str().unwrap();
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
        let told = sample.run().unwrap_err().to_string();
        assert!(told.contains("verdict: expected refuse, got stage"), "{told}");
    }
}
