//! Every rule of the pages by its section, each in a case that fails without it.

#[path = "cases/case.rs"]
mod case;

use eaid_adapters::samples::{describe, differences};
use std::collections::BTreeSet;

#[test]
fn every_case_gets_its_verdict() {
    let mut failed = String::new();
    for case in case::all() {
        let got = describe(&case.house().decide(&case.message).unwrap_or_else(|why| panic!("{}: {why}", case.name)));
        let wrong: Vec<String> = differences(&case.expected, &got).iter().map(ToString::to_string).collect();
        if !wrong.is_empty() {
            failed += &format!("{}\n    {}\n", case.name, wrong.join("\n    "));
        }
    }
    assert!(failed.is_empty(), "\n{failed}");
}

#[test]
fn every_case_has_a_name_of_its_own() {
    let cases = case::all();
    assert!(cases.iter().filter(|case| case.is_accepted()).count() > 100);
    let names: Vec<String> = cases.into_iter().map(|case| case.name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}
