//! Several payments in one sale, to the cent. Issued on Friday, 20 November 2026.
//!
//! | payment | parts | fee | due |
//! |---|---|---|---|
//! | cash 50.00 | 1 | none | 20 Nov |
//! | Visa in parts 200.00 | 66.67 66.67 66.66 | 3.90 %: 2.60 2.60 2.60 | 20 Dec is a Sunday: 21; 19 Jan; 18 Feb |
//! | Mastercard in parts 333.33 | 9 of 33.33 and 33.36 | 4.79 % (7 to 12 parts): 1.60 | every 30 days |
//! | debit 100.00 | 1 | 1.49 % | a day later is a Saturday: 23 Nov |
//! | PIX 25.55 | 1 | none | 20 Nov |
//! | Visa 149.90 | 1 | 2.99 %: 4.48 | 30 days later is a Sunday: 21 Dec |

use serde_json::{Value, json};

use crate::harness::{Engine, Site};
use crate::messages::{counter, customer, pay, sell, set};

#[tokio::test]
async fn six_payments_make_seventeen_titles() {
    let site = Site::on(Engine::Production, "payments").await;
    site.ok(&customer(7)).await;
    let sale = sale(
        4001,
        858.78,
        json!([
            { "PaymentMethodInternalId": "DINHEIRO", "PaymentValue": 50.00 },
            card("VISA-PARCELADO", 200.00, 3, "000000000011"),
            // A form may also come as the house's own code.
            { "PaymentMethodCode": "CC", "FinancialManagerCode": "MASTER-PARCELADO",
              "PaymentValue": 333.33, "Installments": 10, "UniqueSerialNumber": "000000000012",
              "EftAutorization": "B2" },
            { "PaymentMethodInternalId": "DEBITO", "FinancialManagerCode": "VISA-DEBITO",
              "PaymentValue": 100.00, "UniqueSerialNumber": "000000000013", "EftAutorization": "B3" },
            { "PaymentMethodInternalId": "PIX", "FinancialManagerCode": "CHAVE-PIX",
              "PaymentValue": 25.55 },
            card("VISA-CREDITO", 149.90, 1, "000000000014"),
        ]),
    );
    site.ok(&sale).await;
    let rows = &site.rows;
    rows.becomes("sl1", "l1_situa", "l1_doc = '000004001'", "OK").await;
    // Instalments fall due 30, 60 … 300 days after the issue; a Saturday or Sunday moves to Monday.
    let titles = "e1_parcela | e1_tipo | e1_cliente | e1_vencto | e1_vlrreal | e1_valor
        01 | R$ | 000007 | 2026-11-20 | 50.00 | 50.00
        02 | CC | 900001 | 2026-12-21 | 66.67 | 64.07
        03 | CC | 900001 | 2027-01-19 | 66.67 | 64.07
        04 | CC | 900001 | 2027-02-18 | 66.66 | 64.06
        05 | CC | 900002 | 2026-12-21 | 33.33 | 31.73
        06 | CC | 900002 | 2027-01-19 | 33.33 | 31.73
        07 | CC | 900002 | 2027-02-18 | 33.33 | 31.73
        08 | CC | 900002 | 2027-03-22 | 33.33 | 31.73
        09 | CC | 900002 | 2027-04-19 | 33.33 | 31.73
        10 | CC | 900002 | 2027-05-19 | 33.33 | 31.73
        11 | CC | 900002 | 2027-06-18 | 33.33 | 31.73
        12 | CC | 900002 | 2027-07-19 | 33.33 | 31.73
        13 | CC | 900002 | 2027-08-17 | 33.33 | 31.73
        14 | CC | 900002 | 2027-09-16 | 33.36 | 31.76
        15 | CD | 900001 | 2026-11-23 | 100.00 | 98.51
        16 | PX | 000007 | 2026-11-20 | 25.55 | 25.55
        17 | CC | 900001 | 2026-12-21 | 149.90 | 145.42";
    rows.are("se1", "where e1_num = '000004001' order by e1_parcela", titles).await;
    let nsu = "where e1_num = '000004001' and e1_parcela in ('01', '05', '15') order by e1_parcela";
    rows.are(
        "se1",
        nsu,
        "e1_nsutef
            ''
            000000000012
            000000000013",
    )
    .await;
    // The card payment that is due at once is staged as sent: its terms are the administrator's.
    let number = rows.cell("sl1", "l1_num", "l1_doc = '000004001'").await;
    let single = format!("where l4_num = '{number}' and l4_nsutef = '000000000014'");
    rows.are(
        "sl4",
        &single,
        "l4_data | l4_valor | l4_forma
            2026-11-20 | 149.90 | CC",
    )
    .await;
    assert_eq!(rows.count("sl4", &format!("l4_num = '{number}'")).await, 17);
    site.close().await;
}

/// The administrator's days come on top of the instalment's own date. 3.49 % of 50.00 is 1.745,
/// which a commercial rounding makes 1.75.
#[tokio::test]
async fn the_days_of_an_administrator_count_from_the_instalment() {
    let site = Site::on(Engine::Production, "card_days").await;
    site.ok(&customer(7)).await;
    site.ok(&sale(4002, 100.00, json!([card("VISA-CREDITO", 100.00, 2, "21")]))).await;
    let rows = &site.rows;
    rows.becomes("sl1", "l1_situa", "l1_doc = '000004002'", "OK").await;
    rows.are(
        "sl4",
        "order by l4_item",
        "l4_data | l4_valor
            2026-12-20 | 50.00
            2027-01-19 | 50.00",
    )
    .await;
    rows.are(
        "se1",
        "order by e1_parcela",
        "e1_parcela | e1_vencto | e1_vlrreal | e1_valor
            01 | 2027-01-19 | 50.00 | 48.25
            02 | 2027-02-18 | 50.00 | 48.25",
    )
    .await;
    site.close().await;
}

/// A card of the shop's own: its fee is taken off, but the title stays the customer's.
#[tokio::test]
async fn own_financing_leaves_the_title_with_the_customer() {
    let site = Site::on(Engine::Production, "own_financing").await;
    site.ok(&customer(7)).await;
    site.ok(&sale(4003, 100.00, json!([card("CARTAO-LOJA", 100.00, 1, "31")]))).await;
    site.rows.becomes("sl1", "l1_situa", "l1_doc = '000004003'", "OK").await;
    site.rows
        .is(
            "se1",
            "e1_num = '000004003'",
            "e1_parcela=; e1_cliente=000007; e1_vencto=2026-12-21; e1_vlrreal=100.00;
            e1_valor=99.00",
        )
        .await;
    site.close().await;
}

/// A card without administrator is staged, but its titles cannot be made: the sale ends as ER, and
/// its sender is told.
#[tokio::test]
async fn a_card_without_administrator_fails_in_gravabatch() {
    let site = Site::on(Engine::Production, "no_administrator").await;
    site.ok(&customer(7)).await;
    let payment = json!({
        "PaymentMethodInternalId": "CREDITO", "PaymentValue": 10.00, "Installments": 1,
    });
    let sale = sale(4004, 10.00, json!([payment]));
    site.ok(&sale).await;
    site.rows.becomes("sl1", "l1_situa", "l1_doc = '000004004'", "ER").await;
    let cause = site.rows.cell("sl1", "l1_ergrvbt", "l1_doc = '000004004'").await;
    assert!(!cause.is_empty(), "the reason stands in l1_ergrvbt");
    let error = crate::wait::until("the error that tells the sender", async || {
        site.omni.received().into_iter().find(|out| out.kind == "error")
    })
    .await;
    assert_eq!(error.answers(), crate::messages::uuid(&sale));
    assert_eq!(crate::answers::status(&error.body), "ERROR");
    assert_eq!(site.rows.count("se1", "1 = 1").await, 0);
    site.close().await;
}

fn sale(number: u32, total: f64, payments: Value) -> Value {
    let mut sale = counter(number);
    sell(&mut sale, json!(total), &[]);
    set(&mut sale, "/Content/CustomerVendorInternalId", json!("CLIENTE-7"));
    pay(&mut sale, payments);
    sale
}

fn card(administrator: &str, value: f64, parts: u32, nsu: &str) -> Value {
    json!({
        "PaymentMethodInternalId": "CREDITO", "FinancialManagerCode": administrator,
        "PaymentValue": value, "Installments": parts, "UniqueSerialNumber": nsu,
        "EftAutorization": "B1",
    })
}
