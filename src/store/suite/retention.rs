//! What retention deletes, and what it never does.

use super::house::*;
use super::on_both_engines;
use crate::config;
use crate::config::retention::Retention;
use crate::config::units::Keep;
use crate::operate::retention::Sweeper;
use crate::store::monitor::{Filter, before};
use crate::store::retention::Sweep;
use crate::store::{Batch, Mark, Outcome, Outgoing, Repeat, SendKind, Settled, State, Withheld};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use eaid_adapters::effect::{Alias, Effect};
use eaid_adapters::table::Row;
use sqlx::Connection;
use std::collections::BTreeSet;
use std::time::Duration;
use uuid::Uuid;

on_both_engines!(
    what_is_old_and_settled_goes,
    what_waits_or_is_being_decided_stays,
    what_is_in_hand_stays,
    a_message_goes_with_all_that_hangs_on_it,
    a_sale_that_is_not_through_stays,
    what_was_said_of_an_open_order_stays,
    an_answer_that_was_replaced_goes,
    a_repeat_of_what_went_is_decided_anew,
    one_process_sweeps_at_a_time,
    the_last_sweep_is_told,
);

const DAY: Duration = Duration::from_secs(24 * 3600);

fn rules() -> Retention {
    // Steps so small that several are needed.
    Retention { batch: 4, ..config::defaults().expect("the defaults are right").retention }
}

fn moment(days: i64) -> DateTime<Utc> {
    (Utc::now() - TimeDelta::days(days)).trunc_subsecs(6)
}

/// An id of version 7 as it would have been made then.
fn id_of(at: DateTime<Utc>) -> Uuid {
    const OWN: u128 = (1 << 80) - 1;
    Uuid::from_u128(before(at).as_u128() | Uuid::now_v7().as_u128() & OWN)
}

/// A new message as it would have been settled so many days ago. What was fetched over HTTP counts as sent.
fn aged(mut settled: Settled, days: i64, transport: &str) -> Settled {
    let at = moment(days);
    let entry = entry_of(&mut settled);
    (entry.id, entry.received_at) = (id_of(at), at);
    let message = Some(entry.id);
    let made = |one: Outgoing| Outgoing { id: id_of(at), message, transport: transport.into(), created_at: at, ..one };
    let outgoing = settled.outgoing.into_iter().map(made).collect();
    Settled { settled_at: at, outgoing, ..settled }
}

fn settled(uuid: &str, state: State, is_answered: bool) -> Settled {
    let settled = Settled { state, is_answered, ..staged(uuid, Vec::new()) };
    if is_answered { settled } else { Settled { outgoing: Vec::new(), ..settled } }
}

async fn sweep(house: &House, rules: &Retention, is_dry: bool) -> Vec<Sweep> {
    let mut sweeper = Sweeper::new(rules, Utc::now(), is_dry);
    while !sweeper.is_over() {
        sweeper.step(house.store.as_ref()).await.expect("a step");
    }
    sweeper.sweeps()
}

async fn left(house: &House) -> BTreeSet<String> {
    house.sql("select uuid from inbox").await.into_iter().flatten().collect()
}

fn set(uuids: &[&str]) -> BTreeSet<String> {
    uuids.iter().map(|uuid| (*uuid).to_owned()).collect()
}

async fn count(house: &House, table: &str) -> usize {
    house.sql(&format!("select cast(count(*) as text) from {table}")).await[0][0].parse().expect("a number")
}

/// Every state, young and old, without an answer, with one that was sent and with one that is due.
async fn what_is_old_and_settled_goes(house: House) {
    let rules = rules();
    let (mut all, mut expected, mut going) = (Vec::new(), BTreeSet::new(), 0);
    let settled_states = State::ALL.iter().filter(|state| !matches!(state, State::Waiting | State::Woken));
    for state in settled_states {
        for days in [1, 100, 200, 4000] {
            for answer in ["", "http", "amqp"] {
                let uuid = format!("{} {days} {answer}", state.as_str());
                all.push(aged(settled(&uuid, *state, !answer.is_empty()), days, answer));
                let age = DAY * days as u32;
                let goes = rules.of(*state).0.is_some_and(|kept| age > kept) && answer != "amqp";
                going += usize::from(goes);
                if !goes {
                    expected.insert(uuid);
                }
            }
        }
    }
    let count_of_all = all.len();
    house.keep(batch(all)).await;
    let told = |sweeps: &[Sweep]| sweeps.iter().map(|sweep| sweep.deleted).sum::<u64>();
    // Answers of what is deleted are no words of their own: the dry sweep sees them at their messages.
    let dry = sweep(&house, &rules, true).await;
    assert_eq!((told(&dry), left(&house).await.len()), (going as u64, count_of_all), "a dry sweep only counts");
    assert!(going > 20, "something is deleted");
    let done = sweep(&house, &rules, false).await;
    assert_eq!(left(&house).await, expected);
    assert_eq!(
        done.iter().map(|one| (&one.kind, one.deleted, one.held)).collect::<Vec<_>>(),
        dry.iter().map(|one| (&one.kind, one.deleted, one.held)).collect::<Vec<_>>()
    );
    assert_eq!(told(&sweep(&house, &rules, false).await), 0, "nothing is left to delete");
    // "never" is no time at all.
    let never = Keep(None);
    let nothing = Retention {
        answered: never,
        refused: never,
        superseded: never,
        noted: never,
        unreadable: never,
        set_aside: never,
        discarded: never,
        sent: never,
        ..rules
    };
    assert_eq!(sweep(&house, &nothing, false).await, []);
}

async fn what_waits_or_is_being_decided_stays(house: House) {
    let parked = |uuid: &str, code: &str| aged(parked(uuid, &[customer_key(code)]), 4000, "amqp");
    house.keep(batch(vec![parked("waits", "C1"), parked("woken", "C2")])).await;
    house.keep(effects(vec![link("C2", "T1||000001|01|C", None)])).await;
    assert_eq!(house.count(State::Woken).await, 1);
    let returned = aged(settled("returned", State::Refused, true), 4000, "amqp");
    let mark = Mark { id: returned.outgoing[0].id, outcome: Outcome::Unroutable("312 NO_ROUTE".into()) };
    house.keep(batch(vec![returned])).await;
    house.store.published(&[mark]).await.expect("marked");
    // Something else that was sent for it is not confirmed.
    let mut told = aged(settled("told", State::Staged, true), 4000, "http");
    let more =
        Outgoing { id: Uuid::now_v7(), kind: SendKind::Trace, transport: "amqp".into(), ..told.outgoing[0].clone() };
    told.outgoing.push(more);
    house.keep(batch(vec![told])).await;
    sweep(&house, &rules(), false).await;
    assert_eq!(left(&house).await, set(&["waits", "woken", "returned", "told"]));
    // One that is put back is nobody's to delete, though it was refused long ago.
    house.keep(batch(vec![aged(settled("again", State::Refused, true), 4000, "http")])).await;
    let filter = Filter { uuid: Some("again".into()), limit: 1, ..Default::default() };
    assert_eq!(house.store.retry(&filter).await.expect("put back"), 1);
    sweep(&house, &rules(), false).await;
    assert!(left(&house).await.contains("again"));
}

async fn what_is_in_hand_stays(house: House) {
    let at = moment(4000);
    let said = Outgoing {
        id: id_of(at),
        message: None,
        kind: SendKind::Trace,
        subject: "T1|D MG 01|000009".into(),
        created_at: at,
        ..outgoing(&entry("u"))
    };
    let message = aged(staged("u1", Vec::new()), 4000, "amqp");
    house.keep(Batch { outgoing: vec![said], lease: Some((Uuid::now_v7(), MINUTE)), ..batch(vec![message]) }).await;
    sweep(&house, &rules(), false).await;
    assert_eq!(left(&house).await, set(&["u1"]));
    assert_eq!(count(&house, "outbox").await, 2);
}

async fn a_message_goes_with_all_that_hangs_on_it(house: House) {
    house.keep(batch(vec![aged(parked("u1", &[customer_key("C1")]), 4000, "amqp")])).await;
    house.keep(effects(vec![link("C1", "T1||000001|01|C", None)])).await;
    let holder = Uuid::now_v7();
    let woken = house.store.claim_woken(holder, MINUTE, up_to(10)).await.expect("claimed").remove(0);
    let decided = again(aged(staged("u1", Vec::new()), 4000, "http"), woken.entry.id);
    house.keep(Batch { lease: Some((holder, Duration::ZERO)), ..batch(vec![decided]) }).await;
    assert_eq!(count(&house, "waited").await, 1);
    sweep(&house, &rules(), false).await;
    for table in ["inbox", "outbox", "sending", "waits", "waited"] {
        assert_eq!(count(&house, table).await, 0, "{table}");
    }
    assert!(house.customer("C1").await.is_some(), "what messages brought stays");
}

const OUR_ID: &str = "T1|D MG 01|1|000000009|001";

/// A sale in a state, with its De/Para.
fn sold(situa: &str) -> Vec<Effect> {
    let link = Effect::Link {
        partner: PARTNER.into(),
        alias: Alias::SALE,
        external: "id of u1".into(),
        internal: OUR_ID.into(),
        stamp: "".into(),
        was: None,
    };
    vec![Effect::Insert(sale("000001", &[("sale_id", OUR_ID), ("l1_situa", situa)])), link]
}

fn order(status: &str) -> Row {
    let texts = [("company", "T1"), ("c5_filial", "D MG 01"), ("c5_num", "000003"), ("c5_orcres", "000002")];
    row("sc5", &[&texts[..], &[("c5_status", status)]].concat())
}

async fn a_sale_that_is_not_through_stays(house: House) {
    let old = aged(staged("u1", sold("RX")), 4000, "http");
    house.keep(batch(vec![old])).await;
    for (situa, next) in [("RX", "ER"), ("ER", "FR")] {
        let sweeps = sweep(&house, &rules(), false).await;
        assert_eq!(left(&house).await.len(), 1, "{situa}");
        let held: Vec<u64> = sweeps.iter().filter(|sweep| sweep.kind == "answered").map(|sweep| sweep.held).collect();
        assert_eq!(held, [1], "{situa}");
        house.keep(effects(vec![change("000001", &[("l1_situa", next)], &[])])).await;
    }
    let parent = [("l1_filres", "D MG 01"), ("l1_orcres", "000001")];
    house.keep(effects(vec![Effect::Insert(sale("000002", &parent)), Effect::Insert(order("30"))])).await;
    sweep(&house, &rules(), false).await;
    assert_eq!(left(&house).await.len(), 1, "its order is on its way");
    house
        .keep(effects(vec![Effect::Delete {
            table: table("sc5"),
            key: vec!["T1".into(), "D MG 01".into(), "000003".into()],
        }]))
        .await;
    house.keep(effects(vec![Effect::Insert(order("31"))])).await;
    sweep(&house, &rules(), false).await;
    assert_eq!(left(&house).await.len(), 0, "delivered");
    assert_eq!(house.rows(table("sl1")).await.len(), 2, "the sale itself stays");
}

async fn what_was_said_of_an_open_order_stays(house: House) {
    let at = moment(4000);
    let said = |subject: &str| Outgoing {
        id: id_of(at),
        message: None,
        kind: SendKind::Trace,
        subject: subject.into(),
        transport: "http".into(),
        created_at: at,
        ..outgoing(&entry("u"))
    };
    let held_back = |subject: &str| Withheld {
        id: id_of(at),
        message: None,
        partner: PARTNER.into(),
        transaction: "DOCUMENTTRACEABILITYORDER".into(),
        subject: subject.into(),
        reason: "não".into(),
        is_failure: false,
        catalog: "1".into(),
        created_at: at,
    };
    let (open, gone) = ("T1|D MG 01|000003", "T1|D MG 01|000009");
    let due = Outgoing { transport: "amqp".into(), ..said(gone) };
    house
        .keep(Batch {
            outgoing: vec![said(open), said(gone), said(OUR_ID), due.clone()],
            withheld: vec![held_back(open), held_back(gone)],
            ..effects([sold("ER"), vec![Effect::Insert(order("11"))]].concat())
        })
        .await;
    sweep(&house, &rules(), false).await;
    let left = house.sql("select subject from outbox order by subject, id").await;
    assert_eq!(left, [[open], [gone], [OUR_ID]], "of the open order, what is due, of the failed sale");
    assert_eq!(house.sql("select subject from withheld").await, [[open]]);
    assert_eq!(count(&house, "sending").await, 3);
}

async fn an_answer_that_was_replaced_goes(house: House) {
    let refused = aged(settled("u1", State::Refused, true), 4000, "http");
    let (first, id) = (refused.outgoing[0].id, refused.place.id());
    house.keep(batch(vec![refused])).await;
    let filter = Filter { uuid: Some("u1".into()), limit: 1, ..Default::default() };
    house.store.retry(&filter).await.expect("put back");
    let holder = Uuid::now_v7();
    house.store.claim_woken(holder, MINUTE, up_to(10)).await.expect("claimed");
    let young = again(staged("u1", Vec::new()), id);
    let second = young.outgoing[0].id;
    house.keep(Batch { lease: Some((holder, Duration::ZERO)), ..batch(vec![young]) }).await;
    sweep(&house, &rules(), false).await;
    let left: Vec<Uuid> = house.store.sent_for("u1").await.expect("sent").iter().map(|one| one.id).collect();
    assert_eq!(left, [second]);
    assert!(house.store.outgoing(first).await.expect("looked").is_none());
}

async fn a_repeat_of_what_went_is_decided_anew(house: House) {
    let old = aged(staged("u1", Vec::new()), 4000, "http");
    let repeats = vec![Repeat { message: old.place.id() }, Repeat { message: old.place.id() }];
    house.keep(batch(vec![old])).await;
    let repeated = Batch { repeats, ..batch(vec![staged("u2", Vec::new())]) };
    sweep(&house, &rules(), false).await;
    let text = house.stale(repeated).await;
    assert!(text.contains("repeated"), "{text}");
    assert_eq!(count(&house, "inbox").await, 0, "nothing of the batch is kept");
    house.keep(batch(vec![staged("u1", Vec::new())])).await;
    assert_eq!(house.status("u1").await, "staged", "it is new");
}

async fn one_process_sweeps_at_a_time(house: House) {
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    let claim = async |holder, lease| house.store.claim_sweep(holder, lease).await.expect("asked");
    assert!(claim(first, MINUTE).await);
    assert!(!claim(second, MINUTE).await);
    assert!(claim(first, MINUTE).await, "renewed");
    assert!(claim(first, Duration::ZERO).await, "given back");
    until(async || claim(second, MINUTE).await).await;
}

async fn the_last_sweep_is_told(house: House) {
    let sweep = |deleted, held| Sweep { kind: "answered".into(), swept_at: moment(0), deleted, held };
    let (first, last) = (sweep(1, 2), sweep(3, 0));
    house.store.note_sweeps(&[first]).await.expect("noted");
    house.store.note_sweeps(std::slice::from_ref(&last)).await.expect("noted");
    house.store.note_sweeps(&[]).await.expect("nothing to note");
    assert_eq!(house.store.sweeps().await.expect("told"), [last]);
}

/// The file of SQLite gets smaller by what was deleted.
#[tokio::test]
async fn a_file_gives_its_space_back() {
    let house = House::sqlite().await;
    let pages = async || house.sql("select cast(page_count as text) from pragma_page_count").await[0][0].clone();
    let pages = async || pages().await.parse::<u64>().expect("a number");
    let empty = pages().await;
    // 20 kB that cannot be packed.
    let noise = || (0..1_250).flat_map(|_| Uuid::new_v4().into_bytes());
    let large = |number: usize| {
        let mut settled = aged(staged(&format!("u{number}"), Vec::new()), 4000, "http");
        entry_of(&mut settled).body = noise().collect();
        settled
    };
    house.keep(batch((0..200).map(large).collect())).await;
    let full = pages().await;
    assert!(full > empty + 900, "4 MB: {empty} {full}");
    sweep(&house, &rules(), false).await;
    while house.store.give_back().await.expect("given back") {}
    let left = pages().await;
    assert!(left < empty + 100, "{empty} {full} {left}");
}

/// A file of before gets so at the next migration.
#[tokio::test]
async fn a_file_of_before_is_packed_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("eaid.db").display());
    let mut before = sqlx::SqliteConnection::connect(&format!("{url}?mode=rwc")).await.expect("a file");
    sqlx::raw_sql("create table of_before (it text); insert into of_before values ('stays')")
        .execute(&mut before)
        .await
        .expect("filled");
    let auto_vacuum = async |file: &mut sqlx::SqliteConnection| -> i64 {
        sqlx::query_scalar("select auto_vacuum from pragma_auto_vacuum").fetch_one(file).await.expect("asked")
    };
    assert_eq!(auto_vacuum(&mut before).await, 0);
    let store = crate::store::open(&url).await.expect("SQLite");
    store.migrate(eaid_adapters::TABLES).await.expect("migrated");
    assert_eq!(auto_vacuum(&mut before).await, 2);
    let rows: Vec<String> = sqlx::query_scalar("select it from of_before").fetch_all(&mut before).await.expect("rows");
    assert_eq!(rows, ["stays"]);
}
