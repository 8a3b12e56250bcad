//! Order events that do not fit, and orders that begin or lie elsewhere.

use serde_json::{Value, json};

use crate::erp::{Way, event, invoice_event};
use crate::harness::{Engine, Site};
use crate::messages::{demo, set, text};
use crate::traces::until_traced;

const EVENTS: &str = "/api/v1/order-events";

#[tokio::test]
async fn an_event_that_does_not_fit_is_refused_and_stops_no_other() {
    let site = Site::on(Engine::Production, "events").await;
    let order = delivered_order(&site).await;
    let unknown = event("01|0101|ZZZZZZ", "invoiced");
    assert_eq!(site.report_in_vain(&unknown).await, 404);
    for unreadable in [
        json!({}),
        json!({ "order": 5, "event": "invoiced" }),
        json!("invoiced"),
        json!({ "order": order, "event": "vanished" }),
        json!({ "order": order }),
    ] {
        assert_eq!(site.report_in_vain(&unreadable).await, 422, "{unreadable}");
    }
    // In a list each event has its own result, and those that fit are done.
    let list = json!([
        unknown,
        invoice_event(&order, "invoiced", "000000900", 455.50, ""),
        event(&order, "pickup_confirmed"),
        event(&order, "shipped"),
    ]);
    let reply = site.http.post(EVENTS, &list).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let results = reply.json();
    assert_eq!(results[0]["status"], 404, "{results}");
    assert_eq!(results[1]["changed"], true, "{results}");
    assert_eq!(results[2]["status"], 409, "{results}");
    assert_eq!(results[3]["changed"], true, "{results}");
    assert!(results[0]["error"].is_string(), "{results}");
    site.rows.is("sc5", "c5_filial = '0101'", "c5_status=30").await;
    until_traced(&site, "Enviado").await;
    site.close().await;
}

/// From the invoice to the door, each step by another way.
#[tokio::test]
async fn the_whole_way_of_a_delivery_with_its_tracking_code() {
    let site = Site::on(Engine::Production, "tracking").await;
    let order = delivered_order(&site).await;
    site.report(Way::Queue, &invoice_event(&order, "invoiced", "000000900", 455.50, "")).await;
    until_traced(&site, "Faturado").await;
    let mut shipped = event(&order, "shipped");
    shipped["tracking_code"] = json!("BR123456789");
    site.report(Way::Command, &shipped).await;
    let trace = until_traced(&site, "Enviado").await;
    assert_eq!(text(&trace, "/Content/TraceabilityCode"), "BR123456789");
    site.rows.is("sc5", "c5_filial = '0101'", "c5_rastr=BR123456789").await;
    site.report(Way::Http, &event(&order, "delivered")).await;
    until_traced(&site, "Entregue").await;
    let listed = site.eaid(&["orders", "list", "--json"]).await.ends(0);
    assert!(listed.out.contains(&order), "orders list does not know {order}: {}", listed.out);
    let shown = site.eaid(&["orders", "show", &order, "--json"]).await.ends(0).json().to_string();
    for status in ["Faturado", "Enviado", "Entregue"] {
        assert!(shown.contains(status), "orders show tells nothing of {status}: {shown}");
    }
    site.close().await;
}

/// Orders whose payment forms are all on the list are born released.
#[tokio::test]
async fn a_form_on_the_release_list_frees_the_order() {
    let rule = "[retail]\nrelease_forms = [\"CC\", \"PX\"]\n";
    let site = Site::with(Engine::Production, "released", rule).await;
    delivered_order(&site).await;
    site.rows.is("sc5", "c5_filial = '0101'", "c5_status=01").await;
    until_traced(&site, "Pedido liberado").await;
    site.close().await;
}

/// Goods that lie in another branch: child and sales order are born there.
#[tokio::test]
async fn the_child_is_born_where_the_stock_lies() {
    let site = Site::on(Engine::Production, "other_branch").await;
    let mut reserve = demo("01-reserve-entrega");
    let mut sale = demo("03-sale-entrega");
    for item in 0..2 {
        let reserved = format!("/Content/ReserveItemType/Item/{item}");
        set(&mut reserve, &format!("{reserved}/ReserveBranch"), json!("0102"));
        set(&mut reserve, &format!("{reserved}/WarehouseInternalId"), json!("DEP-CAMPINAS"));
        let sold = format!("/Content/ListOfSaleItem/SaleItem/{item}/WarehouseInternalId");
        set(&mut sale, &sold, json!("DEP-CAMPINAS"));
    }
    assert_eq!(site.ok(&reserve).await, "01|0102|000005001|LJ");
    site.ok(&demo("02-customer")).await;
    site.ok(&sale).await;
    let rows = &site.rows;
    rows.becomes("sl1", "l1_situa", "l1_docped = '000001001'", "FR").await;
    let parent = rows.cell("sl1", "l1_num", "l1_docped = '000001001'").await;
    rows.is("sl1", &format!("l1_orcres = '{parent}'"), "l1_filial=0102; l1_filres=0101").await;
    rows.are(
        "sl2",
        &format!("where l2_filial = '0101' and l2_num = '{parent}' order by l2_item"),
        "l2_filres
            0102
            0102",
    )
    .await;
    let order = rows.cell("sc5", "c5_num", "c5_filial = '0102'").await;
    rows.are(
        "sc6",
        "where c6_filial = '0102' order by c6_item",
        "c6_produto
            PROD0001
            PROD0002",
    )
    .await;
    let trace = until_traced(&site, "Pedido bloqueado").await;
    assert_eq!(text(&trace, "/Content/InternalId"), format!("01|0102|{order}"));
    site.close().await;
}

/// Reserve, customer and delivery sale of the demonstration; gives the id of the sales order.
async fn delivered_order(site: &Site) -> String {
    site.ok(&demo("01-reserve-entrega")).await;
    site.ok(&demo("02-customer")).await;
    let sale: Value = demo("03-sale-entrega");
    site.ok(&sale).await;
    site.rows.becomes("sl1", "l1_situa", "l1_docped = '000001001'", "FR").await;
    let number = site.rows.cell("sc5", "c5_num", "c5_filial = '0101'").await;
    format!("01|0101|{number}")
}
