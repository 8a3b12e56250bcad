//! A shop for tests: staged sales go in, GravaBatch and order events are decided, what is sent is kept.

use super::{QUEUE, lines, open};
use crate::books::{Books, Retail, TaxNumberCheck};
use crate::effect::{Effect, Sending, What};
use crate::loja701::tables::{Sl1, Sl2, Sl4};
use crate::order_event;
use crate::paper::Paper;
use crate::samples::given::{pdvsync, reference};
use crate::table::Declared;
use crate::verdict::{Staged, Verdict};
use crate::world::Wants;
use chrono::{DateTime, FixedOffset, NaiveDate};
use eaid_schemas::envelope::json::JsonWriter;
use eaid_schemas::violation::Violation;
use rust_decimal::Decimal;
use serde_json::Value;

pub(crate) fn amount(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

pub(crate) fn now() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2024-05-10T14:31:09-03:00").unwrap()
}

pub(crate) fn retail() -> Retail {
    Retail {
        default_customer: "000001/01".into(),
        default_seller: "000001".into(),
        freight_type: "C".into(),
        sale_tes: "501".into(),
        closed_until: String::new(),
        release_forms: Vec::new(),
        wot: false,
        batch_tries: 5,
        cancel_patience: "25s".into(),
        nfe_cancel_hours: 72,
        rps_cancel_days: 180,
        tax_number_check: TaxNumberCheck::Warn,
        ecommerce_customers: false,
        stock_strict: Vec::new(),
        stock_lenient: Vec::new(),
    }
}

/// What became of an order event.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    Changed,
    Unchanged,
    Waits(String),
    Refused(&'static str, String),
    Unreadable(Vec<Violation>),
}

pub(crate) struct Shop {
    pub paper: Paper,
    pub books: Books,
    pub sent: Vec<Sending>,
}

impl Shop {
    pub fn new() -> Self {
        Shop::with(retail())
    }

    pub fn with(retail: Retail) -> Self {
        Shop {
            paper: Paper::default(),
            books: Books::read(retail, pdvsync(&Value::Null).unwrap(), |file| reference(file).map(str::to_owned))
                .unwrap(),
            sent: Vec::new(),
        }
    }

    pub fn stage(&mut self, sale: &Sl1, items: &[Sl2], payments: &[Sl4]) {
        self.paper.enter_row(sale);
        items.iter().for_each(|item| self.paper.enter_row(item));
        payments.iter().for_each(|payment| self.paper.enter_row(payment));
    }

    /// GravaBatch takes every sale in RX.
    pub fn batch(&mut self) -> Vec<Staged> {
        assert_eq!(QUEUE.table, Sl1::TABLE);
        let waiting: Vec<Sl1> = self.paper.all::<Sl1>().into_iter().filter(|s| s.l1_situa == QUEUE.state).collect();
        waiting.iter().map(|sale| self.apply(sale)).collect()
    }

    fn apply(&mut self, sale: &Sl1) -> Staged {
        let mut wants = Wants::default();
        lines(&sale.to_row(), &mut wants);
        let first = self.paper.world(wants, now());
        let case = open(&sale.to_row(), &first).unwrap();
        match self.paper.decide(&*case, &self.books, now()).unwrap() {
            Verdict::Stage(staged) => {
                self.post(&staged);
                staged
            }
            other => panic!("a staged sale is always staged: {other:?}"),
        }
    }

    fn post(&mut self, staged: &Staged) {
        self.sent.extend(staged.effects.iter().filter_map(|effect| match effect {
            Effect::Send(sending) => Some(sending.clone()),
            _ => None,
        }));
    }

    pub fn event(&mut self, text: &str) -> Outcome {
        let case = match order_event::open(text, 100) {
            Ok(case) => case,
            Err(found) => return Outcome::Unreadable(found),
        };
        match self.paper.decide(&*case, &self.books, now()).unwrap() {
            Verdict::Stage(staged) => {
                self.post(&staged);
                if staged.effects.is_empty() { Outcome::Unchanged } else { Outcome::Changed }
            }
            Verdict::Wait(waiting) => Outcome::Waits(waiting.missing[0].key.to_string()),
            Verdict::Refuse(refusal) => {
                let found = &refusal.violations[0];
                Outcome::Refused(found.code.as_str(), found.path.clone())
            }
        }
    }

    /// An event without facts.
    pub fn plain_event(&mut self, order: &str, event: &str) -> Outcome {
        self.event(&format!(r#"{{"order":"{order}","event":"{event}","at":"2024-05-11T09:00:00"}}"#))
    }

    /// Statuses of the traces sent, in order.
    pub fn told(&self) -> Vec<&'static str> {
        self.sent
            .iter()
            .filter_map(|sending| match &sending.what {
                What::Trace { status, .. } => Some(*status),
                What::Failure { .. } => None,
            })
            .collect()
    }

    /// The content of the last message sent, for people.
    pub fn last_content(&self) -> String {
        let What::Trace { content, .. } = &self.sent.last().unwrap().what else { panic!("no trace") };
        let mut out = JsonWriter::default();
        content.write(&mut out);
        let value: serde_json::Value = serde_json::from_str(&out.finish()).unwrap();
        serde_json::to_string_pretty(&value).unwrap()
    }
}

/// A staged sale of 2024-05-10 with an order document.
pub(crate) fn order_sale() -> Sl1 {
    Sl1 {
        l1_docped: "000001001".into(),
        l1_serped: "1".into(),
        l1_tipo: "P".into(),
        l1_reserva: "S".into(),
        ..sale_without_document()
    }
}

/// A staged sale with a fiscal document.
pub(crate) fn counter_sale() -> Sl1 {
    Sl1 { l1_doc: "000001001".into(), l1_serie: "1".into(), l1_tipo: "V".into(), ..sale_without_document() }
}

pub(crate) fn sale_without_document() -> Sl1 {
    Sl1 {
        company: "01".into(),
        l1_filial: "0101".into(),
        l1_num: "S00001".into(),
        sale_id: "01|0101|1|000001001|001".into(),
        partner: "OMNI".into(),
        origin: "amqp".into(),
        sent_by: "OMNI".into(),
        external_id: "OMNI-ORDER-1001 ".into(),
        version: "2.009".into(),
        format: "json".into(),
        uuid: "5f0c2c1e-0000-4000-8000-000000001001".into(),
        l1_umov: "5f0c2c1e-0000-4000-8000-000000001001".into(),
        l1_pdv: "001".into(),
        l1_estacao: "001".into(),
        l1_situa: "RX".into(),
        l1_origem: "N".into(),
        l1_cliente: "000077".into(),
        l1_loja: "01".into(),
        l1_vend: "000003".into(),
        l1_emissao: day("2024-05-10"),
        l1_emisnf: day("2024-05-10"),
        ..Sl1::default()
    }
}

/// A line of `quantity` units at `price`, with its shares of discount and freight.
pub(crate) fn item(number: &str, delivery: &str, stock: &str, amounts: [&str; 5]) -> Sl2 {
    let [quantity, price, value, discount, freight] = amounts.map(amount);
    Sl2 {
        company: "01".into(),
        l2_filial: "0101".into(),
        l2_num: "S00001".into(),
        l2_item: number.into(),
        l2_produto: format!("PROD00{number}").into(),
        l2_um: "UN".into(),
        l2_quant: quantity,
        l2_vrunit: price,
        l2_vlritem: value,
        l2_descpro: discount,
        l2_valfre: freight,
        l2_tes: "501".into(),
        l2_local: "01".into(),
        l2_entrega: delivery.into(),
        l2_filstk: stock.into(),
        l2_reserva: if stock.is_empty() { String::new() } else { format!("R000{number}") }.into(),
        ..Sl2::default()
    }
}

/// A payment row; `of` is the number of instalments of its payment.
pub(crate) fn payment(number: &str, due: &str, value: &str, form: &str, administrator: &str, of: u32) -> Sl4 {
    Sl4 {
        company: "01".into(),
        l4_filial: "0101".into(),
        l4_num: "S00001".into(),
        l4_item: number.into(),
        l4_data: day(due),
        l4_valor: amount(value),
        l4_forma: form.into(),
        l4_adminis: administrator.into(),
        l4_parcs: of.into(),
        l4_nsutef: "000123456".into(),
        l4_autoriz: "A1B2C3".into(),
        ..Sl4::default()
    }
}

/// The *Entrega* sale: 200.00 of goods, 10.00 off, 20.00 freight, 210.00 by card in three.
pub(crate) fn entrega() -> (Sl1, Vec<Sl2>, Vec<Sl4>) {
    let mut first = item("01", "3", "0101", ["3", "50", "150", "7.50", "15"]);
    first.l2_fdtentr = day("2024-05-15");
    let items = vec![first, item("02", "3", "0101", ["1", "50", "50", "2.50", "5"])];
    let card = |number, due| payment(number, due, "70.00", "CC", "001-VISA CREDITO", 3);
    (order_sale(), items, vec![card("01", "2024-06-09"), card("02", "2024-07-09"), card("03", "2024-08-08")])
}

/// The *Retira* sale: two units of 40.00, paid by PIX, stock in branch 0102.
pub(crate) fn retira() -> (Sl1, Vec<Sl2>, Vec<Sl4>) {
    let sale = Sl1 { l1_ecflag: "P".into(), ..order_sale() };
    let items = vec![item("01", "1", "0102", ["2", "40", "80", "0", "0"])];
    (sale, items, vec![payment("01", "2024-05-11", "80.00", "PX", "005-PIX", 1)])
}
