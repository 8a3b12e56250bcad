//! How fast eaid is beside the limits of its broker and of its database.
//!
//! A: N sales of about 5 kB wait in the quorum queue; the real daemon stages, answers and acknowledges them on
//! PostgreSQL with fsync on. B: the relay limit, a bare lapin program on the same queues without any database.
//! C: the bare keeper, which is the relay with the rows that A left: it reads no message and looks nothing up, so that
//! between it and A stands what eaid does, and between it and B what keeping rows costs whoever does it.
//! They run in turns on the same servers and are watched from outside by the same means: the depths of the
//! queues. Every run is checked afterwards, to the row and to the answer. What A staged is then taken by GravaBatch
//! alone, which has to reach half of the rate at which it was staged.
//!
//! ```text
//! tests/run --exec cargo bench --bench throughput                         3 rounds of 20,000
//! tests/run --exec cargo bench --bench throughput -- --rounds 5
//! tests/run --exec cargo bench --bench throughput -- --warm 5000          into a database in use
//! tests/run --exec cargo bench --bench throughput -- --waiting 100000     memory with so many waiting
//! ```

mod bare;

use eaid_bench::broker::Broker;
use eaid_bench::figures::{Figures, Run, median};
use eaid_bench::processes::{self, Processes};
use eaid_bench::servers::Servers;
use eaid_bench::shop::Shop;
use eaid_bench::verdict::Verdict;
use eaid_bench::{Failed, database, options, relay};

/// The program under test.
const EAID: &str = env!("CARGO_BIN_EXE_eaid");

/// Of what is staged GravaBatch has to do so much in the same time (issue: The retail rules, whole).
const BATCH: f64 = 0.5;

/// The daemon may hold so much, whatever waits (issue: The first sale, Speed).
const MEMORY_LIMIT: u64 = 150 * 1024 * 1024;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let servers = Servers::on_one_machine().await?;
    if relay::is_played(&servers).await? || bare::is_played(&servers).await? {
        return Ok(());
    }
    let known = [("--messages", 20_000), ("--rounds", 3), ("--warm", 0), ("--waiting", 0)];
    let [messages, rounds, warm, waiting] = options::read(known)?;
    let broker = Broker::connect(&servers.amqp).await?;
    println!("{}", database::describe(&servers.database).await?);
    if waiting > 0 {
        return memory(&servers, &broker, waiting).await;
    }
    let mut done = Vec::new();
    for round in 1..=rounds {
        done.push(Round::run(&servers, &broker, messages, warm, round).await?);
    }
    judge(&done)
}

/// The memory of the daemon while a long queue waits.
async fn memory(servers: &Servers, broker: &Broker, waiting: usize) -> Result<(), Failed> {
    let (shop, figures) = stage(servers, broker, waiting, 0, "w").await?;
    gravabatch(servers, shop, waiting, "w").await?;
    let peak = figures.peak;
    println!("\npeak RSS of the daemon with {waiting} messages waiting: {:.0} MB", peak as f64 / 1e6);
    if peak > MEMORY_LIMIT {
        return Err(format!("that is more than {:.0} MB", MEMORY_LIMIT as f64 / 1e6).into());
    }
    Ok(())
}

/// One run of the daemon, inbound.
async fn stage(
    servers: &Servers,
    broker: &Broker,
    messages: usize,
    warm: usize,
    round: &str,
) -> Result<(Shop, Figures), Failed> {
    let shop = Shop::open(EAID, servers, broker, messages..messages + warm).await?;
    let figures = shop.stage(servers, broker, messages, 1, &format!("{round}A eaid")).await?;
    println!("{figures}");
    Ok((shop, figures))
}

/// GravaBatch alone over the staged sales.
async fn gravabatch(servers: &Servers, shop: Shop, sales: usize, round: &str) -> Result<Figures, Failed> {
    shop.database.settle().await?;
    let run = Run::begin(&format!("{round}A batch"), sales);
    let mut child = shop.daemon.start("batch")?;
    let watched = Processes::find(servers, &[child.id()])?;
    let (first, last) = child.does(shop.database.watch_titles(sales, &watched)).await?;
    let figures = run.end(first, last, processes::peak_memory(child.id())?);
    println!("{figures}");
    child.stop().await?;
    shop.database.check_titles(sales).await?;
    shop.database.drop().await?;
    Ok(figures)
}

/// The four runs of a round.
struct Round {
    /// The daemon staging.
    eaid: Figures,
    /// GravaBatch over what was staged.
    batch: Figures,
    /// The bare relay.
    relay: Figures,
    /// The bare keeper of the rows that were staged.
    bare: Figures,
}

impl Round {
    async fn run(
        servers: &Servers,
        broker: &Broker,
        messages: usize,
        warm: usize,
        round: usize,
    ) -> Result<Round, Failed> {
        let round = &round.to_string();
        let (shop, eaid) = stage(servers, broker, messages, warm, round).await?;
        let relay = relay::measure(servers, broker, messages, &format!("{round}B relay")).await?;
        println!("{relay}");
        let bare = bare::measure(servers, broker, &shop.database, messages, &format!("{round}C bare")).await?;
        println!("{bare}");
        let batch = gravabatch(servers, shop, messages + warm, round).await?;
        Ok(Round { eaid, batch, relay, bare })
    }
}

/// The ratios, round by round.
fn judge(rounds: &[Round]) -> Result<(), Failed> {
    let each = |figure: fn(&Round) -> f64| -> Vec<f64> { rounds.iter().map(figure).collect() };
    println!(
        "\nmedian: eaid {:.0} msg/s, relay limit {:.0} msg/s, bare keeper {:.0} msg/s, GravaBatch {:.0} sales/s",
        median(each(|round| round.eaid.rate())),
        median(each(|round| round.relay.rate())),
        median(each(|round| round.bare.rate())),
        median(each(|round| round.batch.rate())),
    );
    let mut verdict = Verdict::default();
    verdict.at_least(0.55, "eaid / relay limit", &each(|round| round.eaid.rate() / round.relay.rate()));
    verdict.compare("eaid / bare keeper", &each(|round| round.eaid.rate() / round.bare.rate()));
    verdict.compare("bare keeper / relay limit", &each(|round| round.bare.rate() / round.relay.rate()));
    verdict.at_least(BATCH, "GravaBatch / staged", &each(|round| round.batch.rate() / round.eaid.rate()));
    verdict.close()
}
