//! Columns of values on their way in: new rows of any table, and lists that statements are joined with.
//!
//! Many new rows go in by COPY, which costs the server half of what unnested arrays do where rows are wide; few, of
//! however many tables, go in by one statement: on a quiet system round trips are what a message waits for. While
//! the server takes the rows of one table, those of the next are encoded.

use super::filled::Cells;
use super::together::{Along, Gives, Part, together};
use crate::store::packing::Packed;
use crate::store::{NotKept, cells, keys};
use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future::join;
use rust_decimal::Decimal;
use sqlx::encode::{Encode, IsNull};
use sqlx::postgres::{PgArgumentBuffer, PgArguments};
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres};
use std::borrow::Cow;
use uuid::Uuid;

/// From so many rows on, COPY is worth its round trips.
pub(super) const MANY: usize = 64;
/// Signature, no flags, no extension.
const COPY_HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// So many bytes at least are sent at once, but for the last ones.
const PIECE: usize = 64 << 10;

/// A column of values, one a row.
pub(super) enum Column<'a> {
    /// Texts that live elsewhere.
    Text(Vec<&'a str>),
    /// Texts that live elsewhere, or none.
    Sparse(Vec<Option<&'a str>>),
    /// Texts that were made.
    Made(Vec<String>),
    /// Either.
    Either(Vec<Cow<'a, str>>),
    /// Bytes, or their packed form.
    Bytes(Vec<Cow<'a, [u8]>>),
    /// Numbers, or none.
    Number(Vec<Option<i32>>),
    /// Ids, or none.
    Id(Vec<Option<Uuid>>),
    /// Times, or none.
    Time(Vec<Option<DateTime<Utc>>>),
    /// Amounts, or none.
    Amount(Vec<Option<Decimal>>),
    /// Days, or none.
    Date(Vec<Option<NaiveDate>>),
}

impl Column<'_> {
    /// Its type as an array.
    pub(super) fn array(&self) -> &'static str {
        match self {
            Column::Text(_) | Column::Sparse(_) | Column::Made(_) | Column::Either(_) => "text[]",
            Column::Bytes(_) => "bytea[]",
            Column::Number(_) => "integer[]",
            Column::Id(_) => "uuid[]",
            Column::Time(_) => "timestamptz[]",
            Column::Amount(_) => "numeric[]",
            Column::Date(_) => "date[]",
        }
    }

    /// Binds it as an array.
    pub(super) fn bind<'q>(&self, query: Query<'q, Postgres, PgArguments>) -> Query<'q, Postgres, PgArguments> {
        match self {
            Column::Text(values) => query.bind(values),
            Column::Sparse(values) => query.bind(values),
            Column::Made(values) => query.bind(values),
            Column::Either(values) => query.bind(values.iter().map(|value| &**value).collect::<Vec<_>>()),
            Column::Bytes(values) => query.bind(values.iter().map(|value| &**value).collect::<Vec<_>>()),
            Column::Number(values) => query.bind(values),
            Column::Id(values) => query.bind(values),
            Column::Time(values) => query.bind(values),
            Column::Amount(values) => query.bind(values),
            Column::Date(values) => query.bind(values),
        }
    }

    fn copy(&self, row: usize, buffer: &mut PgArgumentBuffer) -> sqlx::Result<()> {
        match self {
            Column::Text(values) => put(values[row], buffer),
            Column::Sparse(values) => put(values[row], buffer),
            Column::Made(values) => put(&values[row], buffer),
            Column::Either(values) => put(&*values[row], buffer),
            Column::Bytes(values) => put(&*values[row], buffer),
            Column::Number(values) => put(values[row], buffer),
            Column::Id(values) => put(values[row], buffer),
            Column::Time(values) => put(values[row], buffer),
            Column::Amount(values) => put(values[row], buffer),
            Column::Date(values) => put(values[row], buffer),
        }
    }
}

/// Parameters for columns, the first of them `$<first>`.
pub(super) fn parameters<'a>(columns: impl Iterator<Item = &'a Column<'a>>, first: usize) -> String {
    let parameters = columns.zip(first..).map(|(column, place)| format!("${place}::{}", column.array()));
    parameters.collect::<Vec<_>>().join(", ")
}

/// Where the values of new rows come from.
enum Source<'a> {
    Column(Column<'a>),
    /// Cells that live in their rows.
    Cells(Cells<'a>),
}

impl<'a> Source<'a> {
    fn gathered(self) -> Result<Column<'a>, NotKept> {
        match self {
            Source::Column(column) => Ok(column),
            Source::Cells(cells) => cells.gathered(),
        }
    }

    fn copy(&self, row: usize, from: &mut usize, buffer: &mut PgArgumentBuffer) -> Result<(), NotKept> {
        match self {
            Source::Column(column) => Ok(column.copy(row, buffer)?),
            Source::Cells(cells) => cells.copy(row, from, buffer),
        }
    }
}

/// The name of a column of texts, and where its texts are.
pub(super) type Text<T> = (&'static str, fn(&T) -> &str);

/// New rows of a table.
pub(super) struct NewRows<'a> {
    table: String,
    count: usize,
    columns: Vec<(&'static str, Source<'a>)>,
}

impl<'a> NewRows<'a> {
    /// So many rows of a table.
    pub(super) fn of(table: impl Into<String>, count: usize) -> Self {
        NewRows { table: table.into(), count, columns: Vec::new() }
    }

    /// Fills a column.
    pub(super) fn column(&mut self, name: &'static str, values: Column<'a>) {
        self.columns.push((name, Source::Column(values)));
    }

    /// Fills the columns of packed bodies.
    pub(super) fn bodies(&mut self, packed: impl Iterator<Item = Packed<'a>>) {
        let (bodies, plain) = packed.map(|packed| (packed.body, packed.plain)).unzip();
        self.column("body", Column::Bytes(bodies));
        self.column("plain", Column::Number(plain));
    }

    /// Fills a column with cells of as many rows.
    pub(super) fn cells(&mut self, name: &'static str, cells: Cells<'a>) {
        self.columns.push((name, Source::Cells(cells)));
    }

    /// Fills columns of texts.
    pub(super) fn texts<T>(&mut self, rows: &'a [T], columns: &[Text<T>]) -> Result<(), NotKept> {
        for (name, text) in columns {
            let values = rows.iter().map(|row| cells::plain(&self.table, text(row)));
            self.column(name, Column::Text(values.collect::<Result<_, _>>()?));
        }
        Ok(())
    }

    /// Fills columns of a message's head, which takes any text.
    pub(super) fn heads<T>(&mut self, rows: &'a [T], columns: &[Text<T>]) {
        for (name, text) in columns {
            let values: Vec<Cow<'a, str>> = rows.iter().map(|row| keys::short(text(row))).collect();
            self.column(name, Column::Either(values));
        }
    }

    /// How many.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// The statement that inserts them.
    fn inserted(self) -> Result<Part<'a>, NotKept> {
        let into = format!("insert into {} ({})", self.table, self.names());
        let columns = self.columns.into_iter().map(|(_, source)| source.gathered()).collect::<Result<_, _>>()?;
        Ok(match self.count {
            MANY.. => Part::Joined(Along { head: Cow::Owned(into + " select * from"), columns, tail: "" }),
            _ => Part::Inserted(into, columns),
        })
    }
}

/// Rows on their way by COPY, encoded a piece at a time: the server takes one while the next is encoded, and a piece
/// stays where the processor has it at hand.
struct Copy<'a> {
    rows: NewRows<'a>,
    encoded: usize,
    piece: PgArgumentBuffer,
}

impl<'a> Copy<'a> {
    /// With its first piece.
    fn of(rows: NewRows<'a>) -> Result<Self, NotKept> {
        let mut copy = Copy { rows, encoded: 0, piece: PgArgumentBuffer::default() };
        copy.piece.extend_from_slice(COPY_HEADER);
        copy.fill()?;
        Ok(copy)
    }

    fn sql(&self) -> String {
        format!("copy {} ({}) from stdin (format binary)", self.rows.table, self.rows.names())
    }

    /// Makes the next piece; none where all were made.
    fn next(&mut self) -> Result<Option<&[u8]>, NotKept> {
        if self.encoded == self.rows.count {
            return Ok(None);
        }
        self.piece.clear();
        self.fill()?;
        Ok(Some(self.piece.as_slice()))
    }

    fn fill(&mut self) -> Result<(), NotKept> {
        // PostgreSQL ends at 1,600 columns.
        let width = i16::try_from(self.rows.columns.len()).unwrap_or(i16::MAX).to_be_bytes();
        while self.encoded < self.rows.count && self.piece.len() < PIECE {
            self.piece.extend_from_slice(&width);
            let mut from = 0;
            for (_, column) in &self.rows.columns {
                column.copy(self.encoded, &mut from, &mut self.piece)?;
            }
            self.encoded += 1;
        }
        if self.encoded == self.rows.count {
            self.piece.extend_from_slice(&(-1i16).to_be_bytes());
        }
        Ok(())
    }

    /// Sends it; what is done meanwhile, while the server takes the last piece.
    async fn send<T>(mut self, connection: &mut PgConnection, meanwhile: impl FnOnce() -> T) -> Result<T, NotKept> {
        let mut copy = connection.copy_in_raw(&self.sql()).await?;
        copy.send(self.piece.as_slice()).await?;
        loop {
            match self.next() {
                Ok(Some(piece)) => copy.send(piece).await?,
                Ok(None) => break,
                Err(rejected) => {
                    copy.abort("a value that its column does not take").await?;
                    return Err(rejected);
                }
            };
        }
        let (taken, done) = join(copy.finish(), async { meanwhile() }).await;
        taken?;
        Ok(done)
    }
}

/// The next rows of a list that are many, encoded; few are put by.
fn next<'a>(
    all: &mut impl Iterator<Item = Result<NewRows<'a>, NotKept>>,
    may_copy: bool,
    few: &mut Vec<NewRows<'a>>,
) -> Result<Option<Copy<'a>>, NotKept> {
    for rows in all {
        let rows = rows?;
        match rows.count {
            0 => {}
            MANY.. if may_copy => return Ok(Some(Copy::of(rows)?)),
            _ => few.push(rows),
        }
    }
    Ok(None)
}

/// Writes new rows of tables, in no order that could be told, and what goes along with them. A key or a unique value
/// that is taken is a violation. Gives the ids that are asked for.
pub(super) async fn write_all<'a>(
    connection: &mut PgConnection,
    may_copy: bool,
    mut all: impl Iterator<Item = Result<NewRows<'a>, NotKept>> + Send,
    along: impl Iterator<Item = Along<'a>>,
    gives: Gives<'a>,
) -> Result<Vec<Uuid>, NotKept> {
    let mut few = Vec::new();
    let mut ready = next(&mut all, may_copy, &mut few)?;
    while let Some(copy) = ready {
        ready = copy.send(connection, || next(&mut all, may_copy, &mut few)).await??;
    }
    Ok(together(connection, parts(few, along)?, gives).await?)
}

/// Few new rows, and what goes along with them, as parts of one statement.
pub(super) fn parts<'a>(
    few: Vec<NewRows<'a>>,
    along: impl Iterator<Item = Along<'a>>,
) -> Result<Vec<Part<'a>>, NotKept> {
    few.into_iter().map(NewRows::inserted).chain(along.map(Part::Joined).map(Ok)).collect()
}

/// Writes a value with its length before it.
pub(super) fn put<'v>(value: impl Encode<'v, Postgres>, buffer: &mut PgArgumentBuffer) -> sqlx::Result<()> {
    let start = buffer.len();
    buffer.extend_from_slice(&(-1i32).to_be_bytes());
    if let IsNull::No = value.encode(buffer).map_err(sqlx::Error::Encode)? {
        let length = i32::try_from(buffer.len() - start - 4);
        let length = length.map_err(|_| sqlx::Error::Protocol("a value of more than 2 GB".to_owned()))?;
        buffer[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
    Ok(())
}
