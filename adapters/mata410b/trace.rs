//! The trace of an order as it goes on the wire (`domain/trace.md` 4, `domain/README.md` 13).
//!
//! It is built of a [`Picture`], which the pick-up form fills of its child.

use super::document;
use super::status::Status;
use super::tables::Sf2;
use crate::effect::{Effect, Sending, What};
use crate::ljgrvbatch::tables::{Sc5, Sc6};
use chrono::NaiveDate;
use eaid_schemas::document_traceability_order::{
    DocumentTraceAbilityOrder, OrderKind, ParentId, Parents, TraceInvoice, TraceItem, Traceability,
};
use eaid_schemas::field::{Moment, Text};
use eaid_schemas::record::{List, Sparse};
use rust_decimal::Decimal;
use std::sync::Arc;

/// What a trace says, of an order or of a pick-up child.
#[derive(Debug)]
pub struct Picture<'a> {
    /// Company.
    pub company: &'a str,
    /// Branch.
    pub branch: &'a str,
    /// Number of the order or child.
    pub number: &'a str,
    /// Where it stands.
    pub status: &'static Status,
    /// The carrier's code, or empty.
    pub tracking_code: &'a str,
    /// When it was made.
    pub issued_on: Option<NaiveDate>,
    /// Code and store of the customer.
    pub customer: (&'a str, &'a str),
    /// Our id of the customer.
    pub customer_id: &'a str,
    /// Our id of the sale, as the Response named it.
    pub sale_id: &'a str,
    /// Its lines.
    pub lines: Vec<Line<'a>>,
    /// Its invoices.
    pub invoices: &'a [Sf2],
}

/// A line of it.
#[derive(Debug)]
pub struct Line<'a> {
    /// Number of the line.
    pub number: &'a str,
    /// Product.
    pub product: &'a str,
    /// Unit.
    pub unit: &'a str,
    /// Warehouse.
    pub warehouse: &'a str,
    /// Quantity in units.
    pub quantity: Decimal,
    /// Unit price in reais.
    pub price: Decimal,
    /// Value in reais.
    pub value: Decimal,
    /// When it is to be delivered.
    pub delivery_on: Option<NaiveDate>,
}

fn line(item: &Sc6) -> Line<'_> {
    Line {
        number: &item.c6_item,
        product: &item.c6_produto,
        unit: &item.c6_um,
        warehouse: &item.c6_local,
        quantity: item.c6_qtdven,
        price: item.c6_prcven,
        value: item.c6_valor,
        delivery_on: item.c6_entreg,
    }
}

/// What a trace of a sales order says.
fn picture<'a>(order: &'a Sc5, items: &'a [Sc6], invoices: &'a [Sf2], status: &'static Status) -> Picture<'a> {
    Picture {
        company: &order.company,
        branch: &order.c5_filial,
        number: &order.c5_num,
        status,
        tracking_code: &order.c5_rastr,
        issued_on: order.c5_emissao,
        customer: (&order.c5_cliente, &order.c5_lojacli),
        customer_id: &order.customer_id,
        sale_id: &order.sale_id,
        lines: items.iter().map(line).collect(),
        invoices,
    }
}

/// The content of a trace of a sales order.
pub(super) fn content_of(
    order: &Sc5,
    items: &[Sc6],
    invoices: &[Sf2],
    status: &'static Status,
) -> DocumentTraceAbilityOrder {
    content(&picture(order, items, invoices, status))
}

/// The trace of a sales order.
pub(crate) fn of(order: &Sc5, items: &[Sc6], invoices: &[Sf2], status: &'static Status) -> Effect {
    let picture = picture(order, items, invoices, status);
    Effect::Send(Sending {
        partner: order.partner.clone().into(),
        origin: order.origin.clone().into(),
        correlation: order.uuid.clone().into(),
        company: order.company.clone().into(),
        branch: order.c5_filial.clone().into(),
        subject: picture.id(),
        what: What::Trace {
            transaction: "DOCUMENTTRACEABILITYORDER",
            content: Arc::new(content(&picture)),
            status: status.text,
        },
    })
}

impl Picture<'_> {
    /// `company|branch|number`.
    pub(crate) fn id(&self) -> String {
        self.our_id(self.number)
    }

    /// Our id of a code in the branch; empty for no code.
    fn our_id(&self, code: &str) -> String {
        if code.is_empty() { String::new() } else { [self.company, self.branch, code].join("|") }
    }

    fn company_id(&self) -> String {
        [self.company, self.branch].join("|")
    }
}

fn text<const MAX: usize>(text: impl AsRef<str>) -> Option<Text<MAX>> {
    Some(Text::new(text))
}

/// Digits with a dot, without trailing zeros.
fn digits(number: Decimal) -> Option<Text<20>> {
    text(number.normalize().to_string())
}

fn day(day: Option<NaiveDate>) -> Option<Moment> {
    day.map(|date| Moment { date, time: None })
}

/// Builds the content of a trace, the same for orders and pick-up children.
pub(crate) fn content(of: &Picture<'_>) -> DocumentTraceAbilityOrder {
    DocumentTraceAbilityOrder {
        internal_id: text(of.id()),
        company_internal_id: text(of.company_id()),
        company_id: text(of.company),
        branch_id: text(of.branch),
        number: text(of.number),
        status: text(of.status.text),
        traceability_code: text(of.tracking_code),
        register_date: day(of.issued_on),
        delivery_date: day(of.lines.iter().find_map(|line| line.delivery_on)),
        customer_vendor_internal_id: text(of.customer_id),
        value: digits(of.lines.iter().map(|line| line.value).sum()),
        kind: Some(OrderKind::Sale),
        retail_sales_internal_id: text(of.sale_id),
        items: Some(List(of.lines.iter().map(|line| item(of, line)).collect())),
        traceability: Some(traceability(of)),
        ..DocumentTraceAbilityOrder::default()
    }
}

fn item(of: &Picture<'_>, line: &Line<'_>) -> TraceItem {
    TraceItem {
        internal_id: text(format!("{}|{}", of.id(), line.number)),
        number: text(line.number),
        item_internal_id: text(of.our_id(line.product)),
        unit_of_measure_internal_id: text(of.our_id(line.unit)),
        quantity: digits(line.quantity),
        unit_price: digits(line.price),
        total_price: digits(line.value),
        warehouse_internal_id: text(of.our_id(line.warehouse)),
        apportion_cost: Some(Sparse::default()),
        apportion_task: Some(Sparse::default()),
    }
}

fn traceability(of: &Picture<'_>) -> Traceability {
    let invoices = of.invoices.iter().map(|known| invoice(of, known)).collect();
    Traceability { invoices: Some(Sparse(List(invoices))) }
}

/// An invoice: transmitted once its key is known, and only then with the document. Events name no lines of
/// it, so that its list stays empty.
fn invoice(of: &Picture<'_>, known: &Sf2) -> TraceInvoice {
    let is_transmitted = !known.f2_chvnfe.is_empty();
    let (customer, store) = of.customer;
    TraceInvoice {
        internal_id: text([of.company, of.branch, &known.f2_doc, &known.f2_serie, customer, store].join("|")),
        company_internal_id: text(of.company_id()),
        company_id: text(of.company),
        branch_id: text(of.branch),
        number: text(known.f2_doc.as_str()),
        serie: text(known.f2_serie.as_str()),
        status: text(if is_transmitted { "Transmitida" } else { "Não Transmitida" }),
        issue_date: day(known.f2_emissao),
        vendor_internal_id: text(of.customer_id),
        value: digits(known.f2_valbrut),
        type_of_document: text("N"),
        electronic_access_key: text(known.f2_chvnfe.as_str()),
        items: Some(List::default()),
        parents: Some(Parents { parent: Some(ParentId { internal_id: text(of.id()), type_code: text("004") }) }),
        document_content: if is_transmitted { document::of(&known.xml) } else { None },
        ..TraceInvoice::default()
    }
}
