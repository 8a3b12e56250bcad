//! The schema is made, found to be made, and grows.

use super::house::*;
use super::on_both_engines;
use crate::store::State;
use eaid_adapters::effect::{Effect, Update};
use eaid_adapters::table::{Cell, Declared, Row, Table};

on_both_engines!(migrating_twice_does_nothing, views_show_what_is_promised);

mod first {
    eaid_adapters::table! {
        /// Coins in the till.
        pub table Coin "coin" key(till, value) {
            /// Which till.
            till: text;
            /// Which coin.
            value: text;
        }
        index by_value(value);
    }
}

mod second {
    eaid_adapters::table! {
        /// Coins in the till.
        pub table Coin "coin" key(till, value) link(owner) {
            /// When it came.
            since: date;
            /// Which till.
            till: text;
            /// Which coin.
            value: text;
            /// Whose it is.
            owner: text;
            /// How many.
            many: amount(3);
        }
        index by_value(value, till);
        #unique index by_owner(owner);
    }
}

mod third {
    eaid_adapters::table! {
        /// Coins in the till.
        pub table Coin "coin" key(till) {
            /// Which till.
            till: text;
            /// Which coin.
            value: amount(2);
        }
    }
}

mod loose {
    eaid_adapters::table! {
        /// Notes on the till.
        pub table Note "note" key(till) {
            /// Which till.
            till: text;
            /// What it says.
            says: text;
            /// How much it is about.
            about: amount(2);
        }
    }
}

mod tight {
    eaid_adapters::table! {
        /// Notes on the till.
        pub table Note "note" key(till) {
            /// Which till.
            till: text;
            /// What it says.
            says: text;
            /// How much it is about.
            about: amount(2);
        }
        index by_says(says);
    }
}

async fn migrating_twice_does_nothing(house: House) {
    house.keep(batch(vec![staged("u1", vec![Effect::Insert(sale("000001", &[]))])])).await;
    house.store.migrate(eaid_adapters::TABLES).await.expect("migrated");
    let health = house.store.health(eaid_adapters::TABLES).await.expect("health");
    assert!(health.is_migrated && health.engine.contains("SQL"), "{health:?}");
    assert_eq!(house.count(State::Staged).await, 1);
}

async fn views_show_what_is_promised(house: House) {
    let dated =
        sale("000001", &[("l1_doc", "0007  "), ("l1_vlrtot", "210"), ("l1_emisnf", "2026-02-28"), ("l1_txmoeda", "1")]);
    house.keep(batch(vec![staged("u1", vec![Effect::Insert(dated), Effect::Insert(sale("000002", &[]))])])).await;
    let rows = house
        .sql(
            "select l1_num, l1_doc, cast(l1_vlrtot as text), cast(l1_txmoeda as text), cast(l1_emisnf as text), l1_serie
             from sl1 order by l1_num",
        )
        .await;
    assert_eq!(
        rows,
        [["000001", "0007", "210.00", "1.0000", "2026-02-28", ""], ["000002", "", "0.00", "0.0000", "NULL", ""],]
    );
    let xx3 = house
        .sql(
            "select xx3_uuid, xx3_product, xx3_source, xx3_model, xx3_event, xx3_versao, xx3_internalid, xx3_status,
                 cast(xx3_tentat as text), xx3_cause
             from xx3 where xx3_received is not null and xx3_settled is not null",
        )
        .await;
    assert_eq!(xx3, [["u1", "OMNI", "OMNI-1", "RETAILSALES", "upsert", "2.009", "id of u1", "staged", "1", ""]]);
}

async fn grows(house: House) {
    let store = &house.store;
    assert!(!store.health(&[]).await.expect("health").is_migrated);
    let old: &'static Table = first::Coin::TABLE;
    store.migrate(&[old]).await.expect("migrated");
    let coin = first::Coin { till: "1".into(), value: "5".into() };
    house.keep(effects(vec![Effect::insert(&coin)])).await;

    let new: &'static Table = second::Coin::TABLE;
    assert!(store.health(&[old]).await.expect("health").is_migrated);
    assert!(!store.health(&[new]).await.expect("health").is_migrated);
    store.migrate(&[new]).await.expect("migrated");
    assert!(store.health(&[new]).await.expect("health").is_migrated);
    let grown = second::Coin { till: "1".into(), value: "5".into(), ..Default::default() };
    let other =
        second::Coin { till: "2".into(), owner: "me".into(), many: "1.5".parse().expect("an amount"), ..grown.clone() };
    house.keep(effects(vec![Effect::insert(&other)])).await;
    let rows: Vec<second::Coin> =
        store.view(new, &[], 0).await.expect("rows").iter().map(second::Coin::from_row).collect();
    assert_eq!(rows, [grown, other]);
    // The index that changed its columns is made anew, the new one is unique.
    let indexed = house
        .find(|wants| {
            wants.rows::<second::Coin>(second::Coin::by_value, &["5", "2"]);
            wants.rows::<second::Coin>(second::Coin::by_owner, &["me"]);
        })
        .await;
    assert_eq!(indexed.rows.len(), 2);
    let twin = second::Coin { till: "3".into(), value: "5".into(), owner: "me".into(), ..Default::default() };
    house.stale(effects(vec![Effect::Insert(Row::of(new, twin.to_row().cells().cloned()))])).await;
    // The view shows the new columns after the old ones.
    let view =
        house.sql("select till, value, owner, cast(many as text), cast(since as text) from coin order by till").await;
    assert_eq!(view[0], ["1", "5", "", "0.000", "NULL"]);

    // Another kind is not guessed at.
    let error = store.migrate(&[third::Coin::TABLE]).await.expect_err("refused").to_string();
    assert!(error.contains("coin.value"), "{error}");
    // Neither is another key.
    let odds = store.health(&[third::Coin::TABLE]).await.expect("health").odds;
    assert!(odds[0].contains("coin.value"), "{odds:?}");
    assert!(odds[1].contains("a chave de coin é till, value no banco e till na declaração"), "{odds:?}");
    assert!(store.health(&[new]).await.expect("health").is_migrated);
}

/// An empty value is empty, before and after an index on its column comes or goes.
async fn an_index_comes_and_goes(house: House) {
    let store = &house.store;
    let says = |expect: &str, says: &str, table: &'static Table| {
        let key = vec![Cell::from("1")];
        let (set, expect) = (vec![(1, Cell::from(says))], vec![(1, Cell::from(expect))]);
        effects(vec![Effect::Update(Update { table, key, set, expect })])
    };
    store.migrate(&[loose::Note::TABLE]).await.expect("migrated");
    let empty = loose::Note { till: "1".into(), ..Default::default() };
    house.keep(effects(vec![Effect::insert(&empty)])).await;

    store.migrate(&[tight::Note::TABLE]).await.expect("migrated");
    let found = house.find(|wants| wants.rows::<tight::Note>(tight::Note::by_says, &[""])).await;
    assert_eq!(found.rows.len(), 1, "found by its empty value");
    house.keep(says("", "closed", tight::Note::TABLE)).await;
    house.keep(says("closed", "", tight::Note::TABLE)).await;

    store.migrate(&[loose::Note::TABLE]).await.expect("migrated");
    house.keep(says("", "open", loose::Note::TABLE)).await;
    house.stale(says("", "open", loose::Note::TABLE)).await;
    let rows = house.sql("select till, says, cast(about as text) from note").await;
    assert_eq!(rows, [["1", "open", "0.00"]]);
}

#[tokio::test]
async fn an_index_comes_and_goes_in_postgres() {
    an_index_comes_and_goes(House::empty_postgres("index").await).await;
}

#[tokio::test]
async fn an_index_comes_and_goes_in_sqlite() {
    an_index_comes_and_goes(House::empty_sqlite().await).await;
}

async fn several_processes_migrate_at_once(house: House) {
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let store = house.other().await;
        tasks.push(tokio::spawn(async move { store.migrate(eaid_adapters::TABLES).await }));
    }
    for task in tasks {
        task.await.expect("no panic").expect("migrated");
    }
    assert!(house.store.health(eaid_adapters::TABLES).await.expect("health").is_migrated);
}

#[tokio::test]
async fn a_table_grows_in_postgres() {
    grows(House::empty_postgres("grows").await).await;
}

#[tokio::test]
async fn a_table_grows_in_sqlite() {
    grows(House::empty_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_processes_migrate_postgres_at_once() {
    several_processes_migrate_at_once(House::empty_postgres("at_once").await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_processes_migrate_sqlite_at_once() {
    several_processes_migrate_at_once(House::empty_sqlite().await).await;
}

#[tokio::test]
async fn a_url_of_another_kind_is_refused() {
    assert!(crate::store::open("mysql://localhost/x").await.is_err());
    let nobody = crate::store::open("postgres://postgres@127.0.0.1:1/x").await.err().expect("refused").to_string();
    assert!(nobody.contains("onnection refused"), "{nobody}");
}
