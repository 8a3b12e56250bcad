//! Orders: sales orders (delivery) and pick-up children, with all that is known of them.

mod life;
mod look;
mod retry;

pub use life::{Child, Heard, Life, Payment, Title};
pub use look::{find, list};
pub use retry::{Given, retry_all, retry_one};

use crate::fault::Fault;
use crate::store::Store;
use crate::store::monitor::{SentLine, WithheldLine};
use chrono::NaiveDate;
use eaid_adapters::ljgrvbatch::tables::Sc5;
use eaid_adapters::loja701::tables::{Sl1, Sl2};
use eaid_adapters::mata410b::status;
use eaid_adapters::mata410b::tables::OrderTrace;
use eaid_adapters::mata410b::timeline;
use rust_decimal::Decimal;
use serde::Serialize;

/// How the goods reach the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// *Entrega*: a sales order (SC5).
    Delivery,
    /// *Retira*: a child of the sale (SL1).
    Pickup,
}

/// An order in one line.
#[derive(Clone, Debug, Serialize)]
pub struct OrderLine {
    /// `company|branch|number`.
    pub order: String,
    /// How the goods reach the customer.
    pub way: Way,
    /// Code of its status.
    pub status: String,
    /// The same in the words of the wire.
    pub status_text: String,
    /// Customer, `code/store`.
    pub customer: String,
    /// When it was made.
    pub issued: Option<NaiveDate>,
    /// The partner of the sale.
    pub partner: String,
    /// Our id of the sale.
    pub sale: String,
    /// Number of the child that a sales order was made of.
    pub child: String,
    /// Tracking code.
    pub tracking_code: String,
}

/// A line of an order.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// Number of the line.
    pub item: String,
    /// Product.
    pub product: String,
    /// Quantity.
    pub quantity: Decimal,
    /// Unit price.
    pub price: Decimal,
    /// Value.
    pub value: Decimal,
    /// Warehouse.
    pub warehouse: String,
    /// Delivery date.
    pub delivery: Option<NaiveDate>,
}

/// An invoice of an order.
#[derive(Clone, Debug, Serialize)]
pub struct Invoice {
    /// Number.
    pub number: String,
    /// Series.
    pub serie: String,
    /// When it was issued.
    pub issued_on: Option<NaiveDate>,
    /// Gross value.
    pub value: Decimal,
    /// Access key; empty before authorisation.
    pub access_key: String,
    /// Whether the authorised document is here.
    pub has_xml: bool,
}

/// A step of its timeline.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Counts from 001.
    pub step: String,
    /// What happened.
    pub event: String,
    /// Code of the status afterwards.
    pub status: String,
    /// The same in the words of the wire.
    pub status_text: String,
    /// When it happened, as told.
    pub at: String,
    /// When eaid recorded it.
    pub recorded_at: String,
}

/// An order with all that is known of it.
#[derive(Clone, Debug, Serialize)]
pub struct Order {
    /// In one line.
    #[serde(flatten)]
    pub line: OrderLine,
    /// Its lines.
    pub items: Vec<Item>,
    /// Its invoices.
    pub invoices: Vec<Invoice>,
    /// Its timeline.
    pub timeline: Vec<Step>,
    /// What was sent of it.
    pub sent: Vec<SentLine>,
    /// What was held back by a condition.
    pub withheld: Vec<WithheldLine>,
}

/// What a list of orders is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct Narrow {
    /// Branch that delivers.
    pub branch: Option<String>,
    /// Code of the status.
    pub status: Option<String>,
    /// Code of the customer.
    pub customer: Option<String>,
    /// How the goods reach the customer.
    pub way: Option<Way>,
}

fn delivery(order: &Sc5) -> OrderLine {
    OrderLine {
        order: [order.company.as_str(), &order.c5_filial, &order.c5_num].join("|"),
        way: Way::Delivery,
        status: order.c5_status.clone().into(),
        status_text: status::text(&order.c5_status),
        customer: format!("{}/{}", order.c5_cliente, order.c5_lojacli),
        issued: order.c5_emissao,
        partner: order.partner.clone().into(),
        sale: order.sale_id.clone().into(),
        child: order.c5_orcres.clone().into(),
        tracking_code: order.c5_rastr.clone().into(),
    }
}

fn pick_up(child: &Sl1, steps: &[OrderTrace]) -> OrderLine {
    let reached = timeline::reached(steps);
    OrderLine {
        order: [child.company.as_str(), &child.l1_filial, &child.l1_num].join("|"),
        way: Way::Pickup,
        status: reached.to_owned(),
        status_text: status::text(reached),
        customer: format!("{}/{}", child.l1_cliente, child.l1_loja),
        issued: child.l1_emissao,
        partner: child.partner.clone().into(),
        sale: child.parent_id.clone().into(),
        child: String::new(),
        tracking_code: String::new(),
    }
}

/// Children whose goods are fetched.
fn is_pick_up(child: &Sl1) -> bool {
    !child.l1_orcres.is_empty() && matches!(child.l1_ecflag.as_str(), "P" | "O")
}

/// The parts of an order's id; `None` where it has not three.
pub fn parts(order: &str) -> Option<[&str; 3]> {
    let parts: Vec<&str> = order.trim().split('|').map(str::trim).collect();
    parts.try_into().ok()
}

/// What stands under a name.
#[derive(Debug)]
pub struct Found {
    /// The order that was named.
    pub order: Option<Order>,
    /// The sale that was named, or that the order came of.
    sale: Option<Sl1>,
}

impl Found {
    /// The life of the sale; `None` where it is gone.
    ///
    /// # Errors
    /// [`Fault`] of the store.
    pub async fn life(&self, store: &dyn Store) -> Result<Option<Life>, Fault> {
        match &self.sale {
            Some(sale) => life::life(store, sale).await.map(Some),
            None => Ok(None),
        }
    }
}

impl Item {
    fn of_line(line: &Sl2) -> Item {
        Item {
            item: line.l2_item.clone().into(),
            product: line.l2_produto.clone().into(),
            quantity: line.l2_quant,
            price: line.l2_vrunit,
            value: line.l2_vlritem,
            warehouse: line.l2_local.clone().into(),
            delivery: line.l2_fdtentr,
        }
    }
}
