//! The door of order events: what the ERP side tells of an order (`contract.md`, HTTP).
//!
//! An event of a delivery order goes to [`mata410b`], one of a pick-up order to
//! [`loji701a`], one of `PDVSYNC|branch|number` to [`pdvsync`]. A verdict means: staged with effects, it changed something; staged without,
//! the same facts came again; waiting, no such order; refused with `not_allowed`, wrong kind of order or going
//! back.

use crate::effect::Key;
use crate::ljgrvbatch::tables::{Sc5, Sc6};
use crate::loja701::tables::{Sl1, Sl2};
use crate::mata410b::status::{self, Status};
use crate::mata410b::tables::{OrderTrace, Sf2};
use crate::routine::Case;
use crate::table::KEY;
use crate::verdict::{Missing, Refusal, Verdict, Waiting};
use crate::world::Wants;
use crate::{loji701a, mata410b, pdvsync};
use chrono::NaiveDate;
use eaid_schemas::envelope::json;
use eaid_schemas::envelope::order_event::{OrderEvent, OrderEventKind, OrderInvoice};
use eaid_schemas::field::Choice;
use eaid_schemas::read::Reading;
use eaid_schemas::violation::{Code, Violation};

/// An event that was read and names an order.
#[derive(Clone, Debug)]
pub struct Told {
    /// The order, as told.
    pub order: String,
    /// Company of the order.
    pub company: String,
    /// Its branch.
    pub branch: String,
    /// Its number.
    pub number: String,
    /// What happened.
    pub kind: OrderEventKind,
    facts: OrderEvent,
}

impl Told {
    /// The word of the event.
    pub fn event(&self) -> &'static str {
        self.kind.as_str()
    }

    /// When it happened, as told.
    pub fn at(&self) -> Option<String> {
        let at = self.facts.at.as_ref()?;
        Some(match &at.time {
            Some(time) => format!("{}T{time}", at.date),
            None => at.date.to_string(),
        })
    }

    /// The day on which it happened.
    pub fn day(&self) -> Option<NaiveDate> {
        self.facts.at.as_ref().map(|at| at.date)
    }

    /// What it says of an invoice.
    pub fn invoice(&self) -> Option<&OrderInvoice> {
        self.facts.invoice.as_ref().filter(|invoice| **invoice != OrderInvoice::default())
    }

    /// The carrier's code.
    pub fn tracking_code(&self) -> Option<&str> {
        self.facts.tracking_code.as_ref().map(|code| code.as_str())
    }

    /// The order's key as `rows` takes it.
    pub(crate) fn key(&self) -> [&str; 3] {
        [&self.company, &self.branch, &self.number]
    }

    /// Wants the order, whatever it is: the number says not whether it is a sales order or a child.
    pub(crate) fn wants(&self, wants: &mut Wants) {
        wants.rows::<Sc5>(KEY, &self.key());
        wants.rows::<Sc6>(Sc6::by_order, &self.key());
        wants.rows::<Sl1>(KEY, &self.key());
        wants.rows::<Sl2>(Sl2::by_sale, &self.key());
        wants.rows::<Sf2>(Sf2::by_order, &self.key());
        wants.rows::<OrderTrace>(OrderTrace::by_order, &self.key());
    }

    /// The order is not there (yet).
    pub(crate) fn unknown(&self, table: &'static str) -> Verdict {
        let missing = Missing {
            key: Key::Row { table, key: self.key().join("|").into() },
            path: "/order".to_owned(),
            text: format!("Não há pedido {}.", self.order),
        };
        Verdict::Wait(Waiting { missing: vec![missing], ..Waiting::default() })
    }

    /// The order does not go back (`domain/trace.md` 3).
    pub(crate) fn going_back(&self, from: &str, to: &Status) -> Verdict {
        let (from, to) = (status::text(from), to.text);
        not_allowed(format!("O pedido {} está em \"{from}\" e não volta para \"{to}\".", self.order))
    }
}

/// A refusal that names the event.
pub(crate) fn not_allowed(text: String) -> Verdict {
    refused(Violation::error(Code::NotAllowed, "/event", text))
}

/// A refusal for one reason.
pub(crate) fn refused(violation: Violation) -> Verdict {
    Verdict::Refuse(Refusal { violations: vec![violation], ..Refusal::default() })
}

/// Reads an order event and lays it on the desk of its routine.
///
/// # Errors
/// Every [`Violation`] of an event that cannot be read.
pub fn open(text: &str, items: usize) -> Result<Box<dyn Case>, Vec<Violation>> {
    let mut cx = Reading::new(true, items);
    let read = json::read_text::<OrderEvent>(text, &mut cx);
    let mut found = cx.finish();
    let facts = read.unwrap_or_else(|broken| {
        found.push(Violation::error(Code::NotJson, "", format!("Evento ilegível: {}.", broken.reason)));
        OrderEvent::default()
    });
    found.retain(Violation::is_error);
    let order = facts.order.as_ref().map(|order| order.as_str().trim().to_owned()).unwrap_or_default();
    let parts: Vec<String> = order.split('|').map(|part| part.trim_end().to_owned()).collect();
    let Ok([company, branch, number]) = <[String; 3]>::try_from(parts) else {
        if found.is_empty() {
            let text = "Esperado empresa|filial|número do pedido.";
            found.push(Violation::error(Code::WrongType, "/order", text));
        }
        return Err(found);
    };
    let Some(kind) = facts.event.filter(|_| found.is_empty()) else { return Err(found) };
    let is_pre_sale = company.eq_ignore_ascii_case(pdvsync::NAME);
    let told = Told { order, company, branch, number, kind, facts };
    if is_pre_sale {
        return Ok(Box::new(pdvsync::Invoicing { told }));
    }
    Ok(match kind {
        OrderEventKind::PickupConfirmed | OrderEventKind::FiscalDocumentAuthorized => {
            Box::new(loji701a::PickUpEvent { told })
        }
        _ => Box::new(mata410b::DeliveryEvent { told }),
    })
}
