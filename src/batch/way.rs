//! The way of one worker through a queue. With a backlog each step goes on behind the last one, since what that took
//! may still stand before it in the database; and every while from the front again, for what came there meanwhile, what
//! has rested and what others left.

use super::{LEASE, LOOK, Work};
use crate::fault::Fault;
use crate::office::Office;
use crate::store::{Claim, Queue};
use eaid_adapters::table::Row;
use tokio::time::Instant;

/// The front is left alone this many times as long as a look there took: however much stands before it.
const REST: u32 = 4;

/// Where a worker is in a queue.
pub(super) struct Way {
    /// What is done there.
    pub(super) work: &'static Work,
    /// The last row that was taken, if there may be more behind it.
    behind: Option<Row>,
    /// When the front is looked at again.
    front: Instant,
}

impl Way {
    /// From the front.
    pub(super) fn of(work: &'static Work) -> Way {
        Way { work, behind: None, front: Instant::now() }
    }

    /// Claims rows: fewer than the limit where there are no more. Until they are kept, the next ones are from the front.
    ///
    /// # Errors
    /// A fault of the store.
    pub(super) async fn claim(&mut self, office: &Office, limit: usize) -> Result<Vec<Row>, Fault> {
        let waiting = self.work.queue;
        let queue = Queue {
            name: "gravabatch",
            table: waiting.table,
            index: waiting.index,
            ready: waiting.state,
            rest: waiting.rest,
        };
        let claim = Claim { queue: &queue, holder: office.holder, lease: LEASE, limit, behind: None };
        let begun = Instant::now();
        if let Some(last) = self.behind.take().filter(|_| begun < self.front) {
            let rows = office.store.claim_rows(&Claim { behind: Some(&last), ..claim }).await?;
            if rows.len() == limit {
                return Ok(rows);
            }
        }
        let begun = Instant::now();
        let rows = office.store.claim_rows(&claim).await?;
        self.front = Instant::now() + LOOK.max(REST * begun.elapsed());
        Ok(rows)
    }

    /// Rows that were claimed are through.
    pub(super) fn kept(&mut self, mut rows: Vec<Row>, limit: usize) {
        self.behind = if rows.len() == limit { rows.pop() } else { None };
    }
}
