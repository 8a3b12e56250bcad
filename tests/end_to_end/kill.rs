//! SIGKILL in the middle of a stream of messages, several times, at moments that nobody chose.
//!
//! The seed of the moments is printed; `EAID_TEST_SEED` repeats them as far as two processes can.

use serde_json::Value;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::answers::our_id;
use crate::crash::until_whole;
use crate::harness::{Engine, Site};
use crate::messages::{counter, customer, entrega, reserve, uuid};
use crate::wait::until;

const ORDERS: u32 = 60;
const COUNTER_SALES: u32 = 120;
const ROUNDS: usize = 10;
/// The blow comes after this time at the latest.
const BLOW: Duration = Duration::from_secs(2);

#[tokio::test]
async fn on_rabbitmq_and_postgresql() {
    survive(Engine::Production, "killed").await;
}

#[tokio::test]
async fn with_files() {
    survive(Engine::Embedded, "killed_files").await;
}

async fn survive(engine: Engine, name: &str) {
    let mut random = Random::from_environment();
    let mut site = Site::on(engine, name).await;
    let messages = random.shuffled(stream());
    for round in messages.chunks(messages.len().div_ceil(ROUNDS)) {
        // What is counted, and how much of it must have happened before the blow, is drawn anew
        // each time, so that it falls into another step of the work.
        let (view, condition) =
            random.pick(&[("xx3", "1 = 1"), ("xx3", "xx3_status = 'answered'"), ("sl2", "1 = 1"), ("sc0", "1 = 1")]);
        let before = site.rows.count(view, condition).await;
        let more = random.below(12) as i64;
        for message in round {
            site.omni.send(message).await;
        }
        // The count may never be reached, when too much of the round waits for a later one.
        let deadline = Instant::now() + BLOW;
        until("the moment of the blow", async || {
            let reached = site.rows.count(view, condition).await >= before + more;
            (reached || Instant::now() > deadline).then_some(())
        })
        .await;
        site.kill().await;
        site.start().await;
    }
    for message in &messages {
        our_id(&site.response(&uuid(message)).await);
    }
    for number in 1..=ORDERS {
        until_whole(&site, number).await;
    }
    let rows = &site.rows;
    let sold = "l1_situa = 'OK' and l1_doc <> '' and l1_orcres = ''";
    until("all counter sales to be processed", async || {
        (rows.count("sl1", sold).await == i64::from(COUNTER_SALES)).then_some(())
    })
    .await;
    let sales = i64::from(ORDERS * 2 + COUNTER_SALES);
    assert_eq!(rows.count("sl1", "1 = 1").await, sales, "sales and children");
    assert_eq!(rows.count("se1", "1 = 1").await, i64::from(ORDERS * 3 + COUNTER_SALES), "titles");
    assert_eq!(rows.count("sa1", "1 = 1").await, i64::from(ORDERS), "customers");
    assert_eq!(rows.count("sc0", "1 = 1").await, i64::from(ORDERS * 2), "rows of reserves");
    assert_eq!(rows.count("xx3", "1 = 1").await, messages.len() as i64, "messages in the inbox");
    let numbers = rows.read("sl1", &["count(distinct l1_num)"], "where l1_filial = '0101'").await;
    assert_eq!(numbers[0][0], sales.to_string(), "every sale and child has a number of its own");
    let traced = until("a trace of each order", async || {
        let traces = site.omni.traces();
        (traces.len() >= ORDERS as usize).then_some(traces)
    })
    .await;
    assert_eq!(traced.len(), ORDERS as usize, "one trace of each order");
    site.close().await;
}

/// 300 messages: orders of three messages each, and sales over the counter.
fn stream() -> Vec<Value> {
    let orders = (1..=ORDERS).flat_map(|n| [customer(n), reserve(n), entrega(n)]);
    orders.chain((1..=COUNTER_SALES).map(|n| counter(10_000 + n))).collect()
}

/// A small generator of numbers; good enough to choose moments.
pub struct Random(u64);

impl Random {
    /// From `EAID_TEST_SEED`, else from the clock; printed.
    pub fn from_environment() -> Random {
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |now| now.as_micros());
        let given = std::env::var("EAID_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or(clock as u64) | 1;
        eprintln!("EAID_TEST_SEED={seed}");
        Random(seed)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    /// The same things in any order.
    pub fn shuffled<T>(&mut self, mut list: Vec<T>) -> Vec<T> {
        for place in (1..list.len()).rev() {
            list.swap(place, self.below(place as u64 + 1) as usize);
        }
        list
    }
}
