//! How many paid orders of PDVSync a second eaid takes over HTTP, beside a bare handler.
//!
//! A: the real daemon on PostgreSQL with fsync on, paid orders of the published sample over [`SELLERS`] keep-alive
//! connections. B: a bare axum handler that inserts the same rows, those that A left of one order, into tables of the
//! same columns and indexes, one commit a call. Both in turns, by the same client. Then A once more at half of its
//! rate, each call at its planned moment, for the times that sellers wait.
//!
//! ```text
//! tests/run --exec cargo bench --bench presales                      3 rounds of 5,000
//! tests/run --exec cargo bench --bench presales -- 2000              3 rounds of 2,000
//! ```

mod bare;
mod client;
mod daemon;

use client::Client;
use std::time::Duration;

/// What can go wrong; a benchmark that fails says why and ends.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Points of sale, each with a connection that it keeps.
const SELLERS: usize = 50;
const ROUNDS: usize = 3;
/// What is asked of eaid, as a part of the bare handler's rate.
const WANTED: f64 = 0.5;
/// How many times the median the 99th percentile may be, at half of the rate.
const SLOWEST: f64 = 5.0;

/// The published sample of a paid order.
const SAMPLE: &str = include_str!("../../../adapters/pdvsync/samples/stage-paid-order.json");

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [word, url] = words.as_slice()
        && word == bare::WORD
    {
        return bare::serve(url).await;
    }
    let orders = match words.as_slice() {
        [] => 5_000,
        [count] => count.parse().map_err(|_| format!("{count}: expected a number of orders"))?,
        _ => return Err("expected a number of orders, or nothing".into()),
    };
    let mut ratios = Vec::new();
    let mut slow = Vec::new();
    for round in 1..=ROUNDS {
        let shop = daemon::Shop::open().await?;
        let client = Client::connect(shop.port).await?;
        let reserved = client.reserve(0..orders).await?;
        let paid = client.pay(&reserved, None).await?;
        println!("{round}A eaid {paid}");
        let again = client.reserve(orders..orders + orders / 2).await?;
        let calm = client.pay(&again, Some(paid.rate() / 2.0)).await?;
        println!("{round}A half {calm}");
        shop.check(orders + orders / 2).await?;
        let bare = bare::Bare::start(&shop.database).await?;
        let client = Client::connect(bare.port).await?;
        let inserted = client.pay(&reserved, None).await?;
        println!("{round}B bare {inserted}");
        bare.check(orders).await?;
        shop.close().await?;
        ratios.push(paid.rate() / inserted.rate());
        slow.push(calm.slowest());
    }
    verdict("rate, as a part of the bare handler's", &mut ratios, |ratio| ratio >= WANTED, WANTED);
    verdict("99th percentile over the median at half of the rate", &mut slow, |ratio| ratio <= SLOWEST, SLOWEST);
    Ok(())
}

fn verdict(what: &str, of_rounds: &mut [f64], is_met: impl Fn(f64) -> bool, limit: f64) {
    let each: Vec<String> = of_rounds.iter().map(|ratio| format!("{ratio:.2}")).collect();
    of_rounds.sort_by(f64::total_cmp);
    let median = of_rounds[of_rounds.len() / 2];
    let word = if is_met(median) { "met" } else { "NOT met" };
    println!("median {what}: {median:.2}, limit {limit}: {word} (rounds: {})", each.join(" "));
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

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(60);
