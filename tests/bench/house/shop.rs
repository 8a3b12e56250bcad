//! eaid on the broker and a database of its own, through which its customers went already.

use crate::broker::Broker;
use crate::daemon::{Daemon, Running};
use crate::database::Database;
use crate::figures::{Figures, Run};
use crate::processes::{self, Processes};
use crate::servers::Servers;
use crate::watch::watch;
use crate::{Failed, account, sale};
use std::ops::Range;
use std::time::Duration;

/// What a daemon does while it stages.
pub const INBOUND: &str = "inbound,outbound";

/// A shop.
pub struct Shop {
    /// How its daemons are started.
    pub daemon: Daemon,
    /// Where they keep what they do.
    pub database: Database,
    earlier: usize,
}

impl Shop {
    /// Clears the queues and makes a database. Then the customers come as they would, by message, and the sales
    /// `warm`; that warms the servers up, too.
    ///
    /// # Errors
    /// Where anything of that fails.
    pub async fn open(
        program: &'static str,
        servers: &Servers,
        broker: &Broker,
        warm: Range<usize>,
    ) -> Result<Shop, Failed> {
        broker.clear().await?;
        let database = Database::create(&servers.database).await?;
        let daemon = Daemon::on_servers(program, servers, &database.url);
        daemon.prepare().await?;
        let earlier = sale::CUSTOMERS + warm.len();
        let mut child = daemon.start(INBOUND)?;
        broker.publish("in.customervendor", 0..sale::CUSTOMERS, sale::customer).await?;
        broker.publish("in.retailsales", warm, sale::sale).await?;
        child.does(broker.wait_for_answers(earlier, Duration::from_secs(300))).await?;
        child.does(database.wait_until_sent()).await?;
        child.stop().await?;
        broker.purge().await?;
        Ok(Shop { daemon, database, earlier })
    }

    /// So many sales wait; so many daemons stage and answer them, which is then checked: each once.
    ///
    /// # Errors
    /// Where they do not, or anything is not as it must be.
    pub async fn stage(
        &self,
        servers: &Servers,
        broker: &Broker,
        sales: usize,
        daemons: usize,
        name: &str,
    ) -> Result<Figures, Failed> {
        let figures = self.run(servers, broker, 0..sales, daemons, name).await?;
        self.database.check(self.earlier - sale::CUSTOMERS + sales, sale::CUSTOMERS).await?;
        Ok(figures)
    }

    /// The same with certain sales and whatever else is in the database: only the answers are checked.
    ///
    /// # Errors
    /// Where any is missing.
    pub async fn run(
        &self,
        servers: &Servers,
        broker: &Broker,
        sales: Range<usize>,
        daemons: usize,
        name: &str,
    ) -> Result<Figures, Failed> {
        let count = sales.len();
        broker.publish("in.retailsales", sales, sale::sale).await?;
        broker.wait_until_waiting(count).await?;
        self.database.settle().await?;
        let run = Run::begin(name, count);
        let started: Result<Vec<Running>, Failed> = (0..daemons).map(|_| self.daemon.start(INBOUND)).collect();
        let mut children = started?;
        let ids: Vec<u32> = children.iter().map(Running::id).collect();
        let watched = Processes::find(servers, &ids)?;
        let first = children.first_mut().ok_or("no daemon")?;
        let (begun, done) = first.does(watch(broker, count, &watched)).await?;
        first.does(self.database.wait_until_sent()).await?;
        let peak: Result<Vec<u64>, Failed> = ids.iter().map(|id| processes::peak_memory(*id)).collect();
        let figures = run.end(begun, done, peak?.into_iter().max().unwrap_or_default());
        for child in children {
            child.stop().await?;
        }
        account::check(broker, count).await?;
        Ok(figures)
    }
}
