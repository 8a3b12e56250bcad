//! Sales as synchronous calls.

use crate::file::Site;
use eaid_bench::figures::{Figures, Run};
use eaid_bench::http::{Callers, free_port};
use eaid_bench::processes::{self, Processes};
use eaid_bench::watch::Mark;
use eaid_bench::{Failed, account, sale};
use std::time::Instant;

const PATH: &str = "/totvseai/standardmessage/v1/transactions";
/// Calls under way at once. A call ends when its sale is kept: so many are two batches, one that is kept and one that
/// comes meanwhile.
const CONNECTIONS: usize = 400;

/// One run.
pub async fn measure(site: &Site, messages: usize, name: &str) -> Result<Figures, Failed> {
    let port = free_port()?;
    let daemon = site.daemon().set("EAID_HTTP__ENABLED", "true").set("EAID_HTTP__LISTEN", format!("127.0.0.1:{port}"));
    let mut child = daemon.start("inbound,outbound,http")?;
    let program = Processes::alone(child.id());
    let callers = child.does(Callers::connect(port, PATH, CONNECTIONS)).await?;
    let calls = (0..messages).map(synchronous).collect();
    let run = Run::begin(name, messages);
    let first = Mark { at: Instant::now(), used: program.used()? };
    let called = child.does(callers.post(calls, None)).await?;
    let last = Mark { at: Instant::now(), used: program.used()? };
    let figures = run.end(first, last, processes::peak_memory(child.id())?);
    child.stop().await?;
    account::are_all_ok(called.answers.iter().map(AsRef::as_ref), messages)?;
    Ok(figures)
}

/// The sale whose sender waits for the answer in the call.
fn synchronous(number: usize) -> Vec<u8> {
    String::from_utf8_lossy(&sale::sale(number)).replacen("\"async\"", "\"sync\"", 1).into_bytes()
}
