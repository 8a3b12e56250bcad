//! What a database error means: another process was faster, the data is refused, or the database is not at work.
//!
//! Texts are made here of codes and names of constraints. What the engines say themselves may quote values, and
//! those may be personal data.

use super::NotKept;
use crate::fault::Fault;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

/// The way in which a database error is met.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    Stale,
    Rejected,
    Fault,
}

/// A database error of an operation that has no data to blame.
pub(super) fn fault(error: sqlx::Error) -> Fault {
    Fault::Store(describe(&error))
}

/// A database error of a batch.
pub(super) fn not_kept(error: sqlx::Error) -> NotKept {
    let text = describe(&error);
    let meaning = error.as_database_error().map_or(Meaning::Fault, meaning);
    match meaning {
        Meaning::Stale => NotKept::Stale(text),
        Meaning::Rejected => NotKept::Rejected(text),
        Meaning::Fault => NotKept::Fault(Fault::Store(text)),
    }
}

impl From<sqlx::Error> for NotKept {
    fn from(error: sqlx::Error) -> Self {
        not_kept(error)
    }
}

/// An answer of the database that does not fit its own schema.
pub(super) fn unfit(what: impl std::fmt::Display) -> sqlx::Error {
    sqlx::Error::Protocol(format!("stored value cannot be read: {what}"))
}

fn meaning(error: &dyn DatabaseError) -> Meaning {
    let code = error.code().unwrap_or_default();
    if is_postgres(error) {
        return match code.as_ref() {
            // Unique violation, serialization failure, deadlock.
            "23505" | "40001" | "40P01" => Meaning::Stale,
            // An index row that is too long.
            "54000" => Meaning::Rejected,
            code if code.starts_with("22") || code.starts_with("23") => Meaning::Rejected,
            _ => Meaning::Fault,
        };
    }
    match code.as_ref() {
        // SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE.
        "1555" | "2067" => Meaning::Stale,
        // SQLITE_TOOBIG, SQLITE_MISMATCH, other constraints.
        "18" | "20" | "275" | "1299" => Meaning::Rejected,
        _ => Meaning::Fault,
    }
}

fn is_postgres(error: &dyn DatabaseError) -> bool {
    error.as_error().downcast_ref::<PgDatabaseError>().is_some()
}

/// Says what happened without the values that were bound.
fn describe(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            let postgres = database.as_error().downcast_ref::<PgDatabaseError>();
            let names = match postgres {
                Some(error) => [error.table(), error.column(), error.constraint()].into_iter().flatten().collect(),
                None => Vec::new(),
            };
            // The engines' own words quote values in these classes only.
            let quotes = postgres.is_some() && ["22", "23", "P0"].iter().any(|class| code.starts_with(class));
            match (quotes, names.is_empty()) {
                (true, true) => format!("erro {code}"),
                (true, false) => format!("erro {code} em {}", names.join(".")),
                (false, _) => format!("{} ({code})", database.message()),
            }
        }
        sqlx::Error::PoolTimedOut => "nenhuma conexão ficou livre a tempo".to_owned(),
        sqlx::Error::ColumnDecode { index, .. } => format!("coluna {index} ilegível"),
        other => other.to_string(),
    }
}
