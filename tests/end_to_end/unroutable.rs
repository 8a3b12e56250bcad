//! Answers that find no queue: kept, shown, and sent when somebody listens again.

use serde_json::Value;

use crate::answers::our_id;
use crate::harness::{Engine, Site};
use crate::messages::{customer, uuid};
use crate::wait::until;

/// The binding of the partner's queue is none of eaid's own, which it would mend by itself.
const OWN_BINDING: &str = "[amqp]\nmailboxes = [{ queue = \"eai.omni\", binding = \"nobody\" }]\n";

#[tokio::test]
async fn an_answer_without_a_queue_is_kept_and_sent_later() {
    let site = Site::with(Engine::Production, "unroutable", OWN_BINDING).await;
    site.omni.mailbox().bind(true).await;
    site.ok(&customer(1)).await;
    site.omni.mailbox().bind(false).await;
    let message = customer(2);
    site.omni.send(&message).await;
    until("the unroutable answer in eaid status", async || {
        let said = site.eaid(&["status", "--json"]).await.ends(0);
        (count(&said.json(), "unroutable") == 1).then_some(())
    })
    .await;
    // While it is tried again, every 30 s, it is due for a moment.
    until("the unroutable answer for a person", async || {
        let shown = site.eaid(&["status"]).await.ends(0).out.to_lowercase();
        shown.contains("unroutable").then_some(())
    })
    .await;
    // It took effect all the same, and stops nobody.
    assert_eq!(site.rows.count("sa1", "1 = 1").await, 2);
    assert!(site.omni.responses(&uuid(&message)).is_empty());
    site.omni.mailbox().bind(true).await;
    site.ok(&customer(3)).await;
    our_id(&site.response(&uuid(&message)).await);
    site.close().await;
}

/// The sum of all numbers under a name, wherever it stands in the document; lists count as many
/// as they hold.
fn count(document: &Value, name: &str) -> u64 {
    match document {
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| match value {
                Value::Number(number) if key.contains(name) => number.as_u64().unwrap_or(0),
                Value::Array(list) if key.contains(name) => list.len() as u64,
                other => count(other, name),
            })
            .sum(),
        Value::Array(list) => list.iter().map(|value| count(value, name)).sum(),
        _ => 0,
    }
}
