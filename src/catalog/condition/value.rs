//! A message's values as CEL sees them, by the declaration: what is absent is empty.

use cel::Value;
use cel::objects::{Key, Map};
use eaid_schemas::record::{Shape, Spec};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;

/// A record, every declared field there.
pub(super) fn record(spec: &'static Spec, given: Option<&Json>) -> Value {
    let mut map: HashMap<Key, Value> = HashMap::with_capacity(spec.fields.len());
    for field in spec.fields {
        // Of two fields of one tag the first is its type.
        map.entry(Key::from(field.tag)).or_insert_with(|| {
            let found = given.and_then(|record| record.get(field.tag));
            value(field.shape, found)
        });
    }
    Value::Map(Map { map: Arc::new(map) })
}

fn value(shape: Shape, given: Option<&Json>) -> Value {
    match shape {
        Shape::Text { .. } | Shape::Moment | Shape::Clock | Shape::Choice(_) => {
            text(given.and_then(Json::as_str).unwrap_or_default())
        }
        Shape::Amount { .. } => Value::Float(given.and_then(Json::as_f64).unwrap_or_default()),
        Shape::Count { .. } => Value::Int(given.and_then(Json::as_i64).unwrap_or_default()),
        Shape::Flag => Value::Bool(given.and_then(Json::as_bool).unwrap_or_default()),
        Shape::Anything => Value::Null,
        Shape::Record(spec) => record(spec(), given),
        Shape::List(spec) => {
            let spec = spec();
            let is_bare = spec.name.is_empty();
            let list = given.and_then(|list| if is_bare { Some(list) } else { list.get(spec.name) });
            let members = list.and_then(Json::as_array).into_iter().flatten();
            let members = Value::List(Arc::new(members.map(|member| record(spec, Some(member))).collect()));
            if is_bare {
                return members;
            }
            let wrapped = HashMap::from([(Key::from(spec.name), members)]);
            Value::Map(Map { map: Arc::new(wrapped) })
        }
    }
}

/// Without trailing blanks, as texts are compared everywhere.
fn text(text: &str) -> Value {
    Value::from(text.trim_end_matches(' '))
}
