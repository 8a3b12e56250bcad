//! Messages of one batch see what was decided before them.

use crate::desk::{decide, house_of, message, set};
use eaid_adapters::samples::House;
use serde_json::{Value, json};

fn again(house: &mut House, sale: &Value, number: u32) -> Value {
    let mut other = sale.clone();
    set(&mut other, "/InternalId", json!(format!("PEDIDO-{number}")));
    set(&mut other, "/DocumentCode", json!(format!("{number:09}")));
    decide(house, &other)
}

#[test]
fn a_reserve_is_used_once() {
    let mut house = house_of("LOJA701");
    let sale = message("LOJA701", "stage-retira-in-another-store");
    assert_eq!(again(&mut house, &sale, 1)["verdict"], "stage");
    let expected: Vec<String> =
        (0..2).map(|item| format!("reserve_differs /ListOfSaleItem/SaleItem/{item}/ItemReserveInternalId")).collect();
    assert_eq!(again(&mut house, &sale, 2)["violations"], json!(expected));
}

#[test]
fn items_of_one_sale_share_a_reserve_row_by_row() {
    let mut house = house_of("LOJA701");
    let mut sale = message("LOJA701", "stage-counter-and-delivery");
    let item = |quantity: u32| {
        json!({"ItemInternalId": "SKU-1001", "Quantity": quantity, "UnitPrice": 10, "ItemPrice": 10 * quantity,
            "OperationCode": "501", "ItemDeliveryType": "3", "ItemReserveInternalId": "RESERVA-1"})
    };
    set(&mut sale, "/ListOfSaleItem", json!([item(3), item(2)]));
    let verdict = again(&mut house, &sale, 3);
    let lines = verdict["rows"]["sl2"].as_array().unwrap();
    let used: Vec<(&Value, &Value)> = lines.iter().map(|line| (&line["l2_reserva"], &line["l2_quant"])).collect();
    let expected =
        [("000001", "2.000"), ("000003", "1.000"), ("000002", "2.000")].map(|(row, of)| (json!(row), json!(of)));
    assert_eq!(used, expected.iter().map(|(row, of)| (row, of)).collect::<Vec<_>>());
}

#[test]
fn a_document_number_is_used_once_in_a_series() {
    let mut house = house_of("LOJA701");
    let sale = message("LOJA701", "stage-counter-sale-cash");
    assert_eq!(again(&mut house, &sale, 5)["verdict"], "stage");
    let mut other = sale.clone();
    set(&mut other, "/InternalId", json!("PEDIDO-6"));
    set(&mut other, "/DocumentCode", json!("000000005"));
    assert_eq!(decide(&mut house, &other)["violations"], json!(["document_used /DocumentCode"]));
    // In another series it is another document.
    for (tag, value) in [("/KindOfDocument", "NFM"), ("/SerieCode", "9")] {
        set(&mut other, tag, json!(value));
    }
    assert_eq!(decide(&mut house, &other)["verdict"], "stage");
}

#[test]
fn the_same_sale_again_is_refused_with_its_id() {
    let mut house = house_of("LOJA701");
    let sale = message("LOJA701", "stage-entrega-split-by-reserve-rows");
    let first = decide(&mut house, &sale);
    let second = decide(&mut house, &sale);
    assert_eq!(second["violations"], json!(["already_integrated /InternalId"]));
    assert_eq!(second["ids"], first["ids"]);
}

#[test]
fn a_reserve_that_a_sale_uses_stays() {
    let mut house = house_of("LOJA701");
    assert_eq!(again(&mut house, &message("LOJA701", "stage-retira-in-another-store"), 1)["verdict"], "stage");
    let mut delete = message("LOJA704", "stage-deleted");
    set(&mut delete, "/InternalId", json!("RESERVA-2"));
    assert_eq!(decide(&mut house, &delete)["violations"], json!(["not_allowed /InternalId"]));
}

/// A reserve is replaced as often as it comes, and deleted once.
#[test]
fn a_reserve_lives() {
    let mut house = house_of("LOJA704");
    let reserve = message("LOJA704", "stage-new-reserve");
    let first = decide(&mut house, &reserve);
    let second = decide(&mut house, &reserve);
    assert_eq!(first["ids"], second["ids"]);
    assert_eq!(second["deleted"]["sc0"].as_array().map(Vec::len), Some(3));
    assert_eq!(second["rows"]["sc0"][0]["c0_num"], "000004");
    let mut delete = message("LOJA704", "stage-deleted");
    set(&mut delete, "/InternalId", json!("RESERVA-7001"));
    assert_eq!(decide(&mut house, &delete)["verdict"], "stage");
    assert_eq!(decide(&mut house, &delete)["violations"], json!(["not_found /InternalId"]));
    assert_eq!(decide(&mut house, &reserve)["verdict"], "stage");
}

/// The sequence never gives the code of the default customer, nor is a customer doubled by an update.
#[test]
fn a_customer_lives() {
    let mut house = house_of("CRMA980");
    let customer = message("CRMA980", "stage-new-customer");
    let first = decide(&mut house, &customer);
    let second = decide(&mut house, &customer);
    assert_eq!(first["ids"], second["ids"]);
    assert!(second["rows"].is_null() && second["updated"].is_null(), "{second:#}");
    let mut other = customer.clone();
    set(&mut other, "/InternalId", json!("OUTRO"));
    assert_eq!(decide(&mut house, &other)["rows"]["sa1"][0]["a1_cod"], "000005");
    let mut delete = message("CRMA980", "stage-deleted");
    set(&mut delete, "/InternalId", json!("CLIENTE-2"));
    assert_eq!(decide(&mut house, &delete)["verdict"], "stage");
    assert_eq!(decide(&mut house, &customer)["rows"]["sa1"][0]["a1_cod"], "000777");
}
