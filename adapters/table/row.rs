//! Rows of any table. Of a wide one few columns are filled, and only those are held: a sale would otherwise be built,
//! copied and looked through as a thousand cells of which a few hundred say something.

use super::{Cell, CellType, Kind, Table, Word};
use rust_decimal::Decimal;
use std::ops::Index;
use std::sync::Arc;

/// Few rows have more filled columns.
const USUAL: usize = 48;

/// A row of any table; `row[column]` is the cell of a column, the empty one of its kind where it is not filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its table.
    pub table: &'static Table,
    /// The filled columns in the order of the declaration. Shared: a row that is decided stands in what is kept and in
    /// what the rest of the batch sees.
    filled: Arc<Vec<(usize, Cell)>>,
}

impl Row {
    /// Of a cell a column, in the order of the declaration.
    pub fn of(table: &'static Table, cells: impl IntoIterator<Item = Cell>) -> Row {
        Row::part(table, cells.into_iter().enumerate())
    }

    /// Of what is filled, in the order of the declaration.
    pub fn new(table: &'static Table, filled: Filled) -> Row {
        Row { table, filled: Arc::new(filled.0) }
    }

    /// Of some columns, in the order of the declaration; the others are empty.
    pub fn part(table: &'static Table, cells: impl IntoIterator<Item = (usize, Cell)>) -> Row {
        let filled = cells.into_iter().filter(|(_, cell)| !cell.is_empty());
        Row { table, filled: Arc::new(filled.collect()) }
    }

    /// The columns that are filled.
    pub fn filled(&self) -> impl Iterator<Item = (usize, &Cell)> {
        self.filled.iter().map(|(column, cell)| (*column, cell))
    }

    /// A cell a column.
    pub fn cells(&self) -> Cells<'_> {
        Cells { columns: self.table.columns.iter(), filled: self.filled.iter().peekable(), next: 0 }
    }

    /// Gives a column another value.
    pub fn set(&mut self, column: usize, value: Cell) {
        let place = self.place(column);
        let filled = Arc::make_mut(&mut self.filled);
        match (place, value.is_empty()) {
            (Ok(place), false) => filled[place].1 = value,
            (Ok(place), true) => drop(filled.remove(place)),
            (Err(place), false) => filled.insert(place, (column, value)),
            (Err(_), true) => {}
        }
    }

    /// The columns that a row of the table holds otherwise, with its values.
    pub fn changes(&self, after: &Row) -> Vec<(usize, Cell)> {
        let pairs = self.cells().zip(after.cells()).enumerate();
        pairs
            .filter(|(_, (before, after))| before != after)
            .map(|(column, (_, after))| (column, after.clone()))
            .collect()
    }

    /// The values of an index of the table.
    pub fn values(&self, index: usize) -> Vec<Cell> {
        self.table.indexes[index].columns.iter().map(|column| self[*column].clone()).collect()
    }

    /// The cell of a column, looked for from a place among the filled ones on: whoever asks for one column after the
    /// other finds each at once.
    pub fn next_of(&self, column: usize, from: &mut usize) -> &Cell {
        *from += self.filled[*from..].iter().take_while(|(filled, _)| *filled < column).count();
        match self.filled.get(*from) {
            Some((filled, cell)) if *filled == column => cell,
            _ => empty(self.table.columns[column].kind),
        }
    }

    fn place(&self, column: usize) -> Result<usize, usize> {
        // The first columns, which are those of the key, are filled in nearly every row.
        if self.filled.get(column).is_some_and(|(filled, _)| *filled == column) {
            return Ok(column);
        }
        self.filled.binary_search_by_key(&column, |(filled, _)| *filled)
    }
}

/// The filled columns of a row in the making.
pub struct Filled(Vec<(usize, Cell)>);

impl Default for Filled {
    fn default() -> Self {
        Filled(Vec::with_capacity(USUAL))
    }
}

impl Filled {
    /// Adds the value of a column, behind those of the columns before it; the empty one is left out.
    // Once for each of the three types: in each of five hundred columns, it is what compiling takes its time for.
    #[inline(never)]
    pub fn add<T: CellType>(&mut self, column: usize, value: T) {
        let cell = value.into_cell();
        if !cell.is_empty() {
            self.0.push((column, cell));
        }
    }
}

impl Index<usize> for Row {
    type Output = Cell;

    fn index(&self, column: usize) -> &Cell {
        match self.place(column) {
            Ok(place) => &self.filled[place].1,
            Err(_) => empty(self.table.columns[column].kind),
        }
    }
}

/// The cells of a row, one a column.
pub struct Cells<'a> {
    columns: std::slice::Iter<'static, super::Column>,
    filled: std::iter::Peekable<std::slice::Iter<'a, (usize, Cell)>>,
    next: usize,
}

impl<'a> Iterator for Cells<'a> {
    type Item = &'a Cell;

    fn next(&mut self) -> Option<&'a Cell> {
        let column = self.columns.next()?;
        let place = self.next;
        self.next += 1;
        let filled = self.filled.next_if(|(filled, _)| *filled == place);
        Some(filled.map_or_else(|| empty(column.kind), |(_, cell)| cell))
    }
}

fn empty(kind: Kind) -> &'static Cell {
    const TEXT: &Cell = &Cell::Text(Word::const_new(""));
    const AMOUNT: &Cell = &Cell::Amount(Decimal::ZERO);
    const DATE: &Cell = &Cell::Date(None);
    match kind {
        Kind::Text => TEXT,
        Kind::Amount(_) => AMOUNT,
        Kind::Date => DATE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ljgrvbatch::tables::Se1;
    use crate::table::{Column, Declared};
    use proptest::prelude::*;

    fn cell(column: &Column) -> BoxedStrategy<Cell> {
        match column.kind {
            Kind::Text => "[a-c]{0,2}".prop_map(Cell::from).boxed(),
            Kind::Amount(_) => (0i64..3).prop_map(|cents| Cell::Amount(Decimal::new(cents, 2))).boxed(),
            Kind::Date => prop::option::of(0i32..3)
                .prop_map(|day| Cell::Date(day.and_then(chrono::NaiveDate::from_num_days_from_ce_opt)))
                .boxed(),
        }
    }

    fn cells() -> impl Strategy<Value = Vec<Cell>> {
        Se1::TABLE.columns.iter().map(cell).collect::<Vec<_>>()
    }

    proptest! {
        #[test]
        fn a_row_is_as_its_cells(cells in cells(), other in cells()) {
            let row = Row::of(Se1::TABLE, cells.clone());
            prop_assert_eq!(row.cells().cloned().collect::<Vec<_>>(), cells.clone());
            prop_assert_eq!((0..cells.len()).map(|column| row[column].clone()).collect::<Vec<_>>(), cells.clone());
            prop_assert_eq!(Se1::from_row(&row).into_row(), row.clone());
            let after = Row::of(Se1::TABLE, other.clone());
            prop_assert_eq!(row == after, cells == other);
            let mut from = 0;
            let in_turn: Vec<_> = (0..cells.len()).map(|column| row.next_of(column, &mut from).clone()).collect();
            prop_assert_eq!(in_turn, cells.clone());
            let mut changed = row.clone();
            row.changes(&after).into_iter().for_each(|(column, cell)| changed.set(column, cell));
            prop_assert_eq!(changed, after);
            prop_assert_eq!(row, Row::part(Se1::TABLE, cells.into_iter().enumerate()));
        }
    }
}
