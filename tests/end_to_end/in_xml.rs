//! Partners that speak XML: the same sales, the answers in XML.

use serde_json::{Value, json};

use crate::answers::{messages, our_id, reasons, status};
use crate::harness::{Engine, Site};
use crate::http::TRANSACTIONS;
use crate::messages::{counter, customer, demo, set, text, uuid};
use crate::xml;

async fn answer(site: &Site, message: &Value) -> Value {
    site.omni.send_in_xml(message).await;
    site.response(&uuid(message)).await
}

#[tokio::test]
async fn the_first_sale_in_xml() {
    for (engine, name) in [(Engine::Production, "xml"), (Engine::Embedded, "xml_files")] {
        let site = Site::on(engine, name).await;
        for (message, id) in [
            ("01-reserve-entrega", "01|0101|000005001|LJ"),
            ("02-customer", "01|0101|000123|01|C"),
            ("03-sale-entrega", "01|0101|1|000001001|001"),
        ] {
            let sent = demo(message);
            let answer = answer(&site, &sent).await;
            assert_eq!(our_id(&answer), id);
            let original = text(&answer, "/Content/ReceivedMessage/MessageContent");
            assert!(original.starts_with("<TOTVSMessage>") && original.contains(&uuid(&sent)), "{original}");
        }
        let rows = &site.rows;
        rows.becomes("sl1", "l1_situa", "l1_docped = '000001001'", "FR").await;
        assert_eq!(rows.cell("sl1", "l1_vlrtot", "l1_docped = '000001001'").await, "449.50");
        site.close().await;
    }
}

/// The same in JSON and in XML is the same message; what is wrong is told by the paths of JSON.
#[tokio::test]
async fn xml_and_json_are_one() {
    let site = Site::on(Engine::Production, "xml_json").await;
    site.ok(&customer(7)).await;
    let mut sale = counter(1);
    set(&mut sale, "/Content/CustomerVendorInternalId", json!("CLIENTE-7"));
    set(&mut sale, "/Content/ListOfSaleItem/SaleItem/0/Quantity", json!("-1"));
    let answer = answer(&site, &sale).await;
    assert_eq!(status(&answer), "ERROR");
    assert!(messages(&answer, "WARNING").is_empty(), "texts are numbers in XML: {answer:#}");
    let of_xml = reasons(&answer);
    let mut again = counter(1);
    again["Content"] = sale["Content"].clone();
    set(&mut again, "/Content/ListOfSaleItem/SaleItem/0/Quantity", json!(-1));
    assert_eq!(of_xml, site.refused(&again).await);
    site.close().await;
}

#[tokio::test]
async fn a_call_in_xml_is_answered_in_xml() {
    let site = Site::on(Engine::Embedded, "xml_call").await;
    let mut message = customer(7);
    set(&mut message, "/Header/DeliveryType", json!("Sync"));
    let reply = site.http.ask("POST", TRANSACTIONS, Some(xml::write(&message).into_bytes())).await.expect("an answer");
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(our_id(&xml::read(&reply.text)), "01|0101|000007|01|C");
    set(&mut message, "/Header/DeliveryType", json!("async"));
    set(&mut message, "/Header/UUID", json!("xml-7"));
    let reply = site.http.ask("POST", TRANSACTIONS, Some(xml::write(&message).into_bytes())).await.expect("an answer");
    assert_eq!((reply.status, text(&xml::read(&reply.text), "/Header/Type").as_str()), (202, "Receipt"), "{reply:?}");
    site.close().await;
}
