//! Reading by declaration: the forms in which values really come, and what is said of each.

#![allow(clippy::expect_used)]

use eaid_schemas::envelope::json::read_text;
use eaid_schemas::field::{Amount, Count, Flag, Moment, Text, commercial, parse_number};
use eaid_schemas::outline::Name;
use eaid_schemas::read::{HELD, Reading};
use eaid_schemas::record::{List, Record, members};
use eaid_schemas::violation::Violation;
use eaid_schemas::{choice, record};
use proptest::prelude::*;
use rust_decimal::Decimal;

choice! {
    /// A colour.
    pub enum Colour {
        /// Red.
        Red = "R" | "red" | "1",
        /// Blue.
        Blue = "B",
    }
}

record! {
    /// A line.
    pub struct Line "Line" {
        /// What.
        product: Text<5> = field("Product").required();
        /// How much.
        quantity: Amount<3, 2> = field("Quantity").required();
    }
}

record! {
    /// A paper.
    pub struct Paper "Paper" {
        /// Its id.
        id: Text<10> = field("Id").key();
        /// Who wrote it.
        author: Text<4> = field("Author").personal().alias(&["Writer"]);
        /// When.
        day: Moment = field("Day");
        /// How many pages.
        pages: Count<99> = field("Pages");
        /// Signed.
        signed: Flag = field("Signed");
        /// Its colour.
        colour: Colour = field("Colour");
        /// Its lines.
        lines: List<Line> = field("ListOfLine").required();
        /// A line that must be there as a whole.
        total: Line = field("Total").required();
    }
}

fn read(text: &str) -> (Paper, Vec<Violation>) {
    let mut cx = Reading::new(true, 100);
    let paper = read_text(text, &mut cx).expect("the text is JSON");
    (paper, cx.finish())
}

/// `code path` of every finding, in order.
fn found(text: &str) -> Vec<String> {
    read(text).1.iter().map(|found| format!("{} {}", found.code, found.path)).collect()
}

const WHOLE: &str = r#""Total":{"Product":"x","Quantity":1}"#;

#[test]
fn three_forms_of_a_list_are_one() {
    let line = r#"{"Product":"a","Quantity":1}"#;
    for list in
        [format!("[{line}]"), line.to_owned(), format!(r#"{{"Line":[{line}]}}"#), format!(r#"{{"Line":{line}}}"#)]
    {
        let (paper, _) = read(&format!(r#"{{"Id":"1","ListOfLine":{list},{WHOLE}}}"#));
        assert_eq!(members(&paper.lines).len(), 1, "{list}");
        assert_eq!(members(&paper.lines)[0].product.as_ref().map(Text::as_str), Some("a"), "{list}");
    }
}

#[test]
fn a_lone_object_is_noted() {
    let notes = found(&format!(r#"{{"Id":"1","ListOfLine":{{"Product":"a","Quantity":1}},{WHOLE}}}"#));
    assert_eq!(notes, ["read_as /ListOfLine/Line/0"]);
}

#[test]
fn every_violation_is_found_with_its_path() {
    let text = r#"{"Id":"12345678901","Day":"2026-13-01","Pages":100,"Signed":"perhaps","Colour":"green",
        "ListOfLine":{"Line":[{"Product":"ab","Quantity":"x"},{"Product":"abcdef","Quantity":1.234},{"Quantity":1000},7]}}"#;
    assert_eq!(
        found(text),
        [
            "missing /Total/Product",
            "missing /Total/Quantity",
            "too_long /Id",
            "not_a_date /Day",
            "out_of_range /Pages",
            "wrong_type /Signed",
            "not_in_list /Colour",
            "not_a_number /ListOfLine/Line/0/Quantity",
            "too_long /ListOfLine/Line/1/Product",
            "too_many_decimals /ListOfLine/Line/1/Quantity",
            "missing /ListOfLine/Line/2/Product",
            "out_of_range /ListOfLine/Line/2/Quantity",
            "wrong_type /ListOfLine/Line/3",
        ]
    );
}

#[test]
fn names_are_compared_without_case_and_by_alias() {
    let (paper, found) =
        read(&format!(r#"{{"ID":"1","writer":"me","listofline":[{{"PRODUCT":"a","quantity":1}}],{WHOLE}}}"#));
    assert_eq!(paper.author.as_ref().map(Text::as_str), Some("me"));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_delete_needs_its_key_alone() {
    let mut cx = Reading::new(false, 100);
    let _: Paper = read_text("{}", &mut cx).expect("the text is JSON");
    let found: Vec<String> = cx.finish().into_iter().map(|found| found.path).collect();
    assert_eq!(found, ["/Id"]);
}

#[test]
fn personal_data_is_never_quoted() {
    let (_, found) = read(&format!(
        r#"{{"Id":"1","Author":"Maria da Silva","Day":"x","ListOfLine":[{{"Product":"a","Quantity":1}}],{WHOLE}}}"#
    ));
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|found| !found.text.contains("Maria")), "{found:?}");
    assert!(found[1].text.contains("\"x\""), "what is not personal is quoted: {found:?}");
}

#[test]
fn what_was_read_against_the_book_is_noted() {
    let text = format!(
        r#"{{"Id":7,"Pages":"12","Signed":"S","Colour":"red","ListOfLine":[{{"Product":"a","Quantity":"1,50"}}],{WHOLE}}}"#
    );
    let (paper, notes) = read(&text);
    assert_eq!(members(&paper.lines)[0].quantity.map(Amount::get), Some(Decimal::new(150, 2)));
    assert_eq!(
        (paper.pages.map(Count::get), paper.signed, paper.colour),
        (Some(12), Some(Flag(true)), Some(Colour::Red))
    );
    let notes: Vec<&str> = notes.iter().map(|found| found.path.as_str()).collect();
    assert_eq!(notes, ["/Id", "/Pages", "/Signed", "/Colour", "/ListOfLine/Line/0/Quantity"]);
}

#[test]
fn binary_noise_is_rounded_and_real_decimals_are_not() {
    let quantity = |text: &str| {
        let (paper, found) =
            read(&format!(r#"{{"Id":"1","ListOfLine":[{{"Product":"a","Quantity":{text}}}],{WHOLE}}}"#));
        (
            members(&paper.lines)[0].quantity.map(|q| q.get().to_string()),
            found.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(),
        )
    };
    assert_eq!(quantity("0.30000000000000004"), (Some("0.3".to_owned()), vec!["read_as"]));
    assert_eq!(quantity("0.1000000000000000055511151231257827"), (Some("0.1".to_owned()), vec!["read_as"]));
    assert_eq!(quantity("1.005"), (None, vec!["too_many_decimals"]));
    assert_eq!(quantity("1e2"), (Some("100".to_owned()), vec![]));
    assert_eq!(quantity("1e400"), (None, vec!["out_of_range"]));
}

/// As many as one can mend at once, and no warning takes the place of an error.
#[test]
fn a_reading_holds_a_bounded_number_of_findings() {
    let faulty = |line: &str| {
        let lines = vec![line; HELD + 1].join(",");
        let text = format!(r#"{{"Id":"1","ListOfLine":[{lines},{{}}],"Total":{{"Product":"a","Quantity":1}}}}"#);
        let mut cx = Reading::new(true, usize::MAX);
        read_text::<Paper>(&text, &mut cx).expect("the text is JSON");
        assert!(cx.has_errors());
        let found = cx.finish();
        [true, false].map(|error| found.iter().filter(|found| found.is_error() == error).count())
    };
    assert_eq!(faulty(r#"{"Product":"a"}"#), [HELD, 0]);
    // Text where a number belongs is read all the same.
    assert_eq!(faulty(r#"{"Product":"a","Quantity":"1"}"#), [2, HELD]);
}

#[test]
fn a_list_has_a_bound_that_is_told_once() {
    let mut cx = Reading::new(true, 3);
    let lines = [r#"{"Product":"a","Quantity":1}"#; 9].join(",");
    let _: Paper =
        read_text(&format!(r#"{{"Id":"1","ListOfLine":[{lines}],{WHOLE}}}"#), &mut cx).expect("the text is JSON");
    let found: Vec<String> = cx.finish().into_iter().map(|found| found.code.as_str().to_owned()).collect();
    assert_eq!(found, ["too_many_items"]);
}

#[test]
fn trailing_blanks_are_kept_and_not_compared() {
    let (paper, _) = read(&format!(r#"{{"Id":"D MG 01 ","ListOfLine":[{{"Product":"a","Quantity":1}}],{WHOLE}}}"#));
    let id = paper.id.expect("the id was read");
    assert_eq!((id.as_str(), id.raw()), ("D MG 01", "D MG 01 "));
}

#[test]
fn dates_come_in_several_forms() {
    for (text, date, time) in [
        ("2026-11-20", "2026-11-20", None),
        ("20261120", "2026-11-20", None),
        ("2026-11-20T14:30:00", "2026-11-20", Some("14:30:00")),
        ("2026-11-20T14:30:00-03:00", "2026-11-20", Some("14:30:00-03:00")),
        ("2026-11-20T14:30:00.123Z", "2026-11-20", Some("14:30:00.123Z")),
        ("2026-11-20 14:30", "2026-11-20", Some("14:30")),
    ] {
        let moment = Moment::parse(text).unwrap_or_else(|| panic!("{text} is a date"));
        assert_eq!((moment.date.to_string().as_str(), moment.time.as_deref()), (date, time), "{text}");
    }
    for text in ["", "2026-2-3", "20-11-2026", "2026-11-31", "2026-11-20T25:00:00", "2026-11-20Tx", "hoje"] {
        assert_eq!(Moment::parse(text), None, "{text}");
    }
}

/// Whatever its case, and wherever it stands.
#[test]
fn every_name_and_alias_calls_its_field() {
    let spec = eaid_schemas::retail_sales::RetailSales::spec();
    for (place, field) in spec.fields.iter().enumerate() {
        for name in std::iter::once(&field.tag).chain(field.aliases) {
            for spelt in [name.to_string(), name.to_uppercase(), name.to_lowercase()] {
                assert_eq!(spec.find(Name::of(&spelt)), Some(place), "{spelt}");
            }
        }
    }
    for stranger in ["", "x", "NetPrices", "Net Price"] {
        assert_eq!(spec.find(Name::of(stranger)), None, "{stranger}");
    }
}

record! {
    /// A weight.
    pub struct Weight "Weight" {
        /// In kilograms.
        kilograms: Amount<4, 3> = field("Kilograms");
    }
}

/// Reads a weight of these digits.
fn weigh(digits: &str) -> (Option<Decimal>, Vec<Violation>) {
    let mut cx = Reading::new(true, 10);
    let read: Weight = read_text(&format!(r#"{{"Kilograms":{digits}}}"#), &mut cx).expect("JSON");
    (read.kilograms.map(Amount::get), cx.finish())
}

proptest! {
    /// The short way of reading a number and the long one, which an exponent takes, agree.
    #[test]
    fn a_number_is_the_same_however_it_is_written(mantissa in -99_999_999i64..99_999_999, scale in 0u32..8) {
        let plain = Decimal::new(mantissa, scale).to_string();
        prop_assert_eq!(weigh(&plain), weigh(&format!("{plain}e0")));
    }

    #[test]
    fn a_number_keeps_its_digits(cents in -999_999_999_999_999i64..999_999_999_999_999) {
        let value = Decimal::new(cents, 2);
        for text in [value.to_string(), value.to_string().replace('.', ","), format!("  {value} ")] {
            prop_assert_eq!(parse_number(&text), Some(value));
        }
    }

    #[test]
    fn rounding_is_half_away_from_zero(cents in -1_000_000i64..1_000_000) {
        let half = Decimal::new(cents * 10 + if cents < 0 { -5 } else { 5 }, 3);
        let away = Decimal::new(cents + if cents < 0 { -1 } else { 1 }, 2);
        prop_assert_eq!(commercial(half, 2), away);
    }

    #[test]
    fn what_is_written_is_read_back(id in "[a-z]{1,10}", cents in 0i64..99_999, signed: bool) {
        let line = Line { product: Some(Text::new("p")), quantity: Amount::<3, 2>::of(Decimal::new(cents, 2)) };
        let paper = Paper {
            id: Some(Text::new(id)),
            signed: Some(Flag(signed)),
            lines: Some(List(vec![line.clone(), line.clone()])),
            total: Some(line),
            ..Paper::default()
        };
        let mut out = eaid_schemas::envelope::json::JsonWriter::default();
        eaid_schemas::write::Content::write(&paper, &mut out);
        let (back, found) = read(&out.finish());
        prop_assert_eq!(found, vec![]);
        prop_assert_eq!(back, paper);
    }
}

#[test]
fn the_declaration_is_known_field_by_field() {
    let spec = Paper::spec();
    assert_eq!(spec.fields.len(), 8);
    assert!(spec.fields[1].is_personal && spec.fields[1].doc.contains("Who wrote it"));
}
