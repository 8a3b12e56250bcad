//! Receivables: one title a payment row (`domain/README.md`, Payments; `domain/retailsales.md` 10).
//!
//! Form RA gets its title like any other: the sum of the titles is that of the payments, and settling it with
//! the advance that `l4_conhtl` names is the ERP's work.

use super::tables::Se1;
use super::working_days;
use crate::books::{Administrator, Books, FormKind};
use crate::loja701::tables::{Sl1, Sl4};
use crate::world::{Flaw, Wants, World};
use eaid_schemas::field::commercial;
use eaid_schemas::violation::{Code, Violation};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Wants the titles that bear the document already.
pub(super) fn wants(sale: &Sl1, series: &str, document: &str, wants: &mut Wants) {
    wants.rows::<Se1>(Se1::by_document, &[&sale.company, &sale.l1_filial, series, document]);
}

/// Titles that cannot be made because another sale's bear their key.
pub(super) fn taken(
    sale: &Sl1,
    series: &str,
    document: &str,
    payments: &[Sl4],
    world: &World,
) -> Result<Vec<Violation>, Flaw> {
    let there = world.rows::<Se1>(Se1::by_document, &[&sale.company, &sale.l1_filial, series, document])?;
    let numbered = payments.iter().enumerate().map(|(place, row)| (parcela(place, payments.len()), &row.l4_forma));
    let clash = numbered
        .filter(|(parcela, form)| there.iter().any(|title| title.e1_parcela == *parcela && title.e1_tipo == **form));
    Ok(clash
        .map(|(parcela, form)| {
            let text = format!("Já existe o título {series}/{document}, parcela \"{parcela}\", tipo {form}.");
            Violation::error(Code::DocumentUsed, "/DocumentCode", text)
        })
        .collect())
}

/// The titles of a sale; what prevents one goes to `found`.
pub(super) fn of(
    sale: &Sl1,
    series: &str,
    document: &str,
    payments: &[Sl4],
    books: &Books,
    found: &mut Vec<Violation>,
) -> Vec<Se1> {
    let mut titles = Vec::with_capacity(payments.len());
    for (place, payment) in payments.iter().enumerate() {
        let kind = books.form(&payment.l4_forma).map_or(FormKind::Other, |form| form.kind);
        let is_card = kind == FormKind::Card;
        let administrator = administrator(payment, kind, books);
        if is_card && administrator.is_none() {
            found.push(without_administrator(payment));
            continue;
        }
        let mut title = Se1 {
            company: sale.company.clone(),
            e1_filial: sale.l1_filial.clone(),
            e1_prefixo: series.into(),
            e1_num: document.into(),
            e1_parcela: parcela(place, payments.len()).into(),
            e1_tipo: payment.l4_forma.clone(),
            l1_num: sale.l1_num.clone(),
            e1_cliente: sale.l1_cliente.clone(),
            e1_loja: sale.l1_loja.clone(),
            e1_emissao: sale.l1_emissao,
            e1_vencto: payment.l4_data.or(sale.l1_emissao),
            e1_valor: payment.l4_valor,
            e1_vlrreal: payment.l4_valor,
            e1_nsutef: payment.l4_nsutef.clone(),
            e1_autoriz: payment.l4_autoriz.clone(),
            e1_adm: administrator.map(|administrator| administrator.code.clone()).unwrap_or_default().into(),
        };
        if let Some(administrator) = administrator.filter(|_| is_card) {
            by_card(&mut title, payment, administrator, books);
        }
        titles.push(title);
    }
    titles
}

/// Fee, due date and debtor of a card title.
fn by_card(title: &mut Se1, payment: &Sl4, administrator: &Administrator, books: &Books) {
    let installments = payment.l4_parcs.to_u32().unwrap_or(1).max(1);
    let percent = books.fee(administrator, installments);
    let fee = commercial(payment.l4_valor * percent / Decimal::ONE_HUNDRED, 2);
    title.e1_valor = payment.l4_valor - fee;
    let due = title.e1_vencto.map(|day| working_days::after(day, administrator.days));
    title.e1_vencto = due.map(|day| working_days::on_or_after(day, books));
    if administrator.own_financing != "S" {
        title.e1_cliente = administrator.customer.clone().into();
        title.e1_loja = administrator.store.clone().into();
    }
}

/// 01, 02 …; blank where the title is the only one.
fn parcela(place: usize, of: usize) -> String {
    if of == 1 { String::new() } else { format!("{:02}", place + 1) }
}

/// The administrator that `l4_adminis` names as code-description; for a cheque it names the bank.
fn administrator<'b>(payment: &Sl4, kind: FormKind, books: &'b Books) -> Option<&'b Administrator> {
    let named = payment.l4_adminis.as_str();
    if matches!(kind, FormKind::Cash | FormKind::Cheque) {
        return None;
    }
    let codes = named.match_indices('-').map(|(dash, _)| named[..dash].trim());
    codes.chain([named]).find_map(|code| books.administrator(code))
}

fn without_administrator(payment: &Sl4) -> Violation {
    let (row, form, named) = (&payment.l4_item, &payment.l4_forma, &payment.l4_adminis);
    let text = if named.is_empty() {
        format!("O pagamento {row} ({form}) não tem administradora: informe FinancialManagerCode.")
    } else {
        format!("A administradora \"{named}\" do pagamento {row} ({form}) não está em card_administrators.csv.")
    };
    Violation::error(Code::Missing, "/ListOfSaleCondition/SaleCondition", text)
}
