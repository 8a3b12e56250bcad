//! PURE: deliveries + catalog + world -> what is to be kept. No clock, no disk, no bus: the moment, fresh ids
//! and everything looked up come in.
//!
//! [`lay::lay`] opens a delivery as far as it can be without knowing anything of the world; [`batch`] gives
//! each its verdict, in the order of arrival, so that a message sees the effects of those before it.

pub mod answer;
pub mod lay;
pub mod order;
pub mod sending;

use crate::catalog::Catalog;
use crate::store::{Batch, BusinessKey, Fingerprint, Found, Known, Place, Repeat, Settled, State, Stored};
use answer::Answer;
use chrono::{DateTime, FixedOffset, Utc};
use eaid_adapters::verdict::{Refusal, Staged, Verdict, Waiting};
use eaid_adapters::world::{Footprint, Wants, World};
use eaid_schemas::envelope::Limits;
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::violation::{Code, Violation};
use foldhash::HashMap;
use lay::{Laid, OnDesk};
use sending::Post;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// What a decision takes from outside.
pub struct Moment<'m> {
    /// Now, in the zone of the configuration.
    pub now: DateTime<FixedOffset>,
    /// The same, as our own messages are stamped.
    pub stamp: String,
    /// How long a message may wait.
    pub patience: Duration,
    /// Makes ids of version 7.
    pub fresh: &'m mut dyn FnMut() -> Uuid,
}

impl<'m> Moment<'m> {
    /// A moment in the zone of the configuration.
    pub fn new(now: DateTime<FixedOffset>, patience: Duration, fresh: &'m mut dyn FnMut() -> Uuid) -> Self {
        Moment { now, stamp: now.format("%Y-%m-%dT%H:%M:%S%:z").to_string(), patience, fresh }
    }

    /// Now, in UTC.
    pub fn utc(&self) -> DateTime<Utc> {
        self.now.with_timezone(&Utc)
    }
}

/// What became of one delivery of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is a message of its own: its place in [`Batch::settled`].
    Settled(usize),
    /// It is the same message again as one of the inbox.
    Again {
        /// Its inbox row.
        message: Uuid,
        /// Its state.
        state: State,
        /// Why it is unreadable, where it is: its copy among the dead letters may still be owed.
        cause: Option<(Code, String)>,
    },
}

/// A batch decided: what to keep, and the outcome of each delivery in the order given.
#[derive(Debug, Default)]
pub struct Decided {
    /// What to keep.
    pub batch: Batch,
    /// One for each delivery.
    pub outcomes: Vec<Outcome>,
    /// What it looked at and what it changes.
    pub footprint: Footprint,
}

/// Everything that a batch wants looked up.
pub fn wants(laid: &[Laid], catalog: &Catalog) -> Wants {
    let mut wants = Wants::default();
    for laid in laid {
        if let OnDesk::Case { case, .. } = &laid.desk {
            case.wants(&catalog.books, &mut wants);
        }
    }
    wants
}

/// What a batch wants beyond what the world was asked.
pub fn wants_further(laid: &[Laid], catalog: &Catalog, world: &World) -> Wants {
    let mut wants = Wants::default();
    for laid in laid {
        if let OnDesk::Case { case, .. } = &laid.desk {
            case.wants_further(&catalog.books, world, &mut wants);
        }
    }
    wants.beyond(world)
}

/// The world as it was found.
pub fn world(wants: Wants, found: &mut Found, now: DateTime<FixedOffset>) -> World {
    let mut world = World::new(now, Wants::default());
    widen(&mut world, wants, found);
    world
}

/// Takes into a world what was wanted and found.
pub fn widen(world: &mut World, wants: Wants, found: &mut Found) {
    world.widen(wants);
    for (partner, alias, external, entry) in found.depara.drain(..) {
        world.know_depara(&partner, alias, &external, entry);
    }
    found.rows.drain(..).for_each(|row| world.know_row(row));
}

/// Messages of the batch that are already decided, by what identifies them.
#[derive(Default)]
struct Seen<'a> {
    fingerprints: HashMap<&'a Fingerprint, (Uuid, State)>,
    /// Place among the settled, and among the deliveries.
    waiting: HashMap<&'a BusinessKey, Vec<(usize, usize)>>,
}

/// Decides a batch.
pub fn batch(
    all: &[Laid],
    catalog: &Catalog,
    limits: &Limits,
    found: Found,
    world: &mut World,
    at: &mut Moment<'_>,
) -> Decided {
    let mut decided = Decided::default();
    let mut seen = Seen::default();
    world.note_looks();
    for Known { fingerprint, id, state } in &found.known {
        seen.fingerprints.insert(fingerprint, (*id, *state));
    }
    let mut stored_waiting: HashMap<BusinessKey, Vec<Stored>> = HashMap::default();
    for predecessor in found.waiting {
        stored_waiting.entry(predecessor.key).or_default().push(predecessor.stored);
    }
    for (index, laid) in all.iter().enumerate() {
        if laid.is_new
            && laid.can_be_known()
            && let Some((message, state)) = seen.fingerprints.get(&laid.entry.fingerprint).copied()
        {
            if state != State::Waiting && state != State::Woken {
                decided.batch.repeats.push(Repeat { message });
            }
            let cause = match &laid.desk {
                OnDesk::Unreadable(unreadable) => Some((unreadable.code, unreadable.text.clone())),
                _ => None,
            };
            decided.outcomes.push(Outcome::Again { message, state, cause });
            continue;
        }
        let mut settled = one(laid, catalog, world, at);
        if laid.is_new && catalog.receipts && laid.wants_receipt() {
            settled.outgoing.push(answer::receipt(laid, catalog, at));
        }
        let place = decided.batch.settled.len();
        if laid.is_new && laid.can_be_known() {
            seen.fingerprints.insert(&laid.entry.fingerprint, (laid.entry.id, settled.state));
        }
        if matches!(settled.state, State::Staged | State::Waiting) && laid.has_key() {
            let key = &laid.entry.business;
            for stored in stored_waiting.remove(key).unwrap_or_default() {
                if stored.entry.id != laid.entry.id && order::is_not_older(&laid.entry, &stored.entry) {
                    let stored = lay::lay_stored(stored, catalog, limits);
                    decided.batch.superseded.push(answer::superseded(&stored, catalog, at));
                }
            }
            for (place, earlier) in seen.waiting.remove(key).unwrap_or_default() {
                decided.batch.settled[place] = answer::superseded(&all[earlier], catalog, at);
            }
        }
        if settled.state == State::Waiting && laid.has_key() {
            seen.waiting.entry(&laid.entry.business).or_default().push((place, index));
        }
        decided.batch.settled.push(settled);
        decided.outcomes.push(Outcome::Settled(place));
    }
    decided.footprint = world.take_footprint();
    for laid in all {
        if laid.can_be_known() {
            decided.footprint.name(&laid.entry.fingerprint);
        }
        if laid.has_key() {
            decided.footprint.name(&laid.entry.business);
        }
    }
    decided
}

/// The verdict on one message, as it is to be kept.
fn one(laid: &Laid, catalog: &Catalog, world: &mut World, at: &mut Moment<'_>) -> Settled {
    match &laid.desk {
        OnDesk::Unreadable(unreadable) => {
            let violation = Violation::error(unreadable.code, "", unreadable.text.clone());
            fail(laid, State::Unreadable, vec![violation], Vec::new(), catalog, at)
        }
        OnDesk::Refused(violations) => fail(laid, State::Refused, violations.clone(), Vec::new(), catalog, at),
        OnDesk::Failed(reason) => set_aside(laid, reason, catalog, at),
        OnDesk::Noted => answer::settled(laid, State::Noted, Vec::new(), None, catalog, at),
        OnDesk::WhoIs => {
            let answer = Answer::who_is(catalog.enabled(&laid.entry.fingerprint.partner));
            answer::settled(laid, State::Noted, Vec::new(), Some(answer), catalog, at)
        }
        OnDesk::Case { case, header_errors, header_warnings } => {
            if !header_errors.is_empty() {
                let mut violations = header_errors.clone();
                violations.extend(header_warnings.iter().cloned());
                violations.extend(case.found().iter().cloned());
                return fail(laid, State::Refused, violations, Vec::new(), catalog, at);
            }
            let standing = match case.standing(world) {
                Ok(standing) => standing,
                Err(flaw) => return set_aside(laid, &flaw.0, catalog, at),
            };
            if let Some(newer) = standing.filter(|newer| order::is_older(&laid.entry.generated_on, &newer.stamp)) {
                let text = "Uma mensagem mais nova deste registro já foi integrada; esta não muda nada.";
                let mut warnings = header_warnings.clone();
                warnings.push(Violation::warning(Code::Superseded, "/Header/GeneratedOn", text));
                let answer = Answer::ok(vec![answer::own_id(laid, case.internal_id(), &newer.id)]);
                return answer::settled(laid, State::Superseded, warnings, Some(answer), catalog, at);
            }
            let verdict = catch_unwind(AssertUnwindSafe(|| case.apply(&catalog.books, world)));
            match verdict {
                Ok(Ok(Verdict::Stage(staged))) => stage(laid, staged, header_warnings, catalog, world, at),
                Ok(Ok(Verdict::Refuse(Refusal { mut violations, ids, returned, effects }))) => {
                    violations.splice(0..0, header_warnings.iter().cloned());
                    let answer = Answer::refused(ids).returning(returned);
                    let answer = laid.is_answerable().then_some(answer);
                    world.absorb(&effects);
                    let settled = answer::settled(laid, State::Refused, violations, answer, catalog, at);
                    Settled { effects, ..settled }
                }
                Ok(Ok(Verdict::Wait(waiting))) => wait(laid, waiting, catalog, at),
                Ok(Err(flaw)) => set_aside(laid, &flaw.0, catalog, at),
                Err(_) => set_aside(laid, "a rotina falhou", catalog, at),
            }
        }
    }
}

/// Nothing of the message is staged: its sender is told why, where it can be told.
fn fail(
    laid: &Laid,
    state: State,
    violations: Vec<Violation>,
    ids: Vec<InternalId>,
    catalog: &Catalog,
    at: &mut Moment<'_>,
) -> Settled {
    let answer = laid.is_answerable().then(|| Answer::refused(ids));
    answer::settled(laid, state, violations, answer, catalog, at)
}

/// A routine failed on the message: kept with its bytes, answered, an alarm. Its neighbours go on.
pub fn set_aside(laid: &Laid, reason: &str, catalog: &Catalog, at: &mut Moment<'_>) -> Settled {
    let text = format!("Falha interna do eaid ao tratar a mensagem: {reason}. A mensagem foi guardada.");
    let violation = Violation::error(Code::Internal, "", text);
    fail(laid, State::SetAside, vec![violation], Vec::new(), catalog, at)
}

fn stage(
    laid: &Laid,
    staged: Staged,
    header_warnings: &[Violation],
    catalog: &Catalog,
    world: &mut World,
    at: &mut Moment<'_>,
) -> Settled {
    let Staged { effects, ids, mut warnings, returned } = staged;
    warnings.splice(0..0, header_warnings.iter().cloned());
    world.absorb(&effects);
    let mut settled = if laid.is_bare() {
        let settled = answer::settled(laid, State::Noted, warnings, None, catalog, at);
        Settled { ids, ..settled }
    } else {
        let answer = Answer::ok(ids).returning(returned);
        answer::settled(laid, State::Staged, warnings, Some(answer), catalog, at)
    };
    let Post { outgoing, withheld } = sending::post(&effects, Some(laid.entry.id), catalog, at);
    settled.outgoing.extend(outgoing);
    settled.withheld = withheld;
    settled.effects = effects;
    settled
}

fn wait(laid: &Laid, waiting: Waiting, catalog: &Catalog, at: &mut Moment<'_>) -> Settled {
    let Waiting { missing, warnings, limit } = waiting;
    if laid.is_expired || !laid.may_wait {
        let code = if laid.may_wait { Code::NeverCame } else { Code::NotFound };
        let named = missing.iter().map(|missing| {
            let text = match laid.may_wait {
                true => format!("{} A mensagem esperou e a chave {} nunca chegou.", missing.text, missing.key),
                false => missing.text.clone(),
            };
            Violation::error(code, missing.path.clone(), text)
        });
        let reasons: Vec<Violation> = limit.map_or_else(|| named.collect(), |limit| vec![limit.refusal]);
        let violations: Vec<Violation> = reasons.into_iter().chain(warnings).collect();
        return fail(laid, State::Refused, violations, Vec::new(), catalog, at);
    }
    let after = |patience| at.utc() + chrono::Duration::from_std(patience).unwrap_or(chrono::Duration::MAX);
    let until = match limit {
        // A patience of its own begins with the reason for it, however long the message waited for others.
        Some(limit) => after(limit.patience),
        None => laid.patience_until.unwrap_or_else(|| after(at.patience)),
    };
    let mut settled = answer::settled(laid, State::Waiting, warnings, None, catalog, at);
    settled.cause = None;
    settled.waits = missing;
    settled.patience_until = Some(until);
    settled
}

/// The place of a message in the inbox.
pub(crate) fn place(laid: &Laid) -> Place {
    if laid.is_new { Place::New(Arc::clone(&laid.entry)) } else { Place::Woken(laid.entry.id) }
}
