//! Messages and houses for the tests.

use eaid_adapters::samples::{House, SAMPLES, describe, house};
use serde_json::{Value, json};

/// The message of a sample.
pub fn message(routine: &str, name: &str) -> Value {
    let found = SAMPLES.iter().find(|sample| sample.routine == routine && sample.name == name);
    serde_json::from_str(found.unwrap_or_else(|| panic!("no sample {routine} {name}")).input).unwrap()
}

/// The house of a routine's samples.
pub fn house_of(routine: &str) -> House {
    let sample = SAMPLES.iter().find(|sample| sample.routine == routine).unwrap();
    house(&serde_json::from_str(sample.given).unwrap()).unwrap()
}

/// Decides a message and describes the verdict.
pub fn decide(house: &mut House, message: &Value) -> Value {
    describe(&house.decide(&message.to_string()).unwrap())
}

/// Sets a tag of the content, whether it was there or not.
pub fn set(message: &mut Value, pointer: &str, value: Value) {
    let pointer = format!("/Content{pointer}");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    message.pointer_mut(parent).unwrap()[name] = value;
}

/// Takes a tag of the content away.
pub fn remove(message: &mut Value, pointer: &str) {
    let pointer = format!("/Content{pointer}");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let gone = message.pointer_mut(parent).and_then(Value::as_object_mut).and_then(|object| object.remove(name));
    assert!(gone.is_some(), "{pointer} is not in the message");
}

/// A sale over the counter with these items, paid in cash.
pub fn sale(items: Value, more: &[(&str, Value)]) -> Value {
    let mut sale = message("LOJA701", "stage-counter-sale-cash");
    set(&mut sale, "/ListOfSaleItem", json!({ "SaleItem": items }));
    for (tag, value) in more {
        set(&mut sale, tag, value.clone());
    }
    sale
}
