//! In whatever order reserve, customer and sale arrive, the same rows stand at the end: what is early waits, and is
//! decided again when what it waits for has come.

use eaid_adapters::TABLES;
use eaid_adapters::effect::Alias;
use eaid_adapters::loja701::tables::Sl1;
use eaid_adapters::loja704::tables::Sc0;
use eaid_adapters::samples::{House, house};
use eaid_adapters::verdict::Verdict;
use proptest::prelude::*;
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

const MESSAGES: [&str; 5] = [
    include_str!("../../../config/demo/01-reserve-entrega.json"),
    include_str!("../../../config/demo/02-customer.json"),
    include_str!("../../../config/demo/03-sale-entrega.json"),
    include_str!("../../../config/demo/04-reserve-retira.json"),
    include_str!("../../../config/demo/05-sale-retira.json"),
];

fn demonstration() -> House {
    let mut house = house(&json!({})).unwrap();
    for line in include_str!("../../../config/demo/depara.csv").lines().skip(1).filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split(',').collect();
        house.paper.enter(cells[0], Alias::find(cells[1]).unwrap(), cells[3], cells[4]);
    }
    house
}

/// Takes the messages in an order; gives the rows at the end.
fn after(order: &[usize]) -> BTreeSet<String> {
    let mut house = demonstration();
    let mut waiting: Vec<usize> = Vec::new();
    for message in order {
        waiting.push(*message);
        // What has come may be what others wait for.
        loop {
            let before = waiting.len();
            waiting.retain(|message| match house.decide(MESSAGES[*message]).unwrap() {
                Verdict::Stage(_) => false,
                Verdict::Wait(_) => true,
                Verdict::Refuse(refusal) => panic!("{order:?}: {:?}", refusal.violations),
            });
            if waiting.len() == before {
                break;
            }
        }
    }
    assert!(waiting.is_empty(), "{order:?}: {waiting:?} still wait");
    rows(&house)
}

/// All rows, their running numbers replaced by what they name.
fn rows(house: &House) -> BTreeSet<String> {
    let sales = house.paper.all::<Sl1>();
    let sales: HashMap<&str, &str> = sales.iter().map(|sale| (&*sale.l1_num, &*sale.document)).collect();
    let mut reserves = house.paper.all::<Sc0>();
    reserves.sort_by(|one, other| one.c0_num.cmp(&other.c0_num));
    let name = |row: &Sc0| {
        let rank = reserves.iter().filter(|other| other.c0_docres == row.c0_docres && other.c0_num < row.c0_num);
        (row.c0_num.to_string(), format!("{} {}", row.c0_docres, rank.count()))
    };
    let reserves: HashMap<String, String> = reserves.iter().map(name).collect();
    let all = TABLES.iter().flat_map(|table| house.paper.rows_of(table));
    let text = |row: &eaid_adapters::table::Row| {
        let cells = row.table.columns.iter().zip(row.cells()).map(|(column, cell)| match column.name {
            "l1_num" | "l2_num" | "l4_num" => sales[cell.as_text()].to_owned(),
            "c0_num" | "l2_reserva" => reserves[cell.as_text()].clone(),
            _ => format!("{cell:?}"),
        });
        format!("{}: {}", row.table.name, cells.collect::<Vec<_>>().join(" "))
    };
    all.map(text).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_order_of_arrival_ends_in_the_same_rows(order in Just((0..MESSAGES.len()).collect::<Vec<_>>()).prop_shuffle()) {
        prop_assert_eq!(after(&order), after(&[0, 1, 2, 3, 4]));
    }
}
