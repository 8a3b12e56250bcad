//! Between two processes each message, lane, outbox row and number belongs to one.

use super::house::*;
use super::on_both_engines;
use crate::store::{Bounds, Claim, Queue, State};
use eaid_adapters::effect::Effect;
use eaid_adapters::table::Row;
use std::collections::BTreeSet;
use std::time::Duration;
use uuid::Uuid;

on_both_engines!(
    woken_messages_are_shared_out,
    woken_messages_are_claimed_up_to_their_bytes,
    a_claim_ends_with_its_time,
    lanes_belong_to_one_holder,
    a_holder_takes_no_more_lanes_than_it_needs,
    a_claim_goes_on_behind_a_row,
    a_row_that_rests_is_passed_over,
    released_claims_are_free,
    numbers_are_given_once,
);

/// Long enough for the next call to come within it, also on a busy machine.
const BLINK: Duration = Duration::from_secs(2);

async fn woken_messages_are_shared_out(house: House) {
    let messages = (0..30).map(|number| parked(&format!("u{number:02}"), &[customer_key("C1")])).collect();
    house.keep(batch(messages)).await;
    house.keep(effects(vec![link("C1", "x", None)])).await;
    let other = house.other().await;
    let (ours, theirs) = (Uuid::now_v7(), Uuid::now_v7());
    let (first, second) =
        tokio::join!(house.store.claim_woken(ours, MINUTE, up_to(10)), other.claim_woken(theirs, MINUTE, up_to(10)));
    let third = house.store.claim_woken(ours, MINUTE, up_to(100)).await.expect("claimed");
    let claims = [first.expect("claimed"), second.expect("claimed"), third];
    assert_eq!(claims.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 10]);
    for claim in &claims {
        assert!(claim.is_sorted_by_key(|stored| stored.entry.id), "oldest first");
    }
    let uuids: BTreeSet<_> = claims.iter().flatten().map(|stored| stored.entry.fingerprint.uuid.clone()).collect();
    assert_eq!(uuids.len(), 30);
}

async fn woken_messages_are_claimed_up_to_their_bytes(house: House) {
    let sized = |(number, size): (usize, &usize)| {
        let mut settled = parked(&format!("u{number}"), &[customer_key("C1")]);
        entry_of(&mut settled).body = vec![b'x'; *size].into();
        settled
    };
    house.keep(batch([300, 10, 90, 1, 100].iter().enumerate().map(sized).collect())).await;
    house.keep(effects(vec![link("C1", "x", None)])).await;
    let take = async || {
        let most = Bounds { rows: 10, bytes: 100 };
        let claimed = house.store.claim_woken(Uuid::now_v7(), MINUTE, most).await.expect("claimed");
        claimed.iter().map(|stored| stored.entry.body.len()).collect::<Vec<_>>()
    };
    // What is greater than all comes alone.
    assert_eq!([take().await, take().await, take().await, take().await], [vec![300], vec![10, 90], vec![1], vec![100]]);
}

async fn a_claim_ends_with_its_time(house: House) {
    house.keep(effects(vec![link("C1", "x", None)])).await;
    house.keep(batch(vec![parked("u1", &[customer_key("C1")])])).await;
    assert_eq!(house.count(State::Woken).await, 1);
    assert_eq!(house.store.claim_woken(Uuid::now_v7(), BLINK, up_to(1)).await.expect("claimed").len(), 1);
    assert_eq!(house.store.claim_woken(Uuid::now_v7(), BLINK, up_to(1)).await.expect("claimed").len(), 0);
    until(async || house.store.claim_woken(Uuid::now_v7(), BLINK, up_to(1)).await.expect("claimed").len() == 1).await;
}

/// Staged sales.
pub(crate) fn queue() -> Queue {
    let table = table("sl1");
    let index = table.indexes.iter().position(|index| index.name == "by_situa").expect("an index");
    Queue { name: "gravabatch", table, index, ready: "RX", rest: column(table, "rests_until") }
}

fn staged_sale(branch: &str, number: &str, situa: &str) -> Effect {
    let texts = [("company", "T1"), ("l1_filial", branch), ("l1_num", number), ("l1_situa", situa)];
    Effect::Insert(row("sl1", &texts))
}

async fn names(house: &House, holder: Uuid, lease: Duration, limit: usize) -> Vec<String> {
    let claim = Claim { queue: &queue(), holder, lease, limit, behind: None };
    let rows = house.store.claim_rows(&claim).await.expect("claimed");
    rows.iter().map(name).collect()
}

fn name(row: &Row) -> String {
    let (branch, number) = (column(table("sl1"), "l1_filial"), column(table("sl1"), "l1_num"));
    format!("{}{}", row[branch].as_text(), row[number].as_text())
}

async fn lanes_belong_to_one_holder(house: House) {
    let (ours, theirs) = (Uuid::now_v7(), Uuid::now_v7());
    assert!(names(&house, ours, MINUTE, 10).await.is_empty());
    house
        .keep(effects(vec![staged_sale("A", "2", "RX"), staged_sale("A", "1", "RX"), staged_sale("A", "3", "OK")]))
        .await;
    assert_eq!(names(&house, ours, MINUTE, 10).await, ["A1", "A2"]);
    house.keep(effects(vec![staged_sale("B", "1", "RX")])).await;
    assert_eq!(names(&house, theirs, MINUTE, 10).await, ["B1"]);
    // Held is held: the same rows again for its holder, and new ones of the lane too.
    house.keep(effects(vec![staged_sale("A", "4", "RX")])).await;
    assert_eq!(names(&house, ours, BLINK, 10).await, ["A1", "A2", "A4"]);
    until(async || names(&house, theirs, MINUTE, 10).await == ["A1", "A2", "A4", "B1"]).await;
    assert!(names(&house, ours, MINUTE, 10).await.is_empty());
}

async fn a_holder_takes_no_more_lanes_than_it_needs(house: House) {
    let sales = ["A", "B", "C"].iter().flat_map(|branch| ["1", "2"].map(|number| staged_sale(branch, number, "RX")));
    house.keep(effects(sales.collect())).await;
    let (ours, theirs) = (Uuid::now_v7(), Uuid::now_v7());
    assert_eq!(names(&house, ours, MINUTE, 2).await, ["A1", "A2"]);
    assert_eq!(names(&house, theirs, MINUTE, 3).await, ["B1", "B2", "C1"]);
    assert_eq!(names(&house, ours, MINUTE, 10).await, ["A1", "A2"]);
}

/// What is before it is found from the front.
async fn a_claim_goes_on_behind_a_row(house: House) {
    let sales = ["A2", "A3", "B1", "C1", "C2", "D1"].map(|name| staged_sale(&name[..1], &name[1..], "RX"));
    house.keep(effects(sales.into())).await;
    let (ours, theirs) = (Uuid::now_v7(), Uuid::now_v7());
    let behind = async |holder, last: Option<&Row>, limit| {
        let claim = Claim { queue: &queue(), holder, lease: MINUTE, limit, behind: last };
        house.store.claim_rows(&claim).await.expect("claimed")
    };
    let names = |rows: &[Row]| rows.iter().map(name).collect::<Vec<_>>();
    let first = behind(ours, None, 1).await;
    assert_eq!(names(&first), ["A2"]);
    house.keep(effects(vec![staged_sale("A", "1", "RX")])).await;
    let second = behind(ours, first.last(), 2).await;
    assert_eq!(names(&second), ["A3", "B1"]);
    let third = behind(ours, second.last(), 1).await;
    assert_eq!(names(&third), ["C1"]);
    // The lanes of others are passed over, from wherever.
    assert_eq!(names(&behind(theirs, first.last(), 10).await), ["D1"]);
    assert_eq!(names(&behind(ours, third.last(), 10).await), ["C2"]);
    assert!(behind(ours, Some(&row("sl1", &[("company", "T1"), ("l1_filial", "D")])), 10).await.is_empty());
    assert_eq!(names(&behind(ours, None, 10).await), ["A1", "A2", "A3", "B1", "C1", "C2"]);
}

/// What a sale waits for needs time; those behind it go on.
async fn a_row_that_rests_is_passed_over(house: House) {
    let now = chrono::Utc::now().timestamp();
    let resting = |number: &str, until: i64| {
        let until = until.to_string();
        let texts = [("company", "T1"), ("l1_filial", "A"), ("l1_num", number), ("l1_situa", "RX")];
        Effect::Insert(row("sl1", &[texts.as_slice(), &[("rests_until", until.as_str())]].concat()))
    };
    house.keep(effects(vec![resting("1", now + 3600), resting("2", now - 5), staged_sale("A", "3", "RX")])).await;
    let holder = Uuid::now_v7();
    assert_eq!(names(&house, holder, MINUTE, 10).await, ["A2", "A3"]);
    // Rows that rest at the head take nobody's place.
    assert_eq!(names(&house, holder, MINUTE, 1).await, ["A2"]);
}

async fn released_claims_are_free(house: House) {
    house.keep(effects(vec![staged_sale("A", "1", "RX"), link("C1", "x", None)])).await;
    house.keep(batch(vec![parked("u1", &[customer_key("C1")]), staged("u2", Vec::new())])).await;
    let (ours, theirs) = (Uuid::now_v7(), Uuid::now_v7());
    assert_eq!(names(&house, ours, MINUTE, 10).await.len(), 1);
    assert_eq!(house.store.claim_woken(ours, MINUTE, up_to(10)).await.expect("claimed").len(), 1);
    assert_eq!(house.store.due(ours, MINUTE, up_to(10)).await.expect("due").len(), 1);
    for _ in 0..2 {
        house.store.release(ours).await.expect("released");
    }
    assert_eq!(names(&house, theirs, MINUTE, 10).await.len(), 1);
    assert_eq!(house.store.claim_woken(theirs, MINUTE, up_to(10)).await.expect("claimed").len(), 1);
    assert_eq!(house.store.due(theirs, MINUTE, up_to(10)).await.expect("due").len(), 1);
}

async fn numbers_are_given_once(house: House) {
    let asked = |name: &str, count| (name.to_owned(), count);
    let first = house.store.lease_numbers(&[asked("a", 3), asked("b", 1), asked("a", 2)]).await.expect("numbers");
    assert_eq!(first, [1..4, 1..2, 4..6]);
    assert_eq!(house.store.lease_numbers(&[]).await.expect("numbers"), []);
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let store = house.other().await;
        tasks.push(tokio::spawn(async move {
            let mut taken = Vec::new();
            for _ in 0..25 {
                let blocks = store.lease_numbers(&[("b".to_owned(), 2), ("a".to_owned(), 3)]).await.expect("numbers");
                taken.extend(blocks[1].clone());
            }
            taken
        }));
    }
    let mut taken = Vec::new();
    for task in tasks {
        taken.extend(task.await.expect("no panic"));
    }
    taken.sort_unstable();
    assert_eq!(taken, (6..306).collect::<Vec<u64>>());
}
