//! An order of the back office that waits for its payment at the point of sale (`domain/pdvsync.md` 2 and 11): it
//! brings its own number and its own customer, and the point of sale takes it as it takes its reserves.

use super::customer::{self, Chosen};
use super::head;
use super::items;
use super::log::Operation;
use super::order::{Done, Ordering};
use super::receive::{becomes, exchanged};
use super::settings::PdvSync;
use super::shown::local;
use super::standing::{Standing, conflict, is_reserve};
use super::tables::Pcpedc;
use crate::effect::Effect;
use crate::table::Word;
use crate::verdict::Findings;
use crate::world::{Flaw, World};
use chrono::NaiveTime;
use eaid_schemas::pdvsync::Situation;
use eaid_schemas::record::members;
use eaid_schemas::violation::Code;

/// Puts the order in. The same one again is told its number; another content changes it under that number.
pub(super) fn offer(
    order: &Ordering,
    settings: &PdvSync,
    standing: &Standing,
    found: &mut Findings,
    world: &mut World,
) -> Result<Option<Done>, Flaw> {
    let message = &order.message;
    let named = match &standing.named {
        Some(_) => standing.sale(message, found),
        None => None,
    };
    let stands = named.or(standing.own.as_ref());
    if let Some(stands) = stands {
        if let Some(own) = standing.own.as_ref().filter(|own| own.numped != stands.numped) {
            conflict(found, Code::NotAllowed, format!("O número da pré-venda já é do pedido {}.", own.numped));
        } else if !is_reserve(stands) {
            let text = format!("O pedido {} não espera mais pagamento: não pode ser alterado.", stands.numped);
            conflict(found, Code::NotAllowed, text);
        }
    }
    if found.has_errors() {
        return Ok(None);
    }
    if let Some(same) = stands.filter(|stands| stands.digest == order.digest) {
        return Ok(Some(Done::before(Operation::Alter, same)));
    }
    let customer = chosen(order, settings, world)?;
    let number: Word = match (stands, &message.order) {
        (Some(stands), _) => stands.numped.clone(),
        (None, Some(number)) => number.as_str().into(),
        (None, None) => world.count(head::SEQUENCE)?.to_string().into(),
    };
    let mut born = Pcpedc {
        numped: number,
        ..head::of(message, Situation::Available, &customer.code, &order.digest, settings, world)
    };
    if let Some(at) = &order.made_at {
        let at = local(at, NaiveTime::MIN);
        born.data = Some(at.date());
        born.hora = at.format("%H:%M:%S").to_string().into();
    }
    let operation = if stands.is_some() { Operation::Alter } else { Operation::Include };
    let mut effects: Vec<Effect> = customer.effect.into_iter().collect();
    let (order, position) = (born.numped.to_string(), born.posicao.to_string());
    match stands {
        Some(stands) => {
            effects.push(becomes(stands, &born));
            effects.extend(exchanged(message, stands, world)?);
        }
        None => {
            effects.push(Effect::new_row(born));
            effects.extend(items::rows(&order, members(&message.items)).into_iter().map(Effect::new_row));
        }
    }
    Ok(Some(Done { operation, order, position, customer: customer.code, effects }))
}

/// The customer whose code the back office tells is its own, also where nothing more is known of it here.
fn chosen(order: &Ordering, settings: &PdvSync, world: &mut World) -> Result<Chosen, Flaw> {
    let told = customer::told(&order.message);
    match &told.code {
        Some(code) => Ok(Chosen { code: code.as_str().to_owned(), effect: None }),
        None => customer::choose(&told, false, settings, world),
    }
}
