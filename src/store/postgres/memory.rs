//! De/Para that seldom changes, remembered: products, payment forms, sellers, stations. What comes with every few
//! messages (sales, reserves, customers) is asked every time.
//!
//! The database counts the transactions that changed any of the former (migration 11). A look-up reads that count
//! in its own snapshot; what was remembered under another count is forgotten and asked again, so that a change is
//! seen by the first look-up after its commit, whoever made it.

use crate::store::questions::Entry;
use eaid_adapters::effect::Alias;
use eaid_adapters::table::Word;
use eaid_adapters::world::DePara;
use foldhash::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is never remembered. The function `depara_changes` of migration 11 names the same.
const FLEETING: [Alias; 3] = [Alias::CUSTOMER, Alias::RESERVE, Alias::SALE];
/// Entries that are remembered at once: a few megabytes.
const MOST: usize = 20_000;

/// Partner, kind, the partner's code, and the entry: as a look-up finds it.
pub(super) type Found = (Word, Alias, Word, DePara);

/// What this process remembers.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    /// The count of changes under which it was found.
    count: i64,
    how_many: usize,
    /// By kind, partner and code.
    entries: HashMap<Alias, HashMap<Word, HashMap<Word, DePara>>>,
}

impl Remembered {
    fn get(&self, alias: Alias, partner: &str, external: &str) -> Option<&DePara> {
        self.entries.get(&alias)?.get(partner)?.get(external)
    }
}

/// What a look-up takes from memory, if nothing has changed since.
#[derive(Default)]
pub(super) struct Recalled<'a> {
    count: i64,
    asked: Vec<Entry<'a>>,
    found: Vec<Found>,
}

impl Memory {
    /// Takes out of the questions what is remembered.
    pub(super) fn recall<'a>(&self, asked: &mut Vec<Entry<'a>>) -> Recalled<'a> {
        let remembered = self.lock();
        let mut recalled = Recalled { count: remembered.count, ..Recalled::default() };
        asked.retain(|entry| {
            let [partner, alias, external] = entry.texts();
            let known = Alias::find(alias).and_then(|alias| Some((alias, remembered.get(alias, partner, external)?)));
            if let Some((alias, known)) = known {
                recalled.found.push((partner.into(), alias, external.into(), known.clone()));
                recalled.asked.push(*entry);
            }
            known.is_none()
        });
        recalled
    }

    /// Compares with the count that the look-up read, and remembers what it found. What was recalled under another
    /// count is given back, to be asked.
    pub(super) fn learn<'a>(&self, count: i64, found: &mut Vec<Found>, recalled: Recalled<'a>) -> Vec<Entry<'a>> {
        let mut remembered = self.lock();
        let new = found.iter().filter(|(_, alias, ..)| !FLEETING.contains(alias));
        let new: Vec<&Found> = new.collect();
        if remembered.count != count || remembered.how_many + new.len() > MOST {
            *remembered = Remembered { count, ..Remembered::default() };
        }
        for (partner, alias, external, entry) in new.into_iter().take(MOST) {
            let of_partner = remembered.entries.entry(*alias).or_default().entry(partner.clone()).or_default();
            let is_new = of_partner.insert(external.clone(), entry.clone()).is_none();
            remembered.how_many += usize::from(is_new);
        }
        drop(remembered);
        if recalled.count != count {
            return recalled.asked;
        }
        found.extend(recalled.found);
        Vec::new()
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
