//! A benchmark that starts itself again as another contestant: a program apart, watched like eaid.

use crate::broker::Broker;
use crate::figures::{Figures, Run};
use crate::processes::{self, Processes};
use crate::servers::Servers;
use crate::watch::watch;
use crate::{Failed, sale};
use tokio::process::{Child, Command};

/// It as a process.
pub struct Part {
    child: Child,
    id: u32,
}

impl Part {
    /// Starts this program again; the first argument tells it what it is.
    ///
    /// # Errors
    /// Where that cannot be.
    pub fn start(arguments: &[&str]) -> Result<Part, Failed> {
        let program = std::env::current_exe()?;
        let child = Command::new(program).args(arguments).kill_on_drop(true).spawn()?;
        let id = child.id().ok_or("it ended at once")?;
        Ok(Part { child, id })
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Waits for its end, which must be in good order.
    ///
    /// # Errors
    /// Any other end.
    pub async fn wait(mut self) -> Result<(), Failed> {
        let end = self.child.wait().await?;
        if end.success() { Ok(()) } else { Err(format!("another part of the benchmark ended with {end}").into()) }
    }
}

/// One run over waiting sales.
///
/// # Errors
/// Where it leaves anything.
pub async fn measure(
    servers: &Servers,
    broker: &Broker,
    messages: usize,
    name: &str,
    start: impl FnOnce() -> Result<Part, Failed>,
) -> Result<Figures, Failed> {
    broker.clear().await?;
    broker.publish("in.retailsales", 0..messages, sale::sale).await?;
    broker.wait_until_waiting(messages).await?;
    let run = Run::begin(name, messages);
    let part = start()?;
    let watched = Processes::find(servers, &[part.id()])?;
    let (first, last) = watch(broker, messages, &watched).await?;
    let figures = run.end(first, last, processes::peak_memory(part.id())?);
    part.wait().await?;
    broker.check_empty().await?;
    Ok(figures)
}
