//! `/api/openapi.json`: this room as an OpenAPI 3.1 document. Its messages are the declarations of `schemas/`.

mod pdvsync;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use eaid_schemas::json_schema::{Definitions, example};
use eaid_schemas::messages::{Form, MESSAGES, Message, find};
use eaid_schemas::violation::Code;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

const SCHEMAS: &str = "#/components/schemas/";

/// Answers with the document.
pub(super) async fn show() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    ([(CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}

/// The document.
pub fn document() -> Value {
    let mut schemas = Definitions::at(SCHEMAS);
    let mut paths = json!({
        "/totvseai/standardmessage/v1/transactions": { "post": transactions(&mut schemas) },
        "/api/v1/order-events": { "post": order_events(&mut schemas) },
        "/api/v1/gravabatch/done": { "post": gravabatch_done() },
        "/api/v1/messages/{uuid}": { "get": message() },
        "/winthor/autenticacao/v1/login": { "post": login() },
        "/healthz": { "get": open("health", "Alive: this process answers.", plain("application/json")) },
        "/readyz": { "get": ready() },
        "/metrics": { "get": guarded("metrics", "Prometheus text.", plain("text/plain")) },
        "/api/openapi.json": { "get": open("openapi", "This document.", plain("application/json")) },
    });
    if let Value::Object(paths) = &mut paths {
        paths.extend(pdvsync::paths(&mut schemas));
    }
    let mut all = schemas.finish();
    all.extend(our_schemas());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "eaid",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Takes TOTVS business messages, gives each to its adapter, answers every one. Texts of \
                errors are Portuguese, codes are stable. Beyond loopback every call but /healthz, /readyz, the login \
                and this document needs a bearer token.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "paths": paths,
        "components": {
            "schemas": all,
            "securitySchemes": { "token": {
                "type": "http", "scheme": "bearer",
                "description": "A token of [http] tokens, which says what its holder may do: send, events, read, pdvsync; or a login, for PDVSync.",
            } },
        },
    })
}

fn refer(name: &str) -> Value {
    json!({ "$ref": format!("{SCHEMAS}{name}") })
}

/// An answer with one body.
fn answer(description: &str, schema: Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

fn refused(description: &str) -> Value {
    answer(description, refer("Error"))
}

fn plain(content_type: &str) -> Value {
    json!({ "200": { "description": "As said.", "content": { content_type: {} } } })
}

fn open(id: &str, summary: &str, responses: Value) -> Value {
    json!({ "operationId": id, "summary": summary, "responses": responses })
}

/// An operation that asks for a token, where tokens are set.
fn guarded(id: &str, summary: &str, mut responses: Value) -> Value {
    responses["401"] = refused("No token that is known.");
    responses["403"] = refused("The token does not allow this.");
    json!({ "operationId": id, "summary": summary, "security": [{ "token": [] }], "responses": responses })
}

/// What any call with a body can be refused with.
fn with_body(mut operation: Value) -> Value {
    operation["responses"]["413"] = refused("The body is larger than [limits] body.");
    operation["responses"]["503"] = refused("Not now; the same call again is safe. Retry-After says when.");
    operation
}

fn partner_messages() -> impl Iterator<Item = &'static Message> {
    MESSAGES.iter().filter(|message| matches!(message.form, Form::Business(_)))
}

fn transactions(schemas: &mut Definitions) -> Value {
    let mut one: Vec<Value> = partner_messages().map(|message| schemas.newest(message)).collect();
    one.push(refer("Envelope"));
    one.push(refer("Batch"));
    let examples: Map<String, Value> = partner_messages()
        .map(|message| (message.name.to_owned(), json!({ "value": example(message, message.newest()) })))
        .collect();
    let [response, receipt] = ["Response", "Receipt"].map(|name| match find(name) {
        Some(message) => (schemas.newest(message), example(message, message.newest())),
        None => (json!({}), Value::Null),
    });
    let told = |description: &str, (schema, example): (Value, Value)| {
        json!({
            "description": description,
            "content": { "application/json": { "schema": schema, "example": example }, "application/xml": { "schema": { "type": "string" } } },
        })
    };
    let mut operation = with_body(guarded(
        "sendMessage",
        "Takes a message, or a batch of them.",
        json!({
            "200": told("The answer, where delivery is synchronous. Its Status says whether the message was taken.", response),
            "202": told("The message arrived; its answer comes by its route. A batch gets a list of Receipts.", receipt),
            "400": refused("No envelope, or a batch that is none."),
            "501": refused("A batch of all or nothing."),
        }),
    ));
    operation["parameters"] = json!([
        { "name": "batchUUID", "in": "query", "schema": { "type": "string" }, "description": "Mandatory for a batch." },
        { "name": "batchType", "in": "query", "schema": { "enum": ["", "simpleBatch"] } },
    ]);
    operation["requestBody"] = json!({
        "required": true,
        "content": {
            "application/json": { "schema": { "anyOf": one }, "examples": examples },
            "application/xml": { "schema": { "type": "string", "description": "TOTVSMessage with the same fields." } },
        },
    });
    operation
}

fn order_events(schemas: &mut Definitions) -> Value {
    let (event, examples) = match find("OrderEvent") {
        Some(message) => (schemas.newest(message), json!({ "one": { "value": example(message, message.newest()) } })),
        None => (json!({}), json!({})),
    };
    let told = json!({ "oneOf": [refer("Changed"), { "type": "array", "items": { "anyOf": [refer("Changed"), refer("EventRefused")] } }] });
    let mut operation = with_body(guarded(
        "reportOrderEvents",
        "Takes what the ERP side tells of orders: one event, or a list of at most 1000.",
        json!({
            "200": answer("What one event, or each of a list, changed. A bad one does not stop the others.", told),
            "404": refused("The order is not known."),
            "409": refused("The order is of the other kind, or would go back."),
            "422": refused("No event, or one with errors."),
        }),
    ));
    operation["requestBody"] = json!({
        "required": true,
        "content": { "application/json": {
            "schema": { "anyOf": [event, { "type": "array", "items": event, "maxItems": 1000 }] },
            "examples": examples,
        } },
    });
    operation
}

fn gravabatch_done() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let mut operation = with_body(guarded(
        "reportGravaBatch",
        "Takes what an outside GravaBatch did with a staged sale ([gravabatch] enabled = false).",
        json!({
            "200": answer("Whether it changed the sale: false where the same was reported before.", refer("Changed")),
            "404": refused("No such sale, or several: then the company is needed."),
            "409": refused("The sale is not in RX."),
            "422": refused("No report, or another state than OK, FR and ER."),
        }),
    ));
    operation["requestBody"] = json!({
        "required": true,
        "content": { "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    "company": text("Only where branches of several companies have the same code."),
                    "branch": text("l1_filial"),
                    "number": text("l1_num"),
                    "situa": { "enum": ["OK", "FR", "ER"] },
                    "error": text("Why, for ER; the sender is told."),
                },
                "required": ["branch", "number", "situa"],
            },
            "example": { "branch": "0101", "number": "000123", "situa": "ER", "error": "Título já existe." },
        } },
    });
    operation
}

fn login() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let mut responses = json!({});
    responses["200"] = answer("A token for Authorization: Bearer.", refer("Login"));
    responses["400"] = refused("No login.");
    responses["401"] = refused("Name or password are wrong.");
    responses["413"] = refused("The body is larger than 8 kB.");
    responses["429"] = refused("Too many were wrong; Retry-After says when the next is looked at.");
    responses["503"] = refused("Not now; Retry-After says when.");
    let mut operation = open("login", "Gives a user of [http] users a token for PDVSync.", responses);
    operation["requestBody"] = json!({
        "required": true,
        "content": { "application/json": {
            "schema": {
                "type": "object",
                "properties": { "login": text("The name, without regard to blanks around it."), "senha": text("Exactly as it was entered.") },
                "required": ["login", "senha"],
            },
            "example": { "login": "loja1", "senha": "…" },
        } },
    });
    operation
}

fn message() -> Value {
    let mut operation = guarded(
        "showMessage",
        "What became of the messages with a UUID, and what was sent for them.",
        json!({
            "200": answer("Newest first: a UUID is not always unique.", refer("Stories")),
            "404": refused("No message with this UUID."),
        }),
    );
    operation["parameters"] =
        json!([{ "name": "uuid", "in": "path", "required": true, "schema": { "type": "string", "maxLength": 36 } }]);
    operation
}

fn ready() -> Value {
    let body = json!({
        "type": "object",
        "properties": { "ready": { "type": "boolean" }, "checks": { "type": "object" } },
        "required": ["ready", "checks"],
    });
    let responses = json!({ "200": answer("Able to work.", body.clone()), "503": answer("Not able to work; checks say why.", body) });
    open("readiness", "Database, broker and folders.", responses)
}

/// Bodies that are no message.
fn our_schemas() -> Map<String, Value> {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let all = json!({
        "Error": {
            "type": "object",
            "properties": {
                "code": {
                    "type": "string",
                    "description": "Stable.",
                    "examples": codes,
                },
                "message": { "type": "string", "description": "For a person, in Portuguese." },
            },
            "required": ["code", "message"],
        },
        "Envelope": {
            "title": "Any other message",
            "description": "What is registered with the generic routine; anything else is refused with its reason.",
            "type": "object",
            "properties": { "Header": { "type": "object" }, "Content": {} },
            "required": ["Header", "Content"],
        },
        "Batch": {
            "type": "object",
            "properties": { "Items": { "type": "array", "items": refer("Envelope"), "minItems": 1 } },
            "required": ["Items"],
        },
        "Changed": {
            "type": "object",
            "properties": { "changed": { "type": "boolean", "description": "False: the same facts were told before." } },
            "required": ["changed"],
        },
        "EventRefused": {
            "type": "object",
            "properties": { "status": { "type": "integer" }, "code": { "type": "string" }, "error": { "type": "string" } },
            "required": ["status", "code", "error"],
        },
        "PdvSyncAnswer": pdvsync::schema(),
        "Login": {
            "type": "object",
            "properties": {
                "accessToken": { "type": "string" },
                "tokenType": { "const": "Bearer" },
                "expiresIn": { "type": "integer", "description": "Seconds." },
                "expiresAt": { "type": "string", "format": "date-time" },
                "branches": { "type": "array", "items": { "type": "string" }, "description": "What the user may work for; * is every branch." },
            },
            "required": ["accessToken", "tokenType", "expiresIn", "expiresAt", "branches"],
        },
        "Stories": {
            "type": "object",
            "properties": {
                "uuid": { "type": "string" },
                "messages": { "type": "array", "items": {
                    "type": "object",
                    "properties": {
                        "status": { "type": "string", "description": "waiting, staged, answered, refused, superseded, unreadable, noted, set_aside, discarded" },
                        "violations": { "type": "array", "items": { "type": "object" } },
                        "ids": { "type": "array", "items": { "type": "object" } },
                        "waits": { "type": "array", "items": { "type": "object" } },
                        "sent": { "type": "array", "items": { "type": "object" } },
                    },
                    "required": ["status", "violations", "ids", "waits", "sent"],
                } },
            },
            "required": ["uuid", "messages"],
        },
    });
    match all {
        Value::Object(all) => all,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// It is an OpenAPI document by the official schema, and no reference leads nowhere.
    #[test]
    fn the_official_schema_accepts_it() {
        let meta = serde_json::from_str(include_str!("../../../tests/meta/openapi-3.1.json")).unwrap();
        let validator = jsonschema::validator_for(&meta).unwrap();
        let document = document();
        let wrong: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {:.300}", error.instance_path(), error.to_string()))
            .collect();
        assert_eq!(wrong, Vec::<String>::new());
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
    }

    /// Every example fits the schema that it stands beside.
    #[test]
    fn examples_fit() {
        let document = document();
        let mut checked = 0;
        for operation in
            document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values())
        {
            let answers = operation["responses"].as_object().unwrap().values();
            for body in answers.chain([&operation["requestBody"]]).map(|body| &body["content"]["application/json"]) {
                let many = body["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
                for example in many.chain(body.get("example")) {
                    let schema = json!({ "allOf": [body["schema"]], "components": document["components"] });
                    if let Err(error) = jsonschema::validator_for(&schema).unwrap().validate(example) {
                        panic!("{error} at {}", error.instance_path());
                    }
                    checked += 1;
                }
            }
        }
        assert_eq!(checked, 12);
    }
}
