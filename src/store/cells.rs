//! Cells on their way to and from a database, alike for both engines: what a column takes, and how its text is
//! read back.

use super::NotKept;
use super::trouble::unfit;
use chrono::NaiveDate;
use eaid_adapters::table::{Cell, Column, Kind, Row, Table, Word};
use rust_decimal::{Decimal, RoundingStrategy};

/// Digits of an amount, decimals included.
const PRECISION: u32 = 18;

/// A cell that its column takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fit<'a> {
    /// Text without the character NUL, which PostgreSQL does not hold.
    Text(&'a str),
    /// An amount in the scale of its column.
    Amount(Decimal),
    /// A day.
    Date(Option<NaiveDate>),
}

impl<'a> Fit<'a> {
    /// The text, if it is one.
    pub(super) fn text(self) -> Option<&'a str> {
        if let Fit::Text(text) = self { Some(text) } else { None }
    }

    /// The amount, if it is one.
    pub(super) fn amount(self) -> Option<Decimal> {
        if let Fit::Amount(amount) = self { Some(amount) } else { None }
    }

    /// The day, if it is one.
    pub(super) fn date(self) -> Option<NaiveDate> {
        if let Fit::Date(date) = self { date } else { None }
    }

    /// As text: an amount with the scale of its column, a date in ISO.
    pub(super) fn to_text(self) -> Option<String> {
        match self {
            Fit::Text(text) => Some(text.to_owned()),
            Fit::Amount(amount) => Some(amount.to_string()),
            Fit::Date(date) => date.map(|date| date.to_string()),
        }
    }
}

/// Fits a cell to its column.
///
/// # Errors
/// [`NotKept::Rejected`] for another kind, an amount beyond 18 digits, and the character NUL.
pub(super) fn fit<'a>(table: &Table, column: usize, cell: &'a Cell) -> Result<Fit<'a>, NotKept> {
    let column = &table.columns[column];
    match (cell, column.kind) {
        (Cell::Text(text), Kind::Text) if text.contains('\0') => Err(reject(table, column, "caractere NUL")),
        (Cell::Text(text), Kind::Text) => Ok(Fit::Text(text)),
        (Cell::Amount(amount), Kind::Amount(scale)) => match scaled(*amount, scale) {
            Some(amount) => Ok(Fit::Amount(amount)),
            None => Err(reject(table, column, "valor com dígitos demais")),
        },
        (Cell::Date(date), Kind::Date) => Ok(Fit::Date(*date)),
        _ => Err(reject(table, column, "valor de outro tipo")),
    }
}

/// Whether a text can be kept.
///
/// # Errors
/// [`NotKept::Rejected`] for the character NUL.
pub(super) fn plain<'a>(what: &str, text: &'a str) -> Result<&'a str, NotKept> {
    if text.contains('\0') { Err(NotKept::Rejected(format!("{what}: caractere NUL"))) } else { Ok(text) }
}

fn reject(table: &Table, column: &Column, why: &str) -> NotKept {
    NotKept::Rejected(format!("{}.{}: {why}", table.name, column.name))
}

/// An amount in the scale of its column, rounded half away from zero.
fn scaled(amount: Decimal, scale: u32) -> Option<Decimal> {
    let mut amount = amount;
    if amount.scale() != scale {
        amount = amount.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero);
        amount.rescale(scale);
    }
    let fits = amount.scale() == scale && amount.mantissa().unsigned_abs() < 10u128.pow(PRECISION);
    // Zero has no sign.
    fits.then(|| if amount.is_zero() { amount.abs() } else { amount })
}

/// Reads a row of a declared table of which only some columns were fetched, from their texts; the others are empty.
pub(super) fn read_part(table: &'static Table, columns: &[usize], texts: Vec<Option<Word>>) -> sqlx::Result<Row> {
    if texts.len() != columns.len() {
        return Err(unfit(format!("a part of a row of {} with {} columns", table.name, texts.len())));
    }
    let cell = |(column, text): (&usize, _)| Ok((*column, read(table, &table.columns[*column], text)?));
    Ok(Row::part(table, columns.iter().zip(texts).map(cell).collect::<sqlx::Result<Vec<_>>>()?))
}

/// Reads a row of a declared table from the texts of its columns.
pub(super) fn read_row(table: &'static Table, texts: Vec<Option<Word>>) -> sqlx::Result<Row> {
    if texts.len() != table.columns.len() {
        return Err(unfit(format!("a row of {} with {} columns", table.name, texts.len())));
    }
    let cells = table.columns.iter().zip(texts).map(|(column, text)| read(table, column, text));
    Ok(Row::of(table, cells.collect::<sqlx::Result<Vec<_>>>()?))
}

fn read(table: &Table, column: &Column, text: Option<Word>) -> sqlx::Result<Cell> {
    let bad = || unfit(format!("{}.{}", table.name, column.name));
    match (column.kind, text) {
        (Kind::Text, text) => Ok(Cell::Text(text.unwrap_or_default())),
        (Kind::Amount(_), None) => Ok(Cell::Amount(Decimal::ZERO)),
        (Kind::Amount(_), Some(text)) => Decimal::from_str_exact(&text).map(Cell::Amount).map_err(|_| bad()),
        (Kind::Date, None) => Ok(Cell::Date(None)),
        (Kind::Date, Some(text)) => text.parse().map(|date| Cell::Date(Some(date))).map_err(|_| bad()),
    }
}
