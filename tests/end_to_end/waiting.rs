//! Messages that come too early: they wait for exactly what they lack, and go on when it is there.

use serde_json::{Value, json};

use crate::answers::{our_id, reasons, status};
use crate::harness::{Engine, Site};
use crate::messages::{again, counter, customer, entrega, reserve, set, uuid, with};
use crate::wait::until;

#[tokio::test]
async fn a_sale_waits_for_its_customer_and_its_reserve_in_any_order() {
    let site = Site::on(Engine::Production, "early_sale").await;
    for (number, customer_first) in [(5001, true), (5002, false)] {
        let sale = entrega(number);
        site.omni.send(&sale).await;
        site.waits(&sale).await;
        let mut late = [customer(number), reserve(number)];
        if !customer_first {
            late.reverse();
        }
        site.ok(&late[0]).await;
        site.waits(&sale).await;
        assert!(site.omni.responses(&uuid(&sale)).is_empty(), "answered while it waits");
        site.ok(&late[1]).await;
        let id = our_id(&site.response(&uuid(&sale)).await);
        assert_eq!(id, format!("01|0101|1|{number:09}|001"));
        let order = format!("l1_docped = '{number:09}'");
        site.rows.becomes("sl1", "l1_situa", &order, "FR").await;
    }
    site.close().await;
}

/// All three published at once, the sale first: one batch may hold them all.
#[tokio::test]
async fn the_right_order_does_not_matter_within_a_burst() {
    let site = Site::on(Engine::Production, "burst").await;
    let numbers = 5100..5120;
    for number in numbers.clone() {
        for message in [entrega(number), customer(number), reserve(number)] {
            site.omni.send(&message).await;
        }
    }
    until("all sales to be processed", async || {
        (site.rows.count("sl1", "l1_situa = 'FR'").await == numbers.len() as i64).then_some(())
    })
    .await;
    site.close().await;
}

/// A De/Para row set by hand wakes a reserve, and the reserve wakes its sale.
#[tokio::test]
async fn one_wakes_the_other() {
    let site = Site::on(Engine::Production, "chain").await;
    site.ok(&customer(5201)).await;
    let item = "/Content/ReserveItemType/Item/0/ItemInternalId";
    let early = with(&reserve(5201), &[(item, json!("SKU-NOVO"))]);
    let item = "/Content/ListOfSaleItem/SaleItem/0/ItemInternalId";
    let sale = with(&entrega(5201), &[(item, json!("SKU-NOVO"))]);
    for message in [&sale, &early] {
        site.omni.send(message).await;
        site.waits(message).await;
    }
    set_depara(&site, "SB1", "SKU-NOVO", "01||PROD0001").await;
    for message in [&early, &sale] {
        assert_eq!(status(&site.response(&uuid(message)).await), "OK");
    }
    site.close().await;
}

#[tokio::test]
async fn one_row_wakes_all_that_wait_for_it() {
    let site = Site::on(Engine::Production, "many_wait").await;
    let sales: Vec<Value> = (5300..5360).map(|number| with_seller(number, "VENDEDOR-NOVO")).collect();
    for sale in &sales {
        site.omni.send(sale).await;
    }
    until("all to wait", async || {
        let parked = site.rows.count("xx3", "xx3_status = 'waiting'").await;
        (parked == sales.len() as i64).then_some(())
    })
    .await;
    // Somebody else is not held up by them.
    site.ok(&counter(5399)).await;
    set_depara(&site, "SA3", "VENDEDOR-NOVO", "01||000099").await;
    for sale in &sales {
        our_id(&site.response(&uuid(sale)).await);
    }
    assert_eq!(site.rows.count("sl1", "l1_vend = '000099'").await, sales.len() as i64);
    site.close().await;
}

/// The row comes while no daemon runs: the waiting message is found at the next start.
#[tokio::test]
async fn a_row_imported_while_the_daemon_is_down_wakes_at_its_start() {
    let mut site = Site::on(Engine::Production, "woken_later").await;
    let sale = with_seller(5401, "VENDEDOR-NOVO");
    site.omni.send(&sale).await;
    site.waits(&sale).await;
    site.stop().await;
    let file = site.folder().join("more.csv");
    let rows = "reference,alias,field,external,internal\n\
                OMNI,SA3,A3_COD,VENDEDOR-NOVO,01||000099\n";
    std::fs::write(&file, rows).expect("write a De/Para file");
    site.eaid(&["depara", "import", "more.csv"]).await.ends(0);
    site.start().await;
    our_id(&site.response(&uuid(&sale)).await);
    site.close().await;
}

#[tokio::test]
async fn after_its_patience_a_message_is_refused_and_names_what_never_came() {
    let rule = "[waiting]\npatience = \"2s\"\n";
    let site = Site::with(Engine::Production, "patience", rule).await;
    let customer_tag = ("/Content/CustomerVendorInternalId", json!("CLIENTE-QUE-NUNCA-VEIO"));
    let sale = with(&counter(5501), &[customer_tag]);
    let answer = site.answer(&sale).await;
    assert_eq!(status(&answer), "ERROR");
    let expected = ("never_came".into(), "/CustomerVendorInternalId".into());
    assert_eq!(reasons(&answer), [expected], "{answer:#}");
    let error = answer.pointer("/Content/ReturnContent/Error").cloned().unwrap_or_default();
    assert!(error.to_string().contains("CLIENTE-QUE-NUNCA-VEIO"), "{answer:#}");
    assert_eq!(site.rows.count("sl1", "1 = 1").await, 0);
    // Its document is free: the same sale may come again.
    site.ok(&counter(5501)).await;
    site.close().await;
}

/// A corrected message of the same sale takes the place of the one that waits.
#[tokio::test]
async fn a_successor_supersedes_its_waiting_predecessor() {
    let site = Site::on(Engine::Production, "successor").await;
    let first = with_seller(5601, "VENDEDOR-ERRADO");
    site.omni.send(&first).await;
    site.waits(&first).await;
    let mut second = again(&first);
    set(&mut second, "/Content/SellerInternalId", json!("VENDEDOR-7"));
    site.ok(&second).await;
    let answer = site.response(&uuid(&first)).await;
    assert_eq!(status(&answer), "ERROR");
    assert_eq!(reasons(&answer)[0].0, "superseded", "{answer:#}");
    site.rows.becomes("xx3", "xx3_status", &format!("xx3_uuid = '{}'", uuid(&first)), "superseded").await;
    assert_eq!(site.rows.count("sl1", "1 = 1").await, 1);
    site.close().await;
}

/// A counter sale of a seller.
pub fn with_seller(number: u32, seller: &str) -> Value {
    with(&counter(number), &[("/Content/SellerInternalId", json!(seller))])
}

/// Enters a De/Para row by hand.
pub async fn set_depara(site: &Site, alias: &str, external: &str, internal: &str) {
    site.eaid(&["depara", "set", "OMNI", alias, external, internal]).await.ends(0);
}
