//! Rows of the outbox: what is to be sent, by whom, and what became of it.

use super::handovers::{self, InHand};
use super::rows::{Column, NewRows};
use super::together::{Along, Gives, Part, together};
use crate::store::packing::{Damaged, Packed, sendable, unpacked_text};
use crate::store::trouble::unfit;
use crate::store::{Bounds, Mark, Outcome, Outgoing, Repeat, SendKind};
use eaid_adapters::table::Word;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Row};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// The columns that [`read`] reads, of an outbox row `o`.
pub(super) const OUTGOING: &str =
    "o.id, o.message, o.kind, o.partner, o.transaction, o.correlation, o.subject, o.route_key, o.transport,
    o.format, o.body, o.plain, o.created_at";

/// New rows.
pub(super) fn rows<'a>(new: &'a [&'a Outgoing]) -> NewRows<'a> {
    let mut rows = NewRows::of("outbox", new.len());
    rows.column("id", Column::Id(new.iter().map(|one| Some(one.id)).collect()));
    rows.column("message", Column::Id(new.iter().map(|one| one.message).collect()));
    rows.heads(
        new,
        &[
            ("kind", |one| one.kind.as_str()),
            ("partner", |one| &one.partner),
            ("transaction", |one| &one.transaction),
            ("correlation", |one| &one.correlation),
            ("subject", |one| &one.subject),
            ("route_key", |one| &one.route_key),
            ("transport", |one| &one.transport),
            ("format", |one| &one.format),
        ],
    );
    rows.bodies(new.iter().map(|one| Packed::of(one.body.as_bytes())));
    rows.column("created_at", Column::Time(new.iter().map(|one| Some(one.created_at)).collect()));
    rows
}

/// What became of new rows that nobody has in hand. What the sender fetches by HTTP counts as sent.
pub(super) fn sending<'a>(new: &[&Outgoing], is_in_hand: bool) -> NewRows<'a> {
    let new: Vec<&Outgoing> = new.iter().copied().filter(|one| !is_in_hand || one.is_fetched()).collect();
    let mut rows = NewRows::of("sending", new.len());
    rows.column("id", Column::Id(new.iter().map(|one| Some(one.id)).collect()));
    rows.column("due_at", Column::Time(new.iter().map(|one| Some(one.created_at)).collect()));
    let sent_at = |one: &&Outgoing| one.is_fetched().then_some(one.created_at);
    rows.column("sent_at", Column::Time(new.iter().map(sent_at).collect()));
    rows
}

/// Makes the answers of repeated messages due again; gives which. One that is on its way may arrive twice.
pub(super) async fn repeat(connection: &mut PgConnection, repeats: &[Repeat]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar(
        "insert into sending (id, due_at)
         select o.id, now() from inbox i join outbox o on o.id = i.answer
         where i.id = any($1) and o.transport <> 'http' order by o.id
         on conflict (id) do update
         set sent_at = null, unroutable = '', due_at = now(), leased_by = null, leased_until = null
         returning id",
    )
    .bind(repeats.iter().map(|repeat| repeat.message).collect::<Vec<_>>())
    .fetch_all(connection)
    .await
}

/// Takes rows that are due and leased to nobody. The commit does not wait for the disk: a lease that is lost
/// with the server is no loss. The sizes of bodies are known without them.
pub(super) async fn due(
    pool: &PgPool,
    in_hand: &InHand,
    holder: Uuid,
    lease: Duration,
    most: Bounds,
) -> sqlx::Result<Vec<Outgoing>> {
    handovers::end(pool, in_hand).await?;
    let sql = format!(
        "with due as (
             select id from sending
             where sent_at is null and unroutable = '' and due_at <= now() and (leased_until is null or leased_until < now())
             order by id limit $3 for update skip locked
         ), counted as (
             select due.id, row_number() over (order by due.id) as number,
                 sum(coalesce(o.plain, octet_length(o.body))) over (order by due.id) as bytes
             from due join outbox o on o.id = due.id
         ), fitting as (
             select id from counted where number = 1 or bytes <= $4
         ), leased as (
             update sending s set leased_by = $1, leased_until = now() + make_interval(secs => $2)
             from fitting, (select set_config('synchronous_commit', 'off', true)) as unhurried
             where s.id = fitting.id
             returning s.id
         )
         select {OUTGOING} from leased join outbox o on o.id = leased.id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(holder)
        .bind(lease.as_secs_f64())
        .bind(i64::try_from(most.rows).unwrap_or(i64::MAX))
        .bind(i64::try_from(most.bytes).unwrap_or(i64::MAX))
        .fetch_all(pool)
        .await?;
    let (mut due, damaged) = sendable(rows.iter().map(|row| Ok((row.try_get("id")?, read(row)?))))?;
    published(pool, in_hand, &damaged).await?;
    due.sort_by_key(|outgoing| outgoing.id);
    Ok(due)
}

/// Marks publications, in one transaction. It waits for the disk: what this process remembers as noted must be so after
/// the server has fallen, too.
pub(super) async fn published(pool: &PgPool, in_hand: &InHand, marks: &[Mark]) -> sqlx::Result<()> {
    if marks.is_empty() {
        return Ok(());
    }
    let marks = Marks::of(marks, in_hand);
    let mut transaction = pool.begin().await?;
    together(&mut transaction, marks.sent().map(Part::Joined).collect(), Gives::Nothing).await?;
    marks.others(&mut transaction).await?;
    transaction.commit().await?;
    in_hand.noted(&marks.handovers);
    Ok(())
}

/// What became of publications.
#[derive(Default)]
pub(super) struct Marks {
    /// What was sent, and nothing noted of it before.
    first: Vec<Option<Uuid>>,
    /// What was sent besides.
    sent: Vec<Option<Uuid>>,
    returned: Vec<Uuid>,
    reasons: Vec<String>,
    failed: Vec<Uuid>,
    errors: Vec<String>,
    delays: Vec<f64>,
    /// The handover of each row of which nothing was noted before.
    pub(super) handovers: Vec<Uuid>,
}

impl Marks {
    /// Sorted by what became of them.
    pub(super) fn of(marks: &[Mark], in_hand: &InHand) -> Marks {
        let mut sorted = Marks::default();
        let mut sent = Vec::new();
        for mark in marks {
            match &mark.outcome {
                Outcome::Sent => sent.push(mark.id),
                Outcome::Unroutable(reason) => {
                    sorted.returned.push(mark.id);
                    // Empty would mean routable.
                    sorted.reasons.push(if reason.is_empty() { "?".to_owned() } else { reason.replace('\0', "") });
                }
                Outcome::Failed(error, delay) => {
                    sorted.failed.push(mark.id);
                    sorted.errors.push(error.replace('\0', ""));
                    sorted.delays.push(delay.as_secs_f64());
                }
            }
        }
        // What was sent twice is noted once; and in one order, so that two processes do not lock each other out.
        sent.sort_unstable();
        sent.dedup();
        for id in sent {
            match in_hand.take(id) {
                Some(handover) => {
                    sorted.first.push(Some(id));
                    sorted.handovers.push(handover);
                }
                None => sorted.sent.push(Some(id)),
            }
        }
        let others = sorted.returned.iter().chain(&sorted.failed);
        sorted.handovers.extend(others.filter_map(|id| in_hand.take(*id)));
        sorted
    }

    /// Marks what the broker confirmed, beside other rows.
    pub(super) fn sent<'a>(&self) -> impl Iterator<Item = Along<'a>> {
        let marked = |ids: &Vec<Option<Uuid>>, tail| {
            (!ids.is_empty()).then(|| Along {
                head: "insert into sending as s (id, due_at, sent_at, attempts) select m.id, now(), now(), 1 from"
                    .into(),
                columns: vec![Column::Id(ids.clone())],
                tail,
            })
        };
        let again = "as m (id) on conflict (id) do update set sent_at = excluded.sent_at, attempts = s.attempts + 1,
                         error = '', unroutable = '', leased_by = null, leased_until = null";
        [marked(&self.first, "as m (id)"), marked(&self.sent, again)].into_iter().flatten()
    }

    /// Whether there is nothing but what was confirmed.
    pub(super) fn are_sent(&self) -> bool {
        self.returned.is_empty() && self.failed.is_empty()
    }

    /// Marks what it returned or did not confirm, which is rare.
    pub(super) async fn others(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        if self.are_sent() {
            return Ok(());
        }
        sqlx::query(
            "insert into sending (id, due_at) select distinct id, now() from unnest($1) as m (id) order by id
             on conflict (id) do nothing",
        )
        .bind([self.returned.as_slice(), &self.failed].concat())
        .execute(&mut *connection)
        .await?;
        if !self.returned.is_empty() {
            mark_unroutable(connection, &self.returned, &self.reasons).await?;
        }
        if !self.failed.is_empty() {
            mark_failed(connection, &self.failed, &self.errors, &self.delays).await?;
        }
        Ok(())
    }
}

/// Marks what the broker returned.
async fn mark_unroutable(connection: &mut PgConnection, ids: &[Uuid], reasons: &[String]) -> sqlx::Result<()> {
    sqlx::query(
        "update sending s set unroutable = m.reason, attempts = s.attempts + 1, leased_by = null, leased_until = null
         from unnest($1::uuid[], $2::text[]) as m (id, reason)
         where s.id = m.id and s.sent_at is null",
    )
    .bind(ids)
    .bind(reasons)
    .execute(connection)
    .await?;
    Ok(())
}

/// Marks what was not confirmed: due again after a while.
async fn mark_failed(
    connection: &mut PgConnection,
    ids: &[Uuid],
    errors: &[String],
    delays: &[f64],
) -> sqlx::Result<()> {
    sqlx::query(
        "update sending s set error = m.error, attempts = s.attempts + 1, due_at = now() + make_interval(secs => m.delay),
             leased_by = null, leased_until = null
         from unnest($1::uuid[], $2::text[], $3::float8[]) as m (id, error, delay)
         where s.id = m.id and s.sent_at is null",
    )
    .bind(ids)
    .bind(errors)
    .bind(delays)
    .execute(connection)
    .await?;
    Ok(())
}

/// Reads a row of the columns [`OUTGOING`]; its body may be damaged.
pub(super) fn read(row: &PgRow) -> sqlx::Result<Result<Outgoing, Damaged>> {
    let body = match unpacked_text(row.try_get("body")?, row.try_get("plain")?) {
        Ok(body) => Arc::from(body),
        Err(damaged) => return Ok(Err(damaged)),
    };
    let text = |column: &str| row.try_get::<&str, _>(column).map(Word::from);
    let kind = text("kind")?;
    Ok(Ok(Outgoing {
        id: row.try_get("id")?,
        message: row.try_get("message")?,
        kind: SendKind::parse(&kind).ok_or_else(|| unfit(format!("kind {kind}")))?,
        partner: text("partner")?,
        transaction: text("transaction")?,
        correlation: text("correlation")?,
        subject: text("subject")?,
        route_key: text("route_key")?,
        transport: text("transport")?,
        format: text("format")?,
        body,
        created_at: row.try_get("created_at")?,
    }))
}
