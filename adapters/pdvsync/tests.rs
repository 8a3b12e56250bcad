//! Rules of pre-sales; the common paths with their results stand in `samples`.

mod inconsistencies;
mod lives;
mod reading;

use crate::pdvsync;
use crate::samples::{House, SAMPLES, Sample, describe, house};
use crate::verdict::Verdict;
use eaid_schemas::envelope::{Document, Limits, decode};
use eaid_schemas::pdvsync::Call;
use serde_json::{Value, json};

const LIMITS: Limits = Limits { body: 1 << 26, depth: 64, items: 100_000 };

/// The published order, paid.
const PAID: &str = "stage-paid-order";
/// A reserve of two items.
const RESERVE: &str = "stage-reserve";

fn sample(name: &str) -> &'static Sample {
    SAMPLES.iter().find(|sample| sample.routine == "PDVSYNC" && sample.name == name).unwrap()
}

fn message(name: &str) -> Value {
    serde_json::from_str(sample(name).input).unwrap()
}

/// The house that the samples are decided in.
fn of_samples() -> House {
    house(&serde_json::from_str(sample(RESERVE).given).unwrap()).unwrap()
}

/// A house that knows nothing, with rules of its own.
fn empty(rules: Value) -> House {
    house(&json!({ "pdvsync": rules })).unwrap()
}

/// A message with other values at some pointers; the members of objects on the way are made.
fn with(mut message: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match message.pointer_mut(parent).unwrap() {
            Value::Array(list) => list[name.parse::<usize>().unwrap()] = value.clone(),
            object => object[name] = value.clone(),
        }
    }
    message
}

fn without(mut message: Value, names: &[&str]) -> Value {
    let object = message.as_object_mut().unwrap();
    names.iter().for_each(|name| assert!(object.remove(*name).is_some(), "{name}"));
    message
}

/// Decides by one of the doors.
fn call(house: &mut House, call: Call, message: &Value) -> Verdict {
    let body = message.to_string();
    let Ok(Document::PreSale(sheet)) = decode(body.as_bytes(), Some(call.content_type()), &LIMITS) else {
        panic!("no pre-sale: {body}")
    };
    let case = pdvsync::open(*sheet, LIMITS.items);
    house.paper.decide(case.as_ref(), &house.books, house.now).unwrap()
}

/// Decides an order, described.
fn order(house: &mut House, message: &Value) -> Value {
    describe(&call(house, Call::Order, message))
}

/// Decides an order of a house of the samples that must be staged; gives its verdict.
fn staged(message: &Value) -> Value {
    let told = order(&mut of_samples(), message);
    assert_eq!(told["verdict"], "stage", "{told:#}");
    told
}

/// Decides an order that must be refused; gives its reasons.
fn refused(message: &Value) -> Vec<String> {
    let told = order(&mut of_samples(), message);
    assert_eq!(told["verdict"], "refuse", "{told:#}");
    told["violations"].as_array().unwrap().iter().map(|reason| reason.as_str().unwrap().to_owned()).collect()
}

/// The number of the order that a verdict gives.
fn number(told: &Value) -> String {
    let id = told["ids"][0].as_str().unwrap_or_else(|| panic!("{told:#}"));
    id.rsplit(' ').next().unwrap().to_owned()
}

/// The code of the customer that a verdict gives.
fn customer(told: &Value) -> String {
    told["ids"][1].as_str().unwrap().rsplit(' ').next().unwrap().to_owned()
}
