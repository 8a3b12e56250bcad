//! Sales over the counter: nothing is ordered, the sale ends as OK with its titles.

use serde_json::{Value, json};

use crate::harness::{Engine, Site};
use crate::messages::{counter, customer, set, with};

#[tokio::test]
async fn cash_over_the_counter() {
    let site = Site::on(Engine::Production, "counter").await;
    site.ok(&customer(7)).await;
    let mut sale = counter(3001);
    set(&mut sale, "/Content/CustomerVendorInternalId", json!("CLIENTE-7"));
    assert_eq!(site.ok(&sale).await, "01|0101|1|000003001|001");
    let rows = &site.rows;
    let of_sale = "l1_doc = '000003001'";
    rows.becomes("sl1", "l1_situa", of_sale, "OK").await;
    rows.is(
        "sl1",
        of_sale,
        "l1_filial=0101; l1_serie=1; l1_pdv=001; l1_docped=; l1_serped=; l1_tipo=V;
            l1_ecflag=; l1_orcres=; l1_storc=; l1_cliente=000007; l1_loja=01;
            l1_vlrtot=79.90; l1_vlrliq=79.90; l1_valmerc=79.90; l1_descont=0.00;
            l1_frete=0.00; l1_ergrvbt=; l1_reserva=",
    )
    .await;
    let number = rows.cell("sl1", "l1_num", of_sale).await;
    rows.are(
        "sl2",
        &format!("where l2_num = '{number}'"),
        "l2_item | l2_produto | l2_quant | l2_vlritem | l2_tes | l2_local | l2_entrega
            01 | PROD0004 | 1.00 | 79.90 | 501 | 01 | 2",
    )
    .await;
    rows.are(
        "se1",
        "where e1_num = '000003001'",
        "e1_filial | e1_prefixo | e1_parcela | e1_tipo | e1_cliente | e1_vencto | e1_valor | e1_nsutef
            0101 | 1 | '' | R$ | 000007 | 2026-11-20 | 79.90 | ''",
    )
    .await;
    assert_eq!(rows.count("sl1", "1 = 1").await, 1, "a counter sale has no child");
    assert_eq!(rows.count("sc5", "1 = 1").await, 0, "a counter sale has no order");
    let received = site.close().await;
    assert!(received.iter().all(|out| out.kind == "response"), "nothing is traced: {received:?}");
}

/// Customer, seller and presence may be absent: the house's own stand in.
#[tokio::test]
async fn what_may_be_absent_has_a_default() {
    let site = Site::on(Engine::Production, "defaults").await;
    let sale = with(
        &counter(3002),
        &[
            ("/Content/SellerInternalId", Value::Null),
            ("/Content/PresencialIndicator", Value::Null),
            ("/Content/PersonalIdentification", Value::Null),
            ("/Content/ECommerceOrder", Value::Null),
            ("/Content/DiscountValue", Value::Null),
            ("/Content/FreightValue", Value::Null),
            ("/Content/CommodityPrice", Value::Null),
            ("/Content/IsCanceled", Value::Null),
            ("/Content/SaleType", Value::Null),
            ("/Content/KindOfDocument", Value::Null),
        ],
    );
    site.ok(&sale).await;
    site.rows
        .is(
            "sl1",
            "l1_doc = '000003002'",
            "l1_cliente=000001; l1_loja=01; l1_vend=000001; l1_tipo=V; l1_valmerc=79.90;
            l1_indpres=",
        )
        .await;
    site.rows.becomes("sl1", "l1_situa", "l1_doc = '000003002'", "OK").await;
    site.close().await;
}

/// With GravaBatch switched off the sale stays as it was staged, for somebody else to take.
#[tokio::test]
async fn without_gravabatch_the_sale_stays_staged() {
    let off = "[gravabatch]\nenabled = false\n";
    let site = Site::with(Engine::Production, "no_batch", off).await;
    site.ok(&counter(3003)).await;
    // A second sale that was answered shows that there was time to take the first.
    site.ok(&counter(3004)).await;
    site.rows
        .are(
            "sl1",
            "order by l1_doc",
            "l1_doc | l1_situa
            000003003 | RX
            000003004 | RX",
        )
        .await;
    assert_eq!(site.rows.count("se1", "1 = 1").await, 0);
    site.close().await;
}

/// The counter sale that arrives cancelled is kept, without titles.
#[tokio::test]
async fn a_sale_that_arrives_cancelled_has_no_titles() {
    let site = Site::on(Engine::Production, "cancelled").await;
    site.ok(&with(&counter(3005), &[("/Content/IsCanceled", json!(true))])).await;
    site.rows.becomes("sl1", "l1_situa", "l1_doc = '000003005'", "OK").await;
    site.rows.is("sl1", "l1_doc = '000003005'", "l1_storc=E").await;
    assert_eq!(site.rows.count("se1", "1 = 1").await, 0);
    site.close().await;
}
