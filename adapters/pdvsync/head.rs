//! The head of an order: what its reserve, its paid order and its deliveries have in common.

use super::check::numero;
use super::items;
use super::settings::PdvSync;
use super::tables::Pcpedc;
use crate::world::World;
use eaid_schemas::field::Choice;
use eaid_schemas::pdvsync::{PreSale, Situation};
use eaid_schemas::record::members;
use rust_decimal::Decimal;

/// The sequence of the numbers of orders.
pub(super) const SEQUENCE: &str = "pcpedc";

/// Where an order stands: free, cancelled, invoiced.
pub(super) const FREE: &str = "L";
pub(super) const CANCELLED: &str = "C";
pub(super) const INVOICED: &str = "F";

/// The sale, and what is handed over.
pub(super) const SALE: &str = "7";
pub(super) const HANDED_OVER: &str = "8";

/// What a pre-sale makes of the head of its TV7, but for its number.
pub(super) fn of(
    message: &PreSale,
    situation: Situation,
    customer: &str,
    digest: &str,
    settings: &PdvSync,
    world: &World,
) -> Pcpedc {
    let now = world.now().naive_local();
    let seller = message.operator.as_ref().map_or(settings.default_seller.as_str(), |code| code.as_str());
    let has_freight = items::number(message.freight_value) > Decimal::ZERO;
    Pcpedc {
        codfilial: branch(message).into(),
        condvenda: SALE.into(),
        numpedhube: numero(message).unwrap_or_default().into(),
        posicao: FREE.into(),
        codcli: customer.into(),
        codusur: items::salesman(seller).into(),
        fretedespacho: message.freight.map_or("", Choice::as_str).into(),
        dtcalcfrete: has_freight.then(|| now.date()),
        obs: message.note.as_ref().map_or("", |note| note.as_str()).into(),
        vltotal: items::total(members(&message.items)),
        data: Some(now.date()),
        hora: now.format("%H:%M:%S").to_string().into(),
        situacao: situation.as_str().into(),
        standing: standing(message).unwrap_or_default().into(),
        digest: digest.into(),
        ..Pcpedc::default()
    }
}

/// The branch that sells.
pub(super) fn branch(message: &PreSale) -> &str {
    message.branch.as_ref().map_or("", |branch| branch.as_str())
}

/// What an order stands under, once both parts are told.
pub(super) fn standing(message: &PreSale) -> Option<String> {
    Some(format!("{}|{}", message.branch.as_ref()?.as_str(), numero(message)?))
}
