//! No text of an answer holds personal data.

use crate::desk::{house_of, message, set};
use eaid_adapters::verdict::Verdict;
use serde_json::json;

#[test]
fn answers_about_a_customer_are_discreet() {
    let mut customer = message("CRMA980", "stage-new-customer");
    for (tag, value) in [
        ("/Name", json!(format!("MARINA {}", "X".repeat(90)))),
        ("/ShortName", json!(["MARINA"])),
        ("/RegisterDate", json!("MARINA nasceu")),
        ("/Address/ZIPCode", json!("MARINA-01310-100")),
        ("/GovernmentalInformation", json!([{"Name": "CPF", "Id": "529"}, {"Name": "RG", "Id": {"MARINA": 1}}])),
        ("/ListOfCommunicationInformation", json!([{"Email": "MARINA".repeat(40)}])),
        ("/Type", json!("Vendor")),
        ("/RegisterSituation", json!(null)),
    ] {
        set(&mut customer, tag, value);
    }
    let Verdict::Refuse(refusal) = house_of("CRMA980").decide(&customer.to_string()).unwrap() else {
        panic!("not refused")
    };
    assert!(refusal.violations.len() >= 8, "{refusal:#?}");
    for violation in &refusal.violations {
        assert!(!violation.text.contains("MARINA") && !violation.text.contains("529"), "{violation:?}");
    }
}

/// Every text ends as a sentence that a person can read.
#[test]
fn texts_are_sentences() {
    for sample in eaid_adapters::samples::SAMPLES {
        let texts: Vec<String> = match sample.decide().unwrap() {
            Verdict::Stage(staged) => staged.warnings.into_iter().map(|found| found.text).collect(),
            Verdict::Refuse(refusal) => refusal.violations.into_iter().map(|found| found.text).collect(),
            Verdict::Wait(waiting) => waiting.missing.into_iter().map(|missing| missing.text).collect(),
        };
        for text in texts {
            assert!(text.ends_with('.') && text.len() > 15, "{} {}: {text}", sample.routine, sample.name);
        }
    }
}
