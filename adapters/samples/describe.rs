//! A verdict in the words of the expected results.

use crate::effect::{Effect, Sending, What};
use crate::table::{Cell, Kind, Row, Table};
use crate::verdict::{Returned, Verdict};
use eaid_schemas::envelope::json::JsonWriter;
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::violation::Violation;
use serde_json::{Map, Value, json};

/// Describes a verdict: `violations` and `warnings` as `code path`, `missing` as `key path`, `ids` as
/// `name origin destination`, `rows`, `updated` and `deleted` by table, `links` as `alias external internal`,
/// `unlinks` as `alias external`, `sent` as what goes to whom, a trace with its content, `returned` as what the answer
/// returns beside ids and errors.
pub fn describe(verdict: &Verdict) -> Value {
    match verdict {
        Verdict::Stage(staged) => {
            let mut described =
                json!({"verdict": "stage", "ids": ids(&staged.ids), "warnings": codes(&staged.warnings, false)});
            effects(&mut described, &staged.effects);
            returned(&mut described, staged.returned.as_ref());
            described
        }
        Verdict::Refuse(refusal) => {
            let mut described = json!({
                "verdict": "refuse",
                "violations": codes(&refusal.violations, true),
                "warnings": codes(&refusal.violations, false),
                "ids": ids(&refusal.ids),
            });
            effects(&mut described, &refusal.effects);
            returned(&mut described, refusal.returned.as_ref());
            described
        }
        Verdict::Wait(waiting) => json!({
            "verdict": "wait",
            "missing": waiting.missing.iter().map(|missing| format!("{} {}", missing.key, missing.path)).collect::<Vec<_>>(),
            "warnings": codes(&waiting.warnings, false),
        }),
    }
}

fn returned(described: &mut Value, returned: Option<&Returned>) {
    if let Some(returned) = returned {
        described["returned"] = serde_json::from_str(&returned.to_json()).unwrap_or_default();
    }
}

fn codes(found: &[Violation], errors: bool) -> Vec<String> {
    let wanted = found.iter().filter(|violation| violation.is_error() == errors);
    wanted.map(|violation| format!("{} {}", violation.code, violation.path)).collect()
}

fn ids(ids: &[InternalId]) -> Vec<String> {
    ids.iter().map(|id| format!("{} {} {}", id.name, id.origin, id.destination)).collect()
}

fn effects(described: &mut Value, effects: &[Effect]) {
    for effect in effects {
        let (list, value) = match effect {
            Effect::Insert(row) => (&mut described["rows"][row.table.name], columns(row)),
            // A guard alone changes nothing.
            Effect::Update(update) if update.set.is_empty() => continue,
            Effect::Update(update) => {
                let mut columns = key(update.table, &update.key);
                for (column, cell) in &update.set {
                    let (name, value) = column_of(update.table, *column, cell);
                    columns.insert(name, value);
                }
                (&mut described["updated"][update.table.name], Value::Object(columns))
            }
            Effect::Delete { table, key: of } => (&mut described["deleted"][table.name], Value::Object(key(table, of))),
            Effect::Link { alias, external, internal, .. } => {
                (&mut described["links"], json!(format!("{} {external} {internal}", alias.alias)))
            }
            Effect::Unlink { alias, external, .. } => {
                (&mut described["unlinks"], json!(format!("{} {external}", alias.alias)))
            }
            Effect::Send(sending) => (&mut described["sent"], sent(sending)),
        };
        match list {
            Value::Array(list) => list.push(value),
            empty => *empty = json!([value]),
        }
    }
}

fn sent(sending: &Sending) -> Value {
    let mut described = json!({"partner": sending.partner, "subject": sending.subject});
    match &sending.what {
        What::Trace { transaction, content, status } => {
            let mut out = JsonWriter::default();
            content.write(&mut out);
            described["kind"] = json!("trace");
            described["transaction"] = json!(transaction);
            described["status"] = json!(status);
            described["content"] = serde_json::from_str(&out.finish()).unwrap_or_default();
        }
        What::Failure { transaction, version, violations, ids: of, .. } => {
            described["kind"] = json!("error");
            described["transaction"] = json!(transaction);
            described["version"] = json!(version);
            described["violations"] = json!(codes(violations, true));
            described["ids"] = json!(ids(of));
        }
    }
    described
}

fn columns(row: &Row) -> Value {
    let columns = row.cells().enumerate().map(|(place, cell)| column_of(row.table, place, cell));
    Value::Object(columns.collect())
}

fn key(table: &Table, values: &[Cell]) -> Map<String, Value> {
    table.key().iter().zip(values).map(|(place, cell)| column_of(table, *place, cell)).collect()
}

/// A column by name, its value as in the views: amounts with the column's scale, days in ISO.
fn column_of(table: &Table, place: usize, cell: &Cell) -> (String, Value) {
    let column = &table.columns[place];
    let value = match (cell, column.kind) {
        (Cell::Text(text), _) => json!(text),
        (Cell::Amount(amount), Kind::Amount(scale)) => json!(format!("{amount:.*}", scale as usize)),
        (Cell::Amount(amount), _) => json!(amount.to_string()),
        (Cell::Date(date), _) => date.map_or(Value::Null, |date| json!(date.to_string())),
    };
    (column.name.to_owned(), value)
}
