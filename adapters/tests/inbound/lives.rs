//! The life of a sale from its reserve to its cancellation: in whatever order its messages come the end is the same,
//! and a sale that is cancelled leaves what was there before.

use crate::desk::{message, set};
use eaid_adapters::TABLES;
use eaid_adapters::effect::Alias;
use eaid_adapters::samples::{House, SAMPLES, house};
use eaid_adapters::table::{KEY, Row};
use eaid_adapters::verdict::Verdict;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The sender's code of the operator, and of the sale that lives.
const OPERATOR: &str = "OPERADOR-1";

fn cancellation(sale: &str) -> String {
    let mut cancelling = message("LOJA140", "stage-counter-sale");
    set(&mut cancelling, "/InternalId", json!(format!("CANCELA {sale}")));
    set(&mut cancelling, "/RetailSalesInternalId", json!(sale));
    set(&mut cancelling, "/OperatorCode", json!(OPERATOR));
    cancelling.to_string()
}

fn is_staged(house: &mut House, message: &str) -> bool {
    match house.decide(message).unwrap() {
        Verdict::Stage(_) => true,
        Verdict::Wait(_) => false,
        Verdict::Refuse(refusal) => panic!("{:?}", refusal.violations),
    }
}

/// Everything that a house holds, with numbers of ours told apart by their order alone.
fn held(house: &House) -> Vec<String> {
    let mut seen: BTreeMap<(bool, String), usize> = BTreeMap::new();
    let mut told = Vec::new();
    for table in TABLES.iter().filter(|table| table.name != "order_trace") {
        let mut rows: Vec<&Row> = house.paper.rows_of(table).collect();
        rows.sort_by_cached_key(|row| row.values(KEY));
        for row in rows {
            let cells = table.columns.iter().zip(row.cells()).map(|(column, cell)| {
                // Reserves are counted apart from sales, children and orders.
                let is_reserve = ["c0_num", "l2_reserva"].contains(&column.name);
                let is_number = is_reserve || column.name.ends_with("_num") || column.name.ends_with("_orcres");
                if !is_number || cell.is_empty() {
                    return format!("{}={cell:?}", column.name);
                }
                let next = seen.keys().filter(|(of_reserve, _)| *of_reserve == is_reserve).count();
                format!("{}=#{}", column.name, seen.entry((is_reserve, cell.as_text().to_owned())).or_insert(next))
            });
            told.push(format!("{} {}", table.name, cells.collect::<Vec<_>>().join(" ")));
        }
    }
    told.extend(entries(house));
    told
}

fn entries(house: &House) -> BTreeSet<String> {
    house
        .paper
        .entries()
        .map(|(_, alias, external, internal)| format!("{} {external} {internal}", alias.alias))
        .collect()
}

/// Every order of four.
fn orders() -> Vec<[usize; 4]> {
    let all = 0..4usize.pow(4);
    let digits = all.map(|n| [n % 4, n / 4 % 4, n / 16 % 4, n / 64]);
    digits.filter(|order| order.iter().collect::<BTreeSet<_>>().len() == 4).collect()
}

/// The messages in an order; GravaBatch after each of them, or at the end. What waits comes again after each.
fn lived(messages: &[String; 4], order: [usize; 4], is_eager: bool) -> House {
    let mut house = house(&json!({})).unwrap();
    for line in include_str!("../../../config/demo/depara.csv").lines().skip(1).filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split(',').collect();
        house.paper.enter(cells[0], Alias::find(cells[1]).unwrap(), cells[3], cells[4]);
    }
    house.paper.enter("OMNI", Alias::OPERATOR, OPERATOR, "01|0101|001");
    let mut waiting: Vec<&String> = Vec::new();
    for place in order {
        waiting.push(&messages[place]);
        settle(&mut house, &mut waiting, is_eager);
    }
    settle(&mut house, &mut waiting, true);
    assert!(waiting.is_empty(), "{order:?}: {} wait for ever", waiting.len());
    house
}

fn settle(house: &mut House, waiting: &mut Vec<&String>, with_batch: bool) {
    loop {
        let before = waiting.len();
        waiting.retain(|message| !is_staged(house, message));
        let taken = if with_batch { house.batch().unwrap().len() } else { 0 };
        if waiting.len() == before && taken == 0 {
            return;
        }
    }
}

#[test]
fn any_order_of_arrival_ends_in_the_same_rows() {
    for (reserve, sale) in [
        (
            include_str!("../../../config/demo/01-reserve-entrega.json"),
            include_str!("../../../config/demo/03-sale-entrega.json"),
        ),
        (
            include_str!("../../../config/demo/04-reserve-retira.json"),
            include_str!("../../../config/demo/05-sale-retira.json"),
        ),
    ] {
        let named: Value = serde_json::from_str(sale).unwrap();
        let customer = include_str!("../../../config/demo/02-customer.json");
        let cancelling = cancellation(named["Content"]["InternalId"].as_str().unwrap());
        let messages = [reserve.to_owned(), customer.to_owned(), sale.to_owned(), cancelling];
        let expected = held(&lived(&messages, [0, 1, 2, 3], true));
        assert!(expected.iter().any(|row| row.starts_with("sl1") && row.contains(r#"l1_storc=Text("C")"#)));
        for order in orders() {
            for is_eager in [true, false] {
                assert_eq!(held(&lived(&messages, order, is_eager)), expected, "{order:?}, eager: {is_eager}");
            }
        }
    }
}

/// Every sale that the samples know, with and without WOT, its orders released or blocked.
#[test]
fn a_cancelled_sale_leaves_what_was_there_before() {
    let mut lives = 0;
    for sample in SAMPLES.iter().filter(|sample| sample.routine == "LOJA701" && sample.name.starts_with("stage-")) {
        for rules in [json!({}), json!({"wot": true}), json!({"release_forms": ["R$", "CC", "CD", "PX", "CH"]})] {
            let mut given: Value = serde_json::from_str(sample.given).unwrap();
            given["retail"] = rules;
            given["depara"]["SLF"][OPERATOR] = json!("01|0101|001");
            let mut house = house(&given).unwrap();
            let message: Value = serde_json::from_str(sample.input).unwrap();
            // One is spelt otherwise on purpose.
            let Some(id) = message["Content"]["InternalId"].as_str() else { continue };
            let before = (left(&house, None), entries(&house));
            if !is_staged(&mut house, sample.input) {
                continue;
            }
            house.batch().unwrap();
            assert!(is_staged(&mut house, &cancellation(id)), "{}", sample.name);
            let mut entries = entries(&house);
            let of_cancellation = format!("SLX CANCELA {id} ");
            assert!(entries.iter().any(|entry| entry.starts_with(&of_cancellation)), "{}", sample.name);
            entries.retain(|entry| !entry.starts_with(&of_cancellation));
            assert_eq!((left(&house, Some(id)), entries), before, "{}", sample.name);
            lives += 1;
        }
    }
    assert!(lives >= 24, "{lives} lives");
}

/// All rows but those of the sale itself, which it keeps marked as cancelled, and the timelines.
fn left(house: &House, of: Option<&str>) -> BTreeSet<String> {
    let mut told = BTreeSet::new();
    for table in TABLES.iter().filter(|table| !["order_trace", "sl2", "sl4", "slx"].contains(&table.name)) {
        for row in house.paper.rows_of(table) {
            let column = |name: &str| table.columns.iter().position(|column| column.name == name);
            let text = |name: &str| column(name).map_or("", |place| row[place].as_text());
            if of.is_some_and(|id| table.name == "sl1" && text("external_id") == id && text("l1_orcres").is_empty()) {
                assert_eq!((text("l1_storc"), text("sale_id")), ("C", ""));
                continue;
            }
            // The rows of samples do not say that they hold stock back.
            let cells = table.columns.iter().zip(row.cells()).filter(|(column, _)| column.name != "stock");
            told.insert(format!("{} {:?}", table.name, cells.map(|(_, cell)| cell).collect::<Vec<_>>()));
        }
    }
    told
}
