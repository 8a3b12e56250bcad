//! Large messages: memory has its bound, and small ones do not wait for them.

use crate::faults::is_long;
use crate::harness::{Engine, Site};
use crate::messages::{counter, new_uuid};
use crate::wait::until;

/// What the issue promises.
const BOUND: u64 = 512 << 20;

/// A sale of so many bytes in so many items, each of which lacks what it needs.
fn wrong_sale(number: usize, bytes: usize, items: usize) -> Vec<u8> {
    let filler = "x".repeat(bytes / items);
    let item = |order: usize| format!(r#"{{"SaleItemOrder":{order},"ItemInternalId":"SKU-1","Filler":"{filler}"}}"#);
    let items: Vec<String> = (1..=items).map(item).collect();
    let header = format!(
        r#"{{"UUID":"{}","Type":"BusinessMessage","SubType":"event","Event":"upsert","Transaction":"RETAILSALES",
            "Version":"2.009","SourceApplication":"OMNI","ProductName":"OMNI","CompanyId":"01","BranchId":"0101",
            "GeneratedOn":"2026-11-20T14:30:12-03:00","DeliveryType":"async"}}"#,
        new_uuid()
    );
    let items = items.join(",");
    format!(
        r#"{{"Header":{header},"Content":{{"InternalId":"LARGE-{number}","ListOfSaleItem":{{"SaleItem":[{items}]}}}}}}"#
    )
    .into_bytes()
}

/// Publishes wrong sales while the daemon is not there, small ones before large ones, and waits until it has refused
/// them all.
async fn burst(name: &str, small: usize, count: usize, bytes: usize, items: usize) {
    let mut site = Site::on(Engine::Production, name).await;
    site.stop().await;
    let sizes = (0..small).map(|_| (1_000, 1)).chain((0..count).map(|_| (bytes, items)));
    for (number, (bytes, items)) in sizes.enumerate() {
        site.omni.send_bytes("retailsales", "application/json", &wrong_sale(number, bytes, items)).await;
    }
    site.start().await;
    let mut refused = 0;
    while refused < (small + count) as i64 {
        // Each of them is waited for, not all of them together: it takes as long as it takes.
        refused = until("one more to be refused", async || {
            let now = site.rows.count("xx3", "xx3_status = 'refused'").await;
            (now > refused).then_some(now)
        })
        .await;
    }
    let peak = site.peak_memory();
    assert!(peak < BOUND, "{count} messages of {bytes} bytes in {items} items behind {small} took {peak} bytes");
    site.close().await;
}

#[tokio::test]
async fn a_burst_is_settled_within_its_memory() {
    burst("burst", 0, 12, 20_000_000, 100).await;
}

#[tokio::test]
async fn the_whole_burst_in_many_items() {
    if is_long("50 messages of 30 MB in 30000 items each") {
        burst("burst_items", 0, 50, 30_000_000, 30_000).await;
    }
}

#[tokio::test]
async fn the_whole_burst_in_one_item() {
    if is_long("50 messages of 30 MB in one item each") {
        burst("burst_whole", 0, 50, 30_000_000, 1).await;
    }
}

#[tokio::test]
async fn the_whole_burst_behind_small_ones() {
    if is_long("50 messages of 30 MB behind 2000 small ones") {
        burst("burst_behind", 2_000, 50, 30_000_000, 1).await;
    }
}

/// Holds back the keeping of every large message until the table `gate` is empty.
const GATE: &str = "create table gate (closed boolean); insert into gate values (true);
    create function pass() returns trigger language plpgsql volatile as $$ begin
        while new.plain > 1000000 and exists (select from gate) loop perform pg_sleep(0.01); end loop;
        return new;
    end $$;
    create trigger pass before insert on inbox for each row execute function pass();";

/// Two, because the broker hands over three before it knows their size: the third place is for the small ones.
#[tokio::test]
async fn small_ones_do_not_wait_for_large_ones() {
    let mut site = Site::on(Engine::Production, "small_and_large").await;
    site.stop().await;
    site.rows.order(GATE).await;
    for number in 0..2 {
        site.omni.send_bytes("retailsales", "application/json", &wrong_sale(number, 8_000_000, 8_000)).await;
    }
    for number in 1..=200 {
        site.omni.send_bytes("retailsales", "application/json", counter(number).to_string().as_bytes()).await;
    }
    site.start().await;
    let settled = async |status: &str, count: i64| {
        let what = format!("{count} to be {status}");
        let condition = format!("xx3_status = '{status}'");
        until(&what, async || (site.rows.count("xx3", &condition).await == count).then_some(())).await;
    };
    settled("answered", 200).await;
    assert_eq!(site.rows.count("xx3", "xx3_status = 'refused'").await, 0, "a large one passed the gate");
    let at_the_gate = "datname = current_database() and wait_event = 'PgSleep'";
    until("a large one to stand at the gate", async || {
        (site.rows.count("pg_stat_activity", at_the_gate).await == 1).then_some(())
    })
    .await;
    site.rows.order("delete from gate").await;
    settled("refused", 2).await;
    site.close().await;
}
