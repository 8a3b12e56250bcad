//! The items of an order (`domain/pdvsync.md` 3 and 6).

use super::settings::PdvSync;
use super::tables::Pcpedi;
use crate::table::Word;
use chrono::{Datelike, NaiveDate};
use eaid_schemas::field::{Amount, Choice, Moment, commercial};
use eaid_schemas::pdvsync::{Code, DeliveryKind, Item, PreSale};
use eaid_schemas::record::members;
use rust_decimal::Decimal;

/// Where the items stand in the message.
pub(super) const ITEMS: &str = "/preVendaItens";

/// Auxiliary code and product code of `100-1`.
pub(super) fn codes(product: &str) -> Option<(&str, &str)> {
    let (auxiliary, code) = product.split_once('-')?;
    let (auxiliary, code) = (auxiliary.trim(), code.trim());
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    (is_number(auxiliary) && is_number(code)).then_some((auxiliary, code))
}

/// Quantities times prices, each to the cent. A price has its discount taken off already.
pub(super) fn total<'i>(items: impl IntoIterator<Item = &'i Item>) -> Decimal {
    items.into_iter().map(|item| commercial(number(item.quantity) * number(item.price), 2)).sum()
}

/// The ways in which items are handed over, each once, in the order of the message: one TV8 each.
pub(super) fn deliveries(message: &PreSale, settings: &PdvSync) -> Vec<DeliveryKind> {
    let mut kinds = Vec::new();
    for kind in members(&message.items).iter().filter_map(|item| item.delivery.as_ref()?.kind) {
        let makes = kind != DeliveryKind::TakenAlong || settings.immediate_pickup_tv8;
        if makes && !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// The items that are handed over in one way.
pub(super) fn handed_over(message: &PreSale, kind: DeliveryKind) -> impl Iterator<Item = &Item> {
    let is_so = move |item: &&Item| item.delivery.as_ref().and_then(|delivery| delivery.kind) == Some(kind);
    members(&message.items).iter().filter(is_so)
}

/// The rows of items under an order.
pub(super) fn rows<'i>(order: &str, items: impl IntoIterator<Item = &'i Item>) -> Vec<Pcpedi> {
    let row = |(at, item): (usize, &Item)| {
        let (auxiliary, product) = item.product.as_ref().and_then(|code| codes(code.as_str())).unwrap_or_default();
        let delivery = item.delivery.as_ref();
        Pcpedi {
            numped: order.into(),
            numseq: at.to_string().into(),
            codprod: product.into(),
            codauxiliar: auxiliary.into(),
            qt: number(item.quantity),
            pvenda: number(item.price),
            desconto: number(item.discount),
            perdesc: number(item.discount_percent),
            tipoentrega: delivery.and_then(|delivery| delivery.kind).map_or("", Choice::as_str).into(),
            codfilialretira: code(delivery.and_then(|delivery| delivery.branch.as_ref())),
            dtentrega: day(delivery.and_then(|delivery| delivery.day.as_ref())),
            codusur: item.seller.as_ref().map_or("", |seller| salesman(seller.as_str())).into(),
        }
    };
    (1..).zip(items).map(row).collect()
}

/// A salesman without the prefix that the hub gives him in sales (`domain/pdvsync.md` 12).
pub(super) fn salesman(code: &str) -> &str {
    code.strip_prefix("RCA-").unwrap_or(code)
}

/// The day of a moment; the first of all days stands for none.
pub(super) fn day(moment: Option<&Moment>) -> Option<NaiveDate> {
    moment.map(|moment| moment.date).filter(|day| day.year() > 1)
}

pub(super) fn number(amount: Option<Amount<12, 6>>) -> Decimal {
    amount.map_or(Decimal::ZERO, Amount::get)
}

fn code<const MAX: usize>(code: Option<&Code<MAX>>) -> Word {
    code.map_or_else(Word::default, |code| code.as_str().into())
}
