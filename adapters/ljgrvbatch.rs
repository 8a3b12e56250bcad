//! LJGRVBATCH (GravaBatch): a staged sale becomes titles, a sales order and child orders
//! (`domain/retailsales.md` 10, `domain/README.md`, GravaBatch and Payments).
//!
//! The shell takes rows of [`QUEUE`], has [`lines`] looked up, opens each sale on that world ([`open`]) and
//! decides it like any other case. Every change of the sale expects it to be in RX still, so that two workers
//! can never apply it twice.
//!
//! | file | subject |
//! |---|---|
//! | `titles` | receivables: one a payment row |
//! | `groups` | which lines go to which child |
//! | `children` | the child orders |
//! | `orders` | the sales orders of children that are delivered, and their first trace |
//! | `arrived_cancelled` | a sale that was cancelled before it came |
//! | `failure` | ER, and trying again |
//! | `outside` | what an outside GravaBatch reports |
//! | `working_days` | when a card title falls due |

mod arrived_cancelled;
mod children;
mod failure;
mod groups;
mod orders;
mod outside;
pub mod tables;
mod titles;
mod working_days;

#[cfg(test)]
pub(crate) mod house;
#[cfg(test)]
mod tests;

use crate::books::Books;
use crate::crma980::tables::Sa1;
use crate::effect::{Effect, Update};
use crate::loja701::tables::{Sl1, Sl2, Sl4};
use crate::routine::Case;
use crate::table::{Declared, KEY, Row, Table};
use crate::verdict::{Staged, Verdict};
use crate::world::{Flaw, Wants, World};
use eaid_schemas::violation::Violation;
pub use failure::{FAILED, failed, postponed, retried};
use groups::Group;
pub use outside::{REPORTS, open_reported, report, report_rests, reported_lines};

/// Received: the state of a sale that GravaBatch has not taken yet (`domain/statuses.md`, L1_SITUA).
pub const RECEIVED: &str = "RX";

/// Where staged sales wait.
#[derive(Debug)]
pub struct Queue {
    /// The table.
    pub table: &'static Table,
    /// The index whose first value is the state; company and branch, which hold an order, follow, and last the number,
    /// by which they are ordered.
    pub index: usize,
    /// The state of those that wait.
    pub state: &'static str,
    /// The column that says until when a row is left alone, in seconds since 1970.
    pub rest: usize,
}

/// The sales that GravaBatch is to take.
pub static QUEUE: Queue = Queue { table: Sl1::TABLE, index: Sl1::by_situa, state: RECEIVED, rest: Sl1::rests_until };

/// Wants the lines and payments of a staged sale: the first look-up, before [`open`].
pub fn lines(sale: &Row, wants: &mut Wants) {
    let sale = Sl1::from_row(sale);
    let key = [sale.company.as_str(), &sale.l1_filial, &sale.l1_num];
    wants.rows::<Sl2>(Sl2::by_sale, &key);
    wants.rows::<Sl4>(Sl4::by_sale, &key);
}

/// Lays a staged sale on the desk, with its lines and payments out of the world of [`lines`].
///
/// # Errors
/// [`Flaw`] where they were not wanted.
pub fn open(sale: &Row, world: &World) -> Result<Box<dyn Case>, Flaw> {
    Ok(Box::new(StagedSale::of(Sl1::from_row(sale), world)?))
}

/// A staged sale with all that belongs to it.
struct StagedSale {
    sale: Sl1,
    items: Vec<Sl2>,
    payments: Vec<Sl4>,
    /// Empty for a counter sale.
    groups: Vec<Group>,
}

impl StagedSale {
    fn of(sale: Sl1, world: &World) -> Result<Self, Flaw> {
        let key = [sale.company.as_str(), &sale.l1_filial, &sale.l1_num];
        let items = world.rows::<Sl2>(Sl2::by_sale, &key)?;
        let payments = world.rows::<Sl4>(Sl4::by_sale, &key)?;
        let groups = groups::of(&sale, &items);
        Ok(StagedSale { sale, items, payments, groups })
    }

    fn is_order(&self) -> bool {
        !self.groups.is_empty()
    }

    fn arrived_cancelled(&self) -> bool {
        self.sale.l1_storc == "E"
    }

    /// Series and number of the document that titles and counter children bear: the order document of an order.
    fn document(&self) -> (&str, &str) {
        let (fiscal, order) =
            ((&*self.sale.l1_serie, &*self.sale.l1_doc), (&*self.sale.l1_serped, &*self.sale.l1_docped));
        let (first, second) = if self.is_order() { (order, fiscal) } else { (fiscal, order) };
        if first.1.is_empty() { second } else { first }
    }

    /// The change that ends the sale in a state; no two workers can make it.
    fn end(&self, state: &str) -> Update {
        Update::of(&self.sale).set(Sl1::l1_situa, state).set(Sl1::l1_ergrvbt, "").expect(Sl1::l1_situa, RECEIVED)
    }

    /// Everything that stands in the way of the sale.
    fn flaws(&self, world: &World) -> Result<Vec<Violation>, Flaw> {
        let mut found = failure::incomplete(&self.sale, &self.items, &self.payments);
        let (series, document) = self.document();
        if !document.is_empty() {
            let taken = titles::taken(&self.sale, series, document, &self.payments, world)?;
            found.extend(taken);
        }
        Ok(found)
    }

    fn stage(&self, books: &Books, world: &mut World) -> Result<Staged, Flaw> {
        if self.arrived_cancelled() {
            return arrived_cancelled::stage(self, world);
        }
        let mut found = self.flaws(world)?;
        let (series, document) = self.document();
        let titles = titles::of(&self.sale, series, document, &self.payments, books, &mut found);
        if !found.is_empty() {
            return Ok(failure::fail(&self.sale, found));
        }
        let mut effects: Vec<Effect> = titles.iter().map(Effect::insert).collect();
        if self.is_order() {
            effects.extend(children::stage(self, books, world)?);
        } else {
            effects.push(Effect::Update(self.end("OK")));
        }
        Ok(Staged { effects, ..Staged::default() })
    }
}

impl Case for StagedSale {
    fn wants(&self, _: &Books, wants: &mut Wants) {
        if self.arrived_cancelled() {
            return arrived_cancelled::wants(self, wants);
        }
        let (series, document) = self.document();
        titles::wants(&self.sale, series, document, wants);
        if self.is_order() {
            wants.rows::<Sa1>(KEY, &[&self.sale.l1_cliente, &self.sale.l1_loja]);
        }
        for group in &self.groups {
            let numbers = if group.is_delivered() { 2 } else { 1 };
            wants.numbers(&group.sequence(&self.sale.company), numbers);
        }
    }

    fn apply(&self, books: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        self.stage(books, world).map(Verdict::Stage)
    }

    fn internal_id(&self) -> &str {
        &self.sale.external_id
    }
}
