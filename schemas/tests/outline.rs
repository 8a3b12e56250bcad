//! The outline of a text says all that the text says.

#![allow(clippy::expect_used)]

use eaid_schemas::envelope::json::outline;
use eaid_schemas::outline::Source;
use eaid_schemas::read::Kind;
use proptest::prelude::*;
use serde_json::{Map, Value};

/// The value that stands next.
fn read(source: &mut Source<'_>) -> Value {
    match source.peek() {
        Kind::Null => {
            source.skip();
            Value::Null
        }
        Kind::Flag => source.flag().into(),
        Kind::Number => serde_json::from_str(source.text()).expect("a number"),
        Kind::Text => source.text().into(),
        Kind::Array => {
            source.enter();
            let mut members = Vec::new();
            while source.element() {
                members.push(read(source));
            }
            members.into()
        }
        Kind::Object => {
            source.enter();
            let mut object = Map::new();
            while let Some(name) = source.property() {
                object.insert(name.text.to_owned(), read(source));
            }
            object.into()
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9f64..1e9).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            proptest::collection::vec((any::<String>(), inner), 0..8)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_document_is_read_as_serde_json_reads_it(value in any_json(), is_pretty: bool) {
        let text = if is_pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = text.expect("JSON");
        let outline = outline(&text).expect("it is JSON");
        prop_assert_eq!(read(&mut outline.source(&text, 0)), value);
    }

    /// What is passed over is passed over whole.
    #[test]
    fn what_follows_is_read_after_anything(value in any_json()) {
        let text = serde_json::json!([value, "next"]).to_string();
        let outline = outline(&text).expect("it is JSON");
        let mut source = outline.source(&text, 0);
        source.enter();
        prop_assert!(source.element());
        source.skip();
        prop_assert!(source.element());
        prop_assert_eq!(source.text(), "next");
        prop_assert!(!source.element());
    }
}
