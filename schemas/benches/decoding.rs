//! What reading a sale of 5 kB costs beside what it cannot cost less than, in the same run:
//! `cargo bench -p eaid-schemas --bench decoding`.
//!
//! | measured | beside | limit |
//! |---|---|---|
//! | a JSON sale decoded, recognised and checked | `serde_json` into a plain struct of the fields that it has | 2 |
//! | the same sale in XML | the bare events of `quick-xml`, and `serde_json` as above | 2 |

#![allow(clippy::expect_used, missing_docs)]

use criterion::Criterion;
use eaid_schemas::envelope::response::{Heading, Identity, write};
use eaid_schemas::envelope::{Document, Format, Limits, decode};
use eaid_schemas::read::Reading;
use eaid_schemas::retail_sales::RetailSales;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde::Deserialize;
use std::hint::black_box;
use std::time::{Duration, Instant};

const LIMITS: Limits = Limits { body: 1 << 20, depth: 64, items: 1000 };
const SALE: &str = include_str!("../../config/demo/03-sale-entrega.json");

macro_rules! plain {
    ($(struct $name:ident { $($field:ident: $ty:ty,)+ })+) => {
        $(#[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        #[allow(dead_code)]
        struct $name { $($field: Option<$ty>,)+ })+
    };
}

plain! {
    struct Message { header: Header, content: Content, }
    struct Header {
        r#type: String, sub_type: String, event: String, transaction: String, standard_version: String,
        version: String, source_application: String, company_id: String, branch_id: String, product_name: String,
        product_version: String, generated_on: String, delivery_type: String,
    }
    struct Content {
        company_id: String, branch_id: String, company_internal_id: String, internal_id: String,
        customer_vendor_internal_id: String, seller_internal_id: String, operator_internal_id: String,
        station_sale_point_internal_id: String, issue_date_document: String, document_code: String,
        kind_of_document: String, sale_type: String, personal_identification: String,
        presencial_indicator: String, e_commerce_order: String, is_canceled: bool, total_price: f64, net_price: f64,
        gross_price: f64, commodity_price: f64, discount_value: f64, freight_value: f64, cards_value: f64,
        list_of_sale_item: Items, list_of_sale_condition: Conditions,
    }
    struct Items { sale_item: Vec<Item>, }
    struct Item {
        item_internal_id: String, item_order: String, quantity: f64, unit_price: f64, item_price: f64,
        discount_total_prorated: f64, freight_value_prorated: f64, operation_code: String,
        warehouse_internal_id: String, item_delivery_type: String, item_reserve_internal_id: String,
        item_delivery_date: String, is_canceled: bool,
    }
    struct Conditions { sale_condition: Vec<Condition>, }
    struct Condition {
        date_of_payment: String, payment_value: f64, payment_method_internal_id: String,
        financial_manager_code: String, unique_serial_number: String, eft_autorization: String,
        card_number: String, installments: u32,
    }
}

/// The sale of the demonstration with so many lines that it has 5 kB.
fn sale() -> String {
    let mut sale: serde_json::Value = serde_json::from_str(SALE).expect("JSON");
    let items = sale["Content"]["ListOfSaleItem"]["SaleItem"].as_array_mut().expect("items");
    let line = items[0].clone();
    while items.len() < 10 {
        items.push(line.clone());
    }
    sale.to_string()
}

fn decoded(text: &str) -> RetailSales {
    let Ok(Document::Message(envelope)) = decode(text.as_bytes(), None, &LIMITS) else { panic!("no message") };
    let mut cx = Reading::new(true, LIMITS.items);
    let sale = envelope.read(&mut cx);
    assert!(!cx.has_errors());
    sale
}

fn bare(text: &str) -> Message {
    serde_json::from_str(text).expect("a sale")
}

fn events(text: &str) -> usize {
    let mut reader = Reader::from_str(text);
    let mut count = 0;
    while !matches!(reader.read_event().expect("XML"), Event::Eof) {
        count += 1;
    }
    count
}

/// The least time of one call, over many rounds.
fn least<R>(call: &dyn Fn() -> R, rounds: &mut Duration) {
    const CALLS: u32 = 50;
    let from = Instant::now();
    for _ in 0..CALLS {
        black_box(call());
    }
    *rounds = (*rounds).min(from.elapsed() / CALLS);
}

fn main() {
    let json = sale();
    let identity =
        Identity { source_application: "OMNI".into(), product_name: "OMNI".into(), product_version: "1".into() };
    let heading = Heading {
        uuid: "7a3e5c10-2b61-4d0f-8f11-20261120a003",
        kind: "BusinessMessage",
        event: "upsert",
        transaction: "RetailSales",
        version: "2.009",
        generated_on: "2026-11-20T14:30:12-03:00",
        delivery_type: "async",
        ..Heading::default()
    };
    let xml = write(Format::Xml, &identity, &heading, &decoded(&json));

    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("json/bare", |bench| bench.iter(|| bare(black_box(&json))));
    criterion.bench_function("json/sale", |bench| bench.iter(|| decoded(black_box(&json))));
    criterion.bench_function("xml/bare", |bench| bench.iter(|| events(black_box(&xml))));
    criterion.bench_function("xml/sale", |bench| bench.iter(|| decoded(black_box(&xml))));
    criterion.final_summary();

    // Interleaved, so that whatever else the machine does falls on all alike.
    let mut least_of = [Duration::MAX; 4];
    for _ in 0..200 {
        least(&|| bare(black_box(&json)), &mut least_of[0]);
        least(&|| decoded(black_box(&json)), &mut least_of[1]);
        least(&|| events(black_box(&xml)), &mut least_of[2]);
        least(&|| decoded(black_box(&xml)), &mut least_of[3]);
    }
    let [bare, sale, events, sale_in_xml] = least_of.map(|time| time.as_secs_f64() * 1e6);
    println!("JSON {} bytes: {sale:.1} us, bare {bare:.1} us: {:.2} times (limit 2)", json.len(), sale / bare);
    let floor = events + bare;
    println!(
        "XML {} bytes: {sale_in_xml:.1} us, bare {floor:.1} us: {:.2} times (limit 2)",
        xml.len(),
        sale_in_xml / floor
    );
}
