//! Violations planted anywhere in a whole message are found exactly there, every one, in the order of the document,
//! in both formats.

use crate::messages::{FORMATS, open};
use eaid_schemas::customer_vendor::CustomerVendor;
use eaid_schemas::document_traceability_order::DocumentTraceAbilityOrder;
use eaid_schemas::envelope::Format;
use eaid_schemas::item_reserve::ItemReserve;
use eaid_schemas::read::Reading;
use eaid_schemas::record::{FieldSpec, Record, Shape, Spec};
use eaid_schemas::retail_sales::RetailSales;
use eaid_schemas::retail_sales_cancellation::RetailSalesCancellation;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A field that stands in the document, by its pointer.
struct Slot {
    path: String,
    field: &'static FieldSpec,
}

/// A document with every declared field, lists with two members.
fn whole(spec: &'static Spec, at: &str, slots: &mut Vec<Slot>) -> Value {
    let mut object = Map::new();
    for field in spec.fields {
        let path = format!("{at}/{}", field.tag);
        let value = match field.shape {
            Shape::Text { .. } => json!("a"),
            Shape::Amount { .. } | Shape::Count { .. } => json!(1),
            Shape::Moment => json!("2026-11-20T10:00:00"),
            Shape::Clock => json!("10:00:00"),
            Shape::Flag => json!(true),
            Shape::Choice(words) => json!(words.iter().map(|word| word.text).find(|text| !text.is_empty())),
            Shape::Record(of) => whole(of(), &path, slots),
            Shape::List(of) => {
                let name = of().name;
                let members: Vec<Value> =
                    (0..2).map(|index| whole(of(), &format!("{path}/{name}/{index}"), slots)).collect();
                json!({ name: members })
            }
            Shape::Anything => continue,
        };
        slots.push(Slot { path, field });
        object.insert(field.tag.to_owned(), value);
    }
    Value::Object(object)
}

/// Something wrong with a field: its code, and the value to put there; none takes the field away.
fn faults(field: &FieldSpec) -> Vec<(&'static str, Option<Value>)> {
    let wrong_type = ("wrong_type", Some(json!({ "x": "1" })));
    let no_number = ("not_a_number", Some(json!("1x")));
    let mut faults = match field.shape {
        Shape::Text { max } if max < 5000 => vec![wrong_type, ("too_long", Some(json!("ã".repeat(max + 1))))],
        Shape::Text { .. } => vec![wrong_type],
        Shape::Amount { whole, scale } => {
            let mut faults =
                vec![wrong_type, no_number, ("out_of_range", Some(json!(format!("1{}", "0".repeat(whole as usize)))))];
            if scale < 5 {
                faults.push(("too_many_decimals", Some(json!(format!("0.{}1", "0".repeat(scale as usize))))));
            }
            faults
        }
        Shape::Count { max } => {
            vec![
                no_number,
                ("out_of_range", Some(json!(u64::from(max) + 1))),
                ("too_many_decimals", Some(json!("0.5"))),
            ]
        }
        Shape::Moment => vec![("not_a_date", Some(json!("2026-02-30"))), wrong_type],
        Shape::Clock => vec![("not_a_date", Some(json!("25:00")))],
        Shape::Flag => vec![("wrong_type", Some(json!("talvez")))],
        Shape::Choice(_) => vec![("not_in_list", Some(json!("@")))],
        Shape::Record(_) | Shape::List(_) => vec![("wrong_type", Some(json!("texto")))],
        Shape::Anything => vec![],
    };
    // What is mandatory inside an absent record is told by the tags in it.
    if (field.is_key || field.is_required) && !matches!(field.shape, Shape::Record(_)) {
        faults.push(("missing", None));
    }
    faults
}

/// A content in a format; in XML a list is its tag repeated.
fn write(format: Format, content: &Value) -> String {
    match format {
        Format::Json => format!(r#"{{"Header":{{"UUID":"u","Transaction":"x"}},"Content":{content}}}"#),
        Format::Xml => format!(
            "<TOTVSMessage><MessageInformation><UUID>u</UUID><Transaction>x</Transaction></MessageInformation>\
             <BusinessMessage>{}</BusinessMessage></TOTVSMessage>",
            element("BusinessContent", content)
        ),
    }
}

fn element(tag: &str, value: &Value) -> String {
    let inner = match value {
        Value::Array(members) => return members.iter().map(|member| element(tag, member)).collect(),
        Value::Object(fields) => fields.iter().map(|(tag, value)| element(tag, value)).collect(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    format!("<{tag}>{inner}</{tag}>")
}

/// Errors as `code path`, in the order in which they are told.
fn errors<R: Record>(text: &str) -> Vec<String> {
    let mut cx = Reading::new(true, 100);
    let _: R = open(text).read(&mut cx);
    let found = cx.finish().into_iter().filter(|found| found.is_error());
    found.map(|found| format!("{} {}", found.code, found.path)).collect()
}

fn check<R: Record>(picks: &[(prop::sample::Index, prop::sample::Index)]) -> Result<(), TestCaseError> {
    let mut slots = Vec::new();
    let mut content = whole(R::spec(), "", &mut slots);
    for format in FORMATS {
        prop_assert_eq!(errors::<R>(&write(format, &content)), Vec::<String>::new(), "{:?} untouched", format);
    }
    let mut planted: Vec<(usize, String, &str)> = Vec::new();
    for (slot, fault) in picks {
        let place = slot.index(slots.len());
        let Slot { path, field } = &slots[place];
        let (below, above) = (format!("{path}/"), |other: &str| path.starts_with(&format!("{other}/")));
        if planted.iter().any(|(_, other, _)| other == path || other.starts_with(&below) || above(other)) {
            continue;
        }
        let faults = faults(field);
        let (code, value) = &faults[fault.index(faults.len())];
        let (parent, tag) = path.rsplit_once('/').expect("a pointer");
        let parent = content.pointer_mut(parent).and_then(Value::as_object_mut).expect("its record");
        match value {
            Some(value) => drop(parent.insert(tag.to_owned(), value.clone())),
            None => drop(parent.shift_remove(tag)),
        }
        planted.push((place, path.clone(), *code));
    }
    planted.sort_by_key(|(place, path, code)| match *code {
        // What is missing stands where its record begins, before all that is wrong inside that.
        "missing" => {
            let record = path.rsplit_once('/').map_or("", |(record, _)| record);
            let begins = slots.iter().position(|slot| slot.path.starts_with(&format!("{record}/")));
            (begins.expect("a record has fields"), record.matches('/').count(), *place)
        }
        _ => (*place, usize::MAX, 0),
    });
    let told: Vec<String> = planted.iter().map(|(_, path, code)| format!("{code} {path}")).collect();
    for format in FORMATS {
        prop_assert_eq!(errors::<R>(&write(format, &content)), told.clone(), "{:?}", format);
    }
    Ok(())
}

/// Texts of a header and their greatest lengths, in the order of the book.
const HEADER: &[(&str, usize)] = &[
    ("UUID", 36),
    ("Event", 20),
    ("Transaction", 60),
    ("StandardVersion", 10),
    ("Version", 10),
    ("SourceApplication", 50),
    ("CompanyId", 50),
    ("BranchId", 50),
    ("UserId", 60),
    ("Enterprise", 12),
    ("BusinessUnit", 12),
    ("ProductName", 50),
    ("ProductVersion", 30),
    ("GeneratedOn", 40),
    ("ContextName", 50),
];

fn picks() -> impl Strategy<Value = Vec<(prop::sample::Index, prop::sample::Index)>> {
    proptest::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn in_a_sale(picks in picks()) {
        check::<RetailSales>(&picks)?;
    }

    #[test]
    fn in_a_reserve(picks in picks()) {
        check::<ItemReserve>(&picks)?;
    }

    #[test]
    fn in_a_customer(picks in picks()) {
        check::<CustomerVendor>(&picks)?;
    }

    #[test]
    fn in_a_cancellation(picks in picks()) {
        check::<RetailSalesCancellation>(&picks)?;
    }

    #[test]
    fn in_a_trace(picks in picks()) {
        check::<DocumentTraceAbilityOrder>(&picks)?;
    }

    /// In a header, which XML writes in other places: all are told, and in JSON in order.
    #[test]
    fn in_a_header(picked in proptest::sample::subsequence(HEADER, 0..=HEADER.len())) {
        let text = |(tag, max): &(&str, usize)| {
            let wrong = picked.iter().any(|(picked, _)| picked == tag);
            "ã".repeat(if wrong { max + 1 } else { 1 })
        };
        let json: Map<String, Value> = HEADER.iter().map(|field| (field.0.to_owned(), json!(text(field)))).collect();
        let json = format!(r#"{{"Content":{{}},"Header":{}}}"#, Value::Object(json));
        let of = |tag: &str| HEADER.iter().find(|(known, _)| *known == tag).map(text).expect("a field");
        let elements: String = HEADER
            .iter()
            .filter(|(tag, _)| !["Version", "ProductName", "ProductVersion", "Event"].contains(tag))
            .map(|field| format!("<{}>{}</{}>", field.0, text(field), field.0))
            .collect();
        let xml = format!(
            r#"<TOTVSMessage><MessageInformation version="{}">{elements}<Product name="{}" version="{}"/></MessageInformation>
            <BusinessMessage><BusinessEvent><Event>{}</Event></BusinessEvent><BusinessContent/></BusinessMessage></TOTVSMessage>"#,
            of("Version"), of("ProductName"), of("ProductVersion"), of("Event"),
        );
        let told: Vec<String> = picked.iter().map(|(tag, _)| format!("too_long /Header/{tag}")).collect();
        let errors = |text: &str| -> Vec<String> {
            let found = open(text).found.into_iter().filter(|found| found.is_error());
            found.map(|found| format!("{} {}", found.code, found.path)).collect()
        };
        prop_assert_eq!(errors(&json), told.clone());
        let sorted = |mut list: Vec<String>| {
            list.sort();
            list
        };
        prop_assert_eq!(sorted(errors(&xml)), sorted(told));
    }
}
