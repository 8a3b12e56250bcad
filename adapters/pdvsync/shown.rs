//! An order as a point of sale reads it: its rows, and of the call that made it what no row keeps
//! (`domain/pdvsync.md` 11).

use super::customer::text;
use super::head::{CANCELLED, INVOICED};
use super::log::Operation;
use super::payments::{charge, value};
use super::tables::{Pcclient, Pclogpedidoapi, Pcpedc, Pcpedi};
use chrono::{NaiveDateTime, NaiveTime};
use eaid_schemas::envelope::{Document, Limits, decode};
use eaid_schemas::field::{Amount, Choice, Moment, commercial};
use eaid_schemas::pdvsync::{Call, Customer, DeliveryKind, Payment, PreSale, Shown, Situation, Totals};
use eaid_schemas::pdvsync::{ShownCustomer, ShownItem, ShownPayment};
use eaid_schemas::read::Reading;
use eaid_schemas::record::members;
use rust_decimal::Decimal;

/// What a call told of its order.
struct Told {
    order: PreSale,
    totals: Totals,
}

/// An order as it is shown. `calls` are those of its log, `customer` the row of its customer, if there is one.
pub fn shown(
    order: &Pcpedc,
    rows: &[Pcpedi],
    calls: &[Pclogpedidoapi],
    customer: Option<&Pcclient>,
    limits: &Limits,
) -> Shown {
    let told = newest(calls).and_then(|call| read(&call.json, limits));
    let totals = totals(rows, told.as_ref().map(|told| &told.totals));
    let payments = told.as_ref().and_then(|told| told.order.payments.as_ref()).map_or(&[][..], |list| &list.0.0);
    Shown {
        number: order.numped.to_string(),
        situation: situation(order),
        branch: order.codfilial.to_string(),
        operator: order.codusur.to_string(),
        at: made_at(order),
        customer: buyer(order, customer, told.as_ref().and_then(|told| told.order.customer.as_deref())),
        items: rows.iter().map(item).collect(),
        payments: payments.iter().map(payment).collect(),
        ..totals
    }
}

/// When an order was made, local time.
pub fn made_at(order: &Pcpedc) -> NaiveDateTime {
    let time = NaiveTime::parse_from_str(&order.hora, "%H:%M:%S").unwrap_or_default();
    order.data.unwrap_or_default().and_time(time)
}

/// A moment as the local time that it names; a zone, should one come, is left out. `end` stands for a day without a
/// time.
pub fn local(moment: &Moment, end: NaiveTime) -> NaiveDateTime {
    let time = moment.time.as_deref().and_then(|text| {
        let clock = text.split(['Z', 'z', '+', '-']).next().unwrap_or_default();
        ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|form| NaiveTime::parse_from_str(clock, form).ok())
    });
    moment.date.and_time(time.unwrap_or(end))
}

/// A name as names are compared: without case, accents and doubled blanks.
pub fn fold(name: &str) -> String {
    let plain = |letter: char| match letter {
        'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        other => other,
    };
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase().chars().map(plain).collect()
}

/// The newest call that made the order what it is: cancellations tell nothing of it.
fn newest(calls: &[Pclogpedidoapi]) -> Option<&Pclogpedidoapi> {
    let makes = |call: &&Pclogpedidoapi| call.status == "A" && call.operacao != Operation::Cancel.as_str();
    calls.iter().filter(makes).max_by_key(|call| call.id.parse::<u64>().unwrap_or_default())
}

fn read(json: &str, limits: &Limits) -> Option<Told> {
    let Ok(Document::PreSale(sheet)) = decode(json.as_bytes(), Some(Call::Order.content_type()), limits) else {
        return None;
    };
    let mut cx = Reading::of_any_spelling(limits.items);
    Some(Told { order: sheet.read(&mut cx), totals: sheet.read(&mut cx) })
}

fn situation(order: &Pcpedc) -> &'static str {
    let situation = match order.posicao.as_str() {
        CANCELLED => Situation::Cancelled,
        INVOICED => Situation::Redeemed,
        _ if order.situacao == Situation::Received.as_str() => Situation::Received,
        _ => Situation::Available,
    };
    situation.as_str()
}

/// The sums of the items. Where those that were told agree with them they are shown as told.
fn totals(rows: &[Pcpedi], told: Option<&Totals>) -> Shown {
    let cent = |value: Decimal| commercial(value, 2);
    let net = rows.iter().map(|row| cent(row.qt * row.pvenda)).sum();
    let gross = rows.iter().map(|row| cent(before_discount(row))).sum();
    let is_told = told.and_then(|told| told.net).is_some_and(|told| told.get() == net);
    let told = told.filter(|_| is_told);
    let or = |value: Option<Amount<12, 6>>, other: Decimal| value.map_or(other, Amount::get);
    let gross = or(told.and_then(|told| told.gross), gross);
    let percent = if gross > net { commercial((gross - net) / gross * Decimal::ONE_HUNDRED, 6) } else { Decimal::ZERO };
    Shown {
        net,
        gross,
        discount_percent: or(told.and_then(|told| told.discount_percent), percent),
        discount: or(told.and_then(|told| told.discount), rows.iter().map(|row| row.desconto).sum()),
        addition_percent: or(told.and_then(|told| told.addition_percent), Decimal::ZERO),
        addition: or(told.and_then(|told| told.addition), Decimal::ZERO),
        several: told.and_then(|told| told.several).is_some_and(|several| several.0),
        ..Shown::default()
    }
}

/// The value of an item before its discount, which is told in reais or in percent.
fn before_discount(row: &Pcpedi) -> Decimal {
    let net = row.qt * row.pvenda;
    if row.desconto > Decimal::ZERO {
        return net + row.desconto;
    }
    if row.perdesc > Decimal::ZERO && row.perdesc < Decimal::ONE_HUNDRED {
        return net / (Decimal::ONE - row.perdesc / Decimal::ONE_HUNDRED);
    }
    net
}

fn item(row: &Pcpedi) -> ShownItem {
    let kind = DeliveryKind::find(&row.tipoentrega).map(|(kind, _)| kind);
    ShownItem {
        quantity: row.qt,
        price: row.pvenda,
        discount: row.desconto,
        discount_percent: row.perdesc,
        product: format!("{}-{}", row.codauxiliar, row.codprod),
        branch: row.codfilialretira.to_string(),
        delivery: match kind {
            Some(DeliveryKind::TakenAlong) => "0",
            Some(DeliveryKind::PickedUp) => "1",
            Some(DeliveryKind::Delivered) => "2",
            Some(DeliveryKind::Ordered) => "3",
            None => "",
        },
    }
}

fn payment(payment: &Payment) -> ShownPayment {
    let term = payment.term.as_ref().or_else(|| payment.condition.as_ref()?.code.as_ref());
    ShownPayment {
        value: value(payment).unwrap_or_default(),
        form: charge(payment).to_owned(),
        term: term.map_or("0", |term| term.as_str()).to_owned(),
        instalments: payment.count.map_or(members(&payment.instalments).len(), |count| count.get() as usize).max(1),
    }
}

/// Who buys: what the row of a known customer says, else what the call told of one who is not registered.
fn buyer(order: &Pcpedc, row: Option<&Pcclient>, told: Option<&Customer>) -> ShownCustomer {
    let id_retaguarda = order.codcli.to_string();
    if let Some(row) = row {
        return ShownCustomer {
            nome: row.cliente.to_string(),
            endereco: row.endercob.to_string(),
            numero: row.numerocob.to_string(),
            complemento: row.complementocob.to_string(),
            bairro: row.bairrocob.to_string(),
            cidade: row.municcob.to_string(),
            estado: row.estcob.to_string(),
            cep: row.cepent.to_string(),
            telefone: row.telent.to_string(),
            celular: row.telcelent.to_string(),
            email: row.email.to_string(),
            cpf_cnpj: row.cgcent.to_string(),
            id_retaguarda,
        };
    }
    let Some(told) = told else { return ShownCustomer { id_retaguarda, ..ShownCustomer::default() } };
    ShownCustomer {
        nome: text(&told.name).to_owned(),
        endereco: text(&told.address).to_owned(),
        numero: text(&told.number).to_owned(),
        complemento: text(&told.complement).to_owned(),
        bairro: text(&told.district).to_owned(),
        cidade: text(&told.city).to_owned(),
        estado: text(&told.state).to_owned(),
        cep: told.postal_code.as_ref().map_or("", |code| code.as_str()).to_owned(),
        telefone: text(&told.telephone).to_owned(),
        celular: text(&told.mobile).to_owned(),
        email: text(&told.email).to_owned(),
        cpf_cnpj: told.document.as_ref().map_or("", |document| document.as_str()).to_owned(),
        id_retaguarda,
    }
}
