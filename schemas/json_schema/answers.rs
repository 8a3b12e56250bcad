//! What eaid answers: the Response and the Receipt (`contract.md`, The answer).

use super::Definitions;
use crate::envelope::Header;
use crate::item_reserve::ShortItem;
use crate::record::Record;
use crate::version::Version;
use crate::violation::Code;
use serde_json::{Value, json};

const VERSION: Version = Version { major: 1, minor: 0 };

fn envelope(definitions: &mut Definitions, kind: &str, content: Value) -> Value {
    let header = definitions.record(Header::spec(), VERSION);
    json!({
        "type": "object",
        "properties": {
            "Header": { "allOf": [header], "properties": { "Type": { "const": kind } }, "required": ["UUID", "Type"] },
            "Content": content,
        },
        "required": ["Header", "Content"],
    })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn received(definitions: &mut Definitions) -> Value {
    definitions.refer("ReceivedMessage", |_| {
        json!({
            "type": "object",
            "description": "The message that is answered.",
            "properties": {
                "UUID": text("Its UUID, as it came."),
                "SentBy": text("SourceApplication of its sender."),
                "Event": text("Its event, where it has one."),
            },
            "required": ["UUID", "SentBy"],
        })
    })
}

fn finding(definitions: &mut Definitions) -> Value {
    definitions.refer("Finding", |_| {
        let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        json!({
            "type": "object",
            "description": "Something wrong with the message, or read against the book.",
            "properties": {
                "type": { "enum": ["ERROR", "WARNING"], "description": "Only errors refuse the message." },
                "code": { "enum": codes, "description": "Stable; more may follow." },
                "message": text("For a person, in Portuguese."),
                "path": text("JSON pointer into Content, or /Header/…, in the canonical spelling; members are counted from 0."),
            },
            "required": ["type", "code", "message", "path"],
        })
    })
}

fn internal_id(definitions: &mut Definitions) -> Value {
    definitions.refer("InternalId", |_| {
        json!({
            "type": "object",
            "description": "The partner's id and ours.",
            "properties": {
                "Name": text("The transaction, in upper case."),
                "Origin": text("The partner's id, untouched."),
                "Destination": text("Our id."),
            },
            "required": ["Name", "Origin", "Destination"],
        })
    })
}

/// The return of WhoIs.
fn enabled() -> Value {
    let modes = ["SEND_ENABLED", "RECEIVE_ENABLED", "BOTH_ENABLED"];
    let transaction = json!({
        "type": "object",
        "properties": {
            "Name": text("The transaction."),
            "Version": text("major.minor"),
            "Mode": { "enum": modes, "description": "As we do it: SEND_ENABLED is what we send." },
        },
        "required": ["Name", "Version", "Mode"],
    });
    json!({
        "type": "object",
        "description": "What is exchanged with the partner that asks; answers WhoIs.",
        "properties": { "Transaction": { "type": "array", "items": transaction } },
        "required": ["Transaction"],
    })
}

/// What is free of the products that are short.
fn shortage(definitions: &mut Definitions) -> Value {
    let item = definitions.record(ShortItem::spec(), VERSION);
    json!({
        "type": "object",
        "description": "What is free of each product that is short.",
        "properties": { "Item": { "type": "array", "items": item } },
        "required": ["Item"],
    })
}

pub(super) fn response(definitions: &mut Definitions) -> Value {
    let (received, finding, id) = (received(definitions), finding(definitions), internal_id(definitions));
    let content = json!({
        "type": "object",
        "properties": {
            "ReceivedMessage": received,
            "ProcessingInformation": {
                "type": "object",
                "properties": {
                    "ProcessedOn": text("When it was decided."),
                    "Status": { "enum": ["OK", "ERROR"] },
                    "ListOfMessages": { "type": "array", "items": finding },
                },
                "required": ["ProcessedOn", "Status"],
            },
            "ReturnContent": {
                "type": "object",
                "properties": {
                    "ListOfInternalID": { "type": "array", "items": id },
                    "Error": text("All errors, a line each, for old readers."),
                    "EnabledTransactions": enabled(),
                    "IsCancellable": { "type": "boolean", "description": "Answers RetailSalesCancellationAllowance." },
                    "Message": text("Why the sale cannot be cancelled."),
                    "Code": text("001: the stock does not cover a reserve."),
                    "Detail": shortage(definitions),
                },
            },
        },
        "required": ["ReceivedMessage", "ProcessingInformation", "ReturnContent"],
    });
    envelope(definitions, "Response", content)
}

pub(super) fn receipt(definitions: &mut Definitions) -> Value {
    let content = json!({
        "type": "object",
        "properties": {
            "ReceivedMessage": received(definitions),
            "ReceiptData": {
                "type": "object",
                "properties": { "ReceivedOn": text("When it arrived.") },
                "required": ["ReceivedOn"],
            },
        },
        "required": ["ReceivedMessage", "ReceiptData"],
    });
    envelope(definitions, "Receipt", content)
}
