//! What a pre-sale must say (`domain/pdvsync.md` 14). Everything that is missing is named at once.

use super::items::{ITEMS, codes};
use super::order::Act;
use super::payments::{PAYMENTS, value};
use super::settings::CheckCep;
use crate::verdict::Findings;
use eaid_schemas::pdvsync::{Customer, Item, Payment, PreSale};
use eaid_schemas::record::members;
use eaid_schemas::violation::Code;
use rust_decimal::Decimal;

/// PCPEDC.NUMPEDHUBE.
const LONGEST_NUMBER: usize = 50;
/// PCFORMAPGTOPEDIDO.CODCOB.
const LONGEST_CHARGE: usize = 4;

/// The number at the point of sale: the first of three that is not blank.
pub(super) fn numero(message: &PreSale) -> Option<&str> {
    let told = [&message.number, &message.sale_number, &message.id];
    told.into_iter().flatten().map(|number| number.as_str().trim()).find(|number| !number.is_empty())
}

/// Notes that a field is missing, unless something was already found there.
pub(super) fn missing(found: &mut Findings, path: &str, advice: &str) {
    if !found.has_error_at(path) {
        let field = path.rsplit('/').next().unwrap_or_default();
        found.error(Code::Missing, path, format!("{field} não informado: {advice}."));
    }
}

/// Checks a pre-sale for what it asks for.
pub(super) fn check(message: &PreSale, act: Act, found: &mut Findings) {
    if matches!(act, Act::Receive | Act::Cancel) && message.order.is_none() {
        let what = if act == Act::Receive { "a reserva que foi paga" } else { "o pedido a cancelar" };
        missing(found, "/idRetaguarda", &format!("é o número que a retaguarda devolveu para {what}"));
    }
    if act == Act::Cancel {
        return;
    }
    match numero(message) {
        // What the back office offers has a number of its own.
        None if act == Act::Offer => {}
        None => missing(found, "/numero", "é o número da pré-venda no ponto de venda"),
        Some(number) if number.chars().count() > LONGEST_NUMBER => {
            let text = format!("numero tem mais de {LONGEST_NUMBER} caracteres.");
            found.error(Code::TooLong, "/numero", text);
        }
        Some(_) => {}
    }
    if message.branch.is_none() {
        missing(found, "/idLojaRetaguarda", "é a filial que vende");
    }
    let items = members(&message.items);
    if items.is_empty() {
        missing(found, ITEMS, "a pré-venda precisa de ao menos um item");
    }
    for (at, item) in items.iter().enumerate() {
        check_item(item, &format!("{ITEMS}/{at}"), found);
    }
    let payments = message.payments.as_ref().map_or(&[][..], |payments| &payments.0.0);
    if act == Act::Receive && payments.is_empty() {
        missing(found, PAYMENTS, "um pedido RECEBIDO precisa de ao menos um pagamento");
    }
    for (at, payment) in payments.iter().enumerate() {
        check_payment(payment, &format!("{PAYMENTS}/{at}"), found);
    }
    if act == Act::Receive && !found.has_errors() {
        compare(message, items, payments, found);
    }
}

fn check_item(item: &Item, at: &str, found: &mut Findings) {
    for (name, value) in [("quantidade", item.quantity), ("preco", item.price)] {
        let path = format!("{at}/{name}");
        match value.map(|value| value.get()) {
            None => missing(found, &path, "todo item precisa dele"),
            Some(value) if value <= Decimal::ZERO => {
                found.error(Code::NotPositive, path, format!("{name} deve ser maior que zero."));
            }
            Some(_) => {}
        }
    }
    let product = format!("{at}/idProdutoRetaguarda");
    match &item.product {
        None => missing(found, &product, "é o código auxiliar e o do produto, como 100-1"),
        Some(code) if codes(code.as_str()).is_none() => {
            let text = "idProdutoRetaguarda deve ser o código auxiliar, um traço e o código do produto, como 100-1.";
            found.error(Code::NotANumber, product, text);
        }
        Some(_) => {}
    }
    let delivery = item.delivery.clone().unwrap_or_default();
    if delivery.branch.is_none() {
        missing(found, &format!("{at}/entrega/idLojaEntregaRetaguarda"), "é a filial que entrega o item");
    }
    if delivery.kind.is_none() {
        let advice = "envie 0 (RI), 1 (RP), 2 (EN) ou 3 (EF)";
        missing(found, &format!("{at}/entrega/tipoEntrega"), advice);
    }
}

fn check_payment(payment: &Payment, at: &str, found: &mut Findings) {
    if value(payment).is_none() {
        missing(found, &format!("{at}/valorLiquido"), "é o valor do pagamento");
    }
    let path = format!("{at}/pagamentoForma/idRetaguarda");
    match super::payments::charge(payment) {
        "" => missing(found, &path, "é o código de cobrança"),
        charge if charge.chars().count() > LONGEST_CHARGE => {
            let text = format!("O código de cobrança tem mais de {LONGEST_CHARGE} caracteres.");
            found.error(Code::TooLong, path, text);
        }
        _ => {}
    }
}

/// The postal code of a customer (4672). What is told of it holds no digit: it is personal.
pub(super) fn postal_code(customer: &Customer, path: &str, check: &CheckCep, is_unknown: bool, found: &mut Findings) {
    let Some(code) = customer.postal_code.as_ref().filter(|_| *check != CheckCep::Off) else { return };
    // The lowest begins with 01.
    if code.as_str().len() != 8 || code.as_str().starts_with("00") {
        found.error(Code::OutOfRange, path, "cep não tem os oito dígitos de um CEP.");
    } else if is_unknown && matches!(check, CheckCep::Service(_)) {
        found.error(Code::NotInList, path, "O CEP não existe, diz o serviço que o conhece ([pdvsync] check_cep).");
    }
}

/// Totals that do not agree are no reason to refuse what is paid: they are told (`domain/pdvsync.md` 13, 12).
fn compare(message: &PreSale, items: &[Item], payments: &[Payment], found: &mut Findings) {
    let sold = super::items::total(items);
    let paid: Decimal = payments.iter().filter_map(value).sum();
    let told = message.total.map(|total| total.get());
    let differs = |value: Decimal| (value - sold).abs() >= Decimal::new(1, 2);
    if differs(paid) || told.is_some_and(differs) {
        let told = told.map_or_else(|| "não informado".to_owned(), |told| told.normalize().to_string());
        let paid = paid.normalize();
        let text = format!("Os itens somam {sold}, os pagamentos {paid}, totalLiquido é {told}; gravado como veio.");
        found.warning(Code::SumDiffers, "/totalLiquido", text);
    }
}
