//! Queues that tables are: rows in one state, in lanes, and the claims on them.

use eaid_adapters::table::{Row, Table};
use std::time::Duration;
use uuid::Uuid;

/// A queue of staged rows, worked one lane at a time by one process.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    /// The name under which its lanes are claimed.
    pub name: &'static str,
    /// The table.
    pub table: &'static Table,
    /// The index, of texts: its first column tells readiness, its last one orders a lane, and the others are the lane.
    pub index: usize,
    /// The value of that first column.
    pub ready: &'static str,
    /// The column, an amount, that says until when a row is left alone: seconds since 1970.
    pub rest: usize,
}

impl Queue {
    /// Where a row stands among the ready ones: its lane and its place there. Without a row: before all of them.
    pub(super) fn place(&self, row: Option<&Row>) -> Vec<String> {
        let columns = &self.table.indexes[self.index].columns[1..];
        columns.iter().map(|column| row.map_or("", |row| row[*column].as_text()).to_owned()).collect()
    }

    /// The names of the columns of the index.
    pub(super) fn columns(&self) -> Vec<&'static str> {
        self.table.indexes[self.index].columns.iter().map(|column| self.table.columns[*column].name).collect()
    }
}

/// A claim on the rows of a queue.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The queue.
    pub queue: &'a Queue,
    /// Whose the lanes become.
    pub holder: Uuid,
    /// For how long.
    pub lease: Duration,
    /// So many rows at most.
    pub limit: usize,
    /// Only rows behind this one; none: from the front. A database passes what was taken before again and again, until
    /// it has cleaned up.
    pub behind: Option<&'a Row>,
}
