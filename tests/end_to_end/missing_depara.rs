//! Every tag that goes through De/Para: an unknown code waits, and is on the list of what is missing.

use serde_json::{Value, json};

use crate::answers::our_id;
use crate::harness::{Engine, Site};
use crate::messages::{counter, pay, sell, set, uuid, with};
use crate::waiting::set_depara;

const ITEM: &str = "/Content/ListOfSaleItem/SaleItem/0";
const PAYMENT: &str = "/Content/ListOfSaleCondition/SaleCondition/0";

/// One tag: where it is, and the row that somebody may enter for it.
struct Tag {
    pointer: String,
    alias: &'static str,
    /// None: it comes by a message only.
    internal: Option<&'static str>,
    /// The payment form that makes the tag one that is looked at.
    form: &'static str,
}

fn tag(pointer: &str, alias: &'static str, internal: impl Into<Option<&'static str>>) -> Tag {
    Tag { pointer: pointer.into(), alias, internal: internal.into(), form: "DINHEIRO" }
}

fn tags() -> Vec<Tag> {
    let item = |tag: &str| format!("{ITEM}/{tag}");
    let payment = |tag: &str| format!("{PAYMENT}/{tag}");
    vec![
        tag(&item("ItemInternalId"), "SB1", "01||PROD0001"),
        tag(&item("WarehouseInternalId"), "NNR", "01|0101|02"),
        tag(&item("OperationCode"), "SF4", "01||502"),
        tag("/Content/SellerInternalId", "SA3", "01||000008"),
        tag("/Content/OperatorInternalId", "SLF", "01|0101|002"),
        tag("/Content/StationSalePointInternalId", "SLG", "01|0101|001"),
        tag("/Content/CarrierInternalId", "SA4", "01||000002"),
        tag(&payment("PaymentMethodInternalId"), "SX5", "01||24|R$"),
        Tag { form: "CREDITO", ..tag(&payment("FinancialManagerCode"), "SAE", "01||001") },
        Tag { form: "CHEQUE", ..tag(&payment("BankCheck"), "SX5", "01||K6|237") },
        tag("/Content/CustomerVendorInternalId", "SA1", None),
        tag(&item("ItemReserveInternalId"), "SC0", None),
    ]
}

#[tokio::test]
async fn every_unknown_code_waits_and_is_listed() {
    let site = Site::on(Engine::Production, "missing_depara").await;
    let mut parked: Vec<(Tag, String, Value)> = Vec::new();
    for (place, tag) in tags().into_iter().enumerate() {
        let unknown = format!("DESCONHECIDO-{place}");
        let mut sale = counter(6000 + place as u32);
        sell(&mut sale, json!(10.00), &[]);
        pay(&mut sale, json!([{ "PaymentMethodInternalId": tag.form, "PaymentValue": 10.00 }]));
        set(&mut sale, &tag.pointer, json!(unknown));
        site.omni.send(&sale).await;
        site.waits(&sale).await;
        parked.push((tag, unknown, sale));
    }
    let missing = site.eaid(&["depara", "missing", "--json"]).await.ends(0).json();
    let listed = missing.to_string();
    for (tag, unknown, _) in &parked {
        assert!(listed.contains(unknown), "{} {unknown} is not in {missing:#}", tag.pointer);
        assert!(listed.contains(tag.alias), "{} is not in {missing:#}", tag.alias);
    }
    let mut left = 0;
    for (tag, unknown, sale) in &parked {
        let Some(internal) = tag.internal else {
            left += 1;
            continue;
        };
        set_depara(&site, tag.alias, unknown, internal).await;
        our_id(&site.response(&uuid(sale)).await);
    }
    site.close_with(left, 0).await;
}

/// A code that many miss stands above one that few miss.
#[tokio::test]
async fn the_most_wanted_comes_first() {
    let site = Site::on(Engine::Production, "most_wanted").await;
    for number in 0..5u32 {
        let seller = if number == 0 { "VENDEDOR-RARO" } else { "VENDEDOR-PROCURADO" };
        let seller = ("/Content/SellerInternalId", json!(seller));
        let sale = with(&counter(6100 + number), &[seller]);
        site.omni.send(&sale).await;
        site.waits(&sale).await;
    }
    let said = site.eaid(&["depara", "missing"]).await.ends(0);
    let place = |code: &str| said.out.find(code).unwrap_or_else(|| panic!("{code}: {}", said.out));
    assert!(place("VENDEDOR-PROCURADO") < place("VENDEDOR-RARO"), "{}", said.out);
    site.close_with(5, 0).await;
}
