//! Who buys (`domain/pdvsync.md` 7): the customer that is named, else the oldest of its document, else one who is
//! registered for it, else the final consumer.

use super::settings::PdvSync;
use super::tables::Pcclient;
use crate::effect::{Effect, Update};
use crate::table::{Declared, KEY, Word};
use crate::world::{Flaw, Wants, World};
use chrono::NaiveDate;
use eaid_schemas::field::Text;
use eaid_schemas::pdvsync::{Customer, PreSale};
use std::borrow::Cow;

/// The sequence of the codes of customers.
pub(super) const SEQUENCE: &str = "pcclient";
/// 4013 and 4585: activity and CNAE of those who are registered, and where they come from.
const ACTIVITY: &str = "1";
const CNAE: &str = "4729-6/99";
const ORIGIN: &str = "VT";

/// Who buys, and what that changes.
#[derive(Debug)]
pub(super) struct Chosen {
    pub code: String,
    pub effect: Option<Effect>,
}

/// The customer that a pre-sale tells of; its document alone, where that stands at the head.
pub(super) fn told(message: &PreSale) -> Cow<'_, Customer> {
    match &message.customer {
        Some(customer) => Cow::Borrowed(&**customer),
        None => Cow::Owned(Customer { document: message.customer_document.clone(), ..Customer::default() }),
    }
}

/// Wants those who may be meant, and a code for who is not known yet.
pub(super) fn wants(customer: &Customer, wants: &mut Wants) {
    if let Some(code) = &customer.code {
        wants.rows::<Pcclient>(KEY, &[code.as_str()]);
    }
    if let Some(document) = &customer.document {
        wants.rows::<Pcclient>(Pcclient::by_document, &[document.as_str()]);
    }
    if is_complete(customer) {
        wants.numbers(SEQUENCE, 1);
    }
}

/// Chooses who buys. Only what is paid changes what is known of a customer.
pub(super) fn choose(
    customer: &Customer,
    may_change: bool,
    settings: &PdvSync,
    world: &mut World,
) -> Result<Chosen, Flaw> {
    let consumer = &settings.consumer_customer;
    if customer.code.as_ref().is_some_and(|code| code.as_str() == consumer) {
        return Ok(Chosen { code: consumer.clone(), effect: None });
    }
    if let Some(known) = known(customer, world)? {
        let effect = (may_change && settings.update_customers).then(|| changed(&known, customer, world)).flatten();
        return Ok(Chosen { code: known.codcli.to_string(), effect });
    }
    if is_complete(customer) {
        let row = new(customer, String::new(), settings, world)?;
        return Ok(Chosen { code: row.codcli.to_string(), effect: Some(Effect::new_row(row)) });
    }
    Ok(Chosen { code: consumer.clone(), effect: None })
}

/// The customer of an order that the back office offered: where the point of sale names it again it is meant, though
/// nothing more is known of it here.
pub(super) fn of_offer(customer: &Customer, code: &str, world: &World) -> Result<Option<Chosen>, Flaw> {
    let Some(named) = customer.code.as_ref().filter(|named| named.as_str() == code) else { return Ok(None) };
    let is_known = !world.rows::<Pcclient>(KEY, &[named.as_str()])?.is_empty();
    Ok((!is_known).then(|| Chosen { code: code.to_owned(), effect: None }))
}

/// The customer that is named, else the oldest with its document.
fn known(customer: &Customer, world: &World) -> Result<Option<Pcclient>, Flaw> {
    if let Some(code) = &customer.code
        && let Some(named) = world.rows::<Pcclient>(KEY, &[code.as_str()])?.pop()
    {
        return Ok(Some(named));
    }
    Ok(of_document(customer, world)?.into_iter().next())
}

/// Those with a document, the oldest first.
pub(super) fn of_document(customer: &Customer, world: &World) -> Result<Vec<Pcclient>, Flaw> {
    let Some(document) = &customer.document else { return Ok(Vec::new()) };
    let mut all = world.rows::<Pcclient>(Pcclient::by_document, &[document.as_str()])?;
    all.sort_by_key(|one| (one.dtcadastro, one.codcli.parse::<u64>().unwrap_or(u64::MAX)));
    Ok(all)
}

/// The tags without which nobody is registered, each with what it holds.
pub(super) fn needed(customer: &Customer) -> [(&'static str, &str); 8] {
    [
        ("nome", text(&customer.name)),
        ("cpfCnpj", customer.document.as_ref().map_or("", |document| document.as_str())),
        ("endereco", text(&customer.address)),
        ("bairro", text(&customer.district)),
        ("cidade", text(&customer.city)),
        ("estado", text(&customer.state)),
        ("cep", customer.postal_code.as_ref().map_or("", |code| code.as_str())),
        ("email", text(&customer.email)),
    ]
}

/// Whether all is told that a registration needs.
fn is_complete(customer: &Customer) -> bool {
    let is_whole = customer.document.as_ref().is_some_and(|document| document.is_whole());
    is_whole && needed(customer).iter().all(|(_, value)| !value.is_empty())
}

/// A new customer. `registration` tells those apart who share a document.
pub(super) fn new(
    customer: &Customer,
    registration: String,
    settings: &PdvSync,
    world: &mut World,
) -> Result<Pcclient, Flaw> {
    let count = world.count(SEQUENCE)?;
    // The code of the final consumer is passed over.
    let is_before = settings.consumer_customer.parse().is_ok_and(|consumer: u64| consumer <= count);
    let today = world.today();
    let document = customer.document.as_ref().map_or("", |document| document.as_str());
    let empty = Pcclient {
        codcli: (count + u64::from(is_before)).to_string().into(),
        cgcent: document.into(),
        identity: format!("{document}|{registration}").into(),
        ieent: registration.into(),
        codatv1: ACTIVITY.into(),
        codcnae: CNAE.into(),
        origem: ORIGIN.into(),
        dtcadastro: Some(today),
        ..Pcclient::default()
    };
    Ok(filled(empty, customer, today))
}

/// What changes of a customer, if anything does.
pub(super) fn changed(known: &Pcclient, customer: &Customer, world: &World) -> Option<Effect> {
    let now = filled(known.clone(), customer, world.today());
    let same = Pcclient { dtultalter: known.dtultalter, ..now.clone() };
    if same == *known {
        return None;
    }
    let columns = [
        Pcclient::cliente,
        Pcclient::endercob,
        Pcclient::numerocob,
        Pcclient::complementocob,
        Pcclient::bairrocob,
        Pcclient::municcob,
        Pcclient::estcob,
        Pcclient::cepent,
        Pcclient::telent,
        Pcclient::telcelent,
        Pcclient::email,
        Pcclient::dtultalter,
    ];
    let row = now.to_row();
    let update = Update::of(known);
    Some(Effect::Update(columns.into_iter().fold(update, |update, column| update.set(column, row[column].clone()))))
}

/// A row with all that is told; what is not told stays.
fn filled(row: Pcclient, customer: &Customer, today: NaiveDate) -> Pcclient {
    let either = |told: &str, known: Word| if told.is_empty() { known } else { told.into() };
    let (telephone, mobile) = match (text(&customer.telephone), text(&customer.mobile)) {
        ("", mobile) => (mobile, mobile),
        (telephone, "") => (telephone, telephone),
        both => both,
    };
    let postal_code = customer.postal_code.as_ref().map_or("", |code| code.as_str());
    Pcclient {
        cliente: either(text(&customer.name), row.cliente),
        endercob: either(text(&customer.address), row.endercob),
        numerocob: either(text(&customer.number), row.numerocob),
        complementocob: either(text(&customer.complement), row.complementocob),
        bairrocob: either(text(&customer.district), row.bairrocob),
        municcob: either(text(&customer.city), row.municcob),
        estcob: either(text(&customer.state), row.estcob),
        cepent: either(postal_code, row.cepent),
        telent: either(telephone, row.telent),
        telcelent: either(mobile, row.telcelent),
        email: either(text(&customer.email), row.email),
        dtultalter: Some(today),
        ..row
    }
}

pub(super) fn text<const MAX: usize>(field: &Option<Text<MAX>>) -> &str {
    field.as_ref().map_or("", |text| text.as_str().trim())
}
