//! Every tag that must be there: without it the message is refused, and the answer names the tag.

use serde_json::{Value, json};

use crate::answers::{messages, reasons, status};
use crate::harness::{Engine, Site};
use crate::messages::{again, customer, demo, entrega, remove, reserve, set};

/// A tag to leave out, and the path that the answer must name; several where the tag is one of
/// alternatives and the first of them counts.
type Tags = &'static [(&'static str, &'static str)];

const SALE: Tags = &[
    ("/Content/InternalId", "/InternalId"),
    ("/Content/DocumentCode", "/DocumentCode"),
    ("/Content/IssueDateDocument", "/IssueDateDocument"),
    ("/Content/TotalPrice", "/TotalPrice"),
    ("/Content/NetPrice", "/NetPrice"),
    ("/Content/GrossPrice", "/GrossPrice"),
    ("/Content/OperatorInternalId", "/OperatorCode"),
    ("/Content/StationSalePointInternalId", "/StationSalePointCode"),
    ("/Content/ListOfSaleItem", "/ListOfSaleItem"),
    ("/Content/ListOfSaleItem/SaleItem/1/ItemInternalId", "/ListOfSaleItem/SaleItem/1/ItemInternalId"),
    ("/Content/ListOfSaleItem/SaleItem/1/Quantity", "/ListOfSaleItem/SaleItem/1/Quantity"),
    ("/Content/ListOfSaleItem/SaleItem/1/UnitPrice", "/ListOfSaleItem/SaleItem/1/UnitPrice"),
    ("/Content/ListOfSaleItem/SaleItem/1/ItemPrice", "/ListOfSaleItem/SaleItem/1/ItemPrice"),
    ("/Content/ListOfSaleItem/SaleItem/1/OperationCode", "/ListOfSaleItem/SaleItem/1/OperationCode"),
    ("/Content/ListOfSaleCondition", "/ListOfSaleCondition"),
    ("/Content/ListOfSaleCondition/SaleCondition/0/PaymentValue", "/ListOfSaleCondition/SaleCondition/0/PaymentValue"),
    (
        "/Content/ListOfSaleCondition/SaleCondition/0/PaymentMethodInternalId",
        "/ListOfSaleCondition/SaleCondition/0/PaymentMethodInternalId",
    ),
];

const RESERVE: Tags = &[
    ("/Content/InternalId", "/InternalId"),
    ("/Content/ReserveType", "/ReserveType"),
    ("/Content/DocumentReserve", "/DocumentReserve"),
    ("/Content/Requester", "/Requester"),
    ("/Content/RequestBranch", "/RequestBranch"),
    ("/Content/ReserveItemType", "/ReserveItemType"),
    ("/Content/ReserveItemType/Item/1/ItemInternalId", "/ReserveItemType/Item/1/ItemInternalId"),
    ("/Content/ReserveItemType/Item/1/Quantity", "/ReserveItemType/Item/1/Quantity"),
    ("/Content/ReserveItemType/Item/1/ReserveBranch", "/ReserveItemType/Item/1/ReserveBranch"),
];

const CUSTOMER: Tags = &[
    ("/Content/InternalId", "/InternalId"),
    ("/Content/Code", "/Code"),
    ("/Content/Name", "/Name"),
    ("/Content/ShortName", "/ShortName"),
    ("/Content/EntityType", "/EntityType"),
    ("/Content/Address/Address", "/Address/Address"),
    ("/Content/Address/State/StateCode", "/Address/State/StateCode"),
    ("/Content/Address/City/CityDescription", "/Address/City/CityDescription"),
];

#[tokio::test]
async fn every_missing_tag_is_named() {
    let site = Site::on(Engine::Production, "mandatory").await;
    site.ok(&customer(7001)).await;
    site.ok(&reserve(7001)).await;
    let bases = [(entrega(7001), SALE), (reserve(7002), RESERVE), (customer(7002), CUSTOMER)];
    for (base, tags) in &bases {
        for (pointer, path) in *tags {
            let mut message = again(base);
            remove(&mut message, pointer);
            let found = site.refused(&message).await;
            let expected = ("missing".to_owned(), (*path).to_owned());
            assert!(found.contains(&expected), "without {pointer}: {expected:?} not in {found:?}");
        }
    }
    // Nothing of all this was kept, so the whole messages find their reserve and their numbers free.
    for (base, _) in &bases {
        site.ok(&again(base)).await;
    }
    site.close().await;
}

/// What a kind of document asks for, and what a delivery does.
#[tokio::test]
async fn some_tags_are_mandatory_only_with_others() {
    let site = Site::on(Engine::Production, "mandatory_with").await;
    site.ok(&customer(7101)).await;
    site.ok(&reserve(7101)).await;
    for (kind, path) in [
        ("NFCE", "/KeyAcessNFe"),
        ("SATCE", "/SerialNumberSATEquipament"),
        ("NFE", "/SerieCode"),
        ("RPS", "/SerieCode"),
        ("NFM", "/SerieCode"),
    ] {
        let mut sale = entrega(7101);
        set(&mut sale, "/Content/KindOfDocument", json!(kind));
        let found = site.refused(&sale).await;
        assert!(found.contains(&("missing".into(), path.into())), "{kind}: {found:?}");
    }
    let mut sale = entrega(7101);
    let tag = "/ListOfSaleItem/SaleItem/1/ItemReserveInternalId";
    remove(&mut sale, &format!("/Content{tag}"));
    let found = site.refused(&sale).await;
    assert!(
        found.iter().any(|(code, path)| { ["missing", "reserve_missing"].contains(&code.as_str()) && path == tag }),
        "a delivery without reserve: {found:?}"
    );
    let mut sale = entrega(7101);
    let payment = "/ListOfSaleCondition/SaleCondition/0";
    set(&mut sale, &format!("/Content{payment}/PaymentMethodInternalId"), json!(""));
    set(&mut sale, &format!("/Content{payment}/PaymentMethodCode"), json!("RA"));
    let found = site.refused(&sale).await;
    let title = format!("{payment}/AccountReceivableDocumentInternalId");
    assert!(found.contains(&("missing".into(), title.clone())), "{title}: {found:?}");
    site.ok(&entrega(7101)).await;
    site.close().await;
}

#[tokio::test]
async fn the_header_is_looked_at_too() {
    let site = Site::on(Engine::Production, "header").await;
    for (tag, code) in [
        ("Event", "event_missing"),
        ("Version", "version_missing"),
        ("ProductName", "product_missing"),
        ("UUID", "missing"),
    ] {
        let mut message = demo("02-customer");
        remove(&mut message, &format!("/Header/{tag}"));
        let found = site.refused(&message).await;
        let expected = (code.to_owned(), format!("/Header/{tag}"));
        assert!(found.contains(&expected), "without {tag}: {expected:?} not in {found:?}");
    }
    for (tag, value, code) in [
        ("Version", "3.000", "version_unknown"),
        ("Event", "explode", "event_refused"),
        ("BranchId", "9999", "company_unknown"),
        ("ProductName", "OUTRO", "source_unknown"),
    ] {
        let mut message = demo("02-customer");
        set(&mut message, &format!("/Header/{tag}"), json!(value));
        let found = site.refused(&message).await;
        let expected = (code.to_owned(), format!("/Header/{tag}"));
        assert!(found.contains(&expected), "{tag} {value}: {expected:?} not in {found:?}");
    }
    assert_eq!(site.rows.count("sa1", "1 = 1").await, 0);
    site.close().await;
}

/// Not the first reason but every one, and each also in the text for old readers.
#[tokio::test]
async fn all_violations_come_in_one_answer() {
    let site = Site::on(Engine::Production, "all_at_once").await;
    site.ok(&customer(7201)).await;
    site.ok(&reserve(7201)).await;
    let mut sale = entrega(7201);
    for tag in ["DocumentCode", "NetPrice", "ListOfSaleItem/SaleItem/0/OperationCode"] {
        remove(&mut sale, &format!("/Content/{tag}"));
    }
    for (tag, value) in [
        ("IssueDateDocument", json!("31/11/2026")),
        ("ListOfSaleItem/SaleItem/1/Quantity", json!(-3)),
        ("ListOfSaleItem/SaleItem/1/UnitPrice", json!("quarenta")),
        ("ListOfSaleItem/SaleItem/1/ItemDeliveryType", json!("9")),
        ("PresencialIndicator", json!("12")),
    ] {
        set(&mut sale, &format!("/Content/{tag}"), value);
    }
    let answer = site.answer(&sale).await;
    assert_eq!(status(&answer), "ERROR");
    let found = reasons(&answer);
    for (code, path) in [
        ("missing", "/DocumentCode"),
        ("missing", "/NetPrice"),
        ("missing", "/ListOfSaleItem/SaleItem/0/OperationCode"),
        ("not_a_date", "/IssueDateDocument"),
        ("not_positive", "/ListOfSaleItem/SaleItem/1/Quantity"),
        ("not_a_number", "/ListOfSaleItem/SaleItem/1/UnitPrice"),
        ("not_in_list", "/ListOfSaleItem/SaleItem/1/ItemDeliveryType"),
        ("not_in_list", "/PresencialIndicator"),
    ] {
        let expected = (code.to_owned(), path.to_owned());
        assert!(found.contains(&expected), "{expected:?} not in {found:#?}");
    }
    let text = answer.pointer("/Content/ReturnContent/Error").and_then(Value::as_str);
    let lines = text.unwrap_or_default().lines().count();
    assert!(lines >= found.len(), "a line for each reason: {text:?}");
    assert!(messages(&answer, "WARNING").is_empty(), "{answer:#}");
    site.close().await;
}
