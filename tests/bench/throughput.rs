//! How fast eaid is beside the limit of its broker.
//!
//! A: N sales of about 5 kB wait in the quorum queue; the real daemon stages, answers and acknowledges them on
//! PostgreSQL with fsync on. B: the relay limit, a bare lapin program on the same queues without any database.
//! Both run in turns on the same servers and are watched from outside by the same means: the depths of the
//! queues. Every run is checked afterwards, to the row and to the answer. What A staged is then taken by GravaBatch
//! alone, which has to reach half of the rate at which it was staged.
//!
//! ```text
//! tests/run --exec cargo bench --bench throughput                         3 rounds of 20,000
//! tests/run --exec cargo bench --bench throughput -- --rounds 5
//! tests/run --exec cargo bench --bench throughput -- --warm 5000          into a database in use
//! tests/run --exec cargo bench --bench throughput -- --waiting 100000     memory with so many waiting
//! ```

// One sale is one `json!` of many tags.
#![recursion_limit = "256"]

mod account;
mod broker;
mod daemon;
mod database;
mod options;
mod processes;
mod relay;
mod report;
mod sale;

use broker::Broker;
use daemon::Daemon;
use database::Database;
use options::Options;
use processes::Processes;
use report::{Figures, Round, Run};
use std::time::{Duration, Instant};

/// What can go wrong; a benchmark that fails says why and ends.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;

/// What the daemon does while it stages.
const INBOUND: &str = "inbound,outbound";

/// The daemon may hold so much, whatever waits (issue: The first sale, Speed).
const MEMORY_LIMIT: u64 = 150 * 1024 * 1024;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let options = Options::read()?;
    if let Some(count) = options.relay {
        return relay::run(&options::amqp_url()?, count).await;
    }
    let broker = Broker::connect(&options::amqp_url()?).await?;
    println!("{}", database::describe(&options::database_url()?).await?);
    if let Some(waiting) = options.waiting {
        return memory(&broker, waiting).await;
    }
    let mut rounds: Vec<Round> = Vec::new();
    for round in 1..=options.rounds {
        let (eaid, batch) = eaid(&broker, options.messages, options.warm, &format!("{round}A")).await?;
        let relay = relay(&broker, options.messages, &format!("{round}B relay")).await?;
        rounds.push(Round { eaid, batch, relay });
    }
    report::ratio(&rounds)
}

/// The memory of the daemon while a long queue waits.
async fn memory(broker: &Broker, waiting: usize) -> Result<(), Failed> {
    let (figures, _) = eaid(broker, waiting, 0, "w").await?;
    let peak = figures.peak;
    println!("\npeak RSS of the daemon with {waiting} messages waiting: {:.0} MB", peak as f64 / 1e6);
    if peak > MEMORY_LIMIT {
        return Err(format!("that is more than {:.0} MB", MEMORY_LIMIT as f64 / 1e6).into());
    }
    Ok(())
}

/// One run of the daemon: inbound, and then GravaBatch over what that staged.
async fn eaid(broker: &Broker, messages: usize, warm: usize, name: &str) -> Result<(Figures, Figures), Failed> {
    broker.clear().await?;
    let database = Database::create(&options::database_url()?).await?;
    let daemon = Daemon { database: database.url.clone(), amqp: options::amqp_url()? };
    daemon.prepare().await?;
    // The customers come as they would: by message. It also warms the servers up.
    let earlier = sale::CUSTOMERS + warm;
    let mut child = daemon.start(INBOUND)?;
    broker.publish("in.customervendor", 0..sale::CUSTOMERS, sale::customer).await?;
    broker.publish("in.retailsales", messages..messages + warm, sale::sale).await?;
    child.does(broker.wait_for_answers(earlier, Duration::from_secs(300))).await?;
    child.does(database.wait_until_sent(earlier)).await?;
    child.stop().await?;
    broker.purge().await?;

    broker.publish("in.retailsales", 0..messages, sale::sale).await?;
    broker.wait_until_waiting(messages).await?;
    database.settle().await?;
    let run = Run::begin(&format!("{name} eaid"), messages);
    let mut child = daemon.start(INBOUND)?;
    let servers = Processes::find(&options::amqp_url()?, &options::database_url()?, Some(child.id()))?;
    let (first, last) = child.does(watch(broker, messages, &servers)).await?;
    child.does(database.wait_until_sent(messages + earlier)).await?;
    let peak = processes::peak_memory(child.id())?;
    let figures = run.end(first, last, peak);
    child.stop().await?;
    database.check(messages + warm, sale::CUSTOMERS).await?;
    account::check(broker, messages).await?;
    println!("{figures}");
    let batch = gravabatch(&daemon, &database, messages + warm, &format!("{name} batch")).await?;
    database.drop().await?;
    println!("{batch}");
    Ok((figures, batch))
}

/// GravaBatch alone over the staged sales.
async fn gravabatch(daemon: &Daemon, database: &Database, sales: usize, name: &str) -> Result<Figures, Failed> {
    database.settle().await?;
    let run = Run::begin(name, sales);
    let mut child = daemon.start("batch")?;
    let servers = Processes::find(&options::amqp_url()?, &options::database_url()?, Some(child.id()))?;
    let (first, last) = child.does(database.watch_titles(sales, &servers)).await?;
    let figures = run.end(first, last, processes::peak_memory(child.id())?);
    child.stop().await?;
    database.check_titles(sales).await?;
    Ok(figures)
}

/// One run of the bare relay, as a process of its own.
async fn relay(broker: &Broker, messages: usize, name: &str) -> Result<Figures, Failed> {
    broker.clear().await?;
    broker.publish("in.retailsales", 0..messages, sale::sale).await?;
    broker.wait_until_waiting(messages).await?;
    let run = Run::begin(name, messages);
    let child = relay::start(messages)?;
    let servers = Processes::find(&options::amqp_url()?, &options::database_url()?, Some(child.id()))?;
    let (first, last) = watch(broker, messages, &servers).await?;
    let figures = run.end(first, last, processes::peak_memory(child.id())?);
    child.wait().await?;
    broker.check_empty().await?;
    println!("{figures}");
    Ok(figures)
}

/// A moment and what every process had used by then.
pub struct Mark {
    at: Instant,
    used: processes::Used,
}

/// Watches the queues from the first message taken to the last answer given.
async fn watch(broker: &Broker, messages: usize, servers: &Processes) -> Result<(Mark, Mark), Failed> {
    let mut first = None;
    let deadline = Instant::now() + Duration::from_secs(900);
    loop {
        let at = Instant::now();
        let depth = broker.depth().await?;
        if first.is_none() && depth.waiting < messages {
            first = Some(Mark { at, used: servers.used()? });
        }
        if let Some(begun) = first.take() {
            if depth.answers >= messages && depth.waiting == 0 {
                return Ok((begun, Mark { at, used: servers.used()? }));
            }
            first = Some(begun);
        }
        if at > deadline {
            return Err(format!("gave up with {} waiting and {} answers", depth.waiting, depth.answers).into());
        }
        // Looking costs the broker; so often is exact to about one percent.
        tokio::time::sleep(Duration::from_millis(if first.is_some() { 20 } else { 2 })).await;
    }
}
