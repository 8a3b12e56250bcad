//! One transaction for a batch, in the order that the statements need of each other.

use super::{BEGIN, depara, effects, inbox, outbox, waits, withheld};
use crate::crash;
use crate::store::fold::fold;
use crate::store::{Batch, Kept, NotKept, Place, Settled, State};
use sqlx::SqlitePool;

/// Keeps a batch.
pub(super) async fn keep(pool: &SqlitePool, batch: &Batch) -> Result<Kept, NotKept> {
    let folded = fold(batch)?;
    let holder = batch.lease.map(|(holder, _)| holder);
    let woken: Vec<&Settled> = batch.settled.iter().filter(|one| matches!(one.place, Place::Woken(_))).collect();
    let superseded: Vec<&Settled> = batch.superseded.iter().collect();

    let mut transaction = pool.begin_with(BEGIN).await?;
    inbox::insert(&mut transaction, &batch.settled).await?;
    inbox::settle(&mut transaction, &woken, &batch.catalog, holder, &[State::Woken, State::Waiting]).await?;
    inbox::settle(&mut transaction, &superseded, &batch.catalog, None, &[State::Waiting]).await?;
    waits::end(&mut transaction, &woken).await?;
    waits::end(&mut transaction, &superseded).await?;
    for changes in &folded.tables {
        effects::write(&mut transaction, changes).await?;
    }
    depara::write(&mut transaction, &folded.links).await?;
    let outgoing = batch.superseded.iter().chain(&batch.settled).flat_map(|one| &one.outgoing).chain(&batch.outgoing);
    outbox::insert(&mut transaction, outgoing, batch.lease).await?;
    let held = batch.settled.iter().flat_map(|one| &one.withheld).chain(&batch.withheld);
    withheld::insert(&mut transaction, held).await?;
    outbox::mark(&mut transaction, &batch.marks).await?;
    let mut kept = Kept::default();
    if !batch.repeats.is_empty() {
        // After the marks: what was sent before is sent again.
        inbox::repeat(&mut transaction, &batch.repeats).await?;
        kept.repeated = outbox::repeat(&mut transaction, &batch.repeats).await? as usize;
    }
    kept.woken += waits::park(&mut transaction, &batch.settled).await? as usize;
    kept.woken += waits::bring(&mut transaction, folded.brought).await? as usize;
    if !batch.effects.is_empty() {
        crash::point("inside-apply");
    }
    transaction.commit().await?;
    Ok(kept)
}
