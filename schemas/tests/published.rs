//! The declarations against the published definitions: every published field is declared, of the published kind,
//! size and list, in the published versions; and nothing else is declared as published.
//!
//! `published/<Message>.csv` holds the facts of the published tables, a line a field: its path, its kind, its size
//! (characters, or digits before and after the point), its closed list, and the versions that name it where those
//! are not all. Where we differ, `ours` says how and `why` for which reason:
//!
//! | why | reason |
//! |---|---|
//! | `partner` | a partner's code that goes through De/Para may have 50 characters (`domain/README.md`, Checking) |
//! | `sender` | the sender's own code or name, longer than our column; cut or looked up, never refused for it |
//! | `ignored` | no routine uses it, and real ones are longer |
//! | `wire` | traces are written as texts, with full ids (`domain/trace.md` 4) |
//! | `column` | the column is smaller or larger than the definition, and decides |
//! | `date` | the definition says text, and it is a date |
//! | `open` | values outside the list are really read (`domain/retailsales.md` 3) |

#![allow(clippy::expect_used, clippy::panic)]

use eaid_schemas::customer_vendor::CustomerVendor;
use eaid_schemas::document_traceability_order::DocumentTraceAbilityOrder;
use eaid_schemas::item_reserve::ItemReserve;
use eaid_schemas::record::{FieldSpec, Record, Shape, Spec};
use eaid_schemas::retail_sales::RetailSales;
use eaid_schemas::retail_sales_cancellation::RetailSalesCancellation;
use eaid_schemas::version::Version;
use std::collections::BTreeSet;

/// A line of a table.
struct Fact<'t> {
    path: &'t str,
    kind: &'t str,
    size: &'t str,
    values: &'t str,
    since: &'t str,
    until: &'t str,
    ours: &'t str,
    why: &'t str,
}

fn facts(table: &str) -> Vec<Fact<'_>> {
    let fact = |line| match str::split(line, ',').collect::<Vec<_>>()[..] {
        [path, kind, size, values, since, until, ours, why] => {
            Fact { path, kind, size, values, since, until, ours, why }
        }
        _ => panic!("not eight cells: {line}"),
    };
    table.lines().skip(1).map(fact).collect()
}

/// A declared leaf.
struct Leaf {
    record: &'static str,
    field: FieldSpec,
    since: Version,
    until: Version,
}

/// The field at a path, by any of its names, with the versions in which all of the path is there.
fn declared(spec: &'static Spec, path: &str) -> Option<Leaf> {
    let (name, rest) = path.split_once('/').unwrap_or((path, ""));
    let field = spec.fields.iter().find(|field| field.is_called(name))?;
    if rest.is_empty() {
        return Some(Leaf { record: spec.name, field: *field, since: field.since, until: field.until });
    }
    match field.shape {
        Shape::Record(inner) | Shape::List(inner) => declared(inner(), rest).map(|leaf| Leaf {
            since: leaf.since.max(field.since),
            until: leaf.until.min(field.until),
            ..leaf
        }),
        _ => None,
    }
}

fn kind_and_size(shape: Shape) -> (&'static str, String) {
    match shape {
        Shape::Text { max } => ("text", max.to_string()),
        Shape::Choice(_) => ("text", String::new()),
        Shape::Amount { whole, scale } => ("number", format!("{whole}.{scale}")),
        Shape::Count { .. } => ("integer", String::new()),
        Shape::Moment => ("date", String::new()),
        Shape::Clock => ("time", String::new()),
        Shape::Flag => ("flag", String::new()),
        Shape::Record(_) | Shape::List(_) => ("record", String::new()),
        Shape::Anything => ("anything", String::new()),
    }
}

/// How we differ from a fact; empty where we do not.
fn difference(fact: &Fact<'_>, shape: Shape) -> String {
    let (kind, size) = kind_and_size(shape);
    let same_kind = kind == fact.kind || (kind, fact.kind) == ("integer", "number");
    let same_size = fact.size.is_empty() || size.is_empty() || fact.size == size;
    let knows = |value: &str| match shape {
        Shape::Choice(words) => words.iter().any(|word| word.text == value || word.others.contains(&value)),
        _ => false,
    };
    let same_list = fact.values.is_empty() || fact.values.split('|').all(knows);
    if same_kind && same_size && same_list { String::new() } else { format!("{kind} {size}").trim_end().to_owned() }
}

/// The leaves that are declared as published, each under the name of its record: one that several fields hold
/// has to be published in one of them.
fn leaves(spec: &'static Spec, found: &mut BTreeSet<(&'static str, &'static str)>) {
    for field in spec.fields.iter().filter(|field| field.is_published) {
        match field.shape {
            Shape::Record(inner) | Shape::List(inner) => leaves(inner(), found),
            _ => drop(found.insert((spec.name, field.tag))),
        }
    }
}

fn version(text: &str) -> Version {
    Version::parse(text).expect("a version").0
}

fn check<R: Record>(table: &str) {
    let mut wrong = Vec::new();
    let mut unpublished = BTreeSet::new();
    leaves(R::spec(), &mut unpublished);
    for fact in facts(table) {
        let Some(Leaf { record, field, since, until }) = declared(R::spec(), fact.path) else {
            wrong.push(format!("{} is published and not declared", fact.path));
            continue;
        };
        unpublished.remove(&(record, field.tag));
        let differs = difference(&fact, field.shape);
        if differs != fact.ours || fact.ours.is_empty() != fact.why.is_empty() {
            wrong.push(format!("{}: `{differs}`, and the table says `{}` {}", fact.path, fact.ours, fact.why));
        }
        if !fact.since.is_empty() && since != version(fact.since) {
            wrong.push(format!("{}: since {since}, published since {}", fact.path, fact.since));
        }
        if fact.until.is_empty() != (until.major == u32::MAX) && until.minor != 999 {
            wrong.push(format!("{}: until {until}, published until {}", fact.path, fact.until));
        }
    }
    wrong.extend(unpublished.iter().map(|(record, tag)| format!("{tag} of {record} is not published at all")));
    assert!(wrong.is_empty(), "{}:\n{}", R::spec().name, wrong.join("\n"));
}

#[test]
fn every_published_field_of_retail_sales() {
    check::<RetailSales>(include_str!("published/RetailSales.csv"));
}

#[test]
fn every_published_field_of_item_reserve() {
    check::<ItemReserve>(include_str!("published/ItemReserve.csv"));
}

#[test]
fn every_published_field_of_customer_vendor() {
    check::<CustomerVendor>(include_str!("published/CustomerVendor.csv"));
}

#[test]
fn every_published_field_of_retail_sales_cancellation() {
    check::<RetailSalesCancellation>(include_str!("published/RetailSalesCancellation.csv"));
}

#[test]
fn every_published_field_of_document_traceability_order() {
    check::<DocumentTraceAbilityOrder>(include_str!("published/DocumentTraceAbilityOrder.csv"));
}
