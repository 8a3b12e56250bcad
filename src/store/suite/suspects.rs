//! Messages that are tried alone.

use super::house::*;
use super::on_both_engines;

on_both_engines!(a_note_counts_those_who_died_with_it);

async fn a_note_counts_those_who_died_with_it(house: House) {
    let note = async |digest: &str| house.store.suspect(digest).await.expect("noted");
    assert_eq!([note("a").await, note("a").await, note("b").await, note("a").await], [0, 1, 0, 2]);
    house.store.acquit("a").await.expect("struck");
    assert_eq!([note("a").await, note("b").await], [0, 1], "who was survived begins anew");
}
