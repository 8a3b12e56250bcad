//! One transaction for a batch, in the order that the statements need of each other.

use super::filled::Filled;
use super::handovers::{Handover, InHand, Lease};
use super::outbox::Marks;
use super::rows::{MANY, NewRows};
use super::together::{Along, together};
use super::{depara, effects, filled, inbox, outbox, rows, waits, withheld};
use crate::crash;
use crate::store::fold::{Folded, fold};
use crate::store::{Batch, Kept, NotKept, Outgoing, Place, Settled, State, Withheld};
use sqlx::{Connection, PgConnection};
use std::sync::atomic::{AtomicBool, Ordering};

/// Keeps a batch.
pub(super) async fn keep(
    connection: &mut PgConnection,
    may_copy: &AtomicBool,
    known: &Filled,
    in_hand: &InHand,
    batch: &Batch,
    lease: Option<Lease>,
) -> Result<Kept, NotKept> {
    let folded = fold(batch)?;
    let (messages, links) = (inbox::new(&batch.settled), depara::new(&folded.links));
    let outgoing = batch.superseded.iter().chain(&batch.settled).flat_map(|one| &one.outgoing).chain(&batch.outgoing);
    let outgoing: Vec<&Outgoing> = outgoing.collect();
    let held: Vec<&Withheld> = batch.settled.iter().flat_map(|one| &one.withheld).chain(&batch.withheld).collect();
    let new = || {
        std::iter::once_with(|| Ok(inbox::rows(&messages)))
            .chain(folded.tables.iter().map(|changes| Ok(filled::rows(known, changes))))
            .chain(std::iter::once_with(|| depara::rows(&links)))
            .chain(std::iter::once_with(|| Ok(outbox::rows(&outgoing))))
            .chain(std::iter::once_with(|| Ok(outbox::sending(&outgoing, lease.is_some()))))
            .chain(std::iter::once_with(|| withheld::rows(&held)))
    };
    let mut marks = Marks::of(&batch.marks, in_hand);
    let handover = lease.and_then(|lease| Handover::of(&outgoing, &lease));
    let along = || handover.iter().map(Handover::row).chain(marks.sent());
    if adds_few(batch, &folded, &marks) {
        let few = new().filter(|rows| !matches!(rows, Ok(rows) if rows.count() == 0)).collect::<Result<Vec<_>, _>>()?;
        let are_few = few.iter().all(|rows| rows.count() < MANY);
        if are_few && keep_few(connection, few, along(), &folded.brought).await? {
            in_hand.kept(&marks.handovers, handover);
            return Ok(Kept::default());
        }
    }

    let is_parking = batch.settled.iter().any(|one| one.state == State::Waiting);
    let holder = lease.map(|lease| lease.holder);
    let woken: Vec<&Settled> = batch.settled.iter().filter(|one| matches!(one.place, Place::Woken(_))).collect();
    let superseded: Vec<&Settled> = batch.superseded.iter().collect();
    let begin = if is_parking { waits::BEGIN_PARKING } else { waits::BEGIN };
    let mut transaction = connection.begin_with(begin).await?;
    let may_copy = may_copy.load(Ordering::Relaxed);
    inbox::settle(&mut transaction, &woken, &batch.catalog, holder, &[State::Woken, State::Waiting]).await?;
    inbox::settle(&mut transaction, &superseded, &batch.catalog, None, &[State::Waiting]).await?;
    waits::end(&mut transaction, &woken).await?;
    waits::end(&mut transaction, &superseded).await?;
    for changes in &folded.tables {
        effects::change(&mut transaction, changes).await?;
    }
    depara::change(&mut transaction, &folded.links).await?;
    let brought = waits::brought(&folded.brought);
    let freed = rows::write_all(&mut transaction, may_copy, new(), along(), brought).await?;
    marks.others(&mut transaction).await?;
    let mut kept = Kept::default();
    if !batch.repeats.is_empty() {
        // After the marks: what was sent before is sent again.
        inbox::repeat(&mut transaction, &batch.repeats).await?;
        let repeated = outbox::repeat(&mut transaction, &batch.repeats).await?;
        marks.handovers.extend(repeated.iter().filter_map(|id| in_hand.take(*id)));
        kept.repeated = repeated.len();
    }
    kept.woken += waits::free(&mut transaction, &freed).await? as usize;
    kept.woken += waits::park(&mut transaction, &batch.settled).await? as usize;
    if !batch.effects.is_empty() {
        crash::point("inside-apply");
    }
    transaction.commit().await?;
    in_hand.kept(&marks.handovers, handover);
    Ok(kept)
}

/// Whether nothing but rows is added, and not many: so it is with the messages of a quiet hour.
fn adds_few(batch: &Batch, folded: &Folded<'_>, marks: &Marks) -> bool {
    let is_new = |one: &Settled| matches!(one.place, Place::New(_)) && one.state != State::Waiting;
    batch.settled.len() < MANY
        && batch.settled.iter().all(is_new)
        && batch.superseded.is_empty()
        && batch.repeats.is_empty()
        && batch.effects.is_empty()
        && marks.are_sent()
        && folded.tables.iter().all(|changes| changes.deletes.is_empty() && changes.updates.is_empty())
        && depara::new(&folded.links).len() == folded.links.len()
}

/// Keeps few new rows by one statement, which is its own transaction: one round trip instead of three. `false` where
/// somebody waits for what they bring; then nothing is kept.
async fn keep_few<'a>(
    connection: &mut PgConnection,
    few: Vec<NewRows<'a>>,
    along: impl Iterator<Item = Along<'a>>,
    brought: &[String],
) -> Result<bool, NotKept> {
    match together(connection, rows::parts(few, along)?, waits::unawaited(brought)).await {
        Ok(_) => Ok(true),
        Err(error) if waits::is_waited_for(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
