//! What a condition may be, what is said of one that is wrong, and what it decides.

use super::Condition;
use eaid_schemas::document_traceability_order::DocumentTraceAbilityOrder;
use eaid_schemas::record::Record;
use insta::assert_snapshot;
use serde_json::json;

fn read(text: &str) -> Result<Condition, String> {
    Condition::read(text, DocumentTraceAbilityOrder::spec()).map_err(|wrong| {
        let lines: Vec<String> = wrong.iter().map(|wrong| format!("{}: {}", wrong.line, wrong.reason)).collect();
        lines.join("\n")
    })
}

fn message() -> String {
    json!({
        "Header": { "BranchId": "0101 ", "Transaction": "DOCUMENTTRACEABILITYORDER" },
        "Content": {
            "Status": "Pedido liberado", "Value": "455.50", "RegisterDate": "2026-11-20",
            "ListOfItem": { "Item": [{ "Number": "01", "Quantity": "2" }, { "Number": "02", "Quantity": "1" }] },
            "ReturnTraceability": { "ListOfTraceability": {} },
        },
    })
    .to_string()
}

/// Whether the message is sent, or why not.
fn decides(text: &str) -> Result<(), String> {
    let condition = read(text).unwrap_or_else(|wrong| panic!("{text}: {wrong}"));
    condition.holds(&message()).map_err(|held| held.reason)
}

#[test]
fn what_is_right_is_sent() {
    for right in [
        r#"content.Status != "Pedido bloqueado""#,
        r#"header.BranchId == "0101" && content.Status.startsWith("Pedido")"#,
        r#"double(content.Value) >= 100.0"#,
        r#"double(content.Value) > 100"#,
        r#"content.Status in ["Faturado", "Pedido liberado"]"#,
        r#"content.ListOfItem.Item.exists(item, double(item.Quantity) > 1.5)"#,
        r#"content.ListOfItem.Item.all(item, item.Number != "")"#,
        r#"content.ListOfItem.Item.filter(item, item.Quantity == "1").size() == 1"#,
        r#"size(content.ListOfItem.Item.map(item, item.Number)) == 2"#,
        r#"content.ListOfItem.Item[1].Number == "02""#,
        r#"content.TraceabilityCode == "" && size(content.ReturnTraceability.ListOfTraceability.Invoice) == 0"#,
        r#"content.RegisterDate >= "2026-01-01""#,
        r#"content.Status == "x" ? false : true"#,
        "true",
    ] {
        assert_eq!(decides(right), Ok(()), "{right}");
    }
}

#[test]
fn what_is_false_says_why() {
    assert_eq!(
        decides(r#"content.Status == "Faturado" || header.BranchId == "0102""#),
        Err(r#"A condição de envio é falsa: content.Status == "Faturado" || header.BranchId == "0102". Valores: content.Status = "Pedido liberado", header.BranchId = "0101 "."#.to_owned())
    );
    assert_eq!(
        decides(r#"content.TraceabilityCode != """#),
        Err(r#"A condição de envio é falsa: content.TraceabilityCode != "". Valores: content.TraceabilityCode = ""."#
            .to_owned())
    );
}

#[test]
fn what_cannot_be_evaluated_is_held_back() {
    let condition = read("double(content.Status) > 1.0").expect("the types are right");
    let held = condition.holds(&message()).expect_err("held");
    assert!(held.is_failure);
    assert!(!held.reason.contains("liberado"), "{}", held.reason);
    let said =
        "A condição de envio não pôde ser avaliada: a função double falhou. Condição: double(content.Status) > 1.0";
    assert_eq!(held.reason, said);
    assert!(condition.holds("no message").expect_err("held").is_failure);
    assert!(
        read("content.ListOfItem.Item[7].Number == \"\"")
            .expect("right")
            .holds(&message())
            .expect_err("held")
            .is_failure
    );
}

#[test]
fn what_is_wrong_is_named() {
    let wrong = [
        r#"content.Statuz == "Faturado""#,
        r#"content.status == "Faturado""#,
        r#"contents.Status == "Faturado""#,
        r#"Status == "Faturado""#,
        r#"header.Branch == "0101""#,
        r#"content.Value > 100"#,
        r#"content.Status"#,
        r#"content.Value"#,
        r#"content.ListOfItem.exists(item, item.Number == "01")"#,
        r#"content.ListOfItem.Item.exists(item, item.Numbr == "01")"#,
        r#"content.ListOfItem.Item.Number == "01""#,
        r#"content.Status.Text == "01""#,
        r#"has(content.Status)"#,
        r#"content.Status == null"#,
        r#"content.Status && true"#,
        r#"content.Status.startWith("P")"#,
        r#"content.Status.matches("P.*")"#,
        r#"size(1) == 1"#,
        r#"double(content.Value) + 1 > 2.0"#,
        r#"content.Status in ["a", 1]"#,
        r#"content.Status == "Faturado"#,
        r#"content.Status = "Faturado""#,
        "",
        "true &&\ncontent.Statuz == \"a\" &&\ncontent.Valu == \"b\"",
    ];
    let said: Vec<String> = wrong
        .iter()
        .map(|text| format!("{text}\n    {}", read(text).err().unwrap_or_default().replace('\n', "\n    ")))
        .collect();
    assert_snapshot!(said.join("\n"));
}

#[test]
fn whatever_is_written_never_panics() {
    use proptest::prelude::*;
    let words = prop::sample::select(vec![
        "content",
        "header",
        ".",
        "Status",
        "ListOfItem",
        "Item",
        "(",
        ")",
        "[",
        "]",
        "==",
        "&&",
        "!",
        "\"a\"",
        "1",
        "2.5",
        ",",
        "x",
        "exists",
        "map",
        "has",
        "size",
        "?",
        ":",
        "in",
        "{",
        "}",
        "-",
        "\\",
        "'",
        "é",
    ]);
    proptest!(ProptestConfig::with_cases(300), |(parts in prop::collection::vec(words, 0..14))| {
        if let Ok(condition) = read(&parts.concat()) {
            let _ = condition.holds(&message());
        }
        let _ = read(&parts.join(" "));
    });
}
