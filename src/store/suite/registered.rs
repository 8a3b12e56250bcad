//! Tables that registrations declare: whatever name is let through works, and a table grows.

use super::house::*;
use super::on_both_engines;
use crate::store::names::reserved;
use eaid_adapters::effect::{Effect, Update};
use eaid_adapters::generic::{Column, Kind, Stage, declare};
use eaid_adapters::table::{Cell, KEY, Row, Table};

on_both_engines!(every_name_that_is_let_through_works, a_registered_table_grows_and_is_not_made_otherwise);

/// The words of SQLite's grammar. Most are names all the same.
const WORDS_OF_SQLITE: &str = "abort action add after all alter always analyze and as asc attach autoincrement before \
    begin between by cascade case cast check collate column commit conflict constraint create cross current \
    current_date current_time current_timestamp database default deferrable deferred delete desc detach distinct do \
    drop each else end escape except exclude exclusive exists explain fail filter first following for foreign from \
    full generated glob group groups having if ignore immediate in index indexed initially inner insert instead \
    intersect into is isnull join key last left like limit match materialized natural no not nothing notnull null \
    nulls of offset on or order others outer over partition plan pragma preceding primary query raise range recursive \
    references regexp reindex release rename replace restrict returning right rollback row rows savepoint select set \
    table temp temporary then ties to transaction trigger unbounded union unique update using vacuum values view \
    virtual when where window with without n t v1 w value d e json date text type id internal";

fn table(columns: Vec<Column>) -> &'static Table {
    let stage = Stage { table: "words".into(), key: vec!["its_key".into()], depara: String::new(), columns };
    declare("Words", 1, &stage).expect("a right registration").tables[0]
}

fn column(name: &str, kind: Kind) -> Column {
    let length = if matches!(kind, Kind::Date | Kind::Flag) { 0 } else { 9 };
    let (name, at) = (name.to_owned(), format!("/{name}"));
    Column { name, at, kind, length, decimals: 0, required: false, personal: false }
}

fn row(table: &'static Table, number: usize) -> Row {
    let cells = (0..table.columns.len()).map(|column| match table.columns[column].kind {
        eaid_adapters::table::Kind::Text => Cell::from(format!("{number}-{column}")),
        kind => Cell::empty(kind),
    });
    Row::of(table, cells)
}

async fn every_name_that_is_let_through_works(house: House) {
    let words = WORDS_OF_SQLITE.split_whitespace().filter(|word| reserved(word).is_none());
    let columns = [vec![column("its_key", Kind::Text)], words.map(|word| column(word, Kind::Text)).collect()].concat();
    let table = table(columns);
    house.store.migrate(&[table]).await.expect("migrated");
    let (first, second) = (row(table, 1), row(table, 2));
    house.keep(effects(vec![Effect::Insert(first.clone()), Effect::Insert(second.clone())])).await;
    let all: Vec<(usize, Cell)> = first.cells().cloned().enumerate().collect();
    let set = all.iter().filter(|(column, _)| !table.key().contains(column));
    let update = Update {
        table,
        key: first.values(KEY),
        set: set.map(|(column, _)| (*column, Cell::from("new"))).collect(),
        expect: all,
    };
    house.keep(effects(vec![Effect::Update(update), Effect::Delete { table, key: second.values(KEY) }])).await;
    let key: Vec<String> = first.values(KEY).iter().map(|cell| cell.as_text().to_owned()).collect();
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    let found = house.find(|wants| wants.rows_of(table, KEY, &key)).await.rows;
    assert_eq!(found.len(), 1);
    assert!(
        found[0].cells().enumerate().all(|(column, cell)| table.key().contains(&column) || cell.as_text() == "new")
    );
    assert_eq!(house.sql("select its_key from words").await.len(), 1);
}

async fn a_registered_table_grows_and_is_not_made_otherwise(house: House) {
    let first = table(vec![column("its_key", Kind::Text), column("many", Kind::Count)]);
    house.store.migrate(&[first]).await.expect("migrated");
    house.keep(effects(vec![Effect::Insert(row(first, 1))])).await;
    let grown = table(vec![column("since", Kind::Date), column("its_key", Kind::Text), column("many", Kind::Count)]);
    assert!(!house.store.health(&[grown]).await.expect("health").is_migrated);
    house.store.migrate(&[grown]).await.expect("migrated");
    house.keep(effects(vec![Effect::Insert(row(grown, 2))])).await;
    assert_eq!(house.store.view(grown, &[], 0).await.expect("rows").len(), 2);
    let otherwise = table(vec![column("its_key", Kind::Text), column("many", Kind::Text)]);
    let told = house.store.migrate(&[otherwise]).await.expect_err("refused").to_string();
    assert!(told.contains("words.many"), "{told}");
}

/// What PostgreSQL reserves is refused, in the version of the test server.
#[tokio::test]
async fn the_words_of_postgres_are_refused() {
    let house = House::postgres("words").await;
    let words = house.sql("select word from pg_get_keywords() where catcode in ('R', 'T')").await;
    let through: Vec<&String> = words.iter().flatten().filter(|word| reserved(word).is_none()).collect();
    assert!(words.len() > 70 && through.is_empty(), "{through:?}");
}
