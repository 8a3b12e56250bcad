//! How fast eaid is on SQLite, beside a bare insert of the same rows.
//!
//! A: N sales of about 5 kB lie in the spool folder; the real daemon stages them in its file and writes the answers
//! beside. B: the same sales as synchronous calls over HTTP, so many at once. C: one connection inserts the rows that A
//! left into a file with the same tables and indexes, many rows a statement and as many sales a transaction as eaid
//! takes at most, in WAL and with `synchronous = full`, as eaid does. All in turns, each on a copy of one file that
//! holds customers and De/Para; A and B are checked to the row and to the answer.
//!
//! ```text
//! tests/run --exec cargo bench --bench embedded                           3 rounds of 5,000
//! tests/run --exec cargo bench --bench embedded -- --messages 20000
//! ```

mod bare;
mod file;
mod over_http;
mod spool;

use eaid_bench::verdict::Verdict;
use eaid_bench::{Failed, options};
use file::Prepared;

/// What is asked of eaid, as a part of the bare insert's rate (issue: Nothing lost, nothing twice).
const WANTED: f64 = 0.5;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let [messages, rounds] = options::read([("--messages", 5_000), ("--rounds", 3)])?;
    let prepared = Prepared::make().await?;
    let (mut by_spool, mut by_http) = (Vec::new(), Vec::new());
    // ext4 looks round the inodes of files that were deleted in the last minutes whenever it makes one: a round that
    // cleaned up its thousands would make the next one's spool three times as dear.
    let mut left = Vec::new();
    for round in 1..=rounds {
        let site = prepared.copy()?;
        let spool = spool::measure(&site, messages, &format!("{round}A spool")).await?;
        println!("{spool}");
        site.check(messages).await?;
        let other = prepared.copy()?;
        let http = over_http::measure(&other, messages, &format!("{round}B HTTP")).await?;
        println!("{http}");
        other.check(messages).await?;
        let inserted = bare::measure(&prepared.copy()?, &site, messages).await?;
        println!("{round}C bare    {inserted:6.0} msg/s");
        by_spool.push(spool.rate() / inserted);
        by_http.push(http.rate() / inserted);
        left.push(site);
    }
    println!();
    let mut verdict = Verdict::default();
    verdict.at_least(WANTED, "spool / bare insert", &by_spool);
    verdict.at_least(WANTED, "HTTP / bare insert", &by_http);
    verdict.close()
}
