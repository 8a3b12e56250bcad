//! `eaid orders show`: the life of a sale on one screen, from a message that had to wait to the last trace.

use serde_json::Value;

use crate::erp::{Way, invoice_event};
use crate::harness::{Engine, Site};
use crate::messages::{customer, entrega, reserve, uuid};
use crate::traces::until_traced;

#[tokio::test]
async fn on_rabbitmq_and_postgresql() {
    told(Site::on(Engine::Production, "life").await).await;
}

#[tokio::test]
async fn with_files_and_sqlite() {
    told(Site::on(Engine::Embedded, "life_files").await).await;
}

async fn told(site: Site) {
    // The sale comes first: it waits for its customer, then for its reserve.
    let sale = entrega(7001);
    site.omni.send(&sale).await;
    site.waits(&sale).await;
    site.ok(&customer(7001)).await;
    site.ok(&reserve(7001)).await;
    site.response(&uuid(&sale)).await;
    site.rows.becomes("sl1", "l1_situa", "l1_docped = '000007001'", "FR").await;
    let order = format!("01|0101|{}", site.rows.cell("sc5", "c5_num", "1 = 1").await);
    site.report(Way::Command, &invoice_event(&order, "invoiced", "000000900", 455.50, "")).await;
    until_traced(&site, "Faturado").await;
    site.settled().await;

    let by_order = site.eaid(&["orders", "show", &order, "--json"]).await.ends(0).json();
    assert_eq!(by_order["status"], "11", "{by_order:#}");
    let life = &by_order["life"];
    let messages = life["messages"].as_array().cloned().unwrap_or_default();
    let heard = |transaction: &str| -> Vec<&Value> {
        messages.iter().filter(|message| message["transaction"] == transaction).collect()
    };
    for transaction in ["RETAILSALES", "CUSTOMERVENDOR", "ITEMRESERVE", "ORDEREVENT"] {
        assert_eq!(heard(transaction).len(), 1, "{transaction}: {life:#}");
    }
    let waited = heard("RETAILSALES")[0]["waited"].to_string();
    for key in ["SA1/OMNI/CLIENTE-7001", "SC0/OMNI/RESERVA-7001"] {
        assert!(waited.contains(key), "{key}: {waited}");
    }
    assert_eq!(heard("RETAILSALES")[0]["answers"][0]["kind"], "response");
    for (table, rows) in [("sl1", 2), ("sl2", 4), ("se1", 3), ("sc5", 1), ("sc6", 2), ("sc0", 2), ("sf2", 1)] {
        assert_eq!(life["rows"][table], rows, "{table}: {life:#}");
    }
    // By every name the same.
    for name in ["PEDIDO-7001", "01|0101|1|000007001|001", life["sale"].as_str().unwrap_or_default()] {
        let same = site.eaid(&["orders", "show", name, "--json"]).await.ends(0).json();
        assert_eq!(same["sale"], life["sale"], "{name}: {same:#}");
    }
    let page = site.eaid(&["orders", "show", "PEDIDO-7001"]).await.ends(0).out;
    for said in ["for SA1/OMNI/CLIENTE-7001", "response confirmed 20", "Pedido bloqueado", "Faturado", "Titles"] {
        assert!(page.contains(said), "{said} is not on the page:\n{page}");
    }
    assert!(site.eaid(&["orders", "show", "PEDIDO-0"]).await.ends(1).err.contains("there is no order and no sale"));
    site.close().await;
}
