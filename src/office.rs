//! What the loops and the verbs share: store, catalog, numbers, signals. One office a process.

pub mod numbers;
pub mod readiness;

use crate::catalog::Catalog;
use crate::config::Config;
use crate::decide::{Decided, Moment, batch, lay::Laid, wants, wants_further, widen, world};
use crate::fault::Fault;
use crate::store::{Ask, BusinessKey, Fingerprint, Found, Mark, Store, Withheld};
use chrono::{DateTime, FixedOffset};
use eaid_adapters::world::{Wants, World};
use numbers::Numbers;
use readiness::Board;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

/// What wakes a loop that waits.
#[derive(Debug, Default)]
pub struct Signals {
    /// Messages were woken.
    pub woken: Notify,
    /// Sales were staged.
    pub staged: Notify,
    /// Outbox rows became due that nobody holds in memory.
    pub due: Notify,
}

/// The office.
pub struct Office {
    /// The configuration.
    pub config: Config,
    /// The store.
    pub store: Arc<dyn Store>,
    /// Who holds leases: this process.
    pub holder: Uuid,
    /// What wakes the loops.
    pub signals: Signals,
    /// What is at work and what is not.
    pub board: Arc<Board>,
    catalog: watch::Sender<Arc<Catalog>>,
    numbers: Numbers,
    marks: Mutex<Vec<Mark>>,
}

impl Office {
    /// Opens the office.
    pub fn new(config: Config, catalog: Arc<Catalog>, store: Arc<dyn Store>) -> Office {
        Office {
            config,
            catalog: watch::Sender::new(catalog),
            holder: Uuid::now_v7(),
            signals: Signals::default(),
            board: Arc::default(),
            numbers: Numbers::new(store.clone()),
            store,
            marks: Mutex::default(),
        }
    }

    /// The catalog in force. A batch asks once and is judged by it from its first message to its last.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.catalog.borrow().clone()
    }

    /// Puts another catalog in force, for what is opened from now on.
    pub fn put_in_force(&self, catalog: Arc<Catalog>) {
        self.catalog.send_replace(catalog);
    }

    /// Tells log and metrics what conditions held back, once that is kept.
    pub fn tell_withheld(&self, withheld: &[Withheld]) {
        for one in withheld {
            if one.is_failure {
                tracing::warn!(one.transaction, one.subject, "a condition cannot be evaluated; nothing is sent");
            }
            let outcome = if one.is_failure { "failed" } else { "false" };
            metrics::counter!("eaid_withheld_total", "condition" => outcome).increment(1);
        }
    }

    /// Now, by the clock of the store, in the zone of the configuration.
    pub fn now(&self) -> DateTime<FixedOffset> {
        self.store.now().with_timezone(&self.config.identity.timezone).fixed_offset()
    }

    /// Marks of publications that wait for a transaction to ride in.
    pub fn take_marks(&self) -> Vec<Mark> {
        std::mem::take(&mut *self.marks.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds marks to those that wait.
    pub fn add_marks(&self, marks: Vec<Mark>) {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).extend(marks);
    }

    /// Looks everything up that a batch wants, and lays hold of its numbers.
    ///
    /// # Errors
    /// [`Fault`] of the store.
    pub async fn world(&self, laid: &[Laid], catalog: &Catalog) -> Result<(World, Found), Fault> {
        let wants = wants(laid, catalog);
        let new = || laid.iter().filter(|laid| laid.is_new);
        let fingerprints: Vec<&Fingerprint> =
            new().filter(|laid| laid.can_be_known()).map(|laid| &laid.entry.fingerprint).collect();
        let keys: Vec<&BusinessKey> = new().filter(|laid| laid.has_key()).map(|laid| &laid.entry.business).collect();
        let mut found = self.store.look_up(&Ask { wants: &wants, fingerprints: &fingerprints, keys: &keys }).await?;
        let blocks = self.numbers.take(&wants).await?;
        let mut world = world(wants, &mut found, self.now());
        for (sequence, block) in blocks {
            world.know_numbers(&sequence, block);
        }
        look_further(self.store.as_ref(), laid, catalog, &mut world).await?;
        Ok((world, found))
    }

    /// Decides a batch as it stands now, by the catalog that it was laid open with. Writes nothing.
    ///
    /// # Errors
    /// [`Fault`] of the store.
    pub async fn decide(&self, laid: &[Laid], catalog: &Catalog) -> Result<Decided, Fault> {
        let (mut world, found) = self.world(laid, catalog).await?;
        let mut fresh = Uuid::now_v7;
        let mut at = self.moment(&mut fresh);
        Ok(batch(laid, catalog, &self.config.envelope_limits(), found, &mut world, &mut at))
    }

    /// What a decision takes from outside, now.
    pub fn moment<'m>(&self, fresh: &'m mut dyn FnMut() -> Uuid) -> Moment<'m> {
        Moment::new(self.now(), self.config.waiting.patience.0, fresh)
    }

    /// The world of wants that no message has.
    ///
    /// # Errors
    /// [`Fault`] of the store.
    pub async fn world_of(&self, wants: Wants) -> Result<World, Fault> {
        let mut found = self.store.look_up(&Ask { wants: &wants, fingerprints: &[], keys: &[] }).await?;
        let blocks = self.numbers.take(&wants).await?;
        let mut world = world(wants, &mut found, self.now());
        for (sequence, block) in blocks {
            world.know_numbers(&sequence, block);
        }
        Ok(world)
    }
}

/// How often a batch may be looked up further: a cancellation goes from the sale to its children, to their orders,
/// to the lines of those.
const ROUNDS: usize = 4;

/// Looks up what is wanted only now that the world is known. Most batches want nothing more.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn look_further(store: &dyn Store, laid: &[Laid], catalog: &Catalog, world: &mut World) -> Result<(), Fault> {
    for _ in 0..ROUNDS {
        let wants = wants_further(laid, catalog, world);
        if wants.is_empty() {
            break;
        }
        let mut found = store.look_up(&Ask { wants: &wants, fingerprints: &[], keys: &[] }).await?;
        widen(world, wants, &mut found);
    }
    Ok(())
}
