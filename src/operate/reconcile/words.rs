//! Differences in Portuguese, each with the command that shows or mends it.

use super::compare::Account;
use super::{Forms, Kind, Message};
use crate::store::State;
use rust_decimal::{Decimal, RoundingStrategy};

/// An amount as it is written in Brazil: `1.234,50`.
pub fn reais(amount: Decimal) -> String {
    let mut rounded = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(2);
    let text = rounded.abs().to_string();
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::with_capacity(whole.len() + whole.len() / 3);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    let sign = if rounded.is_sign_negative() && !rounded.is_zero() { "-" } else { "" };
    format!("{sign}{grouped},{cents}")
}

fn amounts(forms: &Forms) -> String {
    if forms.is_empty() {
        return "nada".to_owned();
    }
    forms.iter().map(|(form, value)| format!("{form} {}", reais(*value))).collect::<Vec<_>>().join(" + ")
}

/// What is wrong, in one sentence.
pub(super) fn text(kind: Kind, account: &Account) -> String {
    let received = account.message.as_ref().map_or_else(String::new, |message| amounts(&message.forms));
    let staged = account.sale.as_ref().map_or_else(String::new, |sale| amounts(&sale.forms));
    let titles = amounts(&account.titles);
    let reason = account.sale.as_ref().map_or("", |sale| sale.reason.as_str()).replace('\n', " ");
    match kind {
        Kind::NotStaged => {
            let why = account.message.as_ref().map_or_else(String::new, why_not_staged);
            format!("Recebida ({received}) e não gravada: {why}.")
        }
        Kind::WithoutMessage => format!("Gravada ({staged}) sem mensagem que a tenha trazido."),
        Kind::StagedOtherwise => format!("Recebida com {received} e gravada com {staged}."),
        Kind::NotBatched => format!("Gravada ({staged}) e ainda não processada pelo GravaBatch (RX)."),
        Kind::Failed => format!("Gravada ({staged}) e recusada pelo GravaBatch (ER): {reason}"),
        Kind::TitlesDiffer => format!("Gravada com {staged} e com títulos de {titles}."),
        Kind::TitlesLeft => format!("Cancelada e ainda com títulos de {titles}."),
        Kind::WithoutSale => format!("Títulos de {titles} sem venda gravada."),
        Kind::NotAnswered => "A resposta ao remetente ainda não foi confirmada pelo transporte.".to_owned(),
    }
}

fn why_not_staged(message: &Message) -> String {
    match message.state {
        State::Waiting | State::Woken if message.lacks.is_empty() => "espera para ser decidida".to_owned(),
        State::Waiting | State::Woken => format!("espera por {}", message.lacks.join(", ")),
        State::Refused if message.lacks.is_empty() => format!("recusada ({})", message.cause),
        State::Refused => format!("recusada ({}): nunca chegou {}", message.cause, message.lacks.join(", ")),
        State::SetAside => "posta de lado por falha interna".to_owned(),
        State::Discarded => "descartada por uma pessoa".to_owned(),
        State::Superseded => "substituída por outra mensagem".to_owned(),
        State::Staged => "respondida como gravada, mas sem linha em SL1".to_owned(),
        State::Unreadable | State::Noted => "não é uma venda legível".to_owned(),
    }
}

/// What to run next.
pub(super) fn command(kind: Kind, account: &Account) -> String {
    let uuid = account.message.as_ref().map_or("", |message| message.uuid.as_str());
    match (kind, &account.sale) {
        (Kind::WithoutSale, _) => String::new(),
        (Kind::NotStaged | Kind::NotAnswered, _) | (_, None) if !uuid.is_empty() => {
            format!("eaid messages show {uuid}")
        }
        (Kind::Failed, Some(sale)) => format!("eaid orders retry '{}'", sale.id()),
        (_, Some(sale)) => format!("eaid orders show '{}'", sale.id()),
        (_, None) => String::new(),
    }
}
