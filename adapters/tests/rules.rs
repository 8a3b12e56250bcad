//! Every rule of a sale, by the section of the page that it stands in (`loja701/rules`).

#![allow(clippy::unwrap_used)]

use eaid_adapters::rules::all;
use std::collections::HashSet;

#[test]
fn every_rule_of_a_sale_holds() {
    let mut failed = String::new();
    for rule in all().unwrap() {
        let differences = rule.differences().unwrap_or_else(|broken| vec![format!("cannot be run: {broken}")]);
        if !differences.is_empty() {
            failed += &format!("{}: {}\n  {}\n", rule.section, rule.rule, differences.join("\n  "));
        }
    }
    assert!(failed.is_empty(), "\n{failed}");
}

#[test]
fn no_rule_stands_twice() {
    let rules = all().unwrap();
    let names: HashSet<&str> = rules.iter().map(|rule| rule.rule.as_str()).collect();
    assert_eq!(names.len(), rules.len());
}
