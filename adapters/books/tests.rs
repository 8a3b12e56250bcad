//! What is said of a reference table that is wrong.

use super::Books;
use crate::samples::given::{pdvsync, reference, rules};

/// Every problem after a change of one file of the demonstration.
fn problems(file: &str, change: impl Fn(&str) -> String) -> String {
    let retail = rules(&serde_json::Value::Null).unwrap();
    let read = Books::read(retail, pdvsync(&serde_json::Value::Null).unwrap(), |name| {
        let text = reference(name)?;
        Some(if name == file { change(text) } else { text.to_owned() })
    });
    let lines: Vec<String> = read.err().into_iter().flatten().map(|problem| problem.to_string()).collect();
    lines.join("\n")
}

#[test]
fn the_demonstration_is_right() {
    assert_eq!(problems("", str::to_owned), "");
}

#[test]
fn a_header_is_checked_by_name() {
    insta::assert_snapshot!(problems("stations.csv", |text| text.replace("series", "serie")), @"stations.csv:1: there is no column `serie`; did you mean `series`?");
    insta::assert_snapshot!(problems("branches.csv", |text| text.replace(',', ";")), @"branches.csv:1: the columns are separated by semicolons; save the file with commas");
}

#[test]
fn every_row_that_cannot_be_read_is_named() {
    insta::assert_snapshot!(problems("card_administrators.csv", |text| {
        let text = text.replace("2.99,30,N", "2.99,thirty,N").replace("3.90,0,N", "\"3,90\",0,N");
        text.replace("1.49,1,N", "1.49,1,X") + "012,SHORT\n"
    }), @r"
    card_administrators.csv:2: column `days`: not a whole number
    card_administrators.csv:3: `3,90` is not a decimal number, such as 2.99
    card_administrators.csv:5: `X` is neither S nor N
    card_administrators.csv:13: 8 columns are expected, 2 are there
    ");
    insta::assert_snapshot!(problems("payment_forms.csv", |text| text.to_owned() + "XX,ESTRANHO,money\n"), @"payment_forms.csv:13: `money` is none of `cash`, `cheque`, `card`, `other`");
}

#[test]
fn a_holiday_that_is_no_day_is_named() {
    insta::assert_snapshot!(problems("holidays.csv", |text| text.replace("12-25", "25-12") + "easter-2,Paixão\n"), @r"
    holidays.csv:11: `25-12` is no day, such as 12-25 (every year), easter-2 or 2026-11-20 (once)
    holidays.csv:16: `easter-2` stands in line 3 already
    ");
}

#[test]
fn what_stands_there_twice_is_named() {
    insta::assert_snapshot!(problems("companies.csv", |text| text.to_owned() + "omni,01,0101,01,0102\n"), @"companies.csv:4: `omni, 01, 0101` stands in line 2 already");
    insta::assert_snapshot!(problems("card_fees.csv", |text| {
        text.to_owned() + "001,5,8,3.00\n003,14,13,5.00\n"
    }), @r"
    card_fees.csv:8: this range of instalments meets that of line 2
    card_fees.csv:9: from 14 to 13: no number of instalments
    ");
}

#[test]
fn what_another_table_does_not_hold_is_named() {
    insta::assert_snapshot!(problems("companies.csv", |text| text.to_owned() + "OMNI,01,0103,01,0103\n"), @"companies.csv:4: branches.csv has no `01, 0103`");
    insta::assert_snapshot!(problems("card_fees.csv", |text| text.to_owned() + "099,2,6,3.00\n"), @"card_fees.csv:8: card_administrators.csv has no `099`");
    insta::assert_snapshot!(problems("card_administrators.csv", |text| text.replace(",BOL,", ",BO,")), @"card_administrators.csv:7: payment_forms.csv has no `BO`");
}
