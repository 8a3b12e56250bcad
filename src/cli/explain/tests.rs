//! What people read of messages as they really come: each file of `samples`, in an empty house.

use super::page;
use crate::catalog::{compiled, read::catalog};
use crate::operate::explain::{Explanation, explain};

/// A file of `samples`.
macro_rules! samples {
    ($($name:literal)+) => { &[$(($name, include_bytes!(concat!("samples/", $name)))),+] };
}

const SAMPLES: &[(&str, &[u8])] = samples! {
    "response-ok.xml" "response-refused.json" "response-refused.xml" "response-one-error.json" "receipt.json"
    "whois.json" "whois.xml" "whois-response.json" "fragment-receipt.xml" "fragment-event.xml" "fragment-return.json"
    "presale.json" "batch.json" "customer-of-protheus.json" "production-order.xml" "trace.json" "reserve-delete.json"
    "sale-with-notes.json" "customer-delete.xml"
};

async fn told(name: &str, body: &[u8]) -> Explanation {
    let config = crate::config::defaults().expect("the defaults are right");
    let catalog = catalog(&config, &compiled::texts()).map_err(|_| "a problem").expect("the shipped catalog is right");
    explain(&config, &catalog, None, name, body.to_vec()).await.expect("explained")
}

/// Answers have ids and moments of their own, rows may have the moment, and the catalog changes: they are looked at
/// elsewhere.
#[tokio::test]
async fn each_sample_is_explained() {
    for (name, body) in SAMPLES {
        let mut told = Explanation { answer: None, catalog: "0a1b2c3d".to_owned(), ..told(name, body).await };
        for row in &mut told.rows {
            row.columns.retain(|column, _| !["data", "hora"].contains(&column.as_str()));
        }
        insta::assert_snapshot!(*name, page(&told));
    }
}

/// What is found stands in the order of the document, in the answer too: an absent tag where its record begins, what
/// a rule finds at the first tag that it names.
#[tokio::test]
async fn violations_are_in_the_order_of_the_document() {
    for (name, body) in SAMPLES {
        let told = told(name, body).await;
        let places: Vec<_> = told
            .violations
            .iter()
            .map(|found| (!found.path.is_empty(), !found.path.starts_with("/Header"), found.offset))
            .collect();
        assert!(places.is_sorted(), "{name}: {places:?}");
        let Some(answer) = told.answer.as_deref().filter(|answer| answer.starts_with('{')) else { continue };
        let answer: serde_json::Value = serde_json::from_str(answer).expect("JSON");
        let said = answer.pointer("/Content/ProcessingInformation/ListOfMessages").and_then(|list| list.as_array());
        let said: Vec<_> = said.into_iter().flatten().map(|one| one["path"].as_str().unwrap_or_default()).collect();
        let found: Vec<&str> = told.violations.iter().map(|found| found.path.as_str()).collect();
        assert_eq!(said, found, "{name}");
    }
}

#[tokio::test]
async fn who_is_is_answered_in_its_format() {
    let of = |name: &str| SAMPLES.iter().find(|(known, _)| *known == name).expect("a sample").1;
    let [json, xml] = [told("whois.json", of("whois.json")).await, told("whois.xml", of("whois.xml")).await];
    let (json, xml) = (json.answer.expect("an answer"), xml.answer.expect("an answer"));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let exchanged = json["Content"]["ReturnContent"]["EnabledTransactions"]["Transaction"].as_array().expect("a list");
    assert!(exchanged.len() > 5, "{json}");
    for one in exchanged {
        let [name, version, mode] = ["Name", "Version", "Mode"].map(|key| one[key].as_str().expect("a text"));
        let element =
            format!("<Transaction><Name>{name}</Name><Version>{version}</Version><Mode>{mode}</Mode></Transaction>");
        assert!(xml.contains(&element), "{element} in {xml}");
    }
    assert!(xml.contains("<ResponseMessage>") && xml.contains("<Status>OK</Status>"), "{xml}");
}
