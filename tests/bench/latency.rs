//! How long a sender waits for its answer at a steady pace, beside the bare relay.
//!
//! Open loop: sales are published each at its planned moment, whatever became of those before, and every answer is
//! timed from that moment until it arrives in the sender's own queue. A: the real daemon, all of its roles at work,
//! on PostgreSQL with fsync on. B: the bare relay on the same queues. Both in turns, in one run; of each the first
//! tenth is dropped.
//!
//! ```text
//! tests/run --exec cargo bench --bench latency                            5 rounds of 6 s at 200 a second
//! tests/run --exec cargo bench --bench latency -- --rate 1000 --seconds 10
//! ```

use eaid_bench::broker::Broker;
use eaid_bench::pace::Pace;
use eaid_bench::servers::Servers;
use eaid_bench::shop::Shop;
use eaid_bench::times::Times;
use eaid_bench::verdict::Verdict;
use eaid_bench::{Failed, database, options, relay};

/// The median may be so many times the relay's, and the 99th percentile (issue: Nothing lost, nothing twice).
const MEDIAN: f64 = 2.5;
const SLOWEST: f64 = 4.0;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let servers = Servers::on_one_machine().await?;
    if relay::is_played(&servers).await? {
        return Ok(());
    }
    let [rate, seconds, rounds] = options::read([("--rate", 200), ("--seconds", 6), ("--rounds", 5)])?;
    let pace = Pace { rate, messages: rate * seconds, first: 0 };
    let broker = Broker::connect(&servers.amqp).await?;
    println!("{}", database::describe(&servers.database).await?);
    println!("{rate} sales a second for {seconds} s, from the planned moment to the answer in the sender's queue");
    let (mut ours, mut relays) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        ours.push(eaid(&servers, &broker, &pace).await?);
        println!("{round}A eaid  {}", ours[round - 1]);
        relays.push(bare(&broker, &pace).await?);
        println!("{round}B relay {}", relays[round - 1]);
    }
    for (name, runs) in [("eaid", &ours), ("relay", &relays)] {
        let all = Times::all(runs);
        println!("\n{name}, {} answers: {all}\n{}", all.count(), all.histogram());
    }
    let ratios = |part: f64| -> Vec<f64> {
        let both = ours.iter().zip(&relays);
        both.map(|(ours, relay)| ours.percentile(part) / relay.percentile(part)).collect()
    };
    let mut verdict = Verdict::default();
    verdict.at_most(MEDIAN, "median, times the relay's", &ratios(0.5));
    verdict.at_most(SLOWEST, "99th percentile, times the relay's", &ratios(0.99));
    verdict.close()
}

async fn eaid(servers: &Servers, broker: &Broker, pace: &Pace) -> Result<Times, Failed> {
    let shop = Shop::open(env!("CARGO_BIN_EXE_eaid"), servers, broker, 0..0).await?;
    let mut child = shop.daemon.start("inbound,batch,outbound")?;
    let times = child.does(pace.keep(broker)).await?;
    child.stop().await?;
    broker.check_empty().await?;
    shop.database.drop().await?;
    Ok(times)
}

async fn bare(broker: &Broker, pace: &Pace) -> Result<Times, Failed> {
    broker.clear().await?;
    let child = relay::start(pace.whole())?;
    let times = pace.keep(broker).await?;
    child.wait().await?;
    broker.check_empty().await?;
    Ok(times)
}
