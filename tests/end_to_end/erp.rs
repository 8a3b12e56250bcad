//! Plays the ERP behind eaid: reports what happens to orders, by any of the ways there are.

use serde_json::{Value, json};

use crate::harness::Site;

/// How an order event reaches eaid.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    /// `POST /api/v1/order-events`.
    Http,
    /// Queue `eai.events`.
    Queue,
    /// A file in the spool.
    File,
    /// `eaid orders event`.
    Command,
}

/// An event without an invoice.
pub fn event(order: &str, what: &str) -> Value {
    json!({ "order": order, "event": what, "at": "2026-11-23T09:15:00-03:00" })
}

/// An event with an invoice; `key` is its access key, empty before it is authorised.
pub fn invoice_event(order: &str, what: &str, number: &str, value: f64, key: &str) -> Value {
    let mut event = event(order, what);
    event["invoice"] = json!({
        "number": number, "serie": "1", "value": value, "issued_on": "2026-11-23",
        "access_key": key,
    });
    event
}

/// An access key of 44 digits.
pub const ACCESS_KEY: &str = "35261100000000000000550010000009001000009006";

impl Site {
    /// Reports an event that moves its order.
    pub async fn report(&self, way: Way, event: &Value) {
        match way {
            Way::Http => {
                let reply = self.http.post("/api/v1/order-events", event).await;
                assert_eq!(reply.status, 200, "{event}: {}", reply.text);
                assert_eq!(reply.json()["changed"], true, "{event}");
            }
            Way::Queue => {
                let kind = event["event"].as_str().unwrap_or_default();
                let key = format!("event.{kind}");
                let body = event.to_string();
                self.omni.mailbox().publish("eai", &key, "application/json", body.as_bytes()).await;
            }
            Way::File => {
                self.omni.send_bytes("event", "application/json", event.to_string().as_bytes()).await;
            }
            Way::Command => {
                let arguments = arguments(event);
                let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                self.eaid(&arguments).await.ends(0);
            }
        }
    }

    /// Reports an event over HTTP that changes nothing; gives the status code.
    pub async fn report_in_vain(&self, event: &Value) -> u16 {
        let reply = self.http.post("/api/v1/order-events", event).await;
        if reply.status == 200 {
            assert_eq!(reply.json()["changed"], false, "{event}");
        }
        reply.status
    }
}

/// The event as arguments of `eaid orders event ORDER EVENT`.
fn arguments(event: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut arguments: Vec<String> = vec!["orders".into(), "event".into()];
    arguments.push(text(&event["order"]));
    arguments.push(text(&event["event"]));
    let mut option = |name: &str, value: &Value| {
        if !value.is_null() {
            arguments.extend([format!("--{name}"), text(value)]);
        }
    };
    option("at", &event["at"]);
    option("tracking-code", &event["tracking_code"]);
    let invoice = &event["invoice"];
    option("invoice-number", &invoice["number"]);
    option("invoice-serie", &invoice["serie"]);
    option("invoice-value", &invoice["value"]);
    option("invoice-issued-on", &invoice["issued_on"]);
    option("access-key", &invoice["access_key"]);
    arguments
}
