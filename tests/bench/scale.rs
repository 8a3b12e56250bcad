//! What more daemons bring on one broker and one database.
//!
//! N sales of about 5 kB wait in one quorum queue; 1, 2 and 4 daemons stage and answer them, in turns on the same
//! servers. After each run every row and every answer is counted: no effect twice, however the sales were shared out.
//! On one machine they share its cores, so what to look at is the CPU a message: what it costs to be several, and
//! which of broker, database and daemon fills up first where each has a machine of its own.
//!
//! ```text
//! tests/run --exec cargo bench --bench scale                              3 rounds of 10,000
//! tests/run --exec cargo bench --bench scale -- --messages 20000
//! ```

use eaid_bench::broker::Broker;
use eaid_bench::figures::{Figures, median};
use eaid_bench::servers::Servers;
use eaid_bench::shop::Shop;
use eaid_bench::{Failed, database, options};

/// How many daemons.
const DAEMONS: [usize; 3] = [1, 2, 4];

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let servers = Servers::on_one_machine().await?;
    let [messages, rounds] = options::read([("--messages", 10_000), ("--rounds", 3)])?;
    let broker = Broker::connect(&servers.amqp).await?;
    println!("{}", database::describe(&servers.database).await?);
    let mut runs: [Vec<Figures>; 3] = Default::default();
    for round in 1..=rounds {
        for (daemons, runs) in DAEMONS.into_iter().zip(&mut runs) {
            let shop = Shop::open(env!("CARGO_BIN_EXE_eaid"), &servers, &broker, 0..0).await?;
            let name = format!("{round} {daemons} eaid");
            let figures = shop.stage(&servers, &broker, messages, daemons, &name).await?;
            shop.database.drop().await?;
            println!("{figures}{}", shares(&figures));
            runs.push(figures);
        }
    }
    println!("\nmedians, every run with each of its {messages} sales staged once and answered once:");
    println!("daemons   msg/s   CPU us/msg: broker  postgres  daemons together   one core of each carries msg/s");
    for (daemons, runs) in DAEMONS.into_iter().zip(&runs) {
        let each = |of: fn(&Figures) -> f64| median(runs.iter().map(of).collect());
        let [broker, postgres, program] =
            [each(|run| run.each()[0]), each(|run| run.each()[1]), each(|run| run.each()[2])];
        println!(
            "{daemons:7} {:7.0} {broker:19.0} {postgres:9.0} {program:17.0}   broker {:.0}, postgres {:.0}, daemon {:.0}",
            each(Figures::rate),
            1e6 / broker,
            1e6 / postgres,
            1e6 / program,
        );
    }
    Ok(())
}

/// What part of the daemons' work each of them did.
fn shares(figures: &Figures) -> String {
    let each: Vec<String> = figures.each_program().iter().map(|micros| format!("{micros:.0}")).collect();
    if each.len() > 1 { format!("   each daemon {}", each.join(" ")) } else { String::new() }
}
