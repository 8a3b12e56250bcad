//! This room as an AsyncAPI 3 document: exchanges, queues and keys as configured, messages as `schemas/` declares
//! them.

use super::names::incoming_key;
use super::settings::AmqpSettings;
use eaid_schemas::json_schema::{Definitions, example};
use eaid_schemas::messages::{MESSAGES, Message, find};
use serde_json::{Map, Value, json};

/// What partners publish.
const TAKEN: [&str; 5] =
    ["RetailSales", "ItemReserve", "CustomerVendor", "RetailSalesCancellation", "RetailSalesCancellationAllowance"];

/// What eaid publishes, by the kind with which its routing keys begin.
const SENT: [(&str, &[&str]); 5] = [
    ("response", &["Response"]),
    ("error", &["Response"]),
    ("whois", &["Response"]),
    ("receipt", &["Receipt"]),
    ("trace", &["DocumentTraceAbilityOrder", "DocumentTraceAbilityOrderRetail"]),
];

/// The document.
pub fn document(settings: &AmqpSettings) -> Value {
    let mut schemas = Definitions::at("#/components/schemas/");
    let messages: Map<String, Value> =
        MESSAGES.iter().map(|message| (message.name.to_owned(), described(message, &mut schemas))).collect();
    let mut channels = Map::new();
    let mut operations = Map::new();
    for name in TAKEN {
        let address = incoming_key(name);
        let text = format!(
            "Published by a partner to exchange {}; eaid consumes queue {}.",
            settings.exchange_in, settings.queue_in
        );
        channels.insert(name.to_owned(), channel(&address, &settings.exchange_in, &text, &[name]));
        operations.insert(format!("take{name}"), operation("receive", name, &[name]));
    }
    let text = format!(
        "Published by the ERP side to exchange {}; eaid consumes queue {}.",
        settings.exchange_in, settings.queue_events
    );
    channels.insert("orderEvents".to_owned(), channel("event.order", &settings.exchange_in, &text, &["OrderEvent"]));
    operations.insert("takeOrderEvents".to_owned(), operation("receive", "orderEvents", &["OrderEvent"]));
    for (kind, names) in SENT {
        let mut sent =
            channel(&format!("{kind}.{{route}}.{{transaction}}"), &settings.exchange_out, &mailboxes(settings), names);
        sent["parameters"] = json!({
            "route": { "description": "Key of the partner's route, lower case; unknown where there is none." },
            "transaction": { "description": "Transaction of the message, lower case." },
        });
        channels.insert(kind.to_owned(), sent);
        operations.insert(format!("send-{kind}"), operation("send", kind, names));
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "eaid",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "TOTVS business messages over RabbitMQ: partners publish, eaid answers every message. All is \
                persistent and confirmed; a receiver may get the same message twice, under the same message_id.",
            "license": { "name": "Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "schemas": schemas.finish() },
    })
}

fn described(message: &Message, schemas: &mut Definitions) -> Value {
    json!({
        "name": message.name,
        "title": format!("{} {}", message.name, message.newest()),
        "summary": message.summary,
        "contentType": "application/json",
        "payload": schemas.newest(message),
        "correlationId": { "location": "$message.payload#/Header/UUID" },
        "bindings": { "amqp": { "messageType": message.name.to_ascii_uppercase() } },
        "examples": [{ "name": message.name, "payload": example(message, message.newest()) }],
    })
}

fn channel(address: &str, exchange: &str, description: &str, names: &[&str]) -> Value {
    let messages: Map<String, Value> = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "$ref": format!("#/components/messages/{name}") })))
        .collect();
    json!({
        "address": address,
        "description": description,
        "messages": messages,
        "bindings": { "amqp": {
            "is": "routingKey",
            "exchange": { "name": exchange, "type": "topic", "durable": true, "autoDelete": false },
        } },
    })
}

fn operation(action: &str, channel: &str, names: &[&str]) -> Value {
    let messages: Vec<Value> =
        names.iter().map(|name| json!({ "$ref": format!("#/channels/{channel}/messages/{name}") })).collect();
    let summary = find(names[0]).map_or("", |message| message.summary);
    json!({
        "action": action,
        "channel": { "$ref": format!("#/channels/{channel}") },
        "summary": summary,
        "messages": messages,
        "bindings": { "amqp": { "deliveryMode": 2, "mandatory": action == "send" } },
    })
}

fn mailboxes(settings: &AmqpSettings) -> String {
    let each: Vec<String> =
        settings.mailboxes.iter().map(|mailbox| format!("queue {} by {}", mailbox.queue, mailbox.binding)).collect();
    let fetched = if each.is_empty() { "by queues of your own".to_owned() } else { each.join(", ") };
    format!("Published by eaid to exchange {}; fetched from {fetched}.", settings.exchange_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_has_its_channel() {
        let document = document(&AmqpSettings::default());
        let spoken = document["channels"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|channel| channel["messages"].as_object().unwrap().keys());
        let mut spoken: Vec<&str> = spoken.map(String::as_str).collect();
        let mut all: Vec<&str> = MESSAGES.iter().map(|message| message.name).collect();
        spoken.sort_unstable();
        spoken.dedup();
        all.sort_unstable();
        assert_eq!(spoken, all);
    }

    /// It is an AsyncAPI document by the official schema.
    #[test]
    fn the_official_schema_accepts_it() {
        let meta = serde_json::from_str(include_str!("../../../tests/meta/asyncapi-3.0.0.json")).unwrap();
        let validator = jsonschema::validator_for(&meta).unwrap();
        let document = document(&AmqpSettings::default());
        let wrong: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {:.300}", error.instance_path(), error.to_string()))
            .collect();
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn examples_fit() {
        let document = document(&AmqpSettings::default());
        for (name, message) in document["components"]["messages"].as_object().unwrap() {
            let schema = json!({ "allOf": [message["payload"]], "components": document["components"] });
            let validator = jsonschema::validator_for(&schema).unwrap();
            if let Err(error) = validator.validate(&message["examples"][0]["payload"]) {
                panic!("{name}: {error} at {}", error.instance_path());
            }
        }
    }

    /// The channels are those of the contract, and no reference leads nowhere.
    #[test]
    fn the_channels_as_they_stand() {
        let document = document(&AmqpSettings::default());
        let channels = document["channels"].as_object().unwrap().values();
        let lines: Vec<String> = channels
            .map(|channel| format!("{} {}", channel["bindings"]["amqp"]["exchange"]["name"], channel["address"]))
            .collect();
        let expected = [
            r#""eai" "in.retailsales""#,
            r#""eai" "in.itemreserve""#,
            r#""eai" "in.customervendor""#,
            r#""eai" "in.retailsalescancellation""#,
            r#""eai" "in.retailsalescancellationallowance""#,
            r#""eai" "event.order""#,
            r#""eai.out" "response.{route}.{transaction}""#,
            r#""eai.out" "error.{route}.{transaction}""#,
            r#""eai.out" "whois.{route}.{transaction}""#,
            r#""eai.out" "receipt.{route}.{transaction}""#,
            r#""eai.out" "trace.{route}.{transaction}""#,
        ];
        assert_eq!(lines, expected);
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
    }
}
