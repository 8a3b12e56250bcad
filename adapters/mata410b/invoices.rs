//! The invoices of an order, as events tell them (`contract.md`, order events).

use super::tables::Sf2;
use crate::effect::{Effect, Update};
use crate::order_event::Told;
use chrono::NaiveDate;
use eaid_schemas::envelope::order_event::OrderInvoice;
use eaid_schemas::violation::{Code, Violation};

/// The invoices after an event.
#[derive(Debug, Default)]
pub struct Invoices {
    /// All of the order, in the order of their keys.
    pub all: Vec<Sf2>,
    /// The place of the one that the event speaks of.
    pub told: Option<usize>,
    /// What the event changed of them.
    pub effects: Vec<Effect>,
}

impl Invoices {
    /// The one that the event speaks of; without one the last that is known.
    pub fn current(&self) -> Option<&Sf2> {
        self.told.map_or(self.all.last(), |place| self.all.get(place))
    }
}

/// Takes in what an event says of an invoice. Facts that it does not give stay as they are known.
///
/// # Errors
/// A [`Violation`] where the number is absent and the order has not exactly one invoice.
pub fn take(told: &Told, known: Vec<Sf2>, today: NaiveDate) -> Result<Invoices, Violation> {
    let mut invoices = Invoices { all: known, ..Invoices::default() };
    let Some(facts) = told.invoice() else { return Ok(invoices) };
    let place = place(facts, &invoices.all)?;
    let before = place.and_then(|place| invoices.all.get(place).cloned());
    let mut after = before.clone().unwrap_or_else(|| Sf2 {
        company: told.company.clone().into(),
        f2_filial: told.branch.clone().into(),
        order_number: told.number.clone().into(),
        f2_doc: text(facts.number.as_ref().map(|number| number.as_str())).into(),
        f2_serie: text(facts.serie.as_ref().map(|serie| serie.as_str())).into(),
        f2_emissao: Some(told.day().unwrap_or(today)),
        ..Sf2::default()
    });
    fill(&mut after, facts);
    match before {
        Some(before) if before == after => {}
        Some(before) => {
            let update = Update::of(&before)
                .set(Sf2::f2_emissao, after.f2_emissao)
                .set(Sf2::f2_valbrut, after.f2_valbrut)
                .set(Sf2::f2_chvnfe, after.f2_chvnfe.as_str())
                .set(Sf2::xml, after.xml.as_str());
            invoices.effects.push(Effect::Update(update));
        }
        None => invoices.effects.push(Effect::insert(&after)),
    }
    let place = place.unwrap_or(invoices.all.len());
    if place < invoices.all.len() {
        invoices.all[place] = after;
    } else {
        invoices.all.push(after);
    }
    invoices.told = Some(place);
    Ok(invoices)
}

/// The place of the invoice that is spoken of, `None` for a new one. Without a series the number decides,
/// without a number the order must have one invoice.
fn place(facts: &OrderInvoice, known: &[Sf2]) -> Result<Option<usize>, Violation> {
    let serie = facts.serie.as_ref().map(|serie| serie.as_str());
    match facts.number.as_ref().map(|number| number.as_str()) {
        Some(number) => Ok(known
            .iter()
            .position(|invoice| invoice.f2_doc == number && serie.is_none_or(|serie| invoice.f2_serie == serie))),
        None if known.len() == 1 => Ok(Some(0)),
        None => {
            let text = "Informe o número da nota: o pedido não tem uma única nota conhecida.";
            Err(Violation::error(Code::Missing, "/invoice/number", text))
        }
    }
}

fn fill(invoice: &mut Sf2, facts: &OrderInvoice) {
    if let Some(value) = facts.value {
        invoice.f2_valbrut = value.get();
    }
    if let Some(issued) = &facts.issued_on {
        invoice.f2_emissao = Some(issued.date);
    }
    if let Some(key) = &facts.access_key {
        invoice.f2_chvnfe = key.as_str().into();
    }
    if let Some(xml) = &facts.xml {
        invoice.xml = xml.as_str().into();
    }
}

fn text(fact: Option<&str>) -> String {
    fact.unwrap_or_default().to_owned()
}
