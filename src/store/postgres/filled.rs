//! New rows of declared tables: which of their columns are filled at all, and their cells on the way in.

use super::effects::physical;
use super::migrate::is_sparse;
use super::numeric;
use super::rows::{Column, NewRows, put};
use crate::store::NotKept;
use crate::store::cells::{Fit, fit};
use crate::store::fold::Changes;
use eaid_adapters::table::{Cell, Kind, Row, Table};
use sqlx::postgres::PgArgumentBuffer;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The columns that were ever filled, a table: an insert names these and leaves the others to their defaults. The
/// set only grows, so that a process makes few different statements.
#[derive(Debug, Default)]
pub(super) struct Filled(Mutex<HashMap<&'static str, Vec<bool>>>);

impl Filled {
    /// Takes in what new rows fill; gives all columns that were ever filled.
    fn learn(&self, changes: &Changes<'_>) -> Vec<usize> {
        let table = changes.table;
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let filled = tables.entry(table.name).or_default();
        filled.resize(table.columns.len(), false);
        table.key().iter().for_each(|column| filled[*column] = true);
        for row in &changes.inserts {
            row.filled().for_each(|(column, _)| filled[column] = true);
        }
        (0..filled.len()).filter(|column| filled[*column]).collect()
    }
}

/// The new rows of one table.
pub(super) fn rows<'a>(filled: &Filled, changes: &'a Changes<'a>) -> NewRows<'a> {
    let table = changes.table;
    let mut rows = NewRows::of(physical(table), changes.inserts.len());
    if !changes.inserts.is_empty() {
        for column in filled.learn(changes) {
            let is_sparse = is_sparse(table, column);
            let cells = Cells { table, rows: &changes.inserts, column, is_sparse };
            rows.cells(table.columns[column].name, cells);
        }
    }
    rows
}

/// The cells of one column, where they stand in their rows.
pub(super) struct Cells<'a> {
    table: &'static Table,
    rows: &'a [Cow<'a, Row>],
    column: usize,
    is_sparse: bool,
}

impl<'a> Cells<'a> {
    /// Gathers them.
    pub(super) fn gathered(&self) -> Result<Column<'a>, NotKept> {
        let cells: Vec<&Cell> = self.rows.iter().map(|row| &row[self.column]).collect();
        values(self.table, self.column, &cells)
    }

    /// Writes one of them with its length before it. The columns of a row are written in the order of the declaration:
    /// each is looked for from where the one before was found.
    pub(super) fn copy(&self, row: usize, from: &mut usize, buffer: &mut PgArgumentBuffer) -> Result<(), NotKept> {
        let cell = self.rows[row].next_of(self.column, from);
        let written = match fit(self.table, self.column, cell)? {
            Fit::Text(text) if self.is_sparse => put(some(text), buffer),
            Fit::Text(text) => put(text, buffer),
            Fit::Amount(amount) if self.is_sparse && amount.is_zero() => put(None::<&str>, buffer),
            Fit::Amount(amount) => numeric::put(amount, buffer),
            Fit::Date(date) => put(date, buffer),
        };
        Ok(written?)
    }
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// The values of a column, each fit for it; empty ones are null where the column is sparse.
pub(super) fn values<'a>(table: &Table, column: usize, cells: &[&'a Cell]) -> Result<Column<'a>, NotKept> {
    let is_sparse = is_sparse(table, column);
    let fits = cells.iter().map(|cell| fit(table, column, cell));
    Ok(match table.columns[column].kind {
        Kind::Text if is_sparse => {
            let text = |fit: Fit<'a>| fit.text().and_then(some);
            Column::Sparse(fits.map(|fit| fit.map(text)).collect::<Result<_, _>>()?)
        }
        Kind::Text => {
            Column::Text(fits.map(|fit| fit.map(|fit| fit.text().unwrap_or_default())).collect::<Result<_, _>>()?)
        }
        Kind::Amount(_) => {
            let amount = |fit: Fit<'a>| fit.amount().filter(|amount| !(is_sparse && amount.is_zero()));
            Column::Amount(fits.map(|fit| fit.map(amount)).collect::<Result<_, _>>()?)
        }
        Kind::Date => Column::Date(fits.map(|fit| fit.map(Fit::date)).collect::<Result<_, _>>()?),
    })
}
