//! The declaration of tables. A routine declares the tables it fills; the store makes statements, DDL and
//! views of the declaration, and knows no column by name.

use chrono::NaiveDate;
use compact_str::CompactString;
use rust_decimal::Decimal;

mod row;

pub use row::{Cells, Filled, Row};

/// A text of a row, or one that names a message. Most are short: up to 24 bytes need no memory of their own.
pub type Word = CompactString;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text; absent is empty.
    Text,
    /// A decimal of a fixed scale; absent is zero.
    Amount(u32),
    /// A day; may be absent.
    Date,
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// Its name, lower case, as Protheus people know it.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What it means.
    pub doc: &'static str,
}

/// A way to find rows by columns of text.
#[derive(Debug)]
pub struct Index {
    /// Its name within the table.
    pub name: &'static str,
    /// The columns, by position.
    pub columns: &'static [usize],
    /// No two rows share its values, rows whose last column is empty aside.
    pub is_unique: bool,
}

/// A declared table.
#[derive(Debug)]
pub struct Table {
    /// Its name, that of its view.
    pub name: &'static str,
    /// What its rows are.
    pub doc: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    /// Index 0 is the primary key.
    pub indexes: &'static [Index],
    /// The column that holds our id, by which a De/Para entry finds its rows.
    pub link: Option<usize>,
    /// The day that its rows are asked for by: that of issue, which grows as they come.
    pub day: Option<usize>,
    /// Messages may wait for a row of this table, by its key.
    pub is_awaited: bool,
}

/// The position of the primary key among a table's indexes.
pub const KEY: usize = 0;

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
impl Eq for Table {}
impl std::hash::Hash for Table {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl Table {
    /// The columns of the primary key.
    pub fn key(&self) -> &'static [usize] {
        self.indexes.first().map_or(&[], |key| key.columns)
    }
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cell {
    /// Text.
    Text(Word),
    /// A decimal.
    Amount(Decimal),
    /// A day, or none.
    Date(Option<NaiveDate>),
}

impl Cell {
    /// The empty value of a kind.
    pub fn empty(kind: Kind) -> Cell {
        match kind {
            Kind::Text => Cell::Text(Word::default()),
            Kind::Amount(_) => Cell::Amount(Decimal::ZERO),
            Kind::Date => Cell::Date(None),
        }
    }

    /// Whether it is the empty value of its kind.
    pub fn is_empty(&self) -> bool {
        match self {
            Cell::Text(text) => text.is_empty(),
            Cell::Amount(amount) => amount.is_zero(),
            Cell::Date(date) => date.is_none(),
        }
    }

    /// The text of a text cell; empty for others.
    pub fn as_text(&self) -> &str {
        match self {
            Cell::Text(text) => text,
            _ => "",
        }
    }
}

/// A type that a column can be in a row's struct.
pub trait CellType: Clone {
    /// Becomes a cell, without a copy.
    fn into_cell(self) -> Cell;
    /// From a cell; the empty value where the kinds differ.
    fn from_cell(cell: &Cell) -> Self;
}

impl CellType for Word {
    fn into_cell(self) -> Cell {
        Cell::Text(self)
    }
    fn from_cell(cell: &Cell) -> Self {
        match cell {
            Cell::Text(text) => text.clone(),
            _ => Word::default(),
        }
    }
}

impl CellType for Decimal {
    fn into_cell(self) -> Cell {
        Cell::Amount(self)
    }
    fn from_cell(cell: &Cell) -> Self {
        match cell {
            Cell::Amount(amount) => *amount,
            _ => Decimal::ZERO,
        }
    }
}

impl CellType for Option<NaiveDate> {
    fn into_cell(self) -> Cell {
        Cell::Date(self)
    }
    fn from_cell(cell: &Cell) -> Self {
        match cell {
            Cell::Date(date) => *date,
            _ => None,
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.into())
    }
}
impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text.into())
    }
}
impl From<Word> for Cell {
    fn from(text: Word) -> Self {
        Cell::Text(text)
    }
}
impl From<Decimal> for Cell {
    fn from(amount: Decimal) -> Self {
        Cell::Amount(amount)
    }
}
impl From<Option<NaiveDate>> for Cell {
    fn from(date: Option<NaiveDate>) -> Self {
        Cell::Date(date)
    }
}

/// The value of the next cell; the empty value where there is none.
// Once for each of the three types: in each of five hundred columns, it is what compiling takes its time for.
#[inline(never)]
pub fn next_value<T: CellType>(cells: &mut Cells<'_>) -> T {
    T::from_cell(cells.next().unwrap_or(&Cell::Date(None)))
}

/// A struct that is a row of a declared table. Written by [`table!`](crate::table!).
pub trait Declared: Sized + Default + Clone {
    /// The declaration.
    const TABLE: &'static Table;
    /// As a row.
    fn to_row(&self) -> Row {
        self.clone().into_row()
    }
    /// Becomes a row, without a copy.
    fn into_row(self) -> Row;
    /// From a row of the same table.
    fn from_row(row: &Row) -> Self;
}

/// What reads rows of a declared table: the struct of its rows, or an [`excerpt!`](crate::excerpt!) of few columns.
pub trait Reads: Sized {
    /// The table.
    const OF: &'static Table;
    /// The columns that are read; none: all.
    const COLUMNS: Option<&'static [usize]>;
    /// Reads a row of the table.
    fn read(row: &Row) -> Self;
}

impl<T: Declared> Reads for T {
    const OF: &'static Table = T::TABLE;
    const COLUMNS: Option<&'static [usize]> = None;

    fn read(row: &Row) -> Self {
        T::from_row(row)
    }
}

/// Declares the few columns that a routine reads of a wide table of others, all of text: the others are not fetched.
///
/// ```
/// # eaid_adapters::table! {
/// #     /// Coins in the till.
/// #     pub table Coin "coin" key(till, value) {
/// #         /// Which till.
/// #         till: text;
/// #         /// Which coin, in reais.
/// #         value: amount(2);
/// #     }
/// # }
/// eaid_adapters::excerpt! {
///     /// Whose till it is.
///     pub excerpt Till of Coin { till }
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! excerpt {
    ($(#[doc = $doc:literal])* pub excerpt $name:ident of $of:ident { $($column:ident),+ }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub struct $name { $(pub $column: $crate::table::Word,)+ }

        impl $crate::table::Reads for $name {
            const OF: &'static $crate::table::Table = $of::TABLE;
            const COLUMNS: Option<&'static [usize]> = Some(&[$($of::$column),+]);

            fn read(row: &$crate::table::Row) -> Self {
                $name { $($column: $crate::table::CellType::from_cell(&row[$of::$column]),)+ }
            }
        }
    };
}

/// Declares a table and the struct of its rows.
///
/// ```
/// eaid_adapters::table! {
///     /// Coins in the till.
///     pub table Coin "coin" key(till, value) link(till) {
///         /// Which till.
///         till: text;
///         /// Which coin, in reais.
///         value: amount(2);
///         /// When it came.
///         since: date;
///     }
///     index by_value(value);
/// }
/// # fn main() {}
/// ```
/// After the key come `link(column)` (our id), `day(column)` (rows are asked for by it) and `[awaited]` (messages may
/// wait for a row), all optional.
/// `#unique` before an index forbids two rows with the same values, unless the last one is empty.
#[macro_export]
macro_rules! table {
    (@type text) => { $crate::table::Word };
    (@type amount $scale:literal) => { ::rust_decimal::Decimal };
    (@type date) => { Option<::chrono::NaiveDate> };
    (@kind text) => { $crate::table::Kind::Text };
    (@kind amount $scale:literal) => { $crate::table::Kind::Amount($scale) };
    (@kind date) => { $crate::table::Kind::Date };
    (@link) => { None };
    (@link $link:ident $name:ident) => { Some($name::$link) };
    (@yes) => { false };
    (@yes $word:ident) => { true };
    (
        $(#[doc = $doc:literal])*
        pub table $name:ident $sql:literal key($($key:ident),+) $(link($link:ident))? $(day($day:ident))? $([$awaited:ident])? {
            $($(#[doc = $column_doc:literal])* $column:ident : $kind:ident $(($scale:literal))?;)+
        }
        $($(#$unique:ident)? index $index:ident($($of:ident),+);)*
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name { $($(#[doc = $column_doc])* pub $column: $crate::table!(@type $kind $($scale)?),)+ }

        #[allow(non_upper_case_globals, missing_docs)]
        impl $name {
            $crate::table!(@places 0usize; $($column)+);
            $crate::table!(@indexes 1usize; $($index)*);
            /// The declaration.
            pub const TABLE: &'static $crate::table::Table = <$name as $crate::table::Declared>::TABLE;
        }

        impl $crate::table::Declared for $name {
            const TABLE: &'static $crate::table::Table = {
                static TABLE: $crate::table::Table = $crate::table::Table {
                    name: $sql,
                    doc: concat!($($doc),*),
                    columns: &[$($crate::table::Column {
                        name: stringify!($column),
                        kind: $crate::table!(@kind $kind $($scale)?),
                        doc: concat!($($column_doc),*),
                    },)+],
                    indexes: &[
                        $crate::table::Index { name: "key", columns: &[$($name::$key),+], is_unique: true },
                        $($crate::table::Index {
                            name: stringify!($index),
                            columns: &[$($name::$of),+],
                            is_unique: $crate::table!(@yes $($unique)?),
                        },)*
                    ],
                    link: $crate::table!(@link $($link $name)?),
                    day: $crate::table!(@link $($day $name)?),
                    is_awaited: $crate::table!(@yes $($awaited)?),
                };
                &TABLE
            };

            fn into_row(self) -> $crate::table::Row {
                let mut filled = $crate::table::Filled::default();
                $(filled.add($name::$column, self.$column);)+
                $crate::table::Row::new(<Self as $crate::table::Declared>::TABLE, filled)
            }

            fn from_row(row: &$crate::table::Row) -> Self {
                let mut cells = row.cells();
                $name { $($column: $crate::table::next_value(&mut cells),)+ }
            }
        }
    };
    (@places $at:expr; $first:ident $($rest:ident)*) => {
        pub const $first: usize = $at;
        $crate::table!(@places $at + 1; $($rest)*);
    };
    (@places $at:expr;) => {};
    (@indexes $at:expr; $first:ident $($rest:ident)*) => {
        pub const $first: usize = $at;
        $crate::table!(@indexes $at + 1; $($rest)*);
    };
    (@indexes $at:expr;) => {};
}
