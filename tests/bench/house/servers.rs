//! Where the servers are.

use crate::Failed;
use sqlx::{Connection, PgConnection};

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

    /// The same with the cluster by its Unix socket: what is on one machine need not go through TCP.
    ///
    /// # Errors
    /// Where the cluster has none.
    pub async fn on_one_machine() -> Result<Servers, Failed> {
        let servers = Servers::from_environment()?;
        let mut connection = PgConnection::connect(&servers.database).await?;
        let folder: String = sqlx::query_scalar("show unix_socket_directories").fetch_one(&mut connection).await?;
        if folder.is_empty() {
            return Err("the cluster has no Unix socket: is TMPDIR too long for one?".into());
        }
        let database = servers.database.replacen("127.0.0.1", &folder.replace('/', "%2F"), 1);
        Ok(Servers { database, ..servers })
    }
}

fn variable(name: &str) -> Result<String, Failed> {
    let advice = "start the benchmark with `tests/run --exec cargo bench --bench NAME`";
    std::env::var(name).map_err(|_| format!("{name} is not set: {advice}").into())
}
