//! Several messages of a batch may touch the same row.

use super::house::*;
use super::on_both_engines;
use eaid_adapters::effect::Effect;

on_both_engines!(
    a_row_is_new_and_then_changes,
    a_row_changes_twice,
    a_row_is_replaced,
    a_row_comes_and_goes,
    a_unique_value_moves_to_another_row,
    entries_fold,
    effects_that_do_not_fit_each_other_are_stale,
);

fn situa(rows: &[eaid_adapters::table::Row], at: usize) -> String {
    rows[at][column(table("sl1"), "l1_situa")].as_text().to_owned()
}

async fn a_row_is_new_and_then_changes(house: House) {
    let first = staged("u1", vec![Effect::Insert(sale("000001", &[("l1_situa", "RX")]))]);
    let second = staged("u2", vec![change("000001", &[("l1_situa", "OK")], &[("l1_situa", "RX")])]);
    house.keep(batch(vec![first, second])).await;
    assert_eq!(situa(&house.rows(table("sl1")).await, 0), "OK");
}

async fn a_row_changes_twice(house: House) {
    house.keep(effects(vec![Effect::Insert(sale("000001", &[("l1_situa", "RX"), ("l1_doc", "7")]))])).await;
    let first = change("000001", &[("l1_situa", "ER"), ("tries", "1")], &[("l1_situa", "RX")]);
    let second = change("000001", &[("l1_situa", "OK")], &[("l1_situa", "ER"), ("l1_doc", "7")]);
    house.keep(effects(vec![first, second])).await;
    assert_eq!(situa(&house.rows(table("sl1")).await, 0), "OK");
    // The earliest expectation is the one that the database must meet.
    let first = change("000001", &[("l1_situa", "ER")], &[("l1_situa", "RX")]);
    let second = change("000001", &[("l1_situa", "FR")], &[("l1_situa", "ER")]);
    house.stale(effects(vec![first, second])).await;
    // Rows with different changes and expectations in one batch.
    house.keep(effects(vec![Effect::Insert(sale("000002", &[])), Effect::Insert(sale("000003", &[]))])).await;
    house
        .keep(effects(vec![
            change("000003", &[("l1_emisnf", "2026-03-01")], &[]),
            change("000002", &[("l1_vlrtot", "5.5")], &[("l1_situa", "")]),
            change("000001", &[("l1_situa", "C")], &[("l1_situa", "OK")]),
            change("000002", &[], &[("l1_doc", "")]),
        ]))
        .await;
    let rows = house.rows(table("sl1")).await;
    assert_eq!(situa(&rows, 0), "C");
    assert_eq!(rows[1], sale("000002", &[("l1_vlrtot", "5.50")]));
    assert_eq!(rows[2], sale("000003", &[("l1_emisnf", "2026-03-01")]));
}

async fn a_row_is_replaced(house: House) {
    house.keep(effects(vec![Effect::Insert(sale("000001", &[("sale_id", "ID1"), ("l1_situa", "RX")]))])).await;
    let new = sale("000001", &[("sale_id", "ID1"), ("l1_doc", "8")]);
    house.keep(effects(vec![delete("000001"), Effect::Insert(new)])).await;
    assert_eq!(house.rows(table("sl1")).await, [sale("000001", &[("sale_id", "ID1"), ("l1_doc", "8")])]);
    let newer = sale("000001", &[("l1_doc", "9")]);
    let change = change("000001", &[("l1_situa", "OK")], &[("l1_doc", "9")]);
    house.keep(effects(vec![delete("000001"), Effect::Insert(newer), change])).await;
    assert_eq!(house.rows(table("sl1")).await, [sale("000001", &[("l1_doc", "9"), ("l1_situa", "OK")])]);
}

async fn a_row_comes_and_goes(house: House) {
    let message = staged("u1", vec![Effect::Insert(sale("000001", &[]))]);
    let waiting = parked("u2", &[row_key("000001")]);
    house.keep(batch(vec![waiting, message, staged("u3", vec![delete("000001")])])).await;
    assert!(house.rows(table("sl1")).await.is_empty());
    // What does not stay wakes nobody.
    assert_eq!(house.status("u2").await, "waiting");
    assert_eq!(house.count(crate::store::State::Woken).await, 0);
    house.keep(effects(vec![Effect::Insert(sale("000002", &[("l1_situa", "RX")]))])).await;
    house.keep(effects(vec![change("000002", &[("l1_situa", "OK")], &[("l1_situa", "RX")]), delete("000002")])).await;
    assert!(house.rows(table("sl1")).await.is_empty());
}

async fn a_unique_value_moves_to_another_row(house: House) {
    house.keep(effects(vec![Effect::Insert(sale("000001", &[("sale_id", "ID1")]))])).await;
    let freed = change("000001", &[("sale_id", ""), ("l1_storc", "C")], &[("sale_id", "ID1")]);
    house.keep(effects(vec![freed, Effect::Insert(sale("000002", &[("sale_id", "ID1")]))])).await;
    assert_eq!(house.rows(table("sl1")).await.len(), 2);
}

async fn entries_fold(house: House) {
    house.keep(effects(vec![link("C1", "a", None), link("C1", "b", Some("a"))])).await;
    assert_eq!(house.customer("C1").await.as_deref(), Some("b"));
    house.keep(effects(vec![link("C2", "a", None), unlink("C2")])).await;
    assert_eq!(house.customer("C2").await, None);
    house.keep(effects(vec![unlink("C1"), link("C1", "c", None)])).await;
    assert_eq!(house.customer("C1").await.as_deref(), Some("c"));
    house.keep(effects(vec![link("C1", "d", Some("c")), unlink("C1")])).await;
    assert_eq!(house.customer("C1").await, None);
}

async fn effects_that_do_not_fit_each_other_are_stale(house: House) {
    house.keep(effects(vec![Effect::Insert(sale("000001", &[]))])).await;
    for bad in [
        vec![Effect::Insert(sale("000002", &[])), Effect::Insert(sale("000002", &[]))],
        vec![delete("000001"), delete("000001")],
        vec![delete("000001"), change("000001", &[("l1_doc", "1")], &[])],
        vec![Effect::Insert(sale("000002", &[])), change("000002", &[], &[("l1_doc", "1")])],
        vec![change("000001", &[("l1_doc", "1")], &[]), change("000001", &[], &[("l1_doc", "2")])],
        vec![link("C1", "a", None), link("C1", "b", None)],
        vec![link("C1", "a", None), link("C1", "b", Some("c"))],
    ] {
        house.stale(effects(bad)).await;
    }
    assert_eq!(house.rows(table("sl1")).await.len(), 1);
}
