//! How fast eaid is beside what a user would write instead.
//!
//! The same sales wait in the same quorum queue and take the same rows in the same PostgreSQL with fsync on; each is
//! acknowledged after the commit of its one transaction, and its answer is published with a confirm. In turns: the bare
//! relay (no database: the limit), eaid, and the peers, each a program to read in this folder: Python with aio-pika and
//! asyncpg, Node with amqplib and pg, and Rust with lapin and sqlx. Every run is checked to the row and to the answer.
//! The peers do less: narrower tables (`tables.sql`), no De/Para, no customer, no violations, no waiting.
//!
//! ```text
//! tests/run --exec cargo bench --bench peers                              3 rounds; 10,000 sales, for a peer 3,000
//! tests/run --exec cargo bench --bench peers -- --messages 20000 --slow 10000
//! ```
//!
//! Packages come from PyPI and npm, in the versions that stand in this folder, into a folder of the run. A peer whose
//! runtime or packages are missing is left out, and the table says so.

mod peer;
mod single;

use eaid_bench::broker::Broker;
use eaid_bench::figures::{Figures, median};
use eaid_bench::servers::Servers;
use eaid_bench::shop::Shop;
use eaid_bench::verdict::Verdict;
use eaid_bench::{Failed, database, options, relay};
use peer::Peer;

/// eaid has to be so many times as fast as who commits each message by itself (issue: Nothing lost, nothing twice).
const WANTED: f64 = 4.0;

/// The runs of one contestant.
struct Row {
    name: &'static str,
    runs: Vec<Figures>,
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    if options::part(single::WORD).is_some() {
        return single::run().await;
    }
    let servers = Servers::from_environment()?;
    if relay::is_played(&servers).await? {
        return Ok(());
    }
    let [messages, slow, rounds] = options::read([("--messages", 10_000), ("--slow", 3_000), ("--rounds", 3)])?;
    let broker = Broker::connect(&servers.amqp).await?;
    println!("{}", database::describe(&servers.database).await?);
    let folder = tempfile::tempdir()?;
    let peers = [Peer::rust()?, Peer::node(folder.path()).await, Peer::python(folder.path()).await];
    let names = ["relay limit", "eaid"].into_iter().chain(peers.iter().map(|peer| peer.name));
    let mut rows: Vec<Row> = names.map(|name| Row { name, runs: Vec::new() }).collect();
    for round in 1..=rounds {
        let name = |place: usize, rows: &[Row]| format!("{round} {:22}", rows[place].name);
        let limit = relay::measure(&servers, &broker, messages, &name(0, &rows)).await?;
        tell(&mut rows[0], limit);
        let shop = Shop::open(env!("CARGO_BIN_EXE_eaid"), &servers, &broker, 0..0).await?;
        let eaid = shop.stage(&servers, &broker, messages, 1, &name(1, &rows)).await?;
        shop.database.drop().await?;
        tell(&mut rows[1], eaid);
        for (at, peer) in peers.iter().enumerate() {
            if let Some(figures) = peer.measure(&servers, &broker, slow, &name(at + 2, &rows)).await? {
                tell(&mut rows[at + 2], figures);
            }
        }
    }
    table(&rows, &peers);
    let [_, eaid, single, ..] = rows.as_slice() else { return Err("no rows".into()) };
    let mut verdict = Verdict::default();
    verdict.at_least(WANTED, "eaid, times Rust with a commit a message", &ratios(eaid, single));
    verdict.close()
}

fn tell(row: &mut Row, figures: Figures) {
    println!("{figures}");
    row.runs.push(figures);
}

/// One contestant's rate over another's, round by round.
fn ratios(of: &Row, over: &Row) -> Vec<f64> {
    of.runs.iter().zip(&over.runs).map(|(of, over)| of.rate() / over.rate()).collect()
}

fn table(rows: &[Row], peers: &[Peer]) {
    println!("\nmedians                   msg/s   of the limit   eaid is   CPU us/msg: broker  postgres  program");
    for row in rows.iter().filter(|row| !row.runs.is_empty()) {
        let each = |of: fn(&Figures) -> f64| median(row.runs.iter().map(of).collect());
        println!(
            "{:22} {:8.0} {:14.2} {:7.1} x {:19.0} {:9.0} {:8.0}",
            row.name,
            each(Figures::rate),
            median(ratios(row, &rows[0])),
            median(ratios(&rows[1], row)),
            each(|run| run.each()[0]),
            each(|run| run.each()[1]),
            each(|run| run.each()[2]),
        );
    }
    for peer in peers {
        if let Err(reason) = &peer.command {
            println!("{:22} left out: {reason}", peer.name);
        }
    }
    println!();
}
