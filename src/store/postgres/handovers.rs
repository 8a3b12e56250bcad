//! What was given to a publisher with the batch that it was kept in: a row a batch, until it is known what became of
//! all of it. A row of `sending` for each, written before it was sent and marked behind that, cost the server three
//! times as much.

use super::rows::Column;
use super::together::Along;
use crate::store::Outgoing;
use chrono::{DateTime, Utc};
use foldhash::HashMap;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// So many whose lease is over are ended at once, at most.
const MOST: i64 = 100;

/// How long what a batch brings is whose.
#[derive(Clone, Copy)]
pub(super) struct Lease {
    pub(super) holder: Uuid,
    pub(super) time: Duration,
    /// By the clock of the database.
    pub(super) until: DateTime<Utc>,
}

/// What a batch hands over.
pub(super) struct Handover {
    lease: Lease,
    /// Rows of the outbox.
    ids: Vec<Uuid>,
}

impl Handover {
    /// Of new rows to their holder; none where nothing is to be published.
    pub(super) fn of(new: &[&Outgoing], lease: &Lease) -> Option<Handover> {
        let ids: Vec<Uuid> = new.iter().filter(|one| !one.is_fetched()).map(|one| one.id).collect();
        (!ids.is_empty()).then_some(Handover { lease: *lease, ids })
    }

    /// Its row.
    pub(super) fn row<'a>(&self) -> Along<'a> {
        Along {
            head: "insert into handovers (id, ids, leased_by, leased_until)
                 select (array_agg(m.id))[1], array_agg(m.id), (array_agg(m.holder))[1], (array_agg(m.until))[1] from"
                .into(),
            columns: vec![
                Column::Id(self.ids.iter().copied().map(Some).collect()),
                Column::Id(vec![Some(self.lease.holder)]),
                Column::Time(vec![Some(self.lease.until)]),
            ],
            tail: "as m (id, holder, until)",
        }
    }
}

/// What this process has in hand, so far as it knows: of what is here, nothing was noted by it before.
#[derive(Debug, Default)]
pub(super) struct InHand(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// The handover of each row of the outbox of which nothing was noted.
    of: HashMap<Uuid, Uuid>,
    /// Of how many of each handover nothing was noted.
    left: HashMap<Uuid, usize>,
    /// Handovers of which all was noted, whose rows can go.
    over: Vec<Uuid>,
    /// What was taken in, oldest first, with when its lease is over.
    leased: VecDeque<(Instant, Vec<Uuid>)>,
}

impl InHand {
    /// Takes in what was committed: what was noted, and what was handed over.
    pub(super) fn kept(&self, noted: &[Uuid], handover: Option<Handover>) {
        self.noted(noted);
        if let Some(Handover { lease, ids }) = handover {
            self.add(lease.time, ids);
        }
    }

    /// Takes in what was handed over. What is older than its lease is no longer in hand.
    fn add(&self, lease: Duration, ids: Vec<Uuid>) {
        let now = Instant::now();
        let mut known = self.lock();
        let known = &mut *known;
        while let Some((_, old)) = known.leased.pop_front_if(|(until, _)| *until < now) {
            for id in &old {
                known.of.remove(id);
            }
            old.first().map(|handover| known.left.remove(handover));
        }
        if let Some(handover) = ids.first() {
            known.of.extend(ids.iter().map(|id| (*id, *handover)));
            known.left.insert(*handover, ids.len());
            known.leased.push_back((now + lease, ids));
        }
    }

    /// The handover of a row of the outbox, where nothing was noted of it. It is given once: whoever fails to note
    /// something can no longer be sure.
    pub(super) fn take(&self, id: Uuid) -> Option<Uuid> {
        self.lock().of.remove(&id)
    }

    /// Leaves rows of the outbox to whoever takes them.
    fn leave(&self, ids: &[Uuid]) {
        let mut known = self.lock();
        for id in ids {
            known.of.remove(id);
        }
    }

    /// What became of a row of each was noted for good.
    pub(super) fn noted(&self, handovers: &[Uuid]) {
        let mut known = self.lock();
        let known = &mut *known;
        for handover in handovers {
            if let Some(left) = known.left.get_mut(handover) {
                *left -= 1;
                if *left == 0 {
                    known.left.remove(handover);
                    known.over.push(*handover);
                }
            }
        }
    }

    fn over(&self) -> Vec<Uuid> {
        std::mem::take(&mut self.lock().over)
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes due what is left of handovers that are over; gives it.
const DUE: &str = "insert into sending (id, due_at)
    select o.id, o.created_at from over cross join unnest(over.ids) as u (id) join outbox o on o.id = u.id
    order by o.id
    on conflict (id) do nothing
    returning id";

/// Ends those of which all was noted, and those of anybody whose lease is over: what is left of these becomes due.
pub(super) async fn end(pool: &PgPool, in_hand: &InHand) -> sqlx::Result<()> {
    let sql = format!(
        "with late as (
             select id from handovers where leased_until < now() order by id limit $2 for update skip locked
         ), noted as (
             delete from handovers h using unnest($1::uuid[]) as m (id)
             where h.id = m.id and not exists (select from late where late.id = h.id)
         ), over as (
             delete from handovers h using late where h.id = late.id returning h.ids
         )
         {DUE}"
    );
    let due: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(in_hand.over()).bind(MOST).fetch_all(pool).await?;
    in_hand.leave(&due);
    Ok(())
}

/// Ends those of a process: what is left of them becomes due.
pub(super) async fn release(connection: &mut PgConnection, in_hand: &InHand, holder: Uuid) -> sqlx::Result<()> {
    let sql = format!("with over as (delete from handovers where leased_by = $1 returning ids) {DUE}");
    let due: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(holder).fetch_all(connection).await?;
    in_hand.leave(&due);
    Ok(())
}
