//! The real `eaid` on a database of its own.

use crate::Failed;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::process::Stdio;
use tokio::process::{Child, Command};

/// A shop: daemon, database, port.
pub struct Shop {
    /// The address of its database.
    pub database: String,
    /// Where it listens.
    pub port: u16,
    name: String,
    cluster: String,
    child: Child,
}

impl Shop {
    /// Makes the database and starts the daemon.
    pub async fn open() -> Result<Shop, Failed> {
        let advice = "start the benchmark with `tests/run --exec cargo bench --bench presales`";
        let cluster =
            std::env::var("EAID_TEST_DATABASE_URL").map_err(|_| format!("no EAID_TEST_DATABASE_URL: {advice}"))?;
        let name = format!("eaid_bench_{}", uuid::Uuid::new_v4().simple());
        let mut admin = PgConnection::connect(&cluster).await?;
        sqlx::query(AssertSqlSafe(format!("create database {name} template template0"))).execute(&mut admin).await?;
        let (server, _) = cluster.rsplit_once('/').ok_or("the address of the cluster has no path")?;
        let database = format!("{server}/{name}");
        let port = free_port()?;
        let child = Command::new(env!("CARGO_BIN_EXE_eaid"))
            .arg("run")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("EAID_DATABASE__URL", &database)
            .env("EAID_AMQP__ENABLED", "false")
            .env("EAID_SPOOL__ENABLED", "false")
            .env("EAID_HTTP__LISTEN", format!("127.0.0.1:{port}"))
            .env("EAID_LOG__LEVEL", "error")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        Ok(Shop { database, port, name, cluster, child })
    }

    /// Looks that every order is there, whole.
    pub async fn check(&self, orders: usize) -> Result<(), Failed> {
        let mut connection = PgConnection::connect(&self.database).await?;
        for (view, wanted) in [
            ("pcpedc where condvenda = '7' and situacao = 'RECEBIDO'", orders),
            ("pcpedc where condvenda = '8'", orders),
            ("pcvinculopedidomatcon", orders),
            ("pcformapgtopedido where numped in (select numped from pcpedc where condvenda = '7')", orders),
            ("pclogpedidoapi", 2 * orders),
        ] {
            let count = count(&mut connection, view).await?;
            if count != wanted {
                return Err(format!("{count} rows in {view}, {wanted} expected").into());
            }
        }
        Ok(())
    }

    /// Ends daemon and database.
    pub async fn close(mut self) -> Result<(), Failed> {
        self.child.kill().await?;
        let mut admin = PgConnection::connect(&self.cluster).await?;
        sqlx::query(AssertSqlSafe(format!("drop database {} with (force)", self.name))).execute(&mut admin).await?;
        Ok(())
    }
}

/// Counts rows.
pub async fn count(connection: &mut PgConnection, rows: &str) -> Result<usize, Failed> {
    let sql = format!("select count(*) from {rows}");
    let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await?;
    Ok(usize::try_from(count)?)
}

/// A port that nobody listens on now.
pub fn free_port() -> Result<u16, Failed> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
