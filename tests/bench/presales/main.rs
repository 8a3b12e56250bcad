//! How many paid orders of PDVSync a second eaid takes over HTTP, beside a bare handler.
//!
//! A: the real daemon on PostgreSQL with fsync on, paid orders of the published sample over [`SELLERS`] keep-alive
//! connections. B: a bare axum handler that inserts the same rows, those that A left of one order, into tables of the
//! same columns and indexes, one commit a call. Both in turns, by the same client. Then A once more at half of its
//! rate, each call at its planned moment, for the times that sellers wait.
//!
//! ```text
//! tests/run --exec cargo bench --bench presales                      3 rounds of 5,000
//! tests/run --exec cargo bench --bench presales -- --orders 2000     3 rounds of 2,000
//! ```

mod bare;
mod client;
mod daemon;

use client::Client;
use eaid_bench::http::Called;
use eaid_bench::servers::Servers;
use eaid_bench::verdict::Verdict;
use eaid_bench::{Failed, options};

/// Points of sale, each with a connection that it keeps.
const SELLERS: usize = 50;
/// What is asked of eaid, as a part of the bare handler's rate.
const WANTED: f64 = 0.5;
/// How many times the median the 99th percentile may be, at half of the rate.
const SLOWEST: f64 = 5.0;

/// The published sample of a paid order.
const SAMPLE: &str = include_str!("../../../adapters/pdvsync/samples/stage-paid-order.json");

#[tokio::main]
async fn main() -> Result<(), Failed> {
    if let Some(url) = options::part(bare::WORD) {
        return bare::serve(&url).await;
    }
    let [orders, rounds] = options::read([("--orders", 5_000), ("--rounds", 3)])?;
    let servers = Servers::from_environment()?;
    let (mut ratios, mut slow) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        let shop = daemon::Shop::open(&servers).await?;
        let client = Client::connect(shop.port).await?;
        let reserved = client.reserve(0..orders).await?;
        let paid = client.pay(&reserved, None).await?;
        tell(round, "A eaid", &paid);
        let again = client.reserve(orders..orders + orders / 2).await?;
        let calm = client.pay(&again, Some(paid.rate() / 2.0)).await?;
        tell(round, "A half", &calm);
        shop.check(orders + orders / 2).await?;
        let bare = bare::Bare::start(&shop.database).await?;
        let client = Client::connect(bare.port).await?;
        let inserted = client.pay(&reserved, None).await?;
        tell(round, "B bare", &inserted);
        bare.check(&shop.database, orders).await?;
        shop.close().await?;
        ratios.push(paid.rate() / inserted.rate());
        slow.push(calm.times.percentile(0.99) / calm.times.percentile(0.5));
    }
    let mut verdict = Verdict::default();
    verdict.at_least(WANTED, "rate, as a part of the bare handler's", &ratios);
    verdict.at_most(SLOWEST, "99th percentile over the median at half of the rate", &slow);
    verdict.close()
}

fn tell(round: usize, name: &str, called: &Called) {
    println!("{round}{name} {:7.0} orders/s   {}", called.rate(), called.times);
}

/// A paid order, or its reserve: the sample under a number of its own.
fn order(number: usize, reserve: Option<&str>) -> Vec<u8> {
    let name = format!("\"bench-{number:08}\"");
    let (situation, id) = match reserve {
        Some(id) => ("\"RECEBIDO\"", format!("\"{id}\"")),
        None => ("\"DISPONIVEL\"", "null".to_owned()),
    };
    let mut sheet: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&SAMPLE.replace('\u{a0}', " ")).unwrap_or_default();
    let keep = |key: &str| !["numero", "id", "situacaoprevenda", "idretaguarda"].contains(&key.to_lowercase().as_str());
    sheet.retain(|key, _| keep(key));
    let mut text = serde_json::to_string(&sheet).unwrap_or_default();
    let head = format!("{{\"numero\":{name},\"situacaoPreVenda\":{situation},\"idRetaguarda\":{id},");
    text.replace_range(..1, &head);
    text.into_bytes()
}
