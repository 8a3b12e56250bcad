//! Reading messages, sales and titles of a period. What is kept of each is small: a day may have very many.

use super::compare::compare;
use super::{Facts, Forms, Message, Period, Place, Reconciliation, Sale, Title};
use crate::catalog::Catalog;
use crate::config::Config;
use crate::fault::Fault;
use crate::store::monitor::{Received, before};
use crate::store::{Ask, Store};
use chrono::{DateTime, Days, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use eaid_adapters::effect::Alias;
use eaid_adapters::ljgrvbatch::tables::Se1;
use eaid_adapters::loja701::paid::{self, Paid};
use eaid_adapters::loja701::tables::{Sl1, Sl4};
use eaid_adapters::table::Declared;
use eaid_adapters::world::Wants;
use eaid_schemas::envelope::{Document, Event, Header, decode};
use eaid_schemas::field::Choice;
use eaid_schemas::violation::Code;
use rust_decimal::Decimal;
use std::collections::HashMap;

/// The transaction of sales.
const SALES: &str = "RETAILSALES";
/// Messages, or sales, read at once.
const STRIDE: usize = 100;

/// Reconciles a period.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn reconcile(
    store: &dyn Store,
    catalog: &Catalog,
    config: &Config,
    period: &Period,
) -> Result<Reconciliation, Fault> {
    let facts = Facts {
        sales: sales(store, period).await?,
        titles: titles(store, period).await?,
        messages: messages(store, catalog, config, period).await?,
        is_batched_outside: !config.gravabatch.enabled,
    };
    Ok(compare(facts))
}

/// The sales of the period, without the children that GravaBatch made of them.
async fn sales(store: &dyn Store, period: &Period) -> Result<Vec<Sale>, Fault> {
    let mut sales = Vec::new();
    let mut visit = |row| {
        let sale = Sl1::from_row(&row);
        let place = Place { company: sale.company.clone().into(), branch: sale.l1_filial.clone().into() };
        if let (Some(day), true, true) = (sale.l1_emissao, sale.l1_orcres.is_empty(), period.includes(&place)) {
            sales.push(staged(sale, place, day));
        }
    };
    store.of_days(Sl1::TABLE, Sl1::l1_emissao, &period.days, &mut visit).await?;
    for some in sales.chunks_mut(STRIDE) {
        payments(store, some).await?;
    }
    Ok(sales)
}

fn staged(sale: Sl1, place: Place, day: chrono::NaiveDate) -> Sale {
    let (series, document) = match sale.l1_doc.is_empty() {
        true => (sale.l1_serped, sale.l1_docped),
        false => (sale.l1_serie, sale.l1_doc),
    };
    Sale {
        place,
        day,
        number: sale.l1_num.into(),
        partner: sale.partner.into(),
        internal_id: sale.external_id.trim_end().to_owned(),
        uuid: sale.uuid.trim().to_owned(),
        document: format!("{series}/{document}"),
        situa: sale.l1_situa.into(),
        storc: sale.l1_storc.into(),
        reason: sale.l1_ergrvbt.into(),
        forms: Forms::new(),
    }
}

/// Looks up the payments of some sales.
async fn payments(store: &dyn Store, sales: &mut [Sale]) -> Result<(), Fault> {
    let mut wants = Wants::default();
    for sale in sales.iter() {
        wants.rows::<Sl4>(Sl4::by_sale, &[&sale.place.company, &sale.place.branch, &sale.number]);
    }
    let found = store.look_up(&Ask { wants: &wants, fingerprints: &[], keys: &[] }).await?;
    let mut forms: HashMap<(String, String, String), Forms> = HashMap::new();
    for row in &found.rows {
        let payment = Sl4::from_row(row);
        let sale = (payment.company.into(), payment.l4_filial.into(), payment.l4_num.into());
        *forms.entry(sale).or_default().entry(payment.l4_forma.into()).or_default() += payment.l4_valor;
    }
    for sale in sales {
        let key = (sale.place.company.clone(), sale.place.branch.clone(), sale.number.clone());
        sale.forms = forms.remove(&key).unwrap_or_default();
    }
    Ok(())
}

async fn titles(store: &dyn Store, period: &Period) -> Result<Vec<Title>, Fault> {
    let mut titles = Vec::new();
    let mut visit = |row| {
        let title = Se1::from_row(&row);
        let place = Place { company: title.company.into(), branch: title.e1_filial.into() };
        if let (Some(day), true) = (title.e1_emissao, period.includes(&place)) {
            titles.push(Title {
                place,
                day,
                sale: title.l1_num.into(),
                document: format!("{}/{}", title.e1_prefixo, title.e1_num),
                form: title.e1_tipo.into(),
                value: title.e1_vlrreal,
            });
        }
    };
    store.of_days(Se1::TABLE, Se1::e1_emissao, &period.days, &mut visit).await?;
    Ok(titles)
}

/// The sales that messages brought. A sale of a day may come any time later, so all from that day on are read; a day
/// before, too, since clocks differ.
async fn messages(
    store: &dyn Store,
    catalog: &Catalog,
    config: &Config,
    period: &Period,
) -> Result<Vec<Message>, Fault> {
    let zone = config.identity.timezone;
    let mut last = before(begin(period, zone));
    let mut messages = Vec::new();
    let mut forms = HashMap::new();
    loop {
        let some = store.received(SALES, last, STRIDE).await?;
        let Some(end) = some.last() else { return Ok(messages) };
        last = end.stored.entry.id;
        let read: Vec<(Received, Place, Paid)> = some
            .into_iter()
            .filter(counts)
            .map(|received| {
                let (place, paid) = read(&received, catalog, config);
                (received, place, paid)
            })
            .collect();
        translate(store, catalog, &read, &mut forms).await?;
        for (received, place, paid) in read {
            let day = paid.day.unwrap_or_else(|| received.stored.entry.received_at.with_timezone(&zone).date_naive());
            if period.days.contains(&day) && period.includes(&place) {
                messages.push(message(received, place, day, &paid, &forms));
            }
        }
    }
}

fn begin(period: &Period, zone: Tz) -> DateTime<Utc> {
    let day = period.days.start().checked_sub_days(Days::new(1)).unwrap_or(*period.days.start());
    let midnight = zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest();
    midnight.map_or(DateTime::UNIX_EPOCH, |moment| moment.to_utc())
}

/// What says nothing of a sale of its own: a delete, which is always refused, and one that is integrated already.
fn counts(received: &Received) -> bool {
    received.stored.entry.event != Event::Delete.as_str() && received.cause != Code::AlreadyIntegrated.as_str()
}

fn read(received: &Received, catalog: &Catalog, config: &Config) -> (Place, Paid) {
    let entry = &received.stored.entry;
    let limits = config.envelope_limits();
    let content_type = Some(entry.content_type.as_str()).filter(|told| !told.is_empty());
    let Ok(Document::Message(envelope)) = decode(&entry.body, content_type, &limits) else {
        return (Place::default(), Paid::default());
    };
    let header = &envelope.header;
    let (company, branch) = (Header::text(&header.company_id), Header::text(&header.branch_id));
    let ours = catalog.books.company(&entry.fingerprint.partner, company, branch);
    // Without De/Para the sender's own say where it is looked for.
    let (company, branch) = ours.unwrap_or((company.trim(), branch.trim()));
    let place = Place { company: company.to_owned(), branch: branch.to_owned() };
    (place, paid::read(&envelope, limits.items))
}

/// The forms of partners' codes, by partner and code; `None`: no De/Para.
type Translated = HashMap<(String, Vec<String>), String>;

/// Finds our forms of the partners' codes that are new.
async fn translate(
    store: &dyn Store,
    catalog: &Catalog,
    read: &[(Received, Place, Paid)],
    forms: &mut Translated,
) -> Result<(), Fault> {
    let payments = || {
        read.iter().flat_map(|(received, _, paid)| {
            paid.payments.iter().map(|payment| (received.stored.entry.fingerprint.partner.as_str(), payment))
        })
    };
    let mut wants = Wants::default();
    for (partner, payment) in payments() {
        if !forms.contains_key(&(partner.to_owned(), payment.codes.clone())) {
            payment.codes.iter().for_each(|code| wants.depara(partner, Alias::GENERIC, code));
        }
    }
    if wants.is_empty() {
        return Ok(());
    }
    let found = store.look_up(&Ask { wants: &wants, fingerprints: &[], keys: &[] }).await?;
    let known: HashMap<(&str, &str), &str> = found
        .depara
        .iter()
        .map(|(partner, _, external, entry)| ((partner.as_str(), external.as_str()), entry.internal.as_str()))
        .collect();
    for (partner, payment) in payments() {
        forms.entry((partner.to_owned(), payment.codes.clone())).or_insert_with(|| {
            let form = payment.form(&catalog.books, |code| known.get(&(partner, code)).copied());
            form.map_or_else(|| format!("?{}", payment.codes.join("/")), str::to_owned)
        });
    }
    Ok(())
}

fn message(received: Received, place: Place, day: chrono::NaiveDate, paid: &Paid, known: &Translated) -> Message {
    let entry = received.stored.entry;
    let partner = entry.fingerprint.partner.into_string();
    let mut forms = Forms::new();
    for payment in &paid.payments {
        let form = known.get(&(partner.clone(), payment.codes.clone())).cloned().unwrap_or_default();
        let sum = forms.entry(form).or_insert(Decimal::ZERO);
        *sum += payment.value;
        // As in the database.
        sum.rescale(2);
    }
    Message {
        place,
        day,
        partner,
        internal_id: entry.business.internal_id.into_string(),
        uuid: entry.fingerprint.uuid.into_string(),
        document: paid.document.clone(),
        state: received.stored.state,
        cause: received.cause,
        lacks: received.lacks,
        is_answered: received.is_answered,
        forms,
    }
}
