//! The files of the catalog: what is wrong is named by file and line, all at once.

use super::compiled;
use super::read::{Texts, catalog};
use super::{Version, read::Problem};
use crate::config::defaults;

fn problems(change: impl Fn(&mut Texts)) -> Vec<String> {
    let config = defaults().expect("the defaults are right");
    let mut texts = compiled::texts();
    change(&mut texts);
    match catalog(&config, &texts) {
        Ok(_) => Vec::new(),
        Err(problems) => {
            problems.iter().map(|Problem { file, line, reason }| format!("{file}:{line}: {reason}")).collect()
        }
    }
}

#[test]
fn the_shipped_files_are_right() {
    assert_eq!(problems(|_| {}), Vec::<String>::new());
}

#[test]
fn every_problem_is_named_by_file_and_line() {
    let found = problems(|texts| {
        texts.adapters.1 = r#"
[[adapter]]
routine = "LOJA071"
message = "RetailSales"
receive = true
version = "2.009"
route = "OMNI"

[[adapter]]
routine = "LOJA704"
message = "RetailSales"
receive = true
version = "3.000"
operation = "upsert"
route = "ONMI"
"#
        .to_owned();
    });
    assert_eq!(
        found,
        [
            "config/adapters.toml:3: there is no routine `LOJA071`; there are CRMA980, LOJA704, LOJA701, MATA410B, LOJI701A; did you mean `LOJA701`?",
            "config/adapters.toml:11: LOJA704 serves the message ItemReserve, not `RetailSales`",
            "config/adapters.toml:13: LOJA704 reads the majors [1, 2], not 3",
            "config/adapters.toml:15: there is no route `ONMI`; routes.toml has: OMNI",
            "config/adapters.toml:14: `upsert` is none of all, update, delete",
        ]
    );
}

#[test]
fn an_unknown_key_and_a_double_registration_are_named() {
    let found = problems(|texts| texts.adapters.1.push_str("\n[[adapter]]\nrotine = \"LOJA701\"\n"));
    assert!(found.len() == 1 && found[0].contains("rotine"), "{found:?}");
    let found = problems(|texts| {
        let again = texts.adapters.1.clone();
        texts.adapters.1.push_str(&again);
    });
    assert_eq!(found.len(), 7, "{found:?}");
    assert!(found.iter().all(|problem| problem.contains("is registered already in line")), "{found:?}");
}

#[test]
fn a_reference_table_is_checked_line_by_line() {
    let found = problems(|texts| {
        for (name, text) in &mut texts.reference.1 {
            if *name == "payment_forms.csv" {
                text.push_str("XX,ESTRANHO,money\n");
            }
        }
    });
    assert!(found.len() == 1 && found[0].starts_with("config/reference/payment_forms.csv:"), "{found:?}");
    assert!(found[0].contains("money"), "{found:?}");
}

#[test]
fn a_version_is_two_numbers() {
    let read = |text| Version::parse(text).map(|(version, padded)| (version.to_string(), padded));
    assert_eq!(read("2.009"), Some(("2.009".to_owned(), false)));
    assert_eq!(read("2.009 "), Some(("2.009".to_owned(), false)));
    assert_eq!(read("2.9"), Some(("2.009".to_owned(), true)));
    assert_eq!(read("1"), Some(("1.000".to_owned(), false)));
    for text in ["", "two", "2.x", "2.0009", "-1.000"] {
        assert_eq!(read(text), None, "{text}");
    }
}
