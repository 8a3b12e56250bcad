//! Where the servers are.

use crate::Failed;

/// The addresses of both servers.
pub struct Servers {
    /// The broker.
    pub amqp: String,
    /// The cluster.
    pub database: String,
}

impl Servers {
    /// Those that `tests/run --exec` started.
    ///
    /// # Errors
    /// Where it did not.
    pub fn from_environment() -> Result<Servers, Failed> {
        Ok(Servers { amqp: variable("EAID_TEST_AMQP_URL")?, database: variable("EAID_TEST_DATABASE_URL")? })
    }
}

fn variable(name: &str) -> Result<String, Failed> {
    let advice = "start the benchmark with `tests/run --exec cargo bench --bench NAME`";
    std::env::var(name).map_err(|_| format!("{name} is not set: {advice}").into())
}
