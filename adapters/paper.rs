//! A house on paper: rows and De/Para in memory. Samples and tests decide against it; it demands of effects
//! what the store demands.

use crate::books::Books;
use crate::effect::{Alias, Effect};
use crate::routine::Case;
use crate::table::{Cell, Declared, KEY, Row, Table, Word};
use crate::verdict::Verdict;
use crate::world::{DePara, Flaw, Want, Wants, World};
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// Rows, De/Para entries and sequences in memory.
#[derive(Clone, Debug, Default)]
pub struct Paper {
    depara: BTreeMap<(String, Alias, String), DePara>,
    rows: Vec<Row>,
    sequences: BTreeMap<String, u64>,
}

impl Paper {
    /// Enters a De/Para entry by hand.
    pub fn enter(&mut self, partner: &str, alias: Alias, external: &str, internal: &str) {
        let entry = DePara { internal: internal.into(), stamp: Word::default() };
        self.depara.insert((partner.to_owned(), alias, external.to_owned()), entry);
    }

    /// A De/Para entry.
    pub fn entry(&self, partner: &str, alias: Alias, external: &str) -> Option<&str> {
        self.depara.get(&(partner.to_owned(), alias, external.to_owned())).map(|entry| entry.internal.as_str())
    }

    /// All rows of a table, in the order in which they were written.
    pub fn all<T: Declared>(&self) -> Vec<T> {
        self.rows.iter().filter(|row| row.table == T::TABLE).map(T::from_row).collect()
    }

    /// Every De/Para entry: partner, kind, code and internal value.
    pub fn entries(&self) -> impl Iterator<Item = (&str, Alias, &str, &str)> {
        self.depara.iter().map(|((partner, alias, external), entry)| {
            (partner.as_str(), *alias, external.as_str(), entry.internal.as_str())
        })
    }

    /// The rows of any table, in the order in which they were written.
    pub fn rows_of(&self, table: &'static Table) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.table == table)
    }

    /// Enters a row by hand.
    pub fn enter_row<T: Declared>(&mut self, row: &T) {
        self.rows.push(row.to_row());
    }

    /// Enters a row of any table by hand.
    pub fn put(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// The next number of each sequence.
    pub fn sequences(&self) -> impl Iterator<Item = (&str, u64)> {
        self.sequences.iter().map(|(sequence, next)| (sequence.as_str(), *next))
    }

    /// The world that a store would give for these wants.
    pub fn world(&mut self, wants: Wants, now: DateTime<FixedOffset>) -> World {
        let sequences: Vec<(String, u32)> = wants.sequences().map(|(name, count)| (name.to_owned(), count)).collect();
        let mut world = World::new(now, Wants::default());
        self.show(&mut world, wants);
        for (sequence, count) in sequences {
            let next = self.sequences.entry(sequence.clone()).or_insert(1);
            world.know_numbers(&sequence, *next..*next + u64::from(count));
            *next += u64::from(count);
        }
        world
    }

    /// Shows a world what is wanted.
    fn show(&self, world: &mut World, wants: Wants) {
        let asked: Vec<Want> = wants.asked().cloned().collect();
        world.widen(wants);
        for want in asked {
            match want {
                Want::DePara { partner, alias, external } => {
                    if let Some(entry) = self.depara.get(&(partner.to_string(), alias, external.to_string())) {
                        world.know_depara(&partner, alias, &external, entry.clone());
                    }
                }
                Want::Linked { partner, alias, external, table } => {
                    if let Some(entry) = self.depara.get(&(partner.to_string(), alias, external.to_string())) {
                        world.know_depara(&partner, alias, &external, entry.clone());
                        let linked = self.rows.iter().filter(|row| {
                            row.table == table && table.link.is_some_and(|link| row[link].as_text() == entry.internal)
                        });
                        linked.for_each(|row| world.know_row(row.clone()));
                    }
                }
                Want::Rows { table, index, values } => {
                    let cells: Vec<Cell> = values.into_iter().map(Cell::from).collect();
                    let found = self.rows.iter().filter(|row| row.table == table && row.values(index) == cells);
                    found.for_each(|row| world.know_row(row.clone()));
                }
            }
        }
    }

    /// Decides a case and keeps what comes of it.
    ///
    /// # Errors
    /// [`Flaw`] of the routine, or effects that no store would keep.
    pub fn decide(&mut self, case: &dyn Case, books: &Books, now: DateTime<FixedOffset>) -> Result<Verdict, Flaw> {
        let mut wants = Wants::default();
        case.wants(books, &mut wants);
        let mut world = self.world(wants, now);
        loop {
            let mut further = Wants::default();
            case.wants_further(books, &world, &mut further);
            let further = further.beyond(&world);
            if further.is_empty() {
                break;
            }
            self.show(&mut world, further);
        }
        let verdict = case.apply(books, &mut world)?;
        let effects = match &verdict {
            Verdict::Stage(staged) => &staged.effects[..],
            Verdict::Refuse(refusal) => &refusal.effects,
            Verdict::Wait(_) => &[],
        };
        effects.iter().try_for_each(|effect| self.keep(effect))?;
        Ok(verdict)
    }

    /// Enters what an effect does.
    ///
    /// # Errors
    /// [`Flaw`] where it does not fit.
    pub fn keep(&mut self, effect: &Effect) -> Result<(), Flaw> {
        match effect {
            Effect::Insert(row) => {
                for (index, declared) in row.table.indexes.iter().enumerate().filter(|(_, index)| index.is_unique) {
                    let values = row.values(index);
                    let counts = index == KEY || values.last().is_some_and(|last| !last.is_empty());
                    if counts && self.rows.iter().any(|other| other.table == row.table && other.values(index) == values)
                    {
                        return Err(Flaw(format!("{}.{} is taken: {values:?}", row.table.name, declared.name)));
                    }
                }
                self.rows.push(row.clone());
            }
            Effect::Update(update) => {
                let row = self.rows.iter_mut().find(|row| row.table == update.table && row.values(KEY) == update.key);
                let Some(row) = row else { return Err(Flaw(format!("no row of {} to update", update.table.name))) };
                if update.expect.iter().any(|(column, value)| row[*column] != *value) {
                    return Err(Flaw(format!("a row of {} is not as expected", update.table.name)));
                }
                for (column, value) in &update.set {
                    row.set(*column, value.clone());
                }
            }
            Effect::Delete { table, key } => {
                let before = self.rows.len();
                self.rows.retain(|row| row.table != *table || row.values(KEY) != *key);
                if self.rows.len() == before {
                    return Err(Flaw(format!("no row of {} to delete", table.name)));
                }
            }
            Effect::Link { partner, alias, external, internal, stamp, was } => {
                let key = (partner.to_string(), *alias, external.to_string());
                if self.depara.get(&key) != was.as_ref() {
                    return Err(Flaw(format!("the De/Para {} is not as seen", alias.alias)));
                }
                self.depara.insert(key, DePara { internal: internal.clone(), stamp: stamp.clone() });
            }
            Effect::Unlink { partner, alias, external } => {
                if self.depara.remove(&(partner.to_string(), *alias, external.to_string())).is_none() {
                    return Err(Flaw(format!("no De/Para {} to remove", alias.alias)));
                }
            }
            Effect::Send(_) => {}
        }
        Ok(())
    }
}
