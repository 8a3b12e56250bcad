//! The real `eaid` over HTTP, on a database of its own.

use eaid_bench::Failed;
use eaid_bench::daemon::{Daemon, Running};
use eaid_bench::database::Database;
use eaid_bench::http::free_port;
use eaid_bench::servers::Servers;

/// A shop: daemon, database, port.
pub struct Shop {
    /// Its database.
    pub database: Database,
    /// Where it listens.
    pub port: u16,
    daemon: Running,
}

impl Shop {
    /// Makes the database and starts the daemon.
    pub async fn open(servers: &Servers) -> Result<Shop, Failed> {
        let database = Database::create(&servers.database).await?;
        let port = free_port()?;
        let daemon = Daemon::new(env!("CARGO_BIN_EXE_eaid"))
            .set("EAID_DATABASE__URL", &*database.url)
            .set("EAID_HTTP__ENABLED", "true")
            .set("EAID_HTTP__LISTEN", format!("127.0.0.1:{port}"));
        Ok(Shop { database, port, daemon: daemon.start("inbound,batch,outbound,http")? })
    }

    /// Looks that every order is there, whole.
    pub async fn check(&self, orders: usize) -> Result<(), Failed> {
        let rows = [
            ("pcpedc where condvenda = '7' and situacao = 'RECEBIDO'", orders),
            ("pcpedc where condvenda = '8'", orders),
            ("pcvinculopedidomatcon", orders),
            ("pcformapgtopedido where numped in (select numped from pcpedc where condvenda = '7')", orders),
            ("pclogpedidoapi", 2 * orders),
        ];
        self.database.check_rows(&rows).await
    }

    /// Ends daemon and database.
    pub async fn close(self) -> Result<(), Failed> {
        self.daemon.stop().await?;
        self.database.drop().await
    }
}
