//! Several things by one statement, and so in one round trip: on a quiet system those are what a message waits for.

use super::rows::{Column, parameters};
use sqlx::{AssertSqlSafe, PgConnection, Row};
use std::borrow::Cow;
use std::fmt;
use uuid::Uuid;

/// A statement that is joined with a list of its own.
pub(super) struct Along<'a> {
    /// What stands before the list.
    pub(super) head: Cow<'static, str>,
    /// The list.
    pub(super) columns: Vec<Column<'a>>,
    /// What names the list and joins it.
    pub(super) tail: &'static str,
}

/// One of the things.
pub(super) enum Part<'a> {
    /// Any statement with a list.
    Joined(Along<'a>),
    /// Few new rows, after `insert into …`: an element of each array a row. To unnest them is dearer, since PostgreSQL
    /// makes a function's scan of each array, and a store of what it gives.
    Inserted(String, Vec<Column<'a>>),
}

/// What the statement gives.
pub(super) enum Gives<'a> {
    /// Nothing.
    Nothing,
    /// The ids that one more part returns.
    Ids(Along<'a>),
    /// Nothing, where a function is true of a list; it is carried out before the parts, and raises what else there is.
    Where(&'static str, Column<'a>),
}

impl<'a> Part<'a> {
    fn columns(&self) -> &[Column<'a>] {
        match self {
            Part::Joined(Along { columns, .. }) | Part::Inserted(_, columns) => columns,
        }
    }

    /// Writes its text, the first of its parameters `$<first>`.
    fn write(&self, f: &mut fmt::Formatter<'_>, first: usize) -> fmt::Result {
        match self {
            Part::Joined(Along { head, columns, tail }) => {
                write!(f, "{head} unnest({}) {tail}", parameters(columns.iter(), first))
            }
            Part::Inserted(into, columns) => {
                f.write_str(into)?;
                for (column, place) in columns.iter().zip(first..) {
                    let before = if place == first { "select" } else { "," };
                    write!(f, "{before} (${place}::{})[i]", column.array())?;
                }
                let array = columns.first().map_or("text[]", Column::array);
                write!(f, " from generate_series(1, cardinality(${first}::{array})) as i")
            }
        }
    }
}

impl<'a> Gives<'a> {
    fn columns(&self) -> &[Column<'a>] {
        match self {
            Gives::Nothing => &[],
            Gives::Ids(Along { columns, .. }) => columns,
            Gives::Where(_, column) => std::slice::from_ref(column),
        }
    }
}

/// The statement.
struct Together<'s, 'a>(&'s [Part<'a>], &'s Gives<'a>);

impl fmt::Display for Together<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Together(parts, gives) = self;
        let (mut first, mut before) = (1, "with");
        for (place, part) in parts.iter().enumerate() {
            write!(f, "{before} n{place} as (")?;
            part.write(f, first)?;
            f.write_str(") ")?;
            first += part.columns().len();
            before = ",";
        }
        match gives {
            Gives::Nothing => f.write_str("select null::uuid as id where false"),
            Gives::Ids(Along { head, columns, tail }) => {
                write!(f, "{before} asked (id) as (")?;
                write!(f, "{head} unnest({}) {tail}) select id from asked", parameters(columns.iter(), first))
            }
            Gives::Where(function, column) => {
                write!(f, "select null::uuid as id where not {function}(${first}::{})", column.array())
            }
        }
    }
}

/// Carries parts out, in no order that could be told; gives the ids that are asked for.
pub(super) async fn together<'a>(
    connection: &mut PgConnection,
    parts: Vec<Part<'a>>,
    gives: Gives<'a>,
) -> sqlx::Result<Vec<Uuid>> {
    if parts.is_empty() && matches!(gives, Gives::Nothing) {
        return Ok(Vec::new());
    }
    let sql = Together(&parts, &gives).to_string();
    let columns = parts.iter().flat_map(Part::columns).chain(gives.columns());
    let query = columns.fold(sqlx::query(AssertSqlSafe(sql)), |query, column| column.bind(query));
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
