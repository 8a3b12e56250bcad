//! How much slower eaid gets as its database grows.
//!
//! A: sales into an empty database. B: the same into one in which 2 million messages and 1 million sales are through,
//! cloned set-based from two that really are (`grown.rs`). In turns, on the same servers: waiting sales are staged and
//! answered as fast as may be, then at 200 a second, each timed from its planned moment to its answer. What an
//! administrator asks of the large database is timed as whole commands.
//!
//! ```text
//! tests/run --exec cargo bench --bench growth                             3 rounds; filling takes six minutes and 10 GB
//! tests/run --exec cargo bench --bench growth -- --grown 200000 --messages 5000
//! ```

mod grown;

use eaid_bench::broker::Broker;
use eaid_bench::figures::{Figures, median};
use eaid_bench::pace::Pace;
use eaid_bench::servers::Servers;
use eaid_bench::shop::Shop;
use eaid_bench::times::Times;
use eaid_bench::verdict::Verdict;
use eaid_bench::{Failed, database, options};
use std::ops::Range;
use std::time::{Duration, Instant};

/// The program under test.
const EAID: &str = env!("CARGO_BIN_EXE_eaid");
/// Throughput and latency stay within 20 % of those of an empty database (issue: Nothing lost, nothing twice, Growth).
const THROUGHPUT: f64 = 0.8;
const LATENCY: f64 = 1.2;
/// A person waits no longer than that.
const PROMPT: Duration = Duration::from_millis(200);
/// How often each command is given.
const TRIES: usize = 5;
/// Sales a second while latency is measured.
const RATE: usize = 200;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let servers = Servers::on_one_machine().await?;
    let known = [("--grown", 2_000_000), ("--messages", 20_000), ("--rounds", 3), ("--seconds", 6)];
    let [messages, sales, rounds, seconds] = options::read(known)?;
    let broker = Broker::connect(&servers.amqp).await?;
    println!("{}", database::describe(&servers.database).await?);
    let large = fill(&servers, &broker, messages).await?;
    let mut verdict = Verdict::default();
    commands(&large, messages, &mut verdict).await?;
    let mut done: Vec<[Turn; 2]> = Vec::new();
    for round in 0..rounds {
        let small = Shop::open(EAID, &servers, &broker, 0..0).await?;
        let few = turn(&servers, &broker, &small, &format!("{} empty", round + 1), (1, sales, seconds)).await?;
        small.database.drop().await?;
        // Behind the sales that are there already.
        let first = 1 + round * 2 * (sales + RATE * seconds);
        let many = turn(&servers, &broker, &large, &format!("{} grown", round + 1), (first, sales, seconds)).await?;
        done.push([few, many]);
    }
    large.database.drop().await?;
    let each =
        |ratio: fn(&Turn, &Turn) -> f64| -> Vec<f64> { done.iter().map(|[few, many]| ratio(few, many)).collect() };
    println!();
    verdict.at_least(
        THROUGHPUT,
        "throughput, grown / empty",
        &each(|few, many| many.figures.rate() / few.figures.rate()),
    );
    let latency = |part: f64| -> Vec<f64> {
        done.iter().map(|[few, many]| many.times.percentile(part) / few.times.percentile(part)).collect()
    };
    verdict.at_most(LATENCY, "median latency, grown / empty", &latency(0.5));
    println!("99th percentile, grown / empty: {:.2}", median(latency(0.99)));
    verdict.close()
}

/// A shop in which very much is through.
async fn fill(servers: &Servers, broker: &Broker, messages: usize) -> Result<Shop, Failed> {
    let shop = Shop::open(EAID, servers, broker, 0..1).await?;
    let mut child = shop.daemon.start("batch")?;
    child.does(grown::until_batched(&shop.database.url)).await?;
    child.stop().await?;
    let begun = Instant::now();
    grown::fill(&shop.database.url, messages).await?;
    shop.database.settle().await?;
    let (size, took) = (shop.database.gigabytes().await?, begun.elapsed().as_secs());
    println!("{messages} messages, every second one a sale: {size:.1} GB, filled in {took} s");
    Ok(shop)
}

/// One database in one round.
struct Turn {
    figures: Figures,
    times: Times,
}

/// As fast as may be, then at a steady pace.
async fn turn(
    servers: &Servers,
    broker: &Broker,
    shop: &Shop,
    name: &str,
    (first, sales, seconds): (usize, usize, usize),
) -> Result<Turn, Failed> {
    broker.clear().await?;
    let fast: Range<usize> = first..first + sales;
    let figures = shop.run(servers, broker, fast.clone(), 1, name).await?;
    println!("{figures}");
    broker.clear().await?;
    let pace = Pace { rate: RATE, messages: RATE * seconds, first: fast.end };
    let mut child = shop.daemon.start("inbound,batch,outbound")?;
    grown::until_batched(&shop.database.url).await?;
    let times = child.does(pace.keep(broker)).await?;
    child.stop().await?;
    broker.check_empty().await?;
    println!("{name:10} {times}");
    Ok(Turn { figures, times })
}

/// What an administrator asks of the large database.
async fn commands(shop: &Shop, messages: usize, verdict: &mut Verdict) -> Result<(), Failed> {
    let sale = grown::a_sale(messages);
    let commands: [&[&str]; 5] = [
        &["status"],
        &["messages", "list", "--internal-id", &sale],
        &["messages", "list"],
        &["orders", "show", &sale],
        &["retention", "--dry-run"],
    ];
    for command in commands {
        let mut times = Vec::new();
        for _ in 0..TRIES {
            times.push(shop.daemon.verb(command).await?.as_secs_f64() / PROMPT.as_secs_f64());
        }
        verdict.at_most(1.0, &format!("eaid {}, times {} ms", command.join(" "), PROMPT.as_millis()), &times);
    }
    Ok(())
}
