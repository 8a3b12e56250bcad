//! A request for the state of an order: the old form of the message, of which nothing flows by itself
//! (`domain/trace.md` 1). It is answered with what the trace of the order would say, where a registration receives it;
//! purchase orders are none of ours.

use super::status;
use super::tables::Sf2;
use super::trace::content_of;
use crate::books::Books;
use crate::desk::Desk;
use crate::effect::Alias;
use crate::ljgrvbatch::tables::{Sc5, Sc6};
use crate::routine::{Letter, Receives};
use crate::table::KEY;
use crate::verdict::{Returned, Staged, Verdict};
use crate::world::{Flaw, Wants, World};
use eaid_schemas::document_traceability_order::{DocumentTraceAbilityOrder, OrderKind};
use eaid_schemas::envelope::header::SubType;
use eaid_schemas::field::Text;
use eaid_schemas::violation::Code;
use std::sync::Arc;

/// DocumentTraceAbilityOrder as a question.
pub(super) struct Asked;

/// Company, branch and number of the order that is asked for.
fn key(message: &DocumentTraceAbilityOrder) -> Option<[&str; 3]> {
    let parts: Vec<&str> = message.internal_id.as_ref()?.as_str().split('|').map(str::trim).collect();
    parts.try_into().ok()
}

impl Receives for Asked {
    type Message = DocumentTraceAbilityOrder;

    /// Nothing is ever updated by a question.
    const IDENTITY: Option<Alias> = None;

    fn internal_id(message: &DocumentTraceAbilityOrder) -> &str {
        message.internal_id.as_ref().map_or("", Text::as_str)
    }

    fn wants(letter: &Letter<DocumentTraceAbilityOrder>, _: &Books, wants: &mut Wants) {
        if let Some(key) = key(&letter.message) {
            wants.rows::<Sc5>(KEY, &key);
            wants.rows::<Sc6>(Sc6::by_order, &key);
            wants.rows::<Sf2>(Sf2::by_order, &key);
        }
    }

    fn apply(letter: &Letter<DocumentTraceAbilityOrder>, books: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        let mut desk = Desk::new(letter, books, &*world);
        let message = &letter.message;
        if letter.header.sub_type != Some(SubType::Request) {
            let text = "A situação dos pedidos é enviada por nós; aqui só se responde a um pedido (SubType request).";
            desk.found.error(Code::NotAllowed, "/Header/SubType", text);
        }
        if message.kind == Some(OrderKind::Purchase) {
            let text = "Pedidos de compra (Type 000) não são rastreados por aqui: só pedidos de venda (001).";
            desk.found.error(Code::NotAllowed, "/Type", text);
            return Ok(desk.found.verdict(Staged::default));
        }
        if message.internal_id.is_none() {
            desk.found.missing_tag("/InternalId");
        }
        let (true, Some(id)) = (desk.found.is_clear(), &message.internal_id) else {
            return Ok(desk.found.verdict(Staged::default));
        };
        let order = match key(message) {
            Some(key) => world.rows::<Sc5>(KEY, &key)?.pop().map(|order| (order, key)),
            None => None,
        };
        // Another partner's order is none of this one's.
        let Some((order, key)) = order.filter(|(order, _)| order.partner == letter.partner()) else {
            let text = format!("O pedido de venda {id} não existe: informe empresa|filial|número.");
            desk.found.error(Code::NotFound, "/InternalId", text);
            return Ok(desk.found.verdict(Staged::default));
        };
        let items = world.rows::<Sc6>(Sc6::by_order, &key)?;
        let invoices = world.rows::<Sf2>(Sf2::by_order, &key)?;
        let status = status::find(&order.c5_status).unwrap_or(&status::GENERATED);
        let returned = Some(Returned(Arc::new(content_of(&order, &items, &invoices, status))));
        Ok(desk.found.verdict(|| Staged { returned, ..Staged::default() }))
    }
}
