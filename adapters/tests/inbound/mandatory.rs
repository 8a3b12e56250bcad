//! Each mandatory tag is taken away in turn: the answer names it, and nothing else.

use crate::desk::{decide, house_of, message, remove, set};
use serde_json::json;

const ITEM: &str = "/ListOfSaleItem/SaleItem/0";
const PAYMENT: &str = "/ListOfSaleCondition/SaleCondition/0";
const RESERVED: &str = "/ReserveItemType/Item/0";

fn without(routine: &str, sample: &str, tags: &[(String, String)]) {
    for (tag, expected) in tags {
        let mut message = message(routine, sample);
        remove(&mut message, tag);
        let verdict = decide(&mut house_of(routine), &message);
        assert_eq!(verdict["violations"], json!([format!("missing {expected}")]), "{routine} without {tag}");
    }
}

fn same(tags: &[&str]) -> Vec<(String, String)> {
    tags.iter().map(|tag| ((*tag).to_owned(), (*tag).to_owned())).collect()
}

fn below(record: &str, tags: &[&str]) -> Vec<(String, String)> {
    tags.iter().map(|tag| (format!("{record}/{tag}"), format!("{record}/{tag}"))).collect()
}

#[test]
fn of_a_sale() {
    let tags = [
        same(&[
            "/InternalId",
            "/DocumentCode",
            "/IssueDateDocument",
            "/TotalPrice",
            "/NetPrice",
            "/GrossPrice",
            "/ListOfSaleItem",
            "/ListOfSaleCondition",
        ]),
        vec![
            ("/OperatorInternalId".into(), "/OperatorCode".into()),
            ("/StationSalePointInternalId".into(), "/StationSalePointCode".into()),
        ],
        below(ITEM, &["ItemInternalId", "Quantity", "UnitPrice", "ItemPrice", "OperationCode"]),
        below(PAYMENT, &["PaymentValue", "PaymentMethodInternalId"]),
    ];
    without("LOJA701", "stage-counter-sale-cash", &tags.concat());
}

#[test]
fn of_a_sale_with_a_kind_of_document() {
    for (kind, tags) in [
        ("NFCE", vec!["/KeyAcessNFe"]),
        ("SATCE", vec!["/SerialNumberSATEquipament"]),
        ("NFE", vec!["/SerieCode"]),
        ("NFM", vec!["/SerieCode"]),
        ("RPS", vec!["/SerieCode"]),
    ] {
        let mut sale = message("LOJA701", "stage-counter-sale-cash");
        set(&mut sale, "/KindOfDocument", json!(kind));
        let expected: Vec<String> = tags.iter().map(|tag| format!("missing {tag}")).collect();
        assert_eq!(decide(&mut house_of("LOJA701"), &sale)["violations"], json!(expected), "{kind}");
    }
}

/// Empty and null count as absent.
#[test]
fn nothing_in_a_tag_is_no_tag() {
    for nothing in [json!(""), json!("   "), json!(null)] {
        let mut sale = message("LOJA701", "stage-counter-sale-cash");
        set(&mut sale, "/DocumentCode", nothing);
        assert_eq!(decide(&mut house_of("LOJA701"), &sale)["violations"], json!(["missing /DocumentCode"]));
    }
}

#[test]
fn of_a_reserve() {
    let tags = [
        same(&["/InternalId", "/ReserveType", "/DocumentReserve", "/Requester", "/RequestBranch", "/ReserveItemType"]),
        below(RESERVED, &["ItemInternalId", "Quantity", "ReserveBranch"]),
    ];
    without("LOJA704", "stage-new-reserve", &tags.concat());
}

#[test]
fn of_a_customer() {
    let tags = same(&[
        "/InternalId",
        "/Code",
        "/Name",
        "/ShortName",
        "/EntityType",
        "/Address/Address",
        "/Address/State/StateCode",
        "/Address/City/CityDescription",
    ]);
    without("CRMA980", "stage-new-customer", &tags);
}

#[test]
fn the_first_of_several_tags_stands_for_all_unless_another_is_wrong() {
    let mut sale = message("LOJA701", "stage-counter-sale-cash");
    remove(&mut sale, "/OperatorInternalId");
    set(&mut sale, "/OperatorCode", json!("X".repeat(51)));
    assert_eq!(decide(&mut house_of("LOJA701"), &sale)["violations"], json!(["too_long /OperatorCode"]));
}
