//! The generated schemas: no drift, and they say what the reader says.

#![allow(clippy::expect_used, clippy::panic)]

use eaid_schemas::customer_vendor::CustomerVendor;
use eaid_schemas::envelope::response::{Enabled, Heading, Identity, InternalId, Receipt, Response, write};
use eaid_schemas::envelope::{Document, Format, Limits, decode};
use eaid_schemas::field::{Amount, Flag, Text};
use eaid_schemas::item_reserve::{ItemReserve, ShortItem, Shortage};
use eaid_schemas::json_schema::document;
use eaid_schemas::messages::{MESSAGES, Message, find};
use eaid_schemas::read::Reading;
use eaid_schemas::record::{List, Record, Shape, Spec};
use eaid_schemas::retail_sales::RetailSales;
use eaid_schemas::retail_sales_cancellation::{Allowance, RetailSalesCancellation};
use eaid_schemas::version::Version;
use eaid_schemas::violation::{Code, Violation};
use eaid_schemas::write::{Content, Properties};
use jsonschema::Validator;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

fn each() -> impl Iterator<Item = (&'static Message, Version)> {
    MESSAGES.iter().flat_map(|message| message.versions.iter().map(move |version| (message, *version)))
}

/// Regenerate with `EAID_WRITE_SCHEMAS=1 cargo test -p eaid-schemas --test json_schema`.
#[test]
fn the_files_are_those_of_the_declarations() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("json");
    let mut names = BTreeSet::new();
    for (message, version) in each() {
        let name = format!("{}_{version}.json", message.name);
        let text = format!("{:#}\n", document(message, version));
        if std::env::var_os("EAID_WRITE_SCHEMAS").is_some() {
            std::fs::write(folder.join(&name), &text).expect("write the schema");
        }
        let kept = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
        assert!(kept == text, "{name} is not what the declarations say; regenerate with EAID_WRITE_SCHEMAS=1");
        names.insert(name);
    }
    let files = std::fs::read_dir(&folder).expect("the folder of schemas");
    let there: BTreeSet<String> =
        files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(there, names, "a file that no declaration makes");
}

#[test]
fn every_schema_is_a_schema() {
    for (message, version) in each() {
        let schema = document(message, version);
        jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{}: {error}", message.name));
        jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{}: {error}", message.name));
    }
}

/// The example of a message fits every version of it.
#[test]
fn every_example_fits_its_schema() {
    for (message, version) in each() {
        let schema = document(message, version);
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let example = &schema["examples"][0];
        assert!(example.is_object(), "{} has an example", message.name);
        if let Err(error) = validator.validate(example) {
            panic!("{} {version}: {error} at {}", message.name, error.instance_path());
        }
    }
}

fn validator(name: &str) -> Validator {
    let message = find(name).expect("a message");
    jsonschema::validator_for(&document(message, message.newest())).expect("a schema")
}

/// A message with the least that it must have.
fn least(name: &str, event: &str, content: Value) -> Value {
    let version = find(name).expect("a message").newest().to_string();
    let header = json!({ "UUID": "u", "Event": event, "Transaction": name, "Version": version, "ProductName": "OMNI" });
    json!({ "Header": header, "Content": content })
}

/// The errors that the reader finds in a content.
fn errors<R: Record>(message: &Value) -> Vec<Code> {
    let limits = Limits { body: 1 << 20, depth: 64, items: 100 };
    let Ok(Document::Message(envelope)) = decode(message.to_string().as_bytes(), None, &limits) else {
        panic!("no envelope: {message}")
    };
    let mut cx = Reading::new(message["Header"]["Event"] != "delete", 100);
    envelope.read::<R>(&mut cx);
    cx.finish().into_iter().filter(Violation::is_error).map(|found| found.code).collect()
}

/// What partners have sent, and what they have not sent yet.
fn oddities() -> Vec<Value> {
    let texts = [
        "",
        "   ",
        "x",
        "X  ",
        "1",
        "2",
        "5",
        "01",
        "001",
        "T",
        "f",
        "Sim",
        "nao",
        "true",
        "abc",
        "NFCE",
        "nfce",
        "SAT",
        "V",
        "VD",
        "Customer",
        "person",
        "Active",
        "1,5",
        "1.500,00",
        "-3",
        "+7",
        "1e3",
        "12.345678",
        ",5",
        "0x1F",
        "9999999999999.99",
        "99999999999999",
        "2026-11-20",
        "20261120",
        "2026-11-20T14:30:00Z",
        "2026-13-45",
        "ontem",
        "14:30",
        "25:00",
        "ação",
        "São José do Rio Preto",
    ];
    let long = "x".repeat(300);
    let padded = format!("1{}", " ".repeat(300));
    let mut all: Vec<Value> = texts.into_iter().chain([long.as_str(), padded.as_str()]).map(Value::from).collect();
    all.extend([
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(2),
        json!(-1),
        json!(1.5),
        json!(79.90),
        json!(20_261_120),
        json!(1e15),
        json!({}),
        json!([]),
        json!([null]),
        json!([{}]),
        json!([{}, {}]),
        json!([[{}]]),
        json!(["x"]),
        json!({ "x": 1 }),
    ]);
    all
}

/// Every field of a record and of the records in it, by its path, in the place of which an oddity is put.
fn places(spec: &'static Spec, above: &str, places: &mut Vec<String>) {
    for field in spec.fields {
        let path = format!("{above}/{}", field.tag);
        match field.shape {
            Shape::Record(inner) => places_below(inner(), &path, places),
            Shape::List(inner) => {
                let inner = inner();
                places_below(inner, &format!("{path}/{}/0", inner.name), places);
            }
            _ => {}
        }
        places.push(path);
    }
}

fn places_below(spec: &'static Spec, path: &str, found: &mut Vec<String>) {
    if path.matches('/').count() < 8 {
        places(spec, path, found);
    }
}

/// Puts a value at a path, making what is above it.
fn put(content: &mut Value, path: &str, value: Value) {
    let mut at = content;
    for step in path.split('/').skip(1) {
        at = match step.parse::<usize>() {
            Ok(_) => {
                if !at.is_array() {
                    *at = json!([{}]);
                }
                &mut at[0]
            }
            Err(_) => {
                if !at.is_object() {
                    *at = json!({});
                }
                &mut at[step]
            }
        };
    }
    *at = value;
}

/// Errors that a schema says too, whatever the field. It leaves the rest to the reader: dates that no calendar has,
/// decimals, bounds of numbers in text, lists without members.
const SAID: [Code; 2] = [Code::NotInList, Code::NotANumber];

fn agrees<R: Record>(name: &str, content: Value) {
    let validator = validator(name);
    let good = least(name, "upsert", content.clone());
    assert_eq!(errors::<R>(&good), [], "{name}");
    let mut paths = Vec::new();
    places(R::spec(), "", &mut paths);
    let mut wrong = Vec::new();
    for path in &paths {
        for oddity in oddities() {
            let mut content = content.clone();
            put(&mut content, path, oddity.clone());
            let message = least(name, "upsert", content);
            let (found, accepted) = (errors::<R>(&message), validator.is_valid(&message));
            if found.is_empty() && !accepted {
                wrong.push(format!("{path}: {oddity} is read, and refused by the schema"));
            }
            if accepted && found.iter().any(|code| SAID.contains(code)) {
                wrong.push(format!("{path}: {oddity} is {found:?}, and accepted by the schema"));
            }
        }
    }
    assert!(wrong.is_empty(), "{name}: {} of them\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}

#[test]
fn the_schema_of_a_sale_accepts_what_is_read() {
    agrees::<RetailSales>(
        "RetailSales",
        json!({
            "InternalId": "S-1", "TotalPrice": 1, "NetPrice": 1, "GrossPrice": 1, "DocumentCode": "1",
            "IssueDateDocument": "2026-11-20",
            "ListOfSaleItem": { "SaleItem": [{ "Quantity": 1, "UnitPrice": 1, "ItemPrice": 1, "OperationCode": "01" }] },
            "ListOfSaleCondition": { "SaleCondition": [{ "PaymentValue": 1 }] },
        }),
    );
}

#[test]
fn the_schema_of_a_reserve_accepts_what_is_read() {
    let item = json!({ "Quantity": 1, "ReserveBranch": "01" });
    agrees::<ItemReserve>(
        "ItemReserve",
        json!({
            "InternalId": "R-1", "ReserveType": "LJ", "DocumentReserve": "1", "Requester": "x", "RequestBranch": "01",
            "ReserveItemType": { "Item": [item] },
        }),
    );
}

#[test]
fn the_schema_of_a_customer_accepts_what_is_read() {
    let address =
        json!({ "Address": "Rua A", "City": { "CityDescription": "Santos" }, "State": { "StateCode": "SP" } });
    agrees::<CustomerVendor>(
        "CustomerVendor",
        json!({
            "InternalId": "C-1", "Code": "1", "Name": "x", "ShortName": "x", "EntityType": "Person", "Address": address,
        }),
    );
}

#[test]
fn the_schema_of_a_cancellation_accepts_what_is_read() {
    agrees::<RetailSalesCancellation>(
        "RetailSalesCancellation",
        json!({
            "InternalId": "X-1", "RetailSalesInternalId": "S-1", "OperatorCode": "1", "CancelDate": "2026-11-20",
        }),
    );
}

#[test]
fn what_is_mandatory_is_asked_for_in_any_spelling_and_not_of_a_delete() {
    let reserve = validator("ItemReserve");
    let accepts = |event: &str, content: Value| reserve.is_valid(&least("ItemReserve", event, content));
    assert!(accepts("delete", json!({ "internalid": "R-1" })));
    assert!(accepts(" Delete", json!({ "InternalId": "R-1" })));
    assert!(!accepts("delete", json!({ "ReserveType": "LJ" })));
    assert!(!accepts("upsert", json!({ "InternalId": "R-1" })));
    let spelt = json!({
        "INTERNALID": "R-1", "reservetype": "LJ", "documentReserve": "1", "Requester": "x", "requestbranch": "01",
        "reserveitemtype": [{ "quantity": 1, "reservebranch": "01" }],
    });
    assert!(accepts("upsert", spelt));
    let by_content = json!({ "header": { "uuid": "u", "transaction": "itemreserve", "version": "2", "product": "O" },
        "content": { "event": "delete", "internalid": "R-1" } });
    assert!(reserve.is_valid(&by_content));
}

/// What we send fits its schema, letter by letter.
#[test]
fn answers_fit_their_schemas() {
    let identity =
        Identity { source_application: "EAID".into(), product_name: "PROTHEUS".into(), product_version: "12".into() };
    let heading = |kind| Heading {
        uuid: "00000000-0000-7000-8000-000000000001",
        kind,
        sub_type: "event",
        event: "upsert",
        transaction: "RETAILSALES",
        version: "2.009",
        company: "01",
        branch: "0101",
        generated_on: "2026-11-20T14:30:00-03:00",
        internal_id: "",
        delivery_type: "async",
    };
    let messages =
        [Violation::error(Code::Missing, "/InternalId", "falta"), Violation::warning(Code::ReadAs, "", "lido")];
    let ids = [InternalId { name: "RETAILSALES".into(), origin: "S-1".into(), destination: "01|0101".into() }];
    let enabled = [Enabled { name: "RetailSales", version: "2.009".into(), send: false, receive: true }];
    let allowance = Allowance { is_cancellable: Some(Flag(false)), message: Some(Text::new("faturada")) };
    let short = ShortItem {
        item_code: Some(Text::new("PROD1")),
        available: Amount::of(Decimal::TWO),
        lot_number: Some(Text::new("L1")),
        ..ShortItem::default()
    };
    let short = Shortage { code: Some(Text::new("001")), detail: Some(List(vec![short])) };
    for (is_ok, messages, ids, enabled, returned) in [
        (true, &messages[1..], &ids[..], None, None),
        (false, &messages[..], &[], None, None),
        (true, &[], &[], None, None),
        (true, &[], &[], Some(&enabled[..]), None),
        (true, &[], &[], None, Some(&allowance as &dyn Properties)),
        (false, &messages[..], &[], None, Some(&short)),
    ] {
        let answer = Response {
            received_uuid: "u",
            sent_by: "OMNI",
            event: "upsert",
            received: "",
            processed_on: "2026-11-20T14:30:00-03:00",
            is_ok,
            messages,
            ids,
            enabled,
            returned,
        };
        fits("Response", &write(Format::Json, &identity, &heading("Response"), &answer as &dyn Content));
    }
    let receipt =
        Receipt { received_uuid: "u", sent_by: "OMNI", received: "", received_on: "2026-11-20T14:30:00-03:00" };
    fits("Receipt", &write(Format::Json, &identity, &heading("Receipt"), &receipt));
}

fn fits(name: &str, body: &str) {
    let body: Value = serde_json::from_str(body).expect("JSON");
    if let Err(error) = validator(name).validate(&body) {
        panic!("{name}: {error} at {}", error.instance_path());
    }
}
