//! Parked messages wake with the last of their keys, whoever brings it, and no wake-up is lost.

use super::house::*;
use super::on_both_engines;
use crate::store::monitor::DeParaLine;
use crate::store::{Batch, Kept, NotKept, Place, Settled, State, Store};
use chrono::{TimeDelta, Utc};
use eaid_adapters::effect::{Effect, Key};
use eaid_adapters::loja701::tables::Sl1;
use eaid_adapters::table::Declared;
use eaid_schemas::violation::Code;
use std::sync::Arc;
use uuid::Uuid;

on_both_engines!(
    the_last_key_wakes,
    a_message_that_brings_the_last_key_wakes,
    an_entry_by_hand_wakes,
    a_key_that_is_there_needs_no_wait,
    a_key_of_the_same_batch_needs_no_wait,
    a_woken_message_is_decided_by_its_claimer,
    a_row_that_leaves_a_state_wakes,
    patience_ends,
    a_message_that_parks_again_pauses,
    a_successor_supersedes,
    what_never_came_is_missing,
    no_wake_up_is_lost,
);

async fn the_last_key_wakes(house: House) {
    house.keep(batch(vec![parked("u1", &[customer_key("C1"), row_key("000001")])])).await;
    assert_eq!(house.status("u1").await, "waiting");
    assert_eq!(house.keep(effects(vec![link("C1", "x", None)])).await.woken, 0);
    assert_eq!(house.keep(effects(vec![link("C2", "x", None)])).await.woken, 0);
    assert_eq!(house.keep(effects(vec![Effect::Insert(sale("000001", &[]))])).await.woken, 1);
    assert_eq!(house.count(State::Woken).await, 1);
    assert_eq!(house.status("u1").await, "waiting");
}

/// Of messages that only add a few rows, too, each with an answer of its own.
async fn a_message_that_brings_the_last_key_wakes(house: House) {
    house.keep(batch(vec![parked("u1", &[customer_key("C1"), row_key("000001")])])).await;
    assert_eq!(house.keep(batch(vec![staged("u2", vec![link("C1", "x", None)])])).await.woken, 0);
    assert_eq!(house.keep(batch(vec![staged("u3", vec![link("C2", "x", None)])])).await.woken, 0);
    assert_eq!(house.keep(batch(vec![staged("u4", vec![Effect::Insert(sale("000001", &[]))])])).await.woken, 1);
    assert_eq!((house.status("u1").await, house.count(State::Staged).await), ("waiting".to_owned(), 3));
    assert_eq!(house.count(State::Woken).await, 1);
}

fn by_hand(external: &str) -> DeParaLine {
    DeParaLine {
        reference: PARTNER.into(),
        alias: "SA1".into(),
        field: "A1_COD".into(),
        external: external.into(),
        internal: "T1|D MG 01|000001|01|C".into(),
    }
}

async fn an_entry_by_hand_wakes(house: House) {
    house.keep(batch(vec![parked("u1", &[customer_key("C1")]), parked("u2", &[customer_key("C1")])])).await;
    let change = house.store.set_depara(&[by_hand("C1"), by_hand("C2")]).await.expect("entered");
    assert_eq!((change.changed, change.unchanged, change.woken), (2, 0, 2));
    let change = house.store.set_depara(&[by_hand("C1"), by_hand("C1")]).await.expect("entered");
    assert_eq!((change.changed, change.unchanged, change.woken), (0, 1, 0));
}

async fn a_key_that_is_there_needs_no_wait(house: House) {
    house.keep(effects(vec![link("C1", "x", None), Effect::Insert(sale("000001", &[]))])).await;
    let kept = house
        .keep(batch(vec![
            parked("u1", &[customer_key("C1"), row_key("000001")]),
            parked("u2", &[customer_key("C1"), customer_key("C2")]),
            parked("u3", &[row_key("000002")]),
        ]))
        .await;
    assert_eq!(kept.woken, 1);
    assert_eq!(house.keep(effects(vec![link("C2", "x", None)])).await.woken, 1);
}

async fn a_key_of_the_same_batch_needs_no_wait(house: House) {
    let kept =
        house.keep(batch(vec![parked("u1", &[customer_key("C1")]), staged("u2", vec![link("C1", "x", None)])])).await;
    assert_eq!(kept, Kept { woken: 1, repeated: 0 });
}

fn held_by(holder: Uuid, settled: Vec<Settled>) -> Batch {
    Batch { settled, lease: Some((holder, MINUTE)), ..Batch::default() }
}

async fn a_woken_message_is_decided_by_its_claimer(house: House) {
    let message = parked("u1", &[customer_key("C1")]);
    let Place::New(entry) = message.place.clone() else { unreachable!() };
    house.keep(batch(vec![message])).await;
    house.keep(effects(vec![link("C1", "x", None)])).await;
    let (ours, theirs) = (Uuid::now_v7(), Uuid::now_v7());
    let claimed = house.store.claim_woken(ours, MINUTE, up_to(10)).await.expect("claimed");
    assert_eq!(claimed.len(), 1);
    assert_eq!(format!("{:?}", claimed[0].entry), format!("{entry:?}"));
    assert!(!claimed[0].is_expired);
    assert!(house.store.claim_woken(theirs, MINUTE, up_to(10)).await.expect("claimed").is_empty());

    let decided = || again(staged("u1", vec![Effect::Insert(sale("000001", &[]))]), entry.id);
    house.stale(held_by(theirs, vec![decided()])).await;
    house.keep(held_by(ours, vec![decided()])).await;
    assert_eq!(house.status("u1").await, "staged");
    let story = &house.store.stories("u1").await.expect("a story")[0];
    assert_eq!((story.stored.attempts, story.waits.len(), story.sent.len()), (2, 0, 1));
    // Settled is settled.
    house.stale(held_by(ours, vec![decided()])).await;
}

/// One that waits until a sale is in RX no more: not woken by its coming, nor by another change of it.
async fn a_row_that_leaves_a_state_wakes(house: House) {
    let staged = sale("000001", &[("l1_situa", "RX")]);
    house.keep(effects(vec![Effect::Insert(staged.clone())])).await;
    let key = Key::left(&Sl1::from_row(&staged), Sl1::l1_situa);
    assert_eq!(house.keep(batch(vec![parked("u1", std::slice::from_ref(&key))])).await.woken, 0);
    let still = change("000001", &[("l1_ergrvbt", "x")], &[("l1_situa", "RX")]);
    assert_eq!(house.keep(effects(vec![still])).await.woken, 0);
    let taken = change("000001", &[("l1_situa", "OK")], &[("l1_situa", "RX")]);
    assert_eq!(house.keep(effects(vec![taken])).await.woken, 1);
    // Who comes too late to wait finds that it was taken.
    assert_eq!(house.keep(batch(vec![parked("u2", &[key])])).await.woken, 1);
}

async fn patience_ends(house: House) {
    let mut message = parked("u1", &[customer_key("C1")]);
    message.patience_until = Some(Utc::now() - TimeDelta::seconds(1));
    house.keep(batch(vec![message, parked("u2", &[customer_key("C1")])])).await;
    let claimed = house.store.claim_woken(Uuid::now_v7(), MINUTE, up_to(10)).await.expect("claimed");
    assert_eq!(claimed.len(), 1);
    assert_eq!((claimed[0].entry.fingerprint.uuid.as_str(), claimed[0].is_expired), ("u1", true));
    assert_eq!(claimed[0].state, State::Waiting);
}

async fn a_message_that_parks_again_pauses(house: House) {
    let message = parked("u1", &[customer_key("C1")]);
    let id = message.place.id();
    house.keep(effects(vec![link("C1", "x", None)])).await;
    assert_eq!(house.keep(batch(vec![message])).await.woken, 1);
    let holder = Uuid::now_v7();
    assert_eq!(house.store.claim_woken(holder, MINUTE, up_to(10)).await.expect("claimed").len(), 1);
    // A routine that waits for a key that is there must not turn in a circle.
    assert_eq!(house.keep(held_by(holder, vec![again(parked("u1", &[customer_key("C1")]), id)])).await.woken, 1);
    assert!(house.store.claim_woken(holder, MINUTE, up_to(10)).await.expect("claimed").is_empty());
    assert_eq!(house.count(State::Woken).await, 1);
    until(async || house.store.claim_woken(holder, MINUTE, up_to(10)).await.expect("claimed").len() == 1).await;
}

async fn a_successor_supersedes(house: House) {
    let old = parked("u1", &[customer_key("C1")]);
    let id = old.place.id();
    house.keep(batch(vec![old])).await;
    let superseded =
        || Settled { state: State::Superseded, cause: Some(Code::Superseded), ..again(staged("u1", Vec::new()), id) };
    let successor = |uuid: &str| Batch {
        settled: vec![parked(uuid, &[customer_key("C1")])],
        superseded: vec![superseded()],
        ..Batch::default()
    };
    house.keep(successor("u2")).await;
    assert_eq!(house.status("u1").await, "superseded");
    house.stale(successor("u3")).await;
    // The old one is no longer woken.
    assert_eq!(house.keep(effects(vec![link("C1", "x", None)])).await.woken, 1);
    assert_eq!(house.status("u1").await, "superseded");
}

async fn what_never_came_is_missing(house: House) {
    let mut hopeless = parked("u1", &[customer_key("C1")]);
    let id = hopeless.place.id();
    hopeless.patience_until = Some(Utc::now() - TimeDelta::seconds(1));
    house
        .keep(batch(vec![
            hopeless,
            parked("u2", &[customer_key("C1"), row_key("000001")]),
            parked("u3", &[customer_key("C2")]),
        ]))
        .await;
    let holder = Uuid::now_v7();
    assert_eq!(house.store.claim_woken(holder, MINUTE, up_to(10)).await.expect("claimed").len(), 1);
    let refused =
        Settled { state: State::Refused, cause: Some(Code::NeverCame), ..again(staged("u1", Vec::new()), id) };
    house.keep(held_by(holder, vec![refused])).await;
    let missing = house.store.missing_depara(10).await.expect("missing");
    let lines: Vec<_> =
        missing.iter().map(|line| (line.external.as_str(), line.waiting, line.refused, line.field.as_str())).collect();
    assert_eq!(lines, [("C1", 1, 1, "A1_COD"), ("C2", 1, 0, "A1_COD")]);
    assert!(missing[0].since.is_some());
    // Entered by hand it is missing no more, and the refused one stays refused until it is retried.
    assert_eq!(house.store.set_depara(&[by_hand("C1")]).await.expect("entered").woken, 0);
    assert_eq!(house.store.missing_depara(10).await.expect("missing").len(), 1);
    assert_eq!(house.status("u1").await, "refused");
}

/// Parkers and bringers at once, on connections of their own: whoever is first, everybody wakes.
async fn no_wake_up_is_lost(house: House) {
    let rounds = if house.is_postgres() { 200 } else { 60 };
    let (parker, one, two) = (house.other().await, house.other().await, house.other().await);
    for round in 0..rounds {
        let keys = [format!("A{round}"), format!("B{round}")];
        let message = parked(&format!("u{round}"), &[customer_key(&keys[0]), customer_key(&keys[1])]);
        let parking = keep_at_last(&parker, batch(vec![message]));
        let first = keep_at_last(&one, effects(vec![link(&keys[0], "x", None)]));
        let message = staged(&format!("b{round}"), vec![link(&keys[1], "x", None)]);
        let second = keep_at_last(&two, batch(vec![message]));
        let (parking, first, second) = tokio::join!(parking, first, second);
        assert_eq!(parking + first + second, 1, "round {round}");
    }
    assert_eq!(house.count(State::Waiting).await, 0);
}

async fn keep_at_last(store: &Arc<dyn Store>, batch: Batch) -> usize {
    let store = store.clone();
    let task = tokio::spawn(async move {
        loop {
            match store.keep(&batch).await {
                Ok(kept) => return kept.woken,
                Err(NotKept::Stale(_)) => {}
                Err(other) => panic!("{other}"),
            }
        }
    });
    task.await.expect("no panic")
}
