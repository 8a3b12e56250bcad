//! GENERIC: any Mensagem Única that no other routine reads lands in a table of its own, by the key and the
//! columns that its registration gives (`[adapter.stage]`, `contract.md`, Configuration).
//!
//! A registration declares a routine of its own ([`declare()`]): from then on it is like those that are
//! written in code.
//!
//! | file | subject |
//! |---|---|
//! | `stage` | what a registration says |
//! | `declare` | the routine it declares, and everything that is wrong with it |
//! | `tables` | the table it declares |
//! | `wants` | what is looked up |
//! | `apply` | upsert and delete of one row |

mod apply;
mod declare;
mod stage;
mod tables;
#[cfg(test)]
mod tests;
mod wants;

use crate::books::Books;
use crate::effect::Alias;
use crate::routine::{Address, Case, Standing};
use crate::table::{KEY, Row, Table};
use crate::verdict::Verdict;
use crate::world::{Flaw, Wants, World};
pub use declare::{Mistake, Place, declare, picks};
use eaid_schemas::envelope::{Envelope, Event, Header};
use eaid_schemas::pick::{Datum, Picks};
use eaid_schemas::read::Reading;
use eaid_schemas::violation::Violation;
pub use stage::{Column, Kind, Stage};

/// The name under which it is registered.
pub const NAME: &str = "GENERIC";

/// What a registration declares.
#[derive(Debug)]
struct Declared {
    /// Where the rows land.
    table: &'static Table,
    /// The columns of the key, by their places among the picks.
    key: Vec<usize>,
    /// What is read: a pick a column, and the sender's id.
    picks: Picks,
    /// The place of the sender's id among the picks.
    id: usize,
    /// The De/Para kind of the record, if it has one.
    depara: Option<Alias>,
}

/// A message on the desk.
struct Message {
    declared: &'static Declared,
    from: Address,
    header: Header,
    values: Vec<Option<Datum>>,
    found: Vec<Violation>,
    /// The sender's id, else the key.
    id: String,
}

/// Reads the content of a message by what its registration declares.
fn open(declared: &'static Declared, envelope: &Envelope, from: Address) -> Box<dyn Case> {
    let mut cx = Reading::new(from.event != Event::Delete, from.items);
    let values = envelope.pick(&declared.picks, &mut cx);
    let found = cx.finish();
    let mut message = Message { declared, from, header: envelope.header.clone(), values, found, id: String::new() };
    message.id = match message.text(declared.id) {
        "" => message.key().map_or_else(String::new, |key| key.join("|")),
        id => id.to_owned(),
    };
    Box::new(message)
}

impl Message {
    /// The text of a pick without trailing blanks; empty where it is absent.
    fn text(&self, place: usize) -> &str {
        self.values[place].as_ref().map_or("", Datum::as_text)
    }

    /// The values of the key's own columns; `None` where one is missing.
    fn key(&self) -> Option<Vec<&str>> {
        let values: Vec<&str> = self.declared.key.iter().map(|place| self.text(*place)).collect();
        (!values.contains(&"")).then_some(values)
    }

    /// The key of the row: company, branch and partner before the key's own columns.
    fn row_key(&self) -> Option<Vec<&str>> {
        let mut key = vec![self.from.company.as_str(), &self.from.branch, &self.from.partner];
        key.extend(self.key()?);
        Some(key)
    }

    /// Our id of the record: `company|branch|key`.
    fn own_id(&self) -> Option<String> {
        let mut parts = vec![self.from.company.as_str(), &self.from.branch];
        parts.extend(self.key()?);
        Some(parts.join("|"))
    }

    /// The kind and the code of its De/Para entry, where it has one and names itself.
    fn alias(&self) -> Option<(Alias, &str)> {
        let id = self.text(self.declared.id);
        self.declared.depara.filter(|_| !id.is_empty()).map(|alias| (alias, id))
    }

    /// The row that stands under its key.
    fn row<'w>(&self, world: &'w World) -> Result<Option<&'w Row>, Flaw> {
        let Some(key) = self.row_key() else { return Ok(None) };
        Ok(world.rows_of(self.declared.table, KEY, &key)?.into_iter().next())
    }
}

impl Case for Message {
    fn wants(&self, _: &Books, wants: &mut Wants) {
        wants::wants(self, wants);
    }

    fn apply(&self, _: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        apply::apply(self, world)
    }

    fn internal_id(&self) -> &str {
        &self.id
    }

    fn standing(&self, world: &World) -> Result<Option<Standing>, Flaw> {
        let (Some(row), Some(id)) = (self.row(world)?, self.own_id()) else { return Ok(None) };
        Ok(Some(Standing { id: id.into(), stamp: tables::stamp(row).into() }))
    }

    fn found(&self) -> &[Violation] {
        &self.found
    }

    fn locate(&self, envelope: &Envelope, paths: &[&str]) -> Vec<eaid_schemas::place::Place> {
        envelope.locate(paths, |cx| drop(envelope.pick(&self.declared.picks, cx)))
    }
}
