//! The life of a sale as people see it.

use super::*;
use crate::operate::orders::{Child, Invoice, Item, OrderLine, Payment, Step, Title};
use crate::store::monitor::{SentLine, WaitLine, WaitedLine};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use uuid::Uuid;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn amount(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn sent(number: u128, kind: &str, transaction: &str, made: &str, confirmed: Option<&str>) -> SentLine {
    SentLine {
        id: Uuid::from_u128(number),
        kind: kind.into(),
        transaction: transaction.into(),
        correlation: String::new(),
        subject: String::new(),
        route_key: "omni".into(),
        transport: "amqp".into(),
        state: if confirmed.is_some() { "sent" } else { "due" }.into(),
        note: String::new(),
        created_at: at(made),
        sent_at: confirmed.map(at),
        body: "never shown".into(),
    }
}

fn heard(transaction: &str, internal_id: &str, received: &str) -> Heard {
    Heard {
        transaction: transaction.into(),
        internal_id: internal_id.into(),
        uuid: "7a3e5c10-2b61-4d0f-8f11-20261120a003".into(),
        status: "answered".into(),
        cause: String::new(),
        origin: "amqp".into(),
        received_at: at(received),
        settled_at: Some(at(received)),
        waited: Vec::new(),
        waits: Vec::new(),
        answers: Vec::new(),
    }
}

fn item() -> Item {
    Item {
        item: "01".into(),
        product: "PROD0001".into(),
        quantity: amount("2.000"),
        price: amount("149.900"),
        value: amount("299.80"),
        warehouse: "01".into(),
        delivery: Some("2026-11-25".parse().unwrap()),
    }
}

fn order() -> Order {
    let step = |number: &str, event: &str, status: &str, text: &str| Step {
        step: number.into(),
        event: event.into(),
        status: status.into(),
        status_text: text.into(),
        at: "2026-11-23T09:15:00-03:00".into(),
        recorded_at: "2026-11-23T09:15:02-03:00".into(),
    };
    Order {
        line: OrderLine {
            order: "01|0101|000003".into(),
            way: Way::Delivery,
            status: "11".into(),
            status_text: "Faturado".into(),
            customer: "000123/01".into(),
            issued: Some("2026-11-20".parse().unwrap()),
            partner: "OMNI".into(),
            sale: "01|0101|1|000001001|001".into(),
            child: "000002".into(),
            tracking_code: "BR123".into(),
        },
        items: vec![item()],
        invoices: vec![Invoice {
            number: "000000900".into(),
            serie: "1".into(),
            issued_on: Some("2026-11-23".parse().unwrap()),
            value: amount("299.80"),
            access_key: String::new(),
            has_xml: false,
        }],
        timeline: vec![step("001", "created", "09", "Pedido bloqueado"), step("002", "invoiced", "11", "Faturado")],
        sent: vec![sent(2, "trace", "DOCUMENTTRACEABILITYORDER", "2026-11-23T12:15:02Z", Some("2026-11-23T12:15:03Z"))],
        withheld: Vec::new(),
    }
}

#[test]
fn the_life_of_a_sale() {
    let waited = WaitedLine {
        key: "SA1/OMNI/CLIENTE-123".into(),
        path: "/CustomerVendorInternalId".into(),
        since: at("2026-11-20T17:30:12Z"),
        until: at("2026-11-20T17:31:24.500Z"),
    };
    let sale = Heard {
        waited: vec![waited],
        answers: vec![sent(1, "response", "RETAILSALES", "2026-11-20T17:31:25Z", Some("2026-11-20T17:31:25Z"))],
        ..heard("RETAILSALES", "PEDIDO-1001", "2026-11-20T17:30:12Z")
    };
    let cancellation = Heard {
        status: "waiting".into(),
        waits: vec![WaitLine { key: "SLF/OMNI/OPERADOR-9".into(), path: "/OperatorCode".into(), text: String::new() }],
        ..heard("RETAILSALESCANCELLATION", "CANCELAMENTO-1", "2026-11-24T10:00:00Z")
    };
    let life = Life {
        sale: "01|0101|000001".into(),
        id: "01|0101|1|000001001|001".into(),
        internal_id: "PEDIDO-1001".into(),
        partner: "OMNI".into(),
        uuid: "7a3e5c10-2b61-4d0f-8f11-20261120a003".into(),
        document: "1/000001001".into(),
        situa: "FR".into(),
        storc: String::new(),
        tries: Decimal::ZERO,
        reason: String::new(),
        cause: String::new(),
        issued: Some("2026-11-20".parse().unwrap()),
        customer: "000123/01".into(),
        net: amount("299.80"),
        messages: vec![heard("CUSTOMERVENDOR", "CLIENTE-123", "2026-11-20T17:31:24Z"), sale, cancellation],
        rows: BTreeMap::from([("sl1", 2), ("sl2", 2), ("sl4", 1), ("se1", 1), ("sc5", 1), ("sc6", 1)]),
        items: vec![item()],
        payments: vec![Payment {
            form: "CC".into(),
            administrator: "001-VISA CREDITO".into(),
            due: Some("2026-11-20".parse().unwrap()),
            value: amount("299.80"),
        }],
        titles: vec![Title {
            title: "1/000001001/".into(),
            form: "CC".into(),
            customer: "900001/01".into(),
            due: Some("2026-12-21".parse().unwrap()),
            gross: amount("299.80"),
            value: amount("290.84"),
        }],
        children: vec![Child {
            child: "01|0101|000002".into(),
            delivery: "3".into(),
            situa: String::new(),
            ecflag: String::new(),
            net: amount("299.80"),
            order: Some("01|0101|000003".into()),
        }],
        orders: vec![order()],
        sent: Vec::new(),
    };
    let page = page(&life, "America/Sao_Paulo".parse().unwrap());
    assert!(!page.contains("never shown"), "a body may hold personal data");
    insta::assert_snapshot!(page);
    let failed = Life {
        situa: "ER".into(),
        storc: "C".into(),
        tries: Decimal::ONE,
        cause: "missing".into(),
        reason: "O pagamento 01 (CC) não tem administradora.".into(),
        messages: Vec::new(),
        titles: Vec::new(),
        children: Vec::new(),
        orders: Vec::new(),
        sent: vec![sent(3, "error", "RETAILSALES", "2026-11-20T17:31:26Z", None)],
        ..life
    };
    insta::assert_snapshot!(super::page(&failed, "America/Sao_Paulo".parse().unwrap()));
}
