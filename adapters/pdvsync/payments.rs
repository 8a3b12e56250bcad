//! The payments of an order (`domain/pdvsync.md` 3).

use super::items::{day, number};
use super::tables::Pcformapgtopedido;
use crate::table::Word;
use eaid_schemas::field::Amount;
use eaid_schemas::pdvsync::{Payment, Transfer};
use eaid_schemas::record::members;
use rust_decimal::Decimal;

/// Where the payments stand in the message.
pub(super) const PAYMENTS: &str = "/vendaPagamentos";

/// What was paid; what was handed over, where no other value is told (`domain/pdvsync.md` 13, 12).
pub(super) fn value(payment: &Payment) -> Option<Decimal> {
    payment.net.or(payment.paid).map(Amount::get)
}

/// The charge code, without the suffix that the hub takes off (`domain/pdvsync.md` 12).
pub(super) fn charge(payment: &Payment) -> &str {
    let code = payment.form.as_ref().and_then(|form| form.code.as_ref()).map_or("", |code| code.as_str());
    code.strip_suffix("-POS").unwrap_or(code)
}

/// Whether its instalments and transfers count: it has several of the ones, or any of the others
/// (`domain/README.md`, Finer decisions, PDVSync).
fn is_card(payment: &Payment) -> bool {
    members(&payment.instalments).len() > 1 || !members(&payment.transfers).is_empty()
}

/// The rows of payments under an order: one each, of a card one an instalment.
pub(super) fn rows(order: &str, payments: &[Payment]) -> Vec<Pcformapgtopedido> {
    let mut rows: Vec<Pcformapgtopedido> = payments.iter().flat_map(of_payment).collect();
    for (at, row) in (1..).zip(&mut rows) {
        row.numped = order.into();
        row.numseq = usize::to_string(&at).into();
    }
    rows
}

fn of_payment(payment: &Payment) -> Vec<Pcformapgtopedido> {
    let whole = Pcformapgtopedido {
        codcob: charge(payment).into(),
        valor: value(payment).unwrap_or_default(),
        parcela: "1".into(),
        ..Pcformapgtopedido::default()
    };
    if !is_card(payment) {
        return vec![whole];
    }
    let transfers = members(&payment.transfers);
    // One transfer may cover all instalments, or each has its own.
    let nsu = |at: usize| transfers.get(at).or(transfers.first()).map_or_else(Word::default, nsu);
    let instalments = members(&payment.instalments);
    if instalments.is_empty() {
        return vec![Pcformapgtopedido { nsu: nsu(0), ..whole }];
    }
    let row = |(at, instalment): (usize, &eaid_schemas::pdvsync::Instalment)| Pcformapgtopedido {
        valor: instalment.value.map_or_else(|| value(payment).unwrap_or_default(), |value| number(Some(value))),
        dtvenc: day(instalment.due.as_ref()),
        nsu: nsu(at),
        parcela: instalment.number.map_or(at + 1, |number| number.get() as usize).to_string().into(),
        ..whole.clone()
    };
    instalments.iter().enumerate().map(row).collect()
}

fn nsu(transfer: &Transfer) -> Word {
    transfer.nsu.as_ref().map_or_else(Word::default, |nsu| nsu.as_str().into())
}
