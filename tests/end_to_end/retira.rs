//! The whole cycle of a pick-up sale (*Retira*): sale, child order, confirmation, fiscal document.

use crate::erp::{ACCESS_KEY, Way, event, invoice_event};
use crate::harness::{Engine, Site};
use crate::messages::{demo, text};
use crate::traces::{Ids, invoice, statuses, until_traced};

#[tokio::test]
async fn on_rabbitmq_and_postgresql() {
    let site = Site::on(Engine::Production, "retira").await;
    let ids = cycle(&site, Way::Queue, Way::Http).await;
    let received = site.close().await;
    let expected = ["Empacotado", "Entregue"];
    assert_eq!(statuses(&received, "documenttraceabilityorderretail", &ids), expected);
}

/// The packing of a shop that confirms nothing: the child is packed as it is born.
#[tokio::test]
async fn with_wot_it_is_packed_without_confirmation() {
    let site = Site::with(Engine::Production, "wot", "[retail]\nwot = true\n").await;
    let ids = sold(&site).await;
    until_traced(&site, "Empacotado").await;
    let received = site.close().await;
    assert_eq!(statuses(&received, "documenttraceabilityorderretail", &ids), ["Empacotado"]);
}

/// The cycle on any engine; the two events come by these ways.
pub async fn cycle(site: &Site, confirmed: Way, authorized: Way) -> Ids {
    let ids = sold(site).await;
    let order = processed(site).await;
    let rows = &site.rows;
    let number = order.rsplit('|').next().unwrap_or_default();
    let child = format!("l1_num = '{number}'");

    // The fiscal document cannot come before somebody has packed the goods.
    let document = invoice_event(&order, "fiscal_document_authorized", "000000321", 129.80, ACCESS_KEY);
    assert_eq!(site.report_in_vain(&document).await, 409);
    assert_eq!(site.report_in_vain(&event(&order, "invoiced")).await, 409);
    let confirmation = event(&order, "pickup_confirmed");
    site.report(confirmed, &confirmation).await;
    rows.becomes("sl1", "l1_ecflag", &child, "O").await;
    rows.is("sl1", "l1_docped = '000001002'", "l1_ecflag=O").await;
    let packed = until_traced(site, "Empacotado").await;
    assert_eq!(site.report_in_vain(&confirmation).await, 200);

    site.report(authorized, &document).await;
    let delivered = until_traced(site, "Entregue").await;
    assert_eq!(invoice(&delivered, "ElectronicAccessKey"), ACCESS_KEY);
    assert_eq!(invoice(&delivered, "Number"), "000000321");
    assert_eq!(site.report_in_vain(&document).await, 200);
    for trace in [&packed, &delivered] {
        assert_eq!(text(trace, "/Content/InternalId"), order);
        assert_eq!(text(trace, "/Content/Number"), number);
    }
    ids
}

/// Reserve, customer and sale.
async fn sold(site: &Site) -> Ids {
    site.ok(&demo("04-reserve-retira")).await;
    let customer = site.ok(&demo("02-customer")).await;
    let sale = site.ok(&demo("05-sale-retira")).await;
    assert_eq!(sale, "01|0101|1|000001002|001");
    Ids { customer, sale }
}

/// What the sale and GravaBatch wrote; gives the id of the child order.
async fn processed(site: &Site) -> String {
    let rows = &site.rows;
    let parent = "l1_docped = '000001002'";
    rows.becomes("sl1", "l1_situa", parent, "FR").await;
    rows.is(
        "sl1",
        parent,
        "l1_tipo=P; l1_ecflag=P; l1_serped=1; l1_doc=; l1_vlrtot=129.80;
            l1_vlrliq=129.80; l1_descont=0.00; l1_frete=0.00; l1_outros=129.80;
            l1_pdv=001",
    )
    .await;
    let number = rows.cell("sl1", "l1_num", parent).await;
    let lines = format!("where l2_num = '{number}' order by l2_item");
    rows.are(
        "sl2",
        &lines,
        "l2_item | l2_produto | l2_quant | l2_vlritem | l2_entrega
            01 | PROD0004 | 1.00 | 79.90 | 1
            02 | PROD0003 | 2.00 | 49.90 | 1",
    )
    .await;
    let child = format!("l1_orcres = '{number}'");
    rows.is(
        "sl1",
        &child,
        "l1_filial=0101; l1_filres=0101; l1_tipo=P; l1_ecflag=P; l1_situa=; l1_doc=;
            l1_serie=; l1_valmerc=129.80; l1_vlrtot=129.80; l1_vlrliq=129.80;
            l1_cliente=000123",
    )
    .await;
    // A PIX is due when it was paid, in full, by the customer; there is no sales order.
    let title = "e1_prefixo | e1_parcela | e1_tipo | e1_cliente | e1_vencto | e1_vlrreal | e1_valor
            1 | '' | PX | 000123 | 2026-11-20 | 129.80 | 129.80";
    rows.are("se1", "where e1_num = '000001002'", title).await;
    assert_eq!(rows.count("sc5", "1 = 1").await, 0);
    format!("01|0101|{}", rows.cell("sl1", "l1_num", &child).await)
}
