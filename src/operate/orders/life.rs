//! The life of a sale: its messages with what they waited for and how they were answered, the rows it wrote, its
//! titles, orders and children, and what was sent of them.

use super::look::{children_of, order_of, rows};
use super::{Item, Order};
use crate::fault::Fault;
use crate::store::Store;
use crate::store::monitor::{Filter, MessageStory, SentLine, Side, WaitLine, WaitedLine};
use chrono::{DateTime, NaiveDate, Utc};
use eaid_adapters::crma980::tables::Sa1;
use eaid_adapters::effect::Alias;
use eaid_adapters::ids;
use eaid_adapters::ljgrvbatch::tables::Se1;
use eaid_adapters::loja701::tables::{Sl1, Sl2, Sl4};
use eaid_adapters::loja704::tables::Sc0;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Messages of one record that are told of, newest first.
const MESSAGES: usize = 20;

/// The life of a sale.
#[derive(Clone, Debug, Serialize)]
pub struct Life {
    /// `company|branch|number`.
    pub sale: String,
    /// Our id of it, as the partner knows it.
    pub id: String,
    /// The partner's id.
    pub internal_id: String,
    /// The partner.
    pub partner: String,
    /// The UUID of its message.
    pub uuid: String,
    /// Series and number of its document.
    pub document: String,
    /// RX, OK, FR or ER.
    pub situa: String,
    /// E or C where it is cancelled.
    pub storc: String,
    /// How often GravaBatch failed on it.
    pub tries: Decimal,
    /// Why.
    pub reason: String,
    /// Code of that reason.
    pub cause: String,
    /// When it was issued.
    pub issued: Option<NaiveDate>,
    /// Customer, `code/store`.
    pub customer: String,
    /// Net value.
    pub net: Decimal,
    /// Messages of the sale, its reserves, its customer, its cancellation and its events, in the order of arrival.
    pub messages: Vec<Heard>,
    /// Rows that stand, a table.
    pub rows: BTreeMap<&'static str, usize>,
    /// Its lines.
    pub items: Vec<Item>,
    /// Its payments.
    pub payments: Vec<Payment>,
    /// Its titles.
    pub titles: Vec<Title>,
    /// Its children.
    pub children: Vec<Child>,
    /// Orders made of them.
    pub orders: Vec<Order>,
    /// What was sent of the sale itself: failures of GravaBatch.
    pub sent: Vec<SentLine>,
}

/// A message.
#[derive(Clone, Debug, Serialize)]
pub struct Heard {
    /// Transaction.
    pub transaction: String,
    /// The sender's id of the record.
    pub internal_id: String,
    /// The sender's UUID.
    pub uuid: String,
    /// State in the words of view `xx3`.
    pub status: String,
    /// Cause.
    pub cause: String,
    /// Transport.
    pub origin: String,
    /// When it was taken.
    pub received_at: DateTime<Utc>,
    /// When it was settled.
    pub settled_at: Option<DateTime<Utc>>,
    /// What it waited for, and how long.
    pub waited: Vec<WaitedLine>,
    /// What it still waits for.
    pub waits: Vec<WaitLine>,
    /// Its answers, and what else was sent for it.
    pub answers: Vec<SentLine>,
}

/// A payment row.
#[derive(Clone, Debug, Serialize)]
pub struct Payment {
    /// Form.
    pub form: String,
    /// Administrator, or bank of a cheque.
    pub administrator: String,
    /// Due.
    pub due: Option<NaiveDate>,
    /// Value.
    pub value: Decimal,
}

/// A title.
#[derive(Clone, Debug, Serialize)]
pub struct Title {
    /// Prefix, number and instalment.
    pub title: String,
    /// Form.
    pub form: String,
    /// Customer, `code/store`.
    pub customer: String,
    /// Due.
    pub due: Option<NaiveDate>,
    /// Gross value.
    pub gross: Decimal,
    /// Less the fee.
    pub value: Decimal,
}

/// A child.
#[derive(Clone, Debug, Serialize)]
pub struct Child {
    /// `company|branch|number`.
    pub child: String,
    /// Delivery type of its lines.
    pub delivery: String,
    /// Its state; blank until it is closed.
    pub situa: String,
    /// P or O of a pick-up.
    pub ecflag: String,
    /// Net value.
    pub net: Decimal,
    /// The order made of it, or itself where it is fetched.
    pub order: Option<String>,
}

/// Tells the life of a sale.
///
/// # Errors
/// [`Fault`] of the store.
pub(super) async fn life(store: &dyn Store, sale: &Sl1) -> Result<Life, Fault> {
    let key = [sale.company.as_str(), &sale.l1_filial, &sale.l1_num];
    let lines: Vec<Sl2> = rows(store, &exact(["company", "l2_filial", "l2_num"], key)).await?;
    let payments: Vec<Sl4> = rows(store, &exact(["company", "l4_filial", "l4_num"], key)).await?;
    let titles: Vec<Se1> = rows(store, &exact(["company", "e1_filial", "l1_num"], key)).await?;
    let mut life = told(sale, &lines, &payments, &titles);
    let mut count = BTreeMap::from([("sl1", 1), ("sl2", lines.len()), ("sl4", payments.len()), ("se1", titles.len())]);
    for child in children_of(store, sale).await? {
        let key = [child.company.as_str(), &child.l1_filial, &child.l1_num];
        let own: Vec<Sl2> = rows(store, &exact(["company", "l2_filial", "l2_num"], key)).await?;
        *count.entry("sl1").or_default() += 1;
        *count.entry("sl2").or_default() += own.len();
        let order = order_of(store, &child).await?;
        if let Some(order) = &order {
            let made = if order.line.child.is_empty() { 0 } else { 1 };
            *count.entry("sc5").or_default() += made;
            *count.entry("sc6").or_default() += made * order.items.len();
            *count.entry("sf2").or_default() += order.invoices.len();
        }
        life.children.push(Child {
            child: key.join("|"),
            delivery: own.first().map_or_else(String::new, |line| line.l2_entrega.clone().into()),
            situa: child.l1_situa.clone().into(),
            ecflag: child.l1_ecflag.clone().into(),
            net: child.l1_vlrliq,
            order: order.as_ref().map(|order| order.line.order.clone()),
        });
        life.orders.extend(order);
    }
    let reserves = reserves(store, &lines, &sale.company).await?;
    count.insert("sc0", reserves.len());
    let reserves: BTreeSet<String> = reserves.into_iter().map(|row| row.reserve_id.into()).collect();
    count.retain(|_, rows| *rows > 0);
    life.rows = count;
    life.messages = messages(store, sale, &reserves, &life.orders).await?;
    if !life.id.is_empty() {
        life.sent = store.sent_of(&life.id).await?;
    }
    Ok(life)
}

fn exact<'a>(columns: [&'a str; 3], key: [&'a str; 3]) -> [(&'a str, &'a str); 3] {
    let [first, second, third] = columns;
    [(first, key[0]), (second, key[1]), (third, key[2])]
}

fn told(sale: &Sl1, lines: &[Sl2], payments: &[Sl4], titles: &[Se1]) -> Life {
    let (series, document) = match sale.l1_doc.is_empty() {
        true => (&sale.l1_serped, &sale.l1_docped),
        false => (&sale.l1_serie, &sale.l1_doc),
    };
    Life {
        sale: [sale.company.as_str(), &sale.l1_filial, &sale.l1_num].join("|"),
        // A cancelled sale has given its id back; it was this.
        id: ids::sale(&sale.company, &sale.l1_filial, series, document, &sale.l1_pdv),
        internal_id: sale.external_id.clone().into(),
        partner: sale.partner.clone().into(),
        uuid: sale.uuid.clone().into(),
        document: format!("{series}/{document}"),
        situa: sale.l1_situa.clone().into(),
        storc: sale.l1_storc.clone().into(),
        tries: sale.tries,
        reason: sale.l1_ergrvbt.clone().into(),
        cause: sale.cause.clone().into(),
        issued: sale.l1_emissao,
        customer: format!("{}/{}", sale.l1_cliente, sale.l1_loja),
        net: sale.l1_vlrliq,
        messages: Vec::new(),
        rows: BTreeMap::new(),
        items: lines.iter().map(Item::of_line).collect(),
        payments: payments
            .iter()
            .map(|payment| Payment {
                form: payment.l4_forma.clone().into(),
                administrator: payment.l4_adminis.clone().into(),
                due: payment.l4_data,
                value: payment.l4_valor,
            })
            .collect(),
        titles: titles
            .iter()
            .map(|title| Title {
                title: [title.e1_prefixo.as_str(), &title.e1_num, &title.e1_parcela].join("/"),
                form: title.e1_tipo.clone().into(),
                customer: format!("{}/{}", title.e1_cliente, title.e1_loja),
                due: title.e1_vencto,
                gross: title.e1_vlrreal,
                value: title.e1_valor,
            })
            .collect(),
        children: Vec::new(),
        orders: Vec::new(),
        sent: Vec::new(),
    }
}

/// The rows of reserves that the lines use.
async fn reserves(store: &dyn Store, lines: &[Sl2], company: &str) -> Result<Vec<Sc0>, Fault> {
    let mut found = Vec::new();
    for line in lines.iter().filter(|line| !line.l2_reserva.is_empty()) {
        let key = [company, &line.l2_filstk, &line.l2_reserva];
        found.extend(rows::<Sc0>(store, &exact(["company", "c0_filial", "c0_num"], key)).await?);
    }
    Ok(found)
}

/// The messages that made the sale what it is, in the order of their arrival.
async fn messages(
    store: &dyn Store,
    sale: &Sl1,
    reserves: &BTreeSet<String>,
    orders: &[Order],
) -> Result<Vec<Heard>, Fault> {
    let partner = sale.partner.as_str();
    let mut records: BTreeSet<(String, String)> = BTreeSet::new();
    records.insert(("RETAILSALES".to_owned(), sale.external_id.trim_end().to_owned()));
    let mut named: Vec<(Alias, &str, &str)> =
        reserves.iter().map(|id| (Alias::RESERVE, id.as_str(), "ITEMRESERVE")).collect();
    let customer = exact(["a1_cod", "a1_loja", "a1_cod"], [&sale.l1_cliente, &sale.l1_loja, &sale.l1_cliente]);
    let customers: Vec<Sa1> = rows(store, &customer).await?;
    named.extend(customers.iter().map(|known| (Alias::CUSTOMER, known.customer_id.as_str(), "CUSTOMERVENDOR")));
    let id = sale_id(sale);
    named.push((Alias::CANCELLATION, &id, "RETAILSALESCANCELLATION"));
    for (alias, internal, transaction) in named.into_iter().filter(|(_, internal, _)| !internal.is_empty()) {
        let entries = store.exact_depara(alias, Side::Internal(internal)).await?;
        let own = entries.into_iter().filter(|entry| entry.reference == partner);
        records.extend(own.map(|entry| (transaction.to_owned(), entry.external)));
    }
    records.extend(orders.iter().map(|order| ("ORDEREVENT".to_owned(), order.line.order.clone())));
    let mut heard = Vec::new();
    for (transaction, internal_id) in records.into_iter().filter(|(_, id)| !id.is_empty()) {
        let filter = Filter {
            transaction: Some(transaction),
            internal_id: Some(internal_id),
            limit: MESSAGES,
            ..Filter::default()
        };
        for line in store.messages(&filter).await? {
            // An event has no partner.
            if line.partner.is_empty() || line.partner == partner {
                heard.extend(store.stories(&line.id.to_string()).await?.into_iter().map(Heard::of));
            }
        }
    }
    heard.sort_by_key(|heard| heard.received_at);
    Ok(heard)
}

fn sale_id(sale: &Sl1) -> String {
    told(sale, &[], &[], &[]).id
}

impl Heard {
    fn of(story: MessageStory) -> Heard {
        let line = story.line;
        Heard {
            transaction: line.transaction,
            internal_id: line.internal_id,
            uuid: line.uuid,
            status: line.status,
            cause: line.cause,
            origin: line.origin,
            received_at: line.received_at,
            settled_at: line.settled_at,
            waited: story.waited,
            waits: story.waits,
            answers: story.sent,
        }
    }
}
