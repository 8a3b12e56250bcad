//! Values picked out of contents that no record declares.

#![allow(clippy::expect_used)]

use eaid_schemas::envelope::json::outline;
use eaid_schemas::pick::{Clash, Datum, Pick, Picks};
use eaid_schemas::read::Reading;
use eaid_schemas::record::{FieldSpec, Shape, field};
use proptest::prelude::*;

const fn pick(above: &'static [&'static str], field: FieldSpec, shape: Shape) -> Pick {
    Pick { above, field: field.of(shape, "") }
}

fn seller() -> Picks {
    Picks::new(vec![
        pick(&[], field("Code").key(), Shape::Text { max: 6 }),
        pick(&[], field("Name").required(), Shape::Text { max: 10 }),
        pick(&["Address", "City"], field("Description").required().personal(), Shape::Text { max: 5 }),
        pick(&["Address"], field("Number"), Shape::Count { max: 999 }),
        pick(&["Charge"], field("Rate"), Shape::Amount { whole: 3, scale: 2 }),
        pick(&["Charge"], field("Since"), Shape::Moment),
        pick(&["Charge"], field("Active"), Shape::Flag),
    ])
    .expect("no clash")
}

fn read(text: &str, whole: bool) -> (Vec<Option<Datum>>, Vec<String>) {
    let mut cx = Reading::new(whole, 100);
    let picked = seller().read(&mut outline(text).expect("the text is JSON").source(text, 0), &mut cx);
    (picked, cx.finish().iter().map(|found| format!("{} {}", found.code, found.path)).collect())
}

fn text(text: &str) -> Option<Datum> {
    Some(Datum::Text(text.into()))
}

#[test]
fn values_are_found_whatever_the_case_and_what_else_stands_there() {
    let (picked, found) = read(
        r#"{"other":[{}],"code":"A1 ","NAME":"Ana","Address":{"x":1,"city":{"Description":"São"},"number":"12"},
            "charge":[{"rate":"2,50","since":"2026-01-02T10:00:00","active":true}]}"#,
        true,
    );
    let expected = [
        text("A1 "),
        text("Ana"),
        text("São"),
        Some(Datum::Number(12.into())),
        Some(Datum::Number("2.5".parse().expect("a number"))),
        Some(Datum::Day("2026-01-02".parse().expect("a day"))),
        Some(Datum::Flag(true)),
    ];
    assert_eq!(picked, expected);
    assert_eq!(found, ["read_as /Address/Number", "read_as /Charge", "read_as /Charge/Rate"]);
    assert_eq!(picked[0].as_ref().map(Datum::as_text), Some("A1"));
}

#[test]
fn every_violation_is_told_at_its_path() {
    let cases = [
        ("{}", vec!["missing /Code", "missing /Name", "missing /Address/City/Description"]),
        (
            r#"{"Code":" ","Name":null,"Address":""}"#,
            vec!["missing /Code", "missing /Name", "missing /Address/City/Description"],
        ),
        (r#"{"Code":"1","Name":"n","Address":7}"#, vec!["wrong_type /Address"]),
        (r#"{"Code":"1","Name":"n","Address":{"City":[]}}"#, vec!["missing /Address/City/Description"]),
        (r#"{"Code":"1","Name":"n","Address":{"City":[{"Description":"x"},{}]}}"#, vec!["wrong_type /Address/City"]),
        (
            r#"{"Code":"1234567","Name":"n","Address":{"City":{"Description":"x"},"Number":1000},"Charge":{"Rate":"x","Since":"y","Active":"z"}}"#,
            vec![
                "too_long /Code",
                "out_of_range /Address/Number",
                "not_a_number /Charge/Rate",
                "not_a_date /Charge/Since",
                "wrong_type /Charge/Active",
            ],
        ),
        ("[]", vec!["wrong_type /Content"]),
        ("\"\"", vec!["missing /Code", "missing /Name", "missing /Address/City/Description"]),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text, true).1, expected, "{text}");
    }
    assert_eq!(read("{}", false).1, ["missing /Code"], "a delete needs the key alone");
}

#[test]
fn what_is_personal_is_never_quoted() {
    let personal = Picks::new(vec![pick(&[], field("Born").personal(), Shape::Moment)]).expect("no clash");
    let mut cx = Reading::new(true, 100);
    let text = r#"{"Born":"ANA"}"#;
    personal.read(&mut outline(text).expect("the text is JSON").source(text, 0), &mut cx);
    assert!(cx.finish().iter().all(|found| !found.text.contains("ANA")));
}

#[test]
fn picks_that_cannot_stand_together_are_named() {
    let at = |above: &'static [&'static str], tag| pick(above, field(tag), Shape::Flag);
    for (picks, clash) in [
        (vec![at(&[], "A"), at(&[], "B"), at(&[], "a")], Clash { first: 0, second: 2 }),
        (vec![at(&[], "A"), at(&["A"], "B")], Clash { first: 0, second: 1 }),
        (vec![at(&["A", "C"], "B"), at(&[], "A")], Clash { first: 0, second: 1 }),
    ] {
        assert_eq!(Picks::new(picks).err(), Some(clash));
    }
}

proptest! {
    /// Whatever the document is, it is read or broken, and each needed pick is there or complained of.
    #[test]
    fn any_json_is_read(text in any::<String>(), code in "[ -~]{0,8}", deep in 0usize..40) {
        let mut cx = Reading::new(true, 100);
        if let Ok(outline) = outline(&text) {
            seller().read(&mut outline.source(&text, 0), &mut cx);
        }
        let nested = "[".repeat(deep) + &"]".repeat(deep);
        let document = serde_json::json!({"Code": code, "Name": text}).to_string().replacen('{', &format!("{{\"Address\":{},", if deep == 0 { "{}" } else { &nested }), 1);
        let (picked, found) = read(&document, true);
        for (place, path) in [(0, "/Code"), (1, "/Name")] {
            prop_assert!(picked[place].is_some() || found.iter().any(|found| found.ends_with(path)), "{document}: {found:?}");
        }
    }
}
