//! Which tag fills which column of the customer (`domain/customervendor.md` 4). A tag that is absent leaves its
//! column as it stands.

use super::tables::Sa1;
use super::{countries, telephone};
use crate::table::Word;
use eaid_schemas::customer_vendor::{
    Address, Communication, Country, CustomerVendor, EntityType, OtherAddress, RegisterSituation, Segment,
    StrategicCustomerType,
};
use eaid_schemas::field::{Choice, Text};
use eaid_schemas::record::members;

/// Fills the columns that the message speaks of.
pub(super) fn fill(customer: &mut Sa1, message: &CustomerVendor) {
    upper(&mut customer.a1_nome, &message.name);
    upper(&mut customer.a1_nreduz, &message.short_name);
    if let Some(entity) = message.entity_type {
        customer.a1_pessoa = if entity == EntityType::Person { "F" } else { "J" }.into();
    }
    if message.strategic_customer_type.is_some() || customer.a1_tipo.is_empty() {
        customer.a1_tipo = buyer(message.strategic_customer_type).into();
    }
    if let Some(address) = &message.address {
        place(customer, address);
    }
    for way in members(&message.communication) {
        reach(customer, way);
    }
    if let Some(moment) = &message.register_date {
        customer.a1_dtnasc = Some(moment.date);
    }
    if let Some(address) = &message.shipping_address {
        delivery(customer, address);
    }
    if let Some(address) = message.billing.as_ref().and_then(|billing| billing.address.as_ref()) {
        bills(customer, address);
    }
    if let Some(credit) = &message.credit {
        customer.a1_lc = credit.credit_limit.map_or(customer.a1_lc, |limit| limit.get());
        let until = credit.maturity_credit_limit.as_ref().or(credit.credit_limit_date.as_ref());
        customer.a1_venclc = until.map(|moment| moment.date).or(customer.a1_venclc);
    }
    for contact in members(&message.contacts) {
        copy(&mut customer.a1_contato, &contact.name);
    }
    copy(&mut customer.a1_cond, &message.payment_condition_code);
    copy(&mut customer.a1_tabela, &message.price_list_header_item_code);
    copy(&mut customer.a1_transp, &message.carrier_code);
    if let Some(code) = message.freight.as_ref().and_then(|freight| freight.code) {
        customer.a1_tpfret = code.as_str().into();
    }
    if let Some(payer) = message.taxpayer {
        customer.a1_contrib = payer.as_str().into();
    }
    for segment in members(&message.segments) {
        segments(customer, segment);
    }
    // Everything but active is blocked, absent too (`domain/README.md` 11).
    let is_active = message.register_situation == Some(RegisterSituation::Active);
    customer.a1_msblql = if is_active { "2" } else { "1" }.into();
}

fn copy<const MAX: usize>(column: &mut Word, tag: &Option<Text<MAX>>) {
    if let Some(text) = tag {
        *column = text.as_str().into();
    }
}

fn upper<const MAX: usize>(column: &mut Word, tag: &Option<Text<MAX>>) {
    if let Some(text) = tag {
        *column = text.as_str().to_uppercase().into();
    }
}

fn segments(customer: &mut Sa1, segment: &Segment) {
    for (column, tag) in [
        (&mut customer.a1_sativ1, &segment.segment_1),
        (&mut customer.a1_sativ2, &segment.segment_2),
        (&mut customer.a1_sativ3, &segment.segment_3),
        (&mut customer.a1_sativ4, &segment.segment_4),
        (&mut customer.a1_sativ5, &segment.segment_5),
        (&mut customer.a1_sativ6, &segment.segment_6),
        (&mut customer.a1_sativ7, &segment.segment_7),
        (&mut customer.a1_sativ8, &segment.segment_8),
    ] {
        copy(column, tag);
    }
}

/// `A1_TIPO`: final consumer where it is not said.
fn buyer(kind: Option<StrategicCustomerType>) -> &'static str {
    match kind {
        None | Some(StrategicCustomerType::FinalConsumer) => "F",
        Some(StrategicCustomerType::RuralProducer) => "L",
        Some(StrategicCustomerType::Reseller) => "R",
        Some(StrategicCustomerType::Substitute) => "S",
        Some(StrategicCustomerType::Export) => "X",
    }
}

/// Street and number in one column.
pub(super) fn street(column: &mut Word, street: &Option<Text<80>>, number: &Option<Text<10>>) {
    match (street, number) {
        (Some(street), Some(number)) => *column = format!("{street}, {number}").into(),
        (Some(street), None) => *column = street.as_str().into(),
        (None, _) => {}
    }
}

fn place(customer: &mut Sa1, address: &Address) {
    street(&mut customer.a1_end, &address.address, &address.number);
    copy(&mut customer.a1_complem, &address.complement);
    copy(&mut customer.a1_bairro, &address.district);
    copy(&mut customer.a1_cep, &address.zip_code);
    copy(&mut customer.a1_regiao, &address.region);
    copy(&mut customer.a1_cxposta, &address.po_box);
    if let Some(city) = &address.city {
        copy(&mut customer.a1_mun, &city.city_description);
        if let Some(code) = &city.city_code {
            customer.a1_cod_mun = last(code.as_str(), 5).into();
        }
    }
    if let Some(state) = &address.state {
        upper(&mut customer.a1_est, &state.state_code);
    }
    if let Some(country) = &address.country {
        land(customer, country);
    }
}

fn delivery(customer: &mut Sa1, address: &OtherAddress) {
    street(&mut customer.a1_endent, &address.address, &address.number);
    copy(&mut customer.a1_compent, &address.complement);
    copy(&mut customer.a1_bairroe, &address.district);
    copy(&mut customer.a1_cepe, &address.zip_code);
    if let Some(city) = &address.city {
        copy(&mut customer.a1_mune, &city.city_description);
        if let Some(code) = &city.city_code {
            customer.a1_codmune = last(code.as_str(), 5).into();
        }
    }
    if let Some(state) = &address.state {
        upper(&mut customer.a1_este, &state.state_code);
    }
}

fn bills(customer: &mut Sa1, address: &OtherAddress) {
    street(&mut customer.a1_endcob, &address.address, &address.number);
    copy(&mut customer.a1_bairroc, &address.district);
    copy(&mut customer.a1_cepc, &address.zip_code);
    if let Some(city) = &address.city {
        copy(&mut customer.a1_munc, &city.city_description);
    }
    if let Some(state) = &address.state {
        upper(&mut customer.a1_estc, &state.state_code);
    }
}

/// The last characters of a code: the IBGE code of a city begins with that of its state.
fn last(code: &str, count: usize) -> &str {
    let skip = code.chars().count().saturating_sub(count);
    code.char_indices().nth(skip).map_or("", |(at, _)| &code[at..])
}

/// Country; a foreign one makes the state EX. One that the table has not keeps the code or name that came.
fn land(customer: &mut Sa1, country: &Country) {
    let name = country.country_description.as_ref().map(|name| name.as_str().to_uppercase());
    let code = country.country_code.as_ref().map(|code| code.as_str().to_owned());
    if name.is_none() && code.is_none() {
        return;
    }
    let known = name.as_deref().and_then(countries::named).or_else(|| code.as_deref().and_then(countries::coded));
    if known.is_none_or(|known| known.bank != countries::BRAZIL) {
        customer.a1_est = "EX".into();
    }
    customer.a1_codpais = known.map_or("", |known| known.bank).into();
    customer.a1_pais = known.map(|known| known.of_three().to_owned()).or(code).or(name).unwrap_or_default().into();
}

/// A way to reach the customer; what a later one says wins.
fn reach(customer: &mut Sa1, way: &Communication) {
    let apart = |tag: &Option<Text<5>>| tag.as_ref().map_or_else(String::new, |code| code.as_str().to_owned());
    if let Some(phone) = &way.phone_number {
        let phone =
            telephone::parse(phone.as_str(), &apart(&way.dialling_code), &apart(&way.international_dialling_code));
        customer.a1_ddi = phone.ddi.into();
        customer.a1_ddd = phone.ddd.into();
        customer.a1_tel = phone.number.into();
    }
    copy(&mut customer.a1_fax, &way.fax_number);
    copy(&mut customer.a1_email, &way.email);
    copy(&mut customer.a1_hpage, &way.home_page);
}
