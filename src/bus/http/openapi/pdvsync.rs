//! The paths of PDVSync in the OpenAPI document (`domain/pdvsync.md` 1).

use super::super::pdvsync::BASES;
use super::{answer, guarded, refer, refused, with_body};
use eaid_schemas::json_schema::Definitions;
use eaid_schemas::pdvsync::{Customer, PreSale, Question, StateQuestion};
use eaid_schemas::record::{Record, Spec};
use eaid_schemas::version::Version;
use serde_json::{Map, Value, json};

/// Its paths, under both bases.
pub(super) fn paths(schemas: &mut Definitions) -> Map<String, Value> {
    let [order, customer] = [PreSale::spec(), Customer::spec()].map(|spec| schemas.record(spec, NEWEST));
    let mut paths = Map::new();
    for (base, place) in BASES.iter().zip(["", "Matcon"]) {
        let id = |name: &str| format!("{name}{place}");
        let write = |name: &str, summary: &str| writing(&id(name), summary, &order);
        let consult = asking(&id("listPreSales"), "Orders that wait for their payment.", Question::spec());
        let mut post_consult = consult.clone();
        post_consult["operationId"] = json!(id("askForPreSales"));
        let one = |name: &str| one(&id(name));
        let all = [
            (
                "orders/pdvsync",
                json!({
                    "post": write("writePreSale", "Reserves (DISPONIVEL), pays (RECEBIDO) or cancels (CANCELADA)."),
                    "put": write("replacePreSale", "The same; a changed reserve takes the place of the first."),
                    "delete": write("cancelPreSale", "Cancels an order that is not invoiced."),
                }),
            ),
            (
                "orders/pdvsync/disponivel",
                json!({
                    "post": write("offerPreSale", "The back office offers an order: it waits for its payment."),
                }),
            ),
            ("orders/pdvsync/consulta", json!({ "get": consult, "post": post_consult })),
            ("orders/pdvsync/consulta/{number}", json!({ "get": one("showPreSale"), "post": one("askForPreSale") })),
            ("cliente/pdvsync", json!({ "post": writing(&id("writeCustomer"), "A customer alone.", &customer) })),
        ];
        paths.extend(all.into_iter().map(|(path, operations)| (format!("{base}/{path}"), operations)));
    }
    let summary = "Where orders stand: L, C or F.";
    let states = asking("listStandings", summary, StateQuestion::spec());
    paths.insert("/api/wholesale/v1/orders/list".to_owned(), json!({ "get": states }));
    paths
}

const NEWEST: Version = Version { major: u32::MAX, minor: u32::MAX };

fn told(success: &str) -> Value {
    json!({
        "200": answer(success, refer("PdvSyncAnswer")),
        "400": answer("What is wrong with it: every reason.", refer("PdvSyncAnswer")),
        "404": answer("There is no such order.", refer("PdvSyncAnswer")),
        "409": answer("The state of the order stands against it.", refer("PdvSyncAnswer")),
    })
}

/// The refusals of a call that is guarded have the form of every other answer of PDVSync.
fn in_its_form(mut operation: Value) -> Value {
    for status in ["401", "403", "413", "503"] {
        if operation["responses"].get(status).is_some() {
            operation["responses"][status]["content"]["application/json"]["schema"] = refer("PdvSyncAnswer");
        }
    }
    operation
}

fn writing(id: &str, summary: &str, body: &Value) -> Value {
    let mut operation = with_body(guarded(id, summary, told("It is done, or was done before.")));
    operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": body } } });
    in_its_form(operation)
}

fn asking(id: &str, summary: &str, question: &'static Spec) -> Value {
    let mut responses = told("A page of at most 200; hasNext says whether there are more.");
    responses["200"] =
        answer("A page of at most 200; hasNext says whether there are more.", json!({ "type": "object" }));
    let mut operation = with_body(guarded(id, summary, responses));
    let parameter = |field: &eaid_schemas::record::FieldSpec| json!({ "name": field.tag, "in": "query", "description": field.doc.trim(), "schema": { "type": "string" } });
    operation["parameters"] = Value::Array(question.fields.iter().map(parameter).collect());
    in_its_form(operation)
}

fn one(id: &str) -> Value {
    let mut responses = told("The order.");
    responses["200"] = answer("The order.", json!({ "type": "object" }));
    let mut operation = guarded(id, "One order, in whatever state.", responses);
    operation["responses"]["503"] = refused("Not now; Retry-After says when.");
    operation["parameters"] =
        json!([{ "name": "number", "in": "path", "required": true, "schema": { "type": "string" } }]);
    in_its_form(operation)
}

/// What is answered, done or refused.
pub(super) fn schema() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "properties": {
            "success": { "type": "boolean" },
            "hasNext": { "type": "boolean" },
            "message": { "type": "string", "description": "Every reason, for a person, in Portuguese." },
            "data": {
                "type": "object",
                "properties": {
                    "idRetaguardaPedido": text,
                    "cliente": { "type": "object", "properties": { "idRetaguardaCliente": text } },
                    "message": text,
                    "success": { "type": "boolean" },
                    "errors": { "type": "array", "items": {
                        "type": "object",
                        "properties": { "path": text, "code": text, "message": text },
                        "required": ["path", "code", "message"],
                    } },
                },
                "required": ["idRetaguardaPedido", "cliente", "message", "success"],
            },
        },
        "required": ["success", "hasNext", "message", "data"],
    })
}
