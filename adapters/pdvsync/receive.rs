//! RECEBIDO: the reserve becomes the sale (TV7) under its own number, with one TV8 for each way in which its items are
//! handed over (`domain/pdvsync.md` 6).

use super::customer;
use super::head::{self, HANDED_OVER};
use super::items;
use super::log::Operation;
use super::onward;
use super::order::{Done, Ordering};
use super::payments;
use super::settings::PdvSync;
use super::standing::{Standing, conflict, is_cancelled, is_reserve};
use super::tables::{Pcpedc, Pcpedi, Pcvinculopedidomatcon};
use crate::effect::{Effect, Update};
use crate::verdict::Findings;
use crate::world::{Flaw, World};
use eaid_schemas::field::Choice;
use eaid_schemas::pdvsync::{PreSale, Situation};
use eaid_schemas::record::members;
use eaid_schemas::violation::Code;

/// Takes the paid order. The same one again is told the same.
pub(super) fn receive(
    order: &Ordering,
    settings: &PdvSync,
    standing: &Standing,
    found: &mut Findings,
    world: &mut World,
) -> Result<Option<Done>, Flaw> {
    let message = &order.message;
    let Some(reserve) = standing.sale(message, found) else { return Ok(None) };
    let is_paid = reserve.situacao == Situation::Received.as_str();
    if is_paid && !is_cancelled(reserve) && reserve.digest == order.digest {
        return Ok((!found.has_errors()).then(|| Done::before(Operation::Include, reserve)));
    }
    if !is_reserve(reserve) {
        let (number, code, state) = match (is_cancelled(reserve), is_paid) {
            (true, _) => (&reserve.numped, Code::NotAllowed, "está cancelado"),
            (false, true) => (&reserve.numped, Code::AlreadyIntegrated, "já foi recebido, com outro conteúdo"),
            (false, false) => (&reserve.numped, Code::NotAllowed, "já está faturado"),
        };
        conflict(found, code, format!("O pedido {number} {state}."));
    }
    if let Some(own) = standing.own.as_ref().filter(|own| own.numped != reserve.numped) {
        let text = format!("O número da pré-venda já é do pedido {}, e idRetaguarda é {}.", own.numped, reserve.numped);
        conflict(found, Code::NotAllowed, text);
    }
    if found.has_errors() {
        return Ok(None);
    }
    let customer = customer::of_offer(&customer::told(message), &reserve.codcli, world)?;
    let customer = match customer {
        Some(customer) => customer,
        None => customer::choose(&customer::told(message), true, settings, world)?,
    };
    let paid = paid(order, reserve, &customer.code, settings, world);
    let mut effects: Vec<Effect> = customer.effect.into_iter().collect();
    effects.push(becomes(reserve, &paid));
    effects.extend(exchanged(message, reserve, world)?);
    effects.extend(payments::rows(&paid.numped, list(message)).into_iter().map(Effect::new_row));
    for kind in items::deliveries(message, settings) {
        let number = world.count(head::SEQUENCE)?.to_string();
        effects.push(Effect::new_row(Pcpedc {
            numped: number.as_str().into(),
            condvenda: HANDED_OVER.into(),
            numpedentfut: paid.numped.clone(),
            vltotal: items::total(items::handed_over(message, kind)),
            standing: "".into(),
            ..paid.clone()
        }));
        let handed_over = items::rows(&number, items::handed_over(message, kind));
        effects.extend(handed_over.into_iter().map(Effect::new_row));
        effects.push(Effect::new_row(Pcvinculopedidomatcon {
            idvinculo: paid.numpedhube.clone(),
            numpedtv7: paid.numped.clone(),
            numpedtv8: number.into(),
            dtvinculo: paid.data,
            vinculado: "S".into(),
        }));
    }
    effects.push(onward::told(order, &paid));
    Ok(Some(Done {
        operation: Operation::Include,
        order: paid.numped.to_string(),
        position: paid.posicao.to_string(),
        customer: customer.code,
        effects,
    }))
}

fn list(message: &PreSale) -> &[eaid_schemas::pdvsync::Payment] {
    message.payments.as_ref().map_or(&[], |payments| &payments.0.0)
}

/// The head of the sale: that of the pre-sale, under the number of the reserve.
fn paid(order: &Ordering, reserve: &Pcpedc, customer: &str, settings: &PdvSync, world: &World) -> Pcpedc {
    let message = &order.message;
    Pcpedc {
        numped: reserve.numped.clone(),
        codcob: list(message).first().map_or("", payments::charge).into(),
        ..head::of(message, Situation::Received, customer, &order.digest, settings, world)
    }
}

/// The reserve becomes the sale, as long as it is one.
pub(super) fn becomes(reserve: &Pcpedc, paid: &Pcpedc) -> Effect {
    let text = |update: Update, column: usize, value: &crate::table::Word| update.set(column, value.clone());
    let update = Update::of(reserve)
        .set(Pcpedc::dtcalcfrete, paid.dtcalcfrete)
        .set(Pcpedc::vltotal, paid.vltotal)
        .expect(Pcpedc::posicao, head::FREE)
        .expect(Pcpedc::situacao, Situation::Available.as_str());
    let columns = [
        (Pcpedc::numpedhube, &paid.numpedhube),
        (Pcpedc::codcli, &paid.codcli),
        (Pcpedc::codusur, &paid.codusur),
        (Pcpedc::codcob, &paid.codcob),
        (Pcpedc::fretedespacho, &paid.fretedespacho),
        (Pcpedc::obs, &paid.obs),
        (Pcpedc::situacao, &paid.situacao),
        (Pcpedc::standing, &paid.standing),
        (Pcpedc::digest, &paid.digest),
    ];
    Effect::Update(columns.into_iter().fold(update, |update, (column, value)| text(update, column, value)))
}

/// The items of the reserve give way to those that were paid, where they differ.
pub(super) fn exchanged(message: &PreSale, reserve: &Pcpedc, world: &World) -> Result<Vec<Effect>, Flaw> {
    let before = world.rows::<Pcpedi>(Pcpedi::by_order, &[&reserve.numped])?;
    let now = items::rows(&reserve.numped, members(&message.items));
    if before == now {
        return Ok(Vec::new());
    }
    Ok(before.iter().map(Effect::delete).chain(now.into_iter().map(Effect::new_row)).collect())
}
