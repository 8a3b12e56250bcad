//! Retention: what is older than `[retention]` says is deleted, in small steps, unless it is still needed. First what
//! was received, with its answers, then what else was sent.

use crate::config::retention::Retention;
use crate::decide::widen;
use crate::fault::Fault;
use crate::store::monitor::before;
use crate::store::retention::{OldMessage, OldWord, Stretch, Sweep};
use crate::store::{Ask, State, Store};
use chrono::{DateTime, TimeDelta, Utc};
use eaid_adapters::under_way::Subject;
use eaid_adapters::world::{Wants, World};
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;
use uuid::Uuid;

/// A claim that is not renewed falls to another process after this time.
pub const LEASE: Duration = Duration::from_secs(120);
/// The kind of what was sent.
const SENT: &str = "sent";
/// How often is looked further: from a message to its sale, its children, their orders.
const ROUNDS: usize = 4;

/// A sweep under way.
#[derive(Debug)]
pub struct Sweeper<'r> {
    rules: &'r Retention,
    now: DateTime<Utc>,
    /// Only counts what would be deleted.
    is_dry: bool,
    place: Place,
    counts: BTreeMap<&'static str, Count>,
}

/// How far it has come.
#[derive(Clone, Copy, Debug)]
enum Place {
    Received(Uuid),
    Sent(Uuid),
    Over,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    deleted: u64,
    held: u64,
}

/// The kind of a message: the key of `[retention]` that says how long it is kept.
fn kind(state: State) -> &'static str {
    // What is staged and not answered is needed.
    if state == State::Staged { "answered" } else { state.as_str() }
}

impl<'r> Sweeper<'r> {
    /// Begins a sweep; a dry one only counts.
    pub fn new(rules: &'r Retention, now: DateTime<Utc>, is_dry: bool) -> Sweeper<'r> {
        let kept = State::ALL.iter().filter(|state| rules.of(**state).0.is_some()).map(|state| kind(*state));
        let kept = kept.chain(rules.sent.0.map(|_| SENT));
        let counts = kept.map(|kind| (kind, Count::default())).collect();
        Sweeper { rules, now, is_dry, place: Place::Received(Uuid::nil()), counts }
    }

    /// Whether everything was looked at.
    pub fn is_over(&self) -> bool {
        matches!(self.place, Place::Over)
    }

    /// What it has done so far, a kind.
    pub fn sweeps(&self) -> Vec<Sweep> {
        let sweep = |(kind, count): (&&str, &Count)| Sweep {
            kind: (*kind).to_owned(),
            swept_at: self.now,
            deleted: count.deleted,
            held: count.held,
        };
        self.counts.iter().map(sweep).collect()
    }

    /// One step: a stretch is looked at, and what is old in it and not needed is deleted.
    ///
    /// # Errors
    /// [`Fault`] of the store; the same step can be tried again.
    pub async fn step(&mut self, store: &dyn Store) -> Result<(), Fault> {
        self.place = match self.place {
            Place::Received(after) => {
                let times = State::ALL.iter().filter_map(|state| self.rules.of(*state).0);
                match times.min() {
                    Some(shortest) => self.received(store, self.stretch(after, shortest)).await?,
                    None => Place::Sent(Uuid::nil()),
                }
            }
            Place::Sent(after) => match self.rules.sent.0 {
                Some(time) => self.sent(store, self.stretch(after, time)).await?,
                None => Place::Over,
            },
            Place::Over => Place::Over,
        };
        Ok(())
    }

    /// The moment before which a thing is old.
    fn end(&self, kept: Duration) -> DateTime<Utc> {
        let kept = TimeDelta::from_std(kept).unwrap_or(TimeDelta::MAX);
        self.now.checked_sub_signed(kept).unwrap_or(DateTime::UNIX_EPOCH)
    }

    fn stretch(&self, after: Uuid, kept: Duration) -> Stretch {
        Stretch { after, before: before(self.end(kept)), limit: self.rules.batch }
    }

    async fn received(&mut self, store: &dyn Store, stretch: Stretch) -> Result<Place, Fault> {
        let all = store.old_messages(stretch).await?;
        let place = match all.last() {
            Some(last) if all.len() == stretch.limit => Place::Received(last.id),
            _ => Place::Sent(Uuid::nil()),
        };
        let is_old = |one: &OldMessage| self.rules.of(one.state).0.is_some_and(|kept| one.settled_at < self.end(kept));
        let old: Vec<OldMessage> = all.into_iter().filter(is_old).collect();
        let subjects = |one: &OldMessage| Subject::received(&one.transaction, &one.partner, &one.internal_id);
        let world = world(store, old.iter().filter(|one| !one.is_needed).filter_map(subjects).collect()).await?;
        let is_held = |one: &OldMessage| one.is_needed || is_under_way(subjects(one), &world);
        let (held, free): (Vec<OldMessage>, Vec<OldMessage>) = old.into_iter().partition(is_held);
        let gone: HashSet<Uuid> = match self.is_dry || free.is_empty() {
            true => free.iter().map(|one| one.id).collect(),
            false => store.delete_messages(&free).await?.into_iter().collect(),
        };
        for one in held.iter().chain(&free) {
            let count = self.counts.entry(kind(one.state)).or_default();
            if gone.contains(&one.id) { count.deleted += 1 } else { count.held += 1 }
        }
        Ok(place)
    }

    async fn sent(&mut self, store: &dyn Store, stretch: Stretch) -> Result<Place, Fault> {
        let all = store.old_words(stretch).await?;
        let place = match all.last() {
            Some(last) if all.len() == stretch.limit => Place::Sent(last.id),
            _ => Place::Over,
        };
        let end = self.rules.sent.0.map(|kept| self.end(kept));
        let is_old = |one: &OldWord| !one.is_needed && end.is_some_and(|end| one.said_at < end);
        let old: Vec<OldWord> = all.into_iter().filter(is_old).collect();
        let subjects = |one: &OldWord| Subject::sent(&one.subject);
        let world = world(store, old.iter().filter_map(subjects).collect()).await?;
        let is_held = |one: &OldWord| is_under_way(subjects(one), &world);
        let (held, free): (Vec<OldWord>, Vec<OldWord>) = old.into_iter().partition(is_held);
        let gone = match self.is_dry || free.is_empty() {
            true => free.len() as u64,
            false => store.delete_words(&free).await?,
        };
        let count = self.counts.entry(SENT).or_default();
        count.deleted += gone;
        count.held += (held.len() + free.len()) as u64 - gone;
        Ok(place)
    }
}

/// Whether it is under way; what cannot be told stays.
fn is_under_way(subject: Option<Subject>, world: &World) -> bool {
    subject.is_some_and(|subject| subject.is_under_way(world).unwrap_or(true))
}

/// All that tells how far some subjects have come.
async fn world(store: &dyn Store, subjects: Vec<Subject>) -> Result<World, Fault> {
    let mut world = World::new(DateTime::UNIX_EPOCH.fixed_offset(), Wants::default());
    for _ in 0..ROUNDS {
        let mut wants = Wants::default();
        subjects.iter().for_each(|subject| subject.wants(&world, &mut wants));
        let wants = wants.beyond(&world);
        if wants.is_empty() {
            break;
        }
        let mut found = store.look_up(&Ask { wants: &wants, fingerprints: &[], keys: &[] }).await?;
        widen(&mut world, wants, &mut found);
    }
    Ok(world)
}
