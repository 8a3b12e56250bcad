//! Sales that are cancelled: after GravaBatch, and by a cancellation that comes before its sale.

use serde_json::{Value, json};

use crate::answers::our_id;
use crate::harness::{Engine, Site};
use crate::messages::{again, counter, customer, entrega, new_uuid, reserve, uuid};

/// The cancellation of the sale of this number.
pub fn cancellation(number: u32) -> Value {
    json!({
        "Header": {
            "UUID": new_uuid(), "Type": "BusinessMessage", "SubType": "event", "Event": "upsert",
            "Transaction": "RETAILSALESCANCELLATION", "Version": "1.002", "SourceApplication": "OMNI",
            "ProductName": "OMNI", "ProductVersion": "1.0", "CompanyId": "01", "BranchId": "0101",
            "GeneratedOn": "2026-11-20T15:00:00-03:00", "DeliveryType": "async",
        },
        "Content": {
            "CompanyId": "01", "BranchId": "0101", "InternalId": format!("CANCELAMENTO-{number}"),
            "RetailSalesInternalId": format!("PEDIDO-{number}"), "OperatorCode": "OPERADOR-1",
            "CancelDate": "2026-11-20T15:00:00",
        },
    })
}

/// Asks whether a sale may be cancelled.
fn question(number: u32) -> Value {
    let mut asked = cancellation(number);
    asked["Header"]["Transaction"] = json!("RETAILSALESCANCELLATIONALLOWANCE");
    asked["Header"]["SubType"] = json!("request");
    asked["Header"]["Version"] = json!("1.000");
    asked["Content"] = json!({ "RetailSalesInternalId": format!("PEDIDO-{number}") });
    asked
}

#[tokio::test]
async fn on_rabbitmq_and_postgresql() {
    cycle(Site::on(Engine::Production, "cancel").await).await;
}

#[tokio::test]
async fn on_files_and_sqlite() {
    cycle(Site::on(Engine::Embedded, "cancel_files").await).await;
}

/// An order is undone whole and its sale can come again; a cancellation that comes first waits for sale and GravaBatch.
async fn cycle(site: Site) {
    let rows = &site.rows;
    site.ok(&customer(6101)).await;
    site.ok(&reserve(6101)).await;
    let sale = entrega(6101);
    let id = site.ok(&sale).await;
    rows.becomes("sl1", "l1_situa", "l1_docped = '000006101'", "FR").await;
    let asked = question(6101);
    site.omni.send(&asked).await;
    let answer = site.response(&uuid(&asked)).await;
    assert_eq!(answer["Content"]["ReturnContent"], json!({ "IsCancellable": true }));
    let cancelling = cancellation(6101);
    assert_eq!(site.ok(&cancelling).await, id);
    rows.is("sl1", "l1_docped = '000006101'", "l1_situa=FR; l1_storc=C").await;
    for view in ["se1", "sc5", "sc6"] {
        assert_eq!(rows.count(view, "1 = 1").await, 0, "{view}");
    }
    assert_eq!(rows.count("sl1", "l1_orcres <> ''").await, 0, "children go");
    assert_eq!(rows.count("sc0", "c0_docres = '000006101' and c0_qtdped = '0.00'").await, 2, "reserves are free");
    assert_eq!(rows.count("xxf", "xxf_alias = 'SLX' and xxf_extval = 'CANCELAMENTO-6101'").await, 1);
    assert_eq!(rows.count("xxf", "xxf_alias = 'SL1'").await, 0);
    let twice = site.refused(&again(&cancelling)).await;
    assert_eq!(twice, [("already_integrated".to_owned(), "/InternalId".to_owned())]);
    let gone = site.refused(&question(6101)).await;
    assert_eq!(gone, [("not_found".to_owned(), "/RetailSalesInternalId".to_owned())]);
    assert_eq!(site.ok(&again(&sale)).await, id, "the id is free again");

    let early = cancellation(6102);
    site.omni.send(&early).await;
    site.waits(&early).await;
    let id = site.ok(&counter(6102)).await;
    assert_eq!(our_id(&site.response(&uuid(&early)).await), id);
    rows.is("sl1", "l1_doc = '000006102'", "l1_situa=OK; l1_storc=C").await;
    assert_eq!(rows.count("se1", "e1_num = '000006102'").await, 0);
    site.close().await;
}
