//! A sale with everything that was made of it: titles, children, their sales orders.

use crate::ljgrvbatch::RECEIVED;
use crate::ljgrvbatch::tables::{Sc5, Sc6, Se1};
use crate::loja701::tables::{Sl1, Sl2};
use crate::loja704::release;
use crate::mata410b::status::{CANCELLED, INVOICED};
use crate::world::{Flaw, Wants, World};

/// A sale that GravaBatch is done with.
pub(crate) struct Sold {
    pub sale: Sl1,
    pub lines: Vec<Sl2>,
    pub titles: Vec<Se1>,
    pub children: Vec<Child>,
}

/// A child with its sales order, if it has one.
pub(crate) struct Child {
    pub row: Sl1,
    pub lines: Vec<Sl2>,
    pub orders: Vec<(Sc5, Vec<Sc6>)>,
}

/// GravaBatch has not taken the sale yet.
pub(crate) fn is_staged(sale: &Sl1) -> bool {
    sale.l1_situa == RECEIVED
}

fn key(sale: &Sl1) -> [&str; 3] {
    [&sale.company, &sale.l1_filial, &sale.l1_num]
}

fn key_of(order: &Sc5) -> [&str; 3] {
    [&order.company, &order.c5_filial, &order.c5_num]
}

/// Wants everything of a sale as far as the world tells what there is.
pub(crate) fn wants(sale: &Sl1, world: &World, wants: &mut Wants) {
    wants.rows::<Sl2>(Sl2::by_sale, &key(sale));
    wants.rows::<Se1>(Se1::by_sale, &key(sale));
    wants.rows::<Sl1>(Sl1::by_parent, &key(sale));
    release::wants(sale, &world.rows::<Sl2>(Sl2::by_sale, &key(sale)).unwrap_or_default(), wants);
    for child in world.rows::<Sl1>(Sl1::by_parent, &key(sale)).unwrap_or_default() {
        wants.rows::<Sl2>(Sl2::by_sale, &key(&child));
        wants.rows::<Sc5>(Sc5::by_child, &key(&child));
        for order in world.rows::<Sc5>(Sc5::by_child, &key(&child)).unwrap_or_default() {
            wants.rows::<Sc6>(Sc6::by_order, &key_of(&order));
        }
    }
}

impl Sold {
    /// The sale as the world knows it.
    ///
    /// # Errors
    /// [`Flaw`] where something was not wanted.
    pub fn of(sale: Sl1, world: &World) -> Result<Sold, Flaw> {
        let lines = world.rows::<Sl2>(Sl2::by_sale, &key(&sale))?;
        let titles = world.rows::<Se1>(Se1::by_sale, &key(&sale))?;
        let mut children = Vec::new();
        for row in world.rows::<Sl1>(Sl1::by_parent, &key(&sale))? {
            let lines = world.rows::<Sl2>(Sl2::by_sale, &key(&row))?;
            let mut orders = Vec::new();
            for order in world.rows::<Sc5>(Sc5::by_child, &key(&row))? {
                let lines = world.rows::<Sc6>(Sc6::by_order, &key_of(&order))?;
                orders.push((order, lines));
            }
            children.push(Child { row, lines, orders });
        }
        Ok(Sold { sale, lines, titles, children })
    }

    /// The lines whose reserves the sale still has: those of an order that was cancelled before gave them back, and
    /// another sale may use them by now.
    pub fn holding(&self) -> Vec<Sl2> {
        let is_free = |line: &&Sl2| {
            self.children.iter().any(|child| {
                line.l2_orcres == child.row.l1_num && line.l2_filres == child.row.l1_filial && child.is_cancelled()
            })
        };
        self.lines.iter().filter(|line| !is_free(line)).cloned().collect()
    }

    /// The first child that is invoiced, or whose order is.
    pub fn invoiced(&self) -> Option<&Child> {
        self.children.iter().find(|child| child.is_invoiced())
    }
}

impl Child {
    /// Whether its order was cancelled.
    fn is_cancelled(&self) -> bool {
        self.orders.iter().any(|(order, _)| order.c5_status == CANCELLED.code)
    }

    /// Whether it has a fiscal document. What the customer took along bears the sale's own document from its birth
    /// (`domain/README.md`, Finer decisions, GravaBatch): that is no invoice.
    fn is_invoiced(&self) -> bool {
        let is_counter = self.lines.iter().all(|line| line.l2_entrega == "2");
        let by_order =
            self.orders.iter().any(|(order, _)| (INVOICED.code..CANCELLED.code).contains(&order.c5_status.as_str()));
        by_order || (!is_counter && !self.row.l1_doc.is_empty())
    }
}
