//! Whatever stands in a tag, a message gets a verdict: no routine asks for what it had not wanted, and none
//! panics.

use crate::desk::house_of;
use eaid_adapters::samples::SAMPLES;
use eaid_schemas::read::HELD;
use serde_json::{Value, json};

fn paths(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(name, value)| paths(value, &format!("{at}/{name}"), found));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, value)| paths(value, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

#[test]
fn every_tag_may_hold_anything() {
    let junk = [
        json!(null),
        json!(""),
        json!("DESCONHECIDO"),
        json!("X".repeat(60)),
        json!("ãé€"),
        json!(-1),
        json!(0),
        json!(999999999999999i64),
        json!(0.005),
        json!(true),
        json!([]),
        json!({}),
        json!("2026-11-20"),
        json!("501"),
    ];
    for sample in SAMPLES.iter().filter(|sample| sample.name.starts_with("stage")) {
        let message: Value = serde_json::from_str(sample.input).unwrap();
        if !message["Content"].is_object() {
            // An order event or a staged sale.
            continue;
        }
        let mut places = Vec::new();
        paths(&message["Content"], "/Content", &mut places);
        let house = house_of(sample.routine);
        for place in places {
            for value in &junk {
                let mut broken = message.clone();
                *broken.pointer_mut(&place).unwrap() = value.clone();
                let verdict = house.clone().decide(&broken.to_string());
                assert!(verdict.is_ok(), "{} {}: {place} = {value}: {verdict:?}", sample.routine, sample.name);
            }
        }
    }
}

/// Each of many items is wrong in each way, and each product is unknown: the work grows with their number only. Of what
/// is found while they are read, no more is held than an answer could ever tell.
#[test]
fn a_large_message_is_told_its_faults() {
    // Quantity, unit price, item price, operation code, delivery type, product, warehouse; three of them in reading.
    let all_held = HELD / 3;
    assert_eq!(faults(all_held), 7 * all_held);
    assert!((4 * 20_000 + HELD - 1..7 * 20_000).contains(&faults(20_000)));
}

/// How many faults a sale of so many wrong items has.
fn faults(count: usize) -> usize {
    let items: Vec<Value> = (0..count)
        .map(|number| {
            json!({"ItemInternalId": format!("NOVO-{number}"), "Quantity": 0, "UnitPrice": -1, "ItemDeliveryType": "9",
                "WarehouseInternalId": format!("DEP-{number}")})
        })
        .collect();
    let sale = crate::desk::sale(json!(items), &[]);
    let verdict = crate::desk::decide(&mut house_of("LOJA701"), &sale);
    verdict["violations"].as_array().map_or(0, Vec::len)
}
