//! Which lines of an order go to which child: one child a (stock branch, delivery type)
//! (`domain/README.md`, GravaBatch).

use crate::loja701::tables::{Sl1, Sl2};

/// The lines of one child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// The branch that holds the stock; the child is born there.
    pub branch: String,
    /// The delivery type: 1 pick up later, 2 now, 3 delivery, 4 pick up later with order.
    pub delivery: String,
    /// The places of its lines in the sale.
    pub lines: Vec<usize>,
}

impl Group {
    /// Types 3 and 4 get a sales order.
    pub fn is_delivered(&self) -> bool {
        matches!(self.delivery.as_str(), "3" | "4")
    }

    /// Type 1: the customer comes for it, and somebody confirms it.
    pub fn is_pick_up(&self) -> bool {
        self.delivery == "1"
    }

    /// The sequence that numbers its child and its sales order: that of the branch that holds the stock.
    pub fn sequence(&self, company: &str) -> String {
        format!("num|{company}|{}", self.branch)
    }

    /// Type 2: the customer has it.
    pub fn is_counter(&self) -> bool {
        self.delivery == "2"
    }
}

fn delivery(item: &Sl2) -> &str {
    if item.l2_entrega.is_empty() { "2" } else { &item.l2_entrega }
}

/// The groups of a sale, in the order of their first lines. None where all was taken at the counter: such a
/// sale is no order.
pub(super) fn of(sale: &Sl1, items: &[Sl2]) -> Vec<Group> {
    if items.iter().all(|item| delivery(item) == "2") {
        return Vec::new();
    }
    let mut groups: Vec<Group> = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let branch = if item.l2_filstk.is_empty() { &sale.l1_filial } else { &item.l2_filstk };
        match groups.iter_mut().find(|group| group.branch == *branch && group.delivery == delivery(item)) {
            Some(group) => group.lines.push(place),
            None => {
                groups.push(Group {
                    branch: branch.clone().into(),
                    delivery: delivery(item).to_owned(),
                    lines: vec![place],
                });
            }
        }
    }
    groups
}
