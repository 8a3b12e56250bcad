//! What is asked on the command line, and where the servers are.

use crate::Failed;

/// What is asked.
pub struct Options {
    /// Messages a run.
    pub messages: usize,
    /// Rounds of both.
    pub rounds: usize,
    /// Sales that are through before the run, with the planner's statistics made: a database in use.
    pub warm: usize,
    /// Memory with so many messages waiting, instead.
    pub waiting: Option<usize>,
    /// Be the relay for so many messages.
    pub relay: Option<usize>,
}

impl Options {
    /// Reads the command line.
    pub fn read() -> Result<Options, Failed> {
        let mut options = Options { messages: 20_000, rounds: 3, warm: 0, waiting: None, relay: None };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut number = || -> Result<usize, Failed> {
                let text = words.next().ok_or_else(|| format!("{word} needs a number"))?;
                text.parse().map_err(|_| format!("{word} {text}: not a number").into())
            };
            match word.as_str() {
                "--messages" => options.messages = number()?,
                "--rounds" => options.rounds = number()?,
                "--warm" => options.warm = number()?,
                "--waiting" => options.waiting = Some(number()?),
                "--relay" => options.relay = Some(number()?),
                // Cargo says so to every benchmark.
                "--bench" => {}
                _ => return Err(format!("{word}: expected --messages N, --rounds N, --warm N or --waiting N").into()),
            }
        }
        Ok(options)
    }
}

/// The broker.
pub fn amqp_url() -> Result<String, Failed> {
    variable("EAID_TEST_AMQP_URL")
}

/// The cluster.
pub fn database_url() -> Result<String, Failed> {
    variable("EAID_TEST_DATABASE_URL")
}

fn variable(name: &str) -> Result<String, Failed> {
    let advice = "start the benchmark with `tests/run --exec cargo bench --bench throughput`";
    std::env::var(name).map_err(|_| format!("{name} is not set: {advice}").into())
}
