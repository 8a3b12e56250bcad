//! The messages that OMNI sends: the shipped demonstration, and variations of it.

use serde_json::{Value, json};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::process::repository;

/// A message of `config/demo` under a new UUID.
pub fn demo(name: &str) -> Value {
    let file = repository().join("config/demo").join(format!("{name}.json"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{file:?}: {e}"));
    let message = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{file:?}: {e}"));
    again(&message)
}

/// The same message under a new UUID: for eaid, another one.
pub fn again(message: &Value) -> Value {
    let mut message = message.clone();
    set(&mut message, "/Header/UUID", json!(new_uuid()));
    message
}

/// A UUID as good as any; the lower half is random, the upper one counts.
pub fn new_uuid() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let random = RandomState::new().hash_one(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{number:08x}-e2e0-4000-8{:03x}-{:012x}", random >> 52, random & 0xffff_ffff_ffff)
}

/// The UUID of a message; empty where it has none.
pub fn uuid(message: &Value) -> String {
    text(message, "/Header/UUID")
}

/// A text in a message; empty where there is none.
pub fn text(message: &Value, pointer: &str) -> String {
    message.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Sets a tag, whether it was there or not.
pub fn set(message: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = split(message, pointer);
    match parent {
        Value::Array(list) => list[name.parse::<usize>().expect("an index")] = value,
        other => other[&name] = value,
    }
}

/// Takes a tag away.
pub fn remove(message: &mut Value, pointer: &str) {
    let (parent, name) = split(message, pointer);
    let gone = parent.as_object_mut().and_then(|object| object.remove(&name));
    assert!(gone.is_some(), "{pointer} is not in the message");
}

/// A copy with these tags set; null takes one away.
pub fn with(message: &Value, tags: &[(&str, Value)]) -> Value {
    let mut message = again(message);
    for (pointer, value) in tags {
        if value.is_null() {
            remove(&mut message, pointer);
        } else {
            set(&mut message, pointer, value.clone());
        }
    }
    message
}

fn split<'a>(message: &'a mut Value, pointer: &str) -> (&'a mut Value, String) {
    let (parent, name) = pointer.rsplit_once('/').expect("a JSON pointer");
    let place = message.pointer_mut(parent);
    (place.unwrap_or_else(|| panic!("{parent} is not in the message")), name.to_owned())
}

/// The customer of the demonstration, or another one like it.
pub fn customer(number: u32) -> Value {
    with(
        &demo("02-customer"),
        &[
            ("/Content/InternalId", json!(format!("CLIENTE-{number}"))),
            ("/Content/Code", json!(format!("{number:06}"))),
        ],
    )
}

/// The reserve of the *Entrega* sale (2 of SKU-1001, 3 of SKU-1002) for the order of this number.
pub fn reserve(number: u32) -> Value {
    with(
        &demo("01-reserve-entrega"),
        &[
            ("/Content/InternalId", json!(format!("RESERVA-{number}"))),
            ("/Content/DocumentReserve", json!(format!("{number:09}"))),
        ],
    )
}

/// An *Entrega* sale over that customer and that reserve.
pub fn entrega(number: u32) -> Value {
    let mut sale = with(
        &demo("03-sale-entrega"),
        &[
            ("/Content/InternalId", json!(format!("PEDIDO-{number}"))),
            ("/Content/ECommerceOrder", json!(number.to_string())),
            ("/Content/DocumentCode", json!(format!("{number:09}"))),
            ("/Content/CustomerVendorInternalId", json!(format!("CLIENTE-{number}"))),
        ],
    );
    for item in 0..2 {
        let tag = format!("/Content/ListOfSaleItem/SaleItem/{item}/ItemReserveInternalId");
        set(&mut sale, &tag, json!(format!("RESERVA-{number}")));
    }
    sale
}

/// A sale over the counter of one cap for 79.90, paid in cash, with the default customer.
pub fn counter(number: u32) -> Value {
    let mut sale = with(
        &demo("05-sale-retira"),
        &[
            ("/Content/InternalId", json!(format!("PEDIDO-{number}"))),
            ("/Content/ECommerceOrder", json!(number.to_string())),
            ("/Content/DocumentCode", json!(format!("{number:09}"))),
            ("/Content/CustomerVendorInternalId", Value::Null),
            ("/Content/OthersValue", Value::Null),
        ],
    );
    sell(&mut sale, json!(79.90), &[]);
    pay(
        &mut sale,
        json!([{
            "PaymentValue": 79.90, "PaymentMethodInternalId": "DINHEIRO", "Installments": 1,
        }]),
    );
    sale
}

/// Makes the sale one of a single cap at this price; `more` adds tags to the item.
pub fn sell(sale: &mut Value, price: Value, more: &[(&str, Value)]) {
    for total in ["TotalPrice", "NetPrice", "GrossPrice", "CommodityPrice"] {
        set(sale, &format!("/Content/{total}"), price.clone());
    }
    let mut item = json!({
        "ItemInternalId": "SKU-1004", "ItemOrder": "01", "Quantity": 1, "UnitPrice": price,
        "ItemPrice": price, "OperationCode": "501", "WarehouseInternalId": "DEP-PAULISTA",
    });
    for (tag, value) in more {
        item[tag] = value.clone();
    }
    set(sale, "/Content/ListOfSaleItem/SaleItem", json!([item]));
}

/// Replaces the payments of a sale.
pub fn pay(sale: &mut Value, payments: Value) {
    set(sale, "/Content/ListOfSaleCondition/SaleCondition", payments);
}
