//! Registrations that declare a table of their own.

use super::{changed, problems, problems_of};
use eaid_adapters::samples::SAMPLES;
use insta::assert_snapshot;

/// A registration of GENERIC in twelve lines, its stage after them.
fn stock(version: &str, stage: &str) -> String {
    format!(
        "[[adapter]]\nroutine = \"GENERIC\"\nmessage = \"StockLevel\"\nreceive = true\nversion = \"{version}\"\nroute = \"OMNI\"\n{stage}\n"
    )
}

const STAGE: &str = "[adapter.stage]\ntable = \"stock\"\nkey = [\"item\"]\ncolumns = [\n  { name = \"item\", at = \"/ItemCode\", length = 15 },\n  { name = \"quantity\", at = \"/Quantity\", type = \"amount\", length = 12, decimals = 4 },\n]";

#[test]
fn a_stage_declares_a_table() {
    let catalog = changed(|texts| texts.adapters.1 += &stock("1.000", STAGE)).unwrap_or_else(|wrong| panic!("{wrong}"));
    let table = catalog.tables().into_iter().find(|table| table.name == "stock").expect("the table");
    assert_eq!(table.columns[3].doc, "/ItemCode of Content.");
    assert!(catalog.routines().any(|routine| routine.message == "StockLevel"));
    // Read again, the file takes no memory.
    let again = changed(|texts| texts.adapters.1 += &stock("1.000", STAGE)).unwrap_or_else(|wrong| panic!("{wrong}"));
    let same = |known: &crate::catalog::Registration| {
        again.registrations.iter().any(|other| std::ptr::eq(other.routine, known.routine))
    };
    assert!(catalog.registrations.iter().all(same));
}

#[test]
fn mistakes_of_a_stage_are_named_by_line() {
    let wrong = "[adapter.stage]\ntable = \"inbox\"\nkey = [\n  \"itm\",\n  7,\n]\nde_para = \"SB1\"\ncolumns = [\n  { name = \"item\", at = \"/ItemCode\" },\n  { name = \"order\", att = \"/Order\", type = \"date\" },\n  { name = \"many\", at = \"/Many\", type = \"number\", length = \"5\" },\n  5,\n]";
    assert_snapshot!(problems_of(&stock("1.000", wrong)));
}

#[test]
fn what_a_stage_says_is_checked_where_its_form_is_right() {
    let wrong = "[adapter.stage]\ntable = \"inbox\"\nkey = [\n  \"itm\",\n]\ndepara = \"SB2\"\ncolumns = [\n  { name = \"item\", at = \"/ItemCode\" },\n  { name = \"order\", at = \"/Content/Order\", type = \"date\" },\n  { name = \"many\",\n    at = \"/Many\", type = \"count\",\n    length = 15 },\n]";
    assert_snapshot!(problems_of(&stock("1.000", wrong)));
}

#[test]
fn stages_stand_where_they_belong() {
    let of_a_routine = super::sale(&format!("version = \"2.009\"\n{STAGE}"));
    let without = stock("1.000", "");
    let taken = stock("1.000", STAGE).replace("StockLevel", "ItemReserve");
    assert_snapshot!(problems_of(&(of_a_routine + &without + &taken)));
}

#[test]
fn two_versions_may_share_a_table_that_is_the_same() {
    let both = stock("1.000", STAGE) + &stock("2.000", &STAGE.replace("/ItemCode", "/Item/Code"));
    assert_eq!(problems_of(&both), "");
    let at_odds = stock("1.000", STAGE) + &stock("2.000", &STAGE.replace("decimals = 4", "decimals = 2"));
    assert_snapshot!(problems_of(&at_odds));
}

/// The samples of GENERIC are decided by the registration that is shipped.
#[test]
fn the_shipped_registration_is_that_of_the_samples() {
    let given = SAMPLES.iter().find(|sample| sample.routine == "GENERIC").expect("a sample").given;
    let given: serde_json::Value = serde_json::from_str(given).expect("JSON");
    let stage = serde_json::from_value(given["registration"]["stage"].clone()).expect("a stage");
    let declared = eaid_adapters::generic::declare("Seller", 2, &stage).expect("a right one");
    assert_eq!(problems(|_| {}), "");
    let shipped = changed(|_| {}).unwrap_or_else(|wrong| panic!("{wrong}"));
    let shipped = shipped.registrations.iter().find(|known| known.routine.message == "Seller").expect("Seller");
    assert!(std::ptr::eq(shipped.routine, declared), "the two differ");
}
