//! What is old is deleted while the daemon works, unless a sale still needs it.

use serde_json::Value;

use crate::answers::{reasons, status};
use crate::harness::{Engine, Site};
use crate::messages::{counter, demo, uuid};
use crate::wait::until;

const SHORT: &str = "[retention]\nanswered = \"1s\"\nsent = \"1s\"\nevery = \"500ms\"\n";

#[tokio::test]
async fn on_rabbitmq_and_postgresql() {
    goes_and_stays(Site::with(Engine::Production, "retention", SHORT).await).await;
}

#[tokio::test]
async fn with_files() {
    goes_and_stays(Site::with(Engine::Embedded, "retention_files", SHORT).await).await;
}

/// A counter sale is through as soon as it has its titles; of the delivery the customer has nothing yet.
async fn goes_and_stays(site: Site) {
    let (through, open) = (counter(3001), demo("03-sale-entrega"));
    for message in [&demo("01-reserve-entrega"), &demo("02-customer"), &open, &through] {
        site.ok(message).await;
    }
    let rows = &site.rows;
    until("all messages to go but the open sale's", async || (rows.count("xx3", "1 = 1").await == 1).then_some(()))
        .await;
    assert_eq!(rows.count("xx3", &format!("xx3_uuid = '{}'", uuid(&open))).await, 1);
    rows.becomes("sl1", "l1_situa", "l1_doc = '000003001'", "OK").await;
    assert_eq!(rows.count("se1", "e1_num = '000003001'").await, 1, "titles stay");
    assert_eq!(rows.count("sa1", "a1_cod = '000123'").await, 1, "customers stay");

    // What is held is told, and why it is still here needs no daemon to be seen.
    let held = |told: &Value, kind: &str| -> Option<u64> {
        told.as_array()?.iter().find(|sweep| sweep["kind"] == kind)?["held"].as_u64()
    };
    until("status to tell of the last sweep", async || {
        let status = site.eaid(&["status", "--json"]).await.ends(0).json();
        // The message, and the trace of its order.
        let told = [held(&status["retention"], "answered"), held(&status["retention"], "sent")];
        (told == [Some(1), Some(1)]).then_some(())
    })
    .await;
    let dry = site.eaid(&["retention", "--dry-run", "--json"]).await.ends(0).json();
    assert_eq!(held(&dry, "answered"), Some(1), "{dry:#}");
    assert!(site.eaid(&["status"]).await.ends(0).out.contains("Retention"));
    assert!(site.counted("eaid_retention_deleted_total").await > 0.0);

    // A message that is forgotten is a new one; the sale that it brought is not.
    site.omni.send(&through).await;
    let second = until("a second Response", async || {
        let responses = site.omni.responses(&uuid(&through));
        responses.into_iter().find(|response| status(response) == "ERROR")
    })
    .await;
    assert_eq!(reasons(&second)[0].0, "already_integrated", "{second:#}");
    assert_eq!(rows.count("sl1", "l1_doc = '000003001'").await, 1);
    site.close_with(0, 1).await;
}
