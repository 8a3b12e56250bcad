//! What is still under way: a sale until GravaBatch has taken it and every order made of it has reached its customer,
//! was cancelled or came back (`domain/statuses.md`, L1_SITUA; `domain/trace.md` 3). What was received and sent of it
//! is kept till then, however old it gets.

use crate::effect::Alias;
use crate::ljgrvbatch::tables::Sc5;
use crate::loja701::tables::Sl1;
use crate::mata410b::status::DELIVERED;
use crate::mata410b::tables::OrderTrace;
use crate::mata410b::timeline;
use crate::table::KEY;
use crate::world::{Flaw, Wants, World};

/// What a message is about, as far as that can be under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A sale, by its partner and the partner's id.
    Sale {
        /// The partner.
        partner: String,
        /// The partner's id.
        external: String,
    },
    /// A sale, by our id.
    OurSale(String),
    /// An order or a child, by company, branch and number.
    Order([String; 3]),
}

impl Subject {
    /// Of a message that was received, by its transaction in upper case and the sender's id.
    pub fn received(transaction: &str, partner: &str, internal_id: &str) -> Option<Subject> {
        match transaction {
            "RETAILSALES" => {
                Some(Subject::Sale { partner: partner.to_owned(), external: internal_id.trim_end().to_owned() })
            }
            "ORDEREVENT" => Subject::sent(internal_id),
            _ => None,
        }
    }

    /// Of one that was sent, by what it says it is of.
    pub fn sent(subject: &str) -> Option<Subject> {
        let parts: Vec<&str> = subject.split('|').map(str::trim).collect();
        match parts[..] {
            [company, branch, number] => Some(Subject::Order([company, branch, number].map(str::to_owned))),
            [_, _, _, _, _] => Some(Subject::OurSale(subject.to_owned())),
            _ => None,
        }
    }

    /// Wants what tells how far it has come, one step further each time.
    pub fn wants(&self, world: &World, wants: &mut Wants) {
        match self {
            Subject::Sale { partner, external } => wants.linked::<Sl1>(partner, Alias::SALE, external),
            Subject::OurSale(id) => wants.rows::<Sl1>(Sl1::by_sale_id, &[id]),
            Subject::Order(key) => {
                let key = key.each_ref().map(String::as_str);
                wants.rows::<Sc5>(KEY, &key);
                wants.rows::<Sl1>(KEY, &key);
                wants.rows::<OrderTrace>(OrderTrace::by_order, &key);
            }
        }
        for sale in self.sales(world).unwrap_or_default() {
            wants.rows::<Sl1>(Sl1::by_parent, &key(&sale));
            for child in world.rows::<Sl1>(Sl1::by_parent, &key(&sale)).unwrap_or_default() {
                wants.rows::<Sc5>(Sc5::by_child, &key(&child));
                wants.rows::<OrderTrace>(OrderTrace::by_order, &key(&child));
            }
        }
    }

    /// Whether it is under way. What is not there is not: a sale that was cancelled has given its id back.
    ///
    /// # Errors
    /// [`Flaw`] where something was not wanted.
    pub fn is_under_way(&self, world: &World) -> Result<bool, Flaw> {
        if let Subject::Order(key) = self {
            let key = key.each_ref().map(String::as_str);
            let orders = world.rows::<Sc5>(KEY, &key)?;
            let children = world.rows::<Sl1>(KEY, &key)?;
            let steps = world.rows::<OrderTrace>(OrderTrace::by_order, &key)?;
            return Ok(orders.iter().any(is_open) || children.iter().any(is_pick_up) && !is_delivered(&steps));
        }
        for sale in self.sales(world)? {
            if is_sale_under_way(&sale, world)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The sales that it is.
    fn sales(&self, world: &World) -> Result<Vec<Sl1>, Flaw> {
        match self {
            Subject::Sale { partner, external } => {
                let linked = world.linked::<Sl1>(partner, Alias::SALE, external)?;
                Ok(linked.map_or_else(Vec::new, |(_, sales)| sales))
            }
            Subject::OurSale(id) => world.rows::<Sl1>(Sl1::by_sale_id, &[id]),
            Subject::Order(_) => Ok(Vec::new()),
        }
    }
}

fn key(sale: &Sl1) -> [&str; 3] {
    [&sale.company, &sale.l1_filial, &sale.l1_num]
}

fn is_sale_under_way(sale: &Sl1, world: &World) -> Result<bool, Flaw> {
    // In RX it waits, in ER for a person; any other state is nobody's to end here.
    if !matches!(sale.l1_situa.as_str(), "OK" | "FR") {
        return Ok(true);
    }
    for child in world.rows::<Sl1>(Sl1::by_parent, &key(sale))? {
        let orders = world.rows::<Sc5>(Sc5::by_child, &key(&child))?;
        let steps = world.rows::<OrderTrace>(OrderTrace::by_order, &key(&child))?;
        let waits_for_its_customer = orders.is_empty() && is_pick_up(&child) && !is_delivered(&steps);
        if orders.iter().any(is_open) || waits_for_its_customer {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Codes from there on end an order: delivered, cancelled, returned.
fn is_open(order: &Sc5) -> bool {
    order.c5_status.as_str() < DELIVERED.code
}

fn is_delivered(steps: &[OrderTrace]) -> bool {
    timeline::reached(steps) >= DELIVERED.code
}

fn is_pick_up(child: &Sl1) -> bool {
    !child.l1_orcres.is_empty() && matches!(child.l1_ecflag.as_str(), "P" | "O")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Declared;
    use crate::world::DePara;
    use chrono::DateTime;

    fn sale(situa: &str) -> Sl1 {
        let (company, l1_filial, l1_num) = ("01".into(), "0101".into(), "000001".into());
        Sl1 { company, l1_filial, l1_num, sale_id: "01|0101|1|9|001".into(), l1_situa: situa.into(), ..Sl1::default() }
    }

    fn child(ecflag: &str) -> Sl1 {
        let (l1_filres, l1_orcres) = ("0101".into(), "000001".into());
        Sl1 { l1_num: "000002".into(), sale_id: "".into(), l1_filres, l1_orcres, l1_ecflag: ecflag.into(), ..sale("") }
    }

    fn order(status: &str) -> Sc5 {
        let (company, c5_filial, c5_num) = ("01".into(), "0101".into(), "000003".into());
        Sc5 { company, c5_filial, c5_num, c5_orcres: "000002".into(), c5_status: status.into(), ..Sc5::default() }
    }

    fn step(status: &str) -> OrderTrace {
        let (company, branch, order_number) = ("01".into(), "0101".into(), "000002".into());
        OrderTrace { company, branch, order_number, step: "001".into(), status: status.into(), ..Default::default() }
    }

    /// Whether a subject is under way in a house of rows, asked as the store is: step by step.
    fn under_way(subject: &Subject, sales: &[Sl1], orders: &[Sc5], steps: &[OrderTrace]) -> bool {
        let mut world = World::new(DateTime::UNIX_EPOCH.fixed_offset(), Wants::default());
        for _ in 0..4 {
            let mut wants = Wants::default();
            subject.wants(&world, &mut wants);
            let wants = wants.beyond(&world);
            if wants.is_empty() {
                return subject.is_under_way(&world).expect("everything was wanted");
            }
            world.widen(wants);
            for sale in sales {
                if !sale.sale_id.is_empty() {
                    let entry = DePara { internal: sale.sale_id.clone(), stamp: Default::default() };
                    world.know_depara("OMNI", Alias::SALE, "PEDIDO-1", entry);
                }
                world.know_row(sale.to_row());
            }
            orders.iter().for_each(|order| world.know_row(order.to_row()));
            steps.iter().for_each(|step| world.know_row(step.to_row()));
        }
        panic!("it wants more and more");
    }

    fn message() -> Subject {
        Subject::received("RETAILSALES", "OMNI", "PEDIDO-1 ").expect("a sale")
    }

    #[test]
    fn a_counter_sale_is_through_with_its_batch() {
        for (situa, expected) in [("RX", true), ("ER", true), ("OK", false), ("", true)] {
            assert_eq!(under_way(&message(), &[sale(situa)], &[], &[]), expected, "{situa}");
            let ours = Subject::sent("01|0101|1|9|001").expect("a sale");
            assert_eq!(under_way(&ours, &[sale(situa)], &[], &[]), expected, "{situa}");
        }
        assert!(!under_way(&message(), &[], &[], &[]), "cancelled: its id is free");
    }

    #[test]
    fn a_delivery_is_through_with_its_customer() {
        let told = Subject::sent("01|0101|000003").expect("an order");
        for (status, expected) in
            [("00", true), ("11", true), ("30", true), ("31", false), ("90", false), ("91", false)]
        {
            let (sales, orders) = ([sale("FR"), child("")], [order(status)]);
            assert_eq!(under_way(&message(), &sales, &orders, &[]), expected, "{status}");
            assert_eq!(under_way(&told, &sales, &orders, &[]), expected, "{status}");
        }
        assert!(!under_way(&message(), &[sale("FR"), child("")], &[], &[]), "somebody else makes the orders");
    }

    #[test]
    fn a_pick_up_is_through_when_it_was_fetched() {
        let told = Subject::received("ORDEREVENT", "", "01|0101|000002").expect("an order");
        for (steps, expected) in [(vec!["00"], true), (vec!["00", "15"], true), (vec!["00", "15", "31"], false)] {
            let steps: Vec<OrderTrace> = steps
                .iter()
                .zip(1..)
                .map(|(code, at)| OrderTrace { step: format!("{at:03}").into(), ..step(code) })
                .collect();
            assert_eq!(under_way(&message(), &[sale("FR"), child("P")], &[], &steps), expected, "{steps:?}");
            assert_eq!(under_way(&told, &[sale("FR"), child("O")], &[], &steps), expected, "{steps:?}");
        }
    }

    #[test]
    fn other_messages_are_of_nothing_that_is_under_way() {
        assert_eq!(Subject::received("CUSTOMERVENDOR", "OMNI", "C1"), None);
        assert_eq!(Subject::sent(""), None);
    }
}
