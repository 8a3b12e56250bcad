//! What a routine may know. It first says what it wants ([`Wants`]); everything wanted by a whole batch is
//! looked up in one round trip; then it asks the [`World`]. Effects of earlier verdicts of the batch are seen.

mod footprint;
#[cfg(test)]
mod tests;

use crate::effect::{Alias, Effect, Update};
use crate::number::six_characters;
use crate::table::{Cell, KEY, Reads, Row, Table, Word};
use chrono::{DateTime, FixedOffset, NaiveDate};
use foldhash::{HashMap, HashSet};
pub use footprint::Footprint;
use std::collections::{BTreeMap, BTreeSet};

/// One thing to look up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Want {
    /// A De/Para entry.
    DePara {
        /// The partner.
        partner: Word,
        /// The kind.
        alias: Alias,
        /// The partner's code.
        external: Word,
    },
    /// A De/Para entry and the rows that its internal value links to, in one join.
    Linked {
        /// The partner.
        partner: Word,
        /// The kind.
        alias: Alias,
        /// The partner's code.
        external: Word,
        /// Where the rows are.
        table: &'static Table,
    },
    /// Rows of a table by the values of one of its indexes, all columns of text.
    Rows {
        /// The table.
        table: &'static Table,
        /// Which index.
        index: usize,
        /// The values.
        values: Vec<Word>,
    },
}

/// All that a batch wants.
#[derive(Debug, Default)]
pub struct Wants {
    asked: HashSet<Want>,
    /// The columns that are read of a table's rows; a table of which whole rows are read has none.
    columns: HashMap<&'static str, Option<BTreeSet<usize>>>,
    numbers: HashMap<String, u32>,
}

impl Wants {
    /// Wants a De/Para entry.
    pub fn depara(&mut self, partner: &str, alias: Alias, external: &str) {
        self.asked.insert(Want::DePara { partner: partner.into(), alias, external: external.into() });
    }

    /// Wants a De/Para entry with its rows.
    pub fn linked<T: Reads>(&mut self, partner: &str, alias: Alias, external: &str) {
        self.read(T::OF, T::COLUMNS);
        let (partner, external) = (partner.into(), external.into());
        self.asked.insert(Want::Linked { partner, alias, external, table: T::OF });
    }

    /// Wants rows by an index (`KEY`, or a constant of the table).
    pub fn rows<T: Reads>(&mut self, index: usize, values: &[&str]) {
        self.rows_by(T::OF, T::COLUMNS, index, values);
    }

    /// Wants rows of a table by an index.
    pub fn rows_of(&mut self, table: &'static Table, index: usize, values: &[&str]) {
        self.rows_by(table, None, index, values);
    }

    fn rows_by(&mut self, table: &'static Table, columns: Option<&[usize]>, index: usize, values: &[&str]) {
        let values = values.iter().copied().map(Word::from).collect();
        self.read(table, columns);
        self.asked.insert(Want::Rows { table, index, values });
    }

    fn read(&mut self, table: &'static Table, columns: Option<&[usize]>) {
        let known = self.columns.entry(table.name).or_insert_with(|| Some(BTreeSet::new()));
        match (known.as_mut(), columns) {
            (Some(known), Some(columns)) => known.extend(columns),
            _ => *known = None,
        }
    }

    /// The columns that the rows of a table are to have at least: those that are read, and those by which rows are
    /// found. None: all.
    pub fn columns(&self, table: &'static Table) -> Option<Vec<usize>> {
        let read = self.columns.get(table.name)?.as_ref()?;
        let found_by = table.indexes.iter().flat_map(|index| index.columns).chain(&table.link);
        Some(read.iter().chain(found_by).copied().collect::<BTreeSet<usize>>().into_iter().collect())
    }

    /// Wants numbers of a sequence; an upper bound, what is not used is lost.
    pub fn numbers(&mut self, sequence: &str, count: u32) {
        *self.numbers.entry(sequence.to_owned()).or_default() += count;
    }

    /// What is to be looked up.
    pub fn asked(&self) -> impl Iterator<Item = &Want> {
        self.asked.iter()
    }

    /// Sequences and how many numbers of each.
    pub fn sequences(&self) -> impl Iterator<Item = (&str, u32)> {
        self.numbers.iter().map(|(sequence, count)| (sequence.as_str(), *count))
    }

    /// What is wanted of rows and De/Para that a world was not asked before. Rows of which it knows a part come whole.
    pub fn beyond(mut self, world: &World) -> Wants {
        let in_part = |table: &str| world.shelves.get(table).is_some_and(|shelf| shelf.is_in_part);
        self.columns.iter_mut().filter(|(table, _)| in_part(table)).for_each(|(_, columns)| *columns = None);
        self.asked.retain(|want| world.asked.get(want) != Some(&Known::Whole));
        self
    }

    /// Whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty() && self.numbers.is_empty()
    }

    /// Takes in what another wants.
    pub fn absorb(&mut self, other: Wants) {
        self.asked.extend(other.asked);
        for (table, columns) in other.columns {
            let known = self.columns.entry(table).or_insert_with(|| Some(BTreeSet::new()));
            *known = known.take().zip(columns).map(|(known, columns)| known.union(&columns).copied().collect());
        }
        for (sequence, count) in other.numbers {
            *self.numbers.entry(sequence).or_default() += count;
        }
    }
}

/// A De/Para entry as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DePara {
    /// Our id.
    pub internal: Word,
    /// `GeneratedOn` of the message that wrote it; empty where it was entered by hand.
    pub stamp: Word,
}

/// A flaw of a routine, not of a message: it asked for something that it had not wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Flaw(pub String);

#[derive(Debug, Default)]
struct Shelf {
    /// Not every column of its rows may be known.
    is_in_part: bool,
    rows: Vec<Option<Row>>,
    by_key: Places,
    /// By the other indexes by which rows are asked for.
    by_index: BTreeMap<usize, Places>,
    by_link: HashMap<Word, Vec<usize>>,
}

/// Where the rows with some values stand.
type Places = HashMap<Vec<Cell>, Vec<usize>>;

impl Shelf {
    fn put(&mut self, row: Row) {
        let known = self.find(KEY, &row.values(KEY)).next();
        match known {
            // The same row, found by two ways, or more of it.
            Some(place) if self.is_in_part => self.rows[place] = None,
            Some(_) => return,
            None => {}
        }
        self.add(row);
    }

    /// Finds rows by this index from now on.
    fn ask_by(&mut self, index: usize) {
        if index == KEY || self.by_index.contains_key(&index) {
            return;
        }
        let mut places = Places::default();
        for (place, row) in self.rows.iter().enumerate() {
            let Some(row) = row else { continue };
            places.entry(row.values(index)).or_default().push(place);
        }
        self.by_index.insert(index, places);
    }

    fn add(&mut self, row: Row) {
        let place = self.rows.len();
        self.by_key.entry(row.values(KEY)).or_default().push(place);
        for (index, places) in &mut self.by_index {
            places.entry(row.values(*index)).or_default().push(place);
        }
        if let Some(link) = row.table.link {
            self.by_link.entry(row[link].as_text().into()).or_default().push(place);
        }
        self.rows.push(Some(row));
    }

    fn find(&self, index: usize, values: &[Cell]) -> impl Iterator<Item = usize> {
        let places = if index == KEY { Some(&self.by_key) } else { self.by_index.get(&index) };
        let places = places.and_then(|places| places.get(values));
        places.into_iter().flatten().copied().filter(|place| self.rows[*place].is_some())
    }

    fn remove(&mut self, key: &[Cell]) -> Option<Row> {
        let place = self.find(KEY, key).next()?;
        self.rows[place].take()
    }

    /// Changes a row; gives it as it was and as it is.
    fn update(&mut self, update: &Update) -> Option<(Row, &Row)> {
        let before = self.remove(&update.key)?;
        let mut row = before.clone();
        for (column, value) in &update.set {
            row.set(*column, value.clone());
        }
        self.add(row);
        self.rows.last().and_then(Option::as_ref).map(|row| (before, row))
    }
}

/// How much is known of what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Whole,
    /// Of rows, the columns that were read.
    InPart,
}

/// What is known while a batch is decided.
#[derive(Debug)]
pub struct World {
    now: DateTime<FixedOffset>,
    /// By partner, kind and code; `None`: an earlier message of the batch removed it.
    depara: HashMap<Word, HashMap<Alias, HashMap<Word, Option<DePara>>>>,
    shelves: HashMap<&'static str, Shelf>,
    asked: HashMap<Want, Known>,
    /// The tables that rows are asked of: new rows of others need not be remembered.
    tables: HashSet<&'static str>,
    numbers: HashMap<String, std::ops::Range<u64>>,
    footprint: Footprint,
}

impl World {
    /// A world at a moment, in the time zone of the configuration.
    pub fn new(now: DateTime<FixedOffset>, wants: Wants) -> Self {
        let mut world = World {
            now,
            depara: HashMap::default(),
            shelves: HashMap::default(),
            asked: HashMap::default(),
            tables: HashSet::default(),
            numbers: HashMap::default(),
            footprint: Footprint::default(),
        };
        world.widen(wants);
        world
    }

    /// Takes in that more was asked; what was found follows.
    pub fn widen(&mut self, wants: Wants) {
        self.tables.extend(wants.asked.iter().filter_map(|want| match want {
            Want::DePara { .. } => None,
            Want::Linked { table, .. } | Want::Rows { table, .. } => Some(table.name),
        }));
        for (table, columns) in &wants.columns {
            self.shelves.entry(table).or_default().is_in_part |= columns.is_some();
        }
        let is_in_part = |table: &Table| wants.columns.get(table.name).is_some_and(Option::is_some);
        for want in &wants.asked {
            if let Want::Rows { table, index, .. } = want {
                self.shelves.entry(table.name).or_default().ask_by(*index);
            }
        }
        self.asked.extend(wants.asked.into_iter().map(|want| match &want {
            Want::Linked { table, .. } | Want::Rows { table, .. } if is_in_part(table) => (want, Known::InPart),
            _ => (want, Known::Whole),
        }));
    }

    /// Notes what was looked up, as it stands before anything is decided.
    pub fn note_looks(&mut self) {
        for want in self.asked.keys() {
            let internal = match want {
                Want::Linked { partner, alias, external, .. } => self
                    .known_depara(partner, *alias, external)
                    .and_then(|entry| entry.as_ref().map(|entry| entry.internal.clone())),
                _ => None,
            };
            self.footprint.look(want, internal.as_deref());
        }
    }

    /// What was looked at and what has changed since.
    pub fn take_footprint(&mut self) -> Footprint {
        std::mem::take(&mut self.footprint)
    }

    /// Takes in a De/Para entry.
    pub fn know_depara(&mut self, partner: &str, alias: Alias, external: &str, entry: DePara) {
        self.set_depara(partner, alias, external, Some(entry));
    }

    fn set_depara(&mut self, partner: &str, alias: Alias, external: &str, entry: Option<DePara>) {
        let of_partner = self.depara.entry(partner.into()).or_default();
        of_partner.entry(alias).or_default().insert(external.into(), entry);
    }

    fn known_depara(&self, partner: &str, alias: Alias, external: &str) -> Option<&Option<DePara>> {
        self.depara.get(partner)?.get(&alias)?.get(external)
    }

    /// Takes in a row.
    pub fn know_row(&mut self, row: Row) {
        self.shelves.entry(row.table.name).or_default().put(row);
    }

    /// Takes in a block of numbers of a sequence.
    pub fn know_numbers(&mut self, sequence: &str, block: std::ops::Range<u64>) {
        self.numbers.insert(sequence.to_owned(), block);
    }

    /// The moment of the decision.
    pub fn now(&self) -> DateTime<FixedOffset> {
        self.now
    }

    /// The day of the decision.
    pub fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }

    /// A De/Para entry, if it is there.
    ///
    /// # Errors
    /// [`Flaw`] where it was not wanted.
    pub fn depara(&self, partner: &str, alias: Alias, external: &str) -> Result<Option<&DePara>, Flaw> {
        if let Some(entry) = self.known_depara(partner, alias, external) {
            return Ok(entry.as_ref());
        }
        let (partner, external) = (Word::from(partner), Word::from(external));
        let wanted = self.asked.contains_key(&Want::DePara { partner: partner.clone(), alias, external: external.clone() })
            || self.asked.keys().any(|want| {
                matches!(want, Want::Linked { partner: p, alias: a, external: e, .. } if *p == partner && *a == alias && *e == external)
            });
        if wanted { Ok(None) } else { Err(Flaw(format!("De/Para {} was asked but not wanted", alias.alias))) }
    }

    /// A De/Para entry and the rows it links to.
    ///
    /// # Errors
    /// [`Flaw`] where it was not wanted.
    pub fn linked<T: Reads>(
        &self,
        partner: &str,
        alias: Alias,
        external: &str,
    ) -> Result<Option<(DePara, Vec<T>)>, Flaw> {
        let Some(entry) = self.known_depara(partner, alias, external).and_then(Option::as_ref) else {
            let (partner, external) = (partner.into(), external.into());
            if self.asked.contains_key(&Want::Linked { partner, alias, external, table: T::OF }) {
                return Ok(None);
            }
            return Err(Flaw(format!("De/Para {} with rows of {} was asked but not wanted", alias.alias, T::OF.name)));
        };
        let rows = self.shelves.get(T::OF.name).map_or_else(Vec::new, |shelf| {
            let places = shelf.by_link.get(entry.internal.as_str()).into_iter().flatten();
            places.filter_map(|place| shelf.rows[*place].as_ref()).map(T::read).collect()
        });
        Ok(Some((entry.clone(), rows)))
    }

    /// Rows by an index, in the order of their keys.
    ///
    /// # Errors
    /// [`Flaw`] where they were not wanted.
    pub fn rows<T: Reads>(&self, index: usize, values: &[&str]) -> Result<Vec<T>, Flaw> {
        Ok(self.rows_of(T::OF, index, values)?.into_iter().map(T::read).collect())
    }

    /// Rows of a table by an index, in the order of their keys.
    ///
    /// # Errors
    /// [`Flaw`] where they were not wanted.
    pub fn rows_of(&self, table: &'static Table, index: usize, values: &[&str]) -> Result<Vec<&Row>, Flaw> {
        let cells: Vec<Cell> = values.iter().map(|value| Cell::from(*value)).collect();
        let mut rows: Vec<&Row> = self.shelves.get(table.name).map_or_else(Vec::new, |shelf| {
            shelf.find(index, &cells).filter_map(|place| shelf.rows[place].as_ref()).collect()
        });
        let want = || Want::Rows { table, index, values: values.iter().copied().map(Word::from).collect() };
        if rows.is_empty() && !self.asked.contains_key(&want()) {
            return Err(Flaw(format!("rows of {} were asked but not wanted", table.name)));
        }
        if rows.len() > 1 {
            rows.sort_by_cached_key(|row| row.values(KEY));
        }
        Ok(rows)
    }

    /// The next number of a sequence, of six characters.
    ///
    /// # Errors
    /// [`Flaw`] where more are taken than were wanted, or the sequence is at its end.
    pub fn number(&mut self, sequence: &str) -> Result<String, Flaw> {
        six_characters(self.count(sequence)?).ok_or_else(|| Flaw(format!("sequence {sequence} is at its end")))
    }

    /// The next number of a sequence, as a number.
    ///
    /// # Errors
    /// [`Flaw`] where more are taken than were wanted.
    pub fn count(&mut self, sequence: &str) -> Result<u64, Flaw> {
        let next = self.numbers.get_mut(sequence).and_then(Iterator::next);
        next.ok_or_else(|| Flaw(format!("no number left in sequence {sequence}")))
    }

    /// Takes in the effects of a verdict, so that the next message of the batch sees them.
    pub fn absorb(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Insert(row) => {
                    self.footprint.change_row(row);
                    if self.tables.contains(row.table.name) {
                        self.shelves.entry(row.table.name).or_default().add(row.clone());
                    }
                }
                Effect::Update(update) => match self.shelves.entry(update.table.name).or_default().update(update) {
                    Some((before, after)) => {
                        self.footprint.change_row(&before);
                        self.footprint.change_row(after);
                    }
                    None => self.footprint.change_in(update.table),
                },
                Effect::Delete { table, key } => match self.shelves.entry(table.name).or_default().remove(key) {
                    Some(row) => self.footprint.change_row(&row),
                    None => self.footprint.change_in(table),
                },
                Effect::Link { partner, alias, external, internal, stamp, .. } => {
                    self.footprint.change_depara(partner, *alias, external);
                    let entry = DePara { internal: internal.clone(), stamp: stamp.clone() };
                    self.know_depara(partner, *alias, external, entry);
                }
                Effect::Unlink { partner, alias, external } => {
                    self.footprint.change_depara(partner, *alias, external);
                    self.set_depara(partner, *alias, external, None);
                }
                Effect::Send(_) => {}
            }
        }
    }
}
