//! What daemons say of themselves.

use super::house::*;
use super::on_both_engines;
use crate::store::Process;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use uuid::Uuid;

on_both_engines!(the_last_word_of_a_process_stands, the_silent_are_left_out_and_forgotten);

fn process(name: &str, seen_at: DateTime<Utc>) -> Process {
    Process {
        id: Uuid::now_v7(),
        name: name.into(),
        catalog: "1a2b3c4d".into(),
        since: seen_at,
        refused: String::new(),
        troubles: String::new(),
        seen_at,
    }
}

async fn the_last_word_of_a_process_stands(house: House) {
    let now = Utc::now().trunc_subsecs(6);
    let (first, second) = (process("b:1", now), process("a:1", now));
    house.store.report(&first).await.expect("noted");
    house.store.report(&second).await.expect("noted");
    let changed = Process {
        catalog: "5e6f7a8b".into(),
        refused: "one\ntwo".into(),
        troubles: "database: gone".into(),
        ..first.clone()
    };
    house.store.report(&changed).await.expect("noted");
    let since = now - TimeDelta::minutes(1);
    let known = house.store.processes(since).await.expect("processes");
    assert_eq!(known, [second.clone(), changed], "by name, the last word of each");
    house.store.release(first.id).await.expect("released");
    assert_eq!(house.store.processes(since).await.expect("processes"), [second], "who ends in order is forgotten");
}

async fn the_silent_are_left_out_and_forgotten(house: House) {
    let now = Utc::now().trunc_subsecs(6);
    let silent = process("silent", now - TimeDelta::minutes(5));
    let gone = process("gone", now - TimeDelta::days(2));
    let here = process("here", now);
    for process in [&gone, &silent, &here] {
        house.store.report(process).await.expect("noted");
    }
    let known = house.store.processes(now - TimeDelta::minutes(1)).await.expect("processes");
    assert_eq!(known, [here]);
    let rows = house.sql("select name from processes order by name").await;
    assert_eq!(rows, [["here"], ["silent"]], "a day of silence is the end");
}
