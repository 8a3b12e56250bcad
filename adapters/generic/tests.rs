//! What a registration may say, and what is kept of it.

use super::{Column, Kind, Mistake, Place, Stage, declare};
use crate::effect::Effect;
use crate::samples::{House, SAMPLES, house};
use crate::verdict::{Staged, Verdict};
use serde_json::{Value, json};

fn column(name: &str, at: &str, kind: Kind, length: u32) -> Column {
    Column { name: name.into(), at: at.into(), kind, length, decimals: 0, required: false, personal: false }
}

fn stage(columns: Vec<Column>) -> Stage {
    Stage { table: "stock".into(), key: vec!["item".into()], depara: String::new(), columns }
}

fn stock() -> Stage {
    stage(vec![column("item", "/ItemCode", Kind::Text, 15), column("quantity", "/Quantity", Kind::Amount, 12)])
}

/// What is wrong, as place and reason.
fn wrong(message: &str, stage: &Stage) -> Vec<(Place, String)> {
    let mistakes = declare(message, 1, stage).expect_err("it is wrong");
    mistakes.into_iter().map(|Mistake { place, reason }| (place, reason)).collect()
}

#[test]
fn the_same_registration_declares_the_same_routine_and_shares_its_table() {
    let first = declare("StockLevel", 1, &stock()).unwrap();
    assert!(std::ptr::eq(first, declare("STOCKLEVEL", 1, &stock()).unwrap()));
    let second = declare("StockLevel", 2, &stock()).unwrap();
    assert!(!std::ptr::eq(first, second) && std::ptr::eq(first.tables[0], second.tables[0]));
    let grown = stage([stock().columns, vec![column("blocked", "/Blocked", Kind::Flag, 0)]].concat());
    assert!(!std::ptr::eq(first.tables[0], declare("StockLevel", 1, &grown).unwrap().tables[0]));
    let names: Vec<&str> = first.tables[0].columns.iter().map(|column| column.name).collect();
    assert_eq!(names, ["company", "branch", "partner", "item", "quantity", "internal_id", "uuid", "generated_on"]);
    assert_eq!(first.tables[0].key(), [0, 1, 2, 3]);
}

#[test]
fn every_mistake_is_named_with_its_place() {
    let mut wrong_stage = stage(vec![
        column("Item", "/ItemCode", Kind::Text, 15),
        column("uuid", "Quantity", Kind::Amount, 0),
        column("on", "/Content/On", Kind::Date, 8),
        column("many", "/List/0/Many", Kind::Count, 10),
        column("many", "/Many//X", Kind::Text, 5000),
    ]);
    wrong_stage.columns[0].decimals = 2;
    wrong_stage.columns[1].decimals = 3;
    wrong_stage.table = "sl1".into();
    wrong_stage.key = vec!["itm".into(), "on".into()];
    wrong_stage.depara = "SA1".into();
    let at = Place::Column;
    let places: Vec<Place> = wrong("RetailSales", &wrong_stage).into_iter().map(|(place, _)| place).collect();
    assert_eq!(
        places,
        [
            Place::Message,
            Place::Table,
            Place::Key(0),
            Place::Key(1),
            Place::DePara,
            at(0, "name"),
            at(0, "decimals"),
            at(1, "name"),
            at(1, "at"),
            at(1, "length"),
            at(1, "decimals"),
            at(2, "at"),
            at(2, "length"),
            at(3, "at"),
            at(3, "length"),
            at(4, "name"),
            at(4, "at"),
            at(4, "length"),
        ]
    );
}

#[test]
fn reasons_say_what_to_write() {
    let told = |change: &dyn Fn(&mut Stage)| {
        let mut stage = stock();
        change(&mut stage);
        let found = wrong("StockLevel", &stage);
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].1.clone()
    };
    type Change = dyn Fn(&mut Stage);
    let cases: [(&Change, &str); 8] = [
        (&|stage| stage.key = vec!["itme".into()], "there is no column `itme`; did you mean `item`?"),
        (&|stage| stage.key = vec!["quantity".into()], "`quantity` is no text"),
        (&|stage| stage.key = vec!["item".into(), "item".into()], "`item` stands twice"),
        (&|stage| stage.key.clear(), "`key` is empty"),
        (&|stage| stage.depara = "SAE1".into(), "did you mean `SAE`?"),
        (&|stage| stage.columns[1].at = "/Content/Quantity".into(), "write `/Quantity`"),
        (&|stage| stage.columns[1].at = "/itemcode".into(), "that of `item`"),
        (&|stage| stage.columns[1].at = "/InternalId/X".into(), "`/InternalId`"),
    ];
    for (change, expected) in cases {
        let reason = told(change);
        assert!(reason.contains(expected), "{reason}");
    }
    let two = Stage {
        key: vec!["item".into(), "place".into()],
        depara: "SB1".into(),
        ..stage(vec![column("item", "/A", Kind::Text, 1), column("place", "/B", Kind::Text, 1)])
    };
    assert!(wrong("StockLevel", &two)[0].1.contains("one column"));
    assert!(wrong("Stock Level", &stock())[0].1.contains("no message"));
}

fn sellers() -> House {
    let sample = SAMPLES.iter().find(|sample| sample.routine == "GENERIC").unwrap();
    house(&serde_json::from_str(sample.given).unwrap()).unwrap()
}

fn message(event: &str, content: Value) -> String {
    json!({
        "Header": {"Event": event, "Transaction": "Seller", "Version": "2.001", "CompanyId": "01", "BranchId": "0101",
            "ProductName": "OMNI", "SourceApplication": "OMNI", "UUID": "u-1", "GeneratedOn": "2026-11-20T12:00:00Z"},
        "Content": content
    })
    .to_string()
}

fn staged(house: &mut House, message: &str) -> Staged {
    match house.decide(message).unwrap() {
        Verdict::Stage(staged) => staged,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_brought_goes_with_its_entry() {
    let mut house = sellers();
    let seller = json!({"Code": "V1", "InternalId": "VENDEDOR-1 ", "Name": "A"});
    let brought = staged(&mut house, &message("upsert", seller.clone()));
    assert_eq!((&*brought.ids[0].origin, &*brought.ids[0].destination), ("VENDEDOR-1 ", "01|0101|V1"));
    assert_eq!(house.paper.entry("OMNI", crate::effect::Alias::SELLER, "VENDEDOR-1"), Some("01|0101|V1"));
    let gone = staged(&mut house, &message("delete", seller.clone()));
    assert!(gone.effects.iter().any(|effect| matches!(effect, Effect::Unlink { .. })));
    assert!(matches!(house.decide(&message("delete", seller)).unwrap(), Verdict::Refuse(_)));
}

#[test]
fn a_change_expects_the_stamp_that_was_seen() {
    let mut house = sellers();
    let again = staged(&mut house, &message("upsert", json!({"Code": "V00008", "Name": "NOVA"})));
    let Some(Effect::Update(update)) = again.effects.first() else { panic!("{again:?}") };
    let (column, cell) = &update.expect[0];
    assert_eq!((update.table.columns[*column].name, cell.as_text()), ("generated_on", "2026-11-19T10:00:00-03:00"));
    assert_eq!(again.ids[0].origin, "V00008", "without InternalId the key names the record");
    assert_eq!(again.effects.len(), 1, "and it has no De/Para");
}
