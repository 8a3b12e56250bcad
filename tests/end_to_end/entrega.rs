//! The whole cycle of a delivery sale (*Entrega*): reserve, customer, sale, titles, order, traces.
//!
//! Amounts are computed by hand: 455.50 in three instalments is 151.83, 151.83 and the rest,
//! 151.84; 3.90 % of each is 5.92. The first is due on a Sunday and moves to Monday.

use serde_json::Value;

use crate::erp::{ACCESS_KEY, Way, event, invoice_event};
use crate::harness::{Engine, Site};
use crate::messages::{demo, text, uuid};
use crate::traces::{Ids, amount, invoice, statuses, until_traced};

#[tokio::test]
async fn on_rabbitmq_and_postgresql() {
    let site = Site::on(Engine::Production, "entrega").await;
    let ids = cycle(&site, Way::Http, Way::Queue).await;
    let received = site.close().await;
    let expected = ["Pedido bloqueado", "Faturado", "Empacotado"];
    assert_eq!(statuses(&received, "documenttraceabilityorder", &ids), expected);
}

/// The cycle on any engine; the two events come by these ways.
pub async fn cycle(site: &Site, invoiced: Way, authorized: Way) -> Ids {
    assert_eq!(site.ok(&demo("01-reserve-entrega")).await, "01|0101|000005001|LJ");
    reserved(site, "2.00", "0.00").await;
    let customer = site.ok(&demo("02-customer")).await;
    assert_eq!(customer, "01|0101|000123|01|C");
    let cells = "a1_loja=01; a1_nome=MARINA DE TESTE FERREIRA; a1_nreduz=MARINA FERREIRA;
        a1_pessoa=F; a1_tipo=F; a1_cgc=52998224725; a1_end=Rua das Laranjeiras, 250;
        a1_bairro=Bela Vista; a1_mun=São Paulo; a1_cod_mun=50308; a1_est=SP; a1_cep=01310100;
        a1_email=marina@exemplo.test; a1_msblql=2";
    site.rows.is("sa1", "a1_cod = '000123'", cells).await;

    let sale = demo("03-sale-entrega");
    let id = site.ok(&sale).await;
    assert_eq!(id, "01|0101|1|000001001|001");
    let ids = Ids { customer, sale: id };
    let number = staged(site, &sale).await;
    recorded(site, &sale, &ids).await;
    let child = processed(site, &number).await;
    let order = ordered(site, &child).await;
    traced(site, &order, &ids, invoiced, authorized).await;
    ids
}

/// The reserve's rows: what is still open of the shoes, and what an order has taken of them.
async fn reserved(site: &Site, open: &str, taken: &str) {
    let of_reserve = "where c0_docres = '000005001' and c0_tipo = 'LJ' and c0_solicit = 'OMNI' \
                      and c0_produto = 'PROD0001'";
    let table = format!(
        "c0_local | c0_quant | c0_qtdorig | c0_qtdped | c0_filial | c0_filres | c0_valida | c0_emissao
         01 | {open} | 2.00 | {taken} | 0101 | 0101 | 2026-11-30 | 2026-11-20"
    );
    site.rows.are("sc0", of_reserve, &table).await;
    assert_eq!(site.rows.count("sc0", "c0_docres = '000005001'").await, 2);
}

/// What the sale left in the staging tables; gives its number.
async fn staged(site: &Site, sale: &Value) -> String {
    let rows = &site.rows;
    let parent = "l1_docped = '000001001'";
    let cells = "l1_filial=0101; l1_serped=1; l1_doc=; l1_serie=; l1_pdv=001; l1_tipo=P;
        l1_ecflag=; l1_storc=; l1_origem=N; l1_orcres=; l1_filres=; l1_cliente=000123; l1_loja=01;
        l1_vend=000007; l1_operado=001; l1_estacao=001; l1_emisnf=2026-11-20; l1_hora=14:30:00;
        l1_vlrtot=449.50; l1_vlrliq=455.50; l1_valbrut=475.50; l1_valmerc=449.50;
        l1_descont=20.00; l1_frete=26.00; l1_despesa=0.00; l1_cartao=455.50; l1_reserva=S;
        l1_indpres=2; l1_ecpedec=1001; l1_cgccli=52998224725; l1_tpfret=C";
    rows.is("sl1", parent, &format!("{cells}; l1_umov={}", uuid(sale))).await;
    let number = rows.cell("sl1", "l1_num", parent).await;
    let of_sale = format!("where l2_num = '{number}' order by l2_item");
    let prices = "l2_item | l2_produto | l2_quant | l2_vrunit | l2_vlritem | l2_descpro | l2_valfre
        01 | PROD0001 | 2.00 | 149.90 | 299.80 | 13.34 | 17.34
        02 | PROD0002 | 3.00 | 49.90 | 149.70 | 6.66 | 8.66";
    rows.are("sl2", &of_sale, prices).await;
    let logistics = "l2_filial | l2_tes | l2_cf | l2_local | l2_entrega | l2_fdtentr
        0101 | 501 | '' | 01 | 3 | 2026-11-27
        0101 | 501 | '' | 01 | 3 | 2026-11-27";
    rows.are("sl2", &of_sale, logistics).await;
    // Each line names the row of the reserve that it used, and the rows are used up.
    let lines = rows.read("sl2", &["l2_produto", "l2_reserva"], &of_sale).await;
    let reserve = "where c0_docres = '000005001' order by c0_produto";
    assert_eq!(lines, rows.read("sc0", &["c0_produto", "c0_num"], reserve).await);
    reserved(site, "0.00", "2.00").await;
    let of_sale = format!("where l4_num = '{number}' and l4_adminis like '002%' order by l4_item");
    let payments = "l4_item | l4_data | l4_valor | l4_forma | l4_nsutef | l4_autoriz
        01 | 2026-12-20 | 151.83 | CC | 000123456 | A1B2C3
        02 | 2027-01-19 | 151.83 | CC | 000123456 | A1B2C3
        03 | 2027-02-18 | 151.84 | CC | 000123456 | A1B2C3";
    rows.are("sl4", &of_sale, payments).await;
    number
}

/// What stands in De/Para and in the inbox.
async fn recorded(site: &Site, sale: &Value, ids: &Ids) {
    let rows = &site.rows;
    let table = format!(
        "xxf_alias | xxf_field | xxf_extval | xxf_intval
         SA1 | A1_COD | CLIENTE-8841 | {}
         SC0 | C0_DOCRES | RESERVA-5001 | 01|0101|000005001|LJ
         SL1 | L1_DOC | PEDIDO-1001 | {}",
        ids.customer, ids.sale
    );
    let from_messages = "where xxf_refer = 'OMNI' and xxf_alias in ('SA1', 'SC0', 'SL1') order by 1";
    rows.are("xxf", from_messages, &table).await;
    let inbox = format!("xx3_uuid = '{}'", uuid(sale));
    rows.becomes("xx3", "xx3_status", &inbox, "answered").await;
    let cells = "upper(xx3_model)=RETAILSALES; xx3_product=OMNI; xx3_source=OMNI;
        lower(xx3_event)=upsert; xx3_versao=2.009; xx3_internalid=PEDIDO-1001; xx3_cause=";
    rows.is("xx3", &inbox, cells).await;
}

/// What GravaBatch made of it: titles on the parent, and a child, whose number it gives.
async fn processed(site: &Site, number: &str) -> String {
    let rows = &site.rows;
    let parent = format!("l1_num = '{number}'");
    rows.becomes("sl1", "l1_situa", &parent, "FR").await;
    rows.is("sl1", &parent, "l1_ergrvbt=; l1_docped=000001001; l1_pdv=001").await;
    let of_sale = "where e1_num = '000001001' order by e1_parcela";
    let titles = "e1_parcela | e1_vencto | e1_vlrreal | e1_valor
        01 | 2026-12-21 | 151.83 | 145.91
        02 | 2027-01-19 | 151.83 | 145.91
        03 | 2027-02-18 | 151.84 | 145.92";
    rows.are("se1", of_sale, titles).await;
    let each = "e1_filial | e1_prefixo | e1_tipo | e1_cliente | e1_loja | e1_emissao | e1_nsutef\n";
    let title = "0101 | 1 | CC | 900001 | 01 | 2026-11-20 | 000123456\n";
    rows.are("se1", of_sale, &format!("{each}{}", title.repeat(3))).await;
    let child = format!("l1_orcres = '{number}'");
    let cells = "l1_filial=0101; l1_filres=0101; l1_tipo=P; l1_situa=; l1_ecflag=; l1_doc=;
        l1_docped=; l1_cliente=000123; l1_vend=000007; l1_vlrtot=449.50; l1_valmerc=449.50;
        l1_descont=20.00; l1_frete=26.00; l1_vlrliq=455.50";
    rows.is("sl1", &child, cells).await;
    let child = rows.cell("sl1", "l1_num", &child).await;
    let links = format!("l2_orcres | l2_filres\n {child} | 0101\n {child} | 0101");
    rows.are("sl2", &format!("where l2_num = '{number}' order by l2_item"), &links).await;
    let lines = "l2_produto | l2_vlritem | l2_descpro | l2_valfre
        PROD0001 | 299.80 | 13.34 | 17.34
        PROD0002 | 149.70 | 6.66 | 8.66";
    rows.are("sl2", &format!("where l2_num = '{child}' order by l2_item"), lines).await;
    child
}

/// The sales order of the delivery; gives its id.
async fn ordered(site: &Site, child: &str) -> String {
    let rows = &site.rows;
    let order = rows.cell("sc5", "c5_num", &format!("c5_orcres = '{child}'")).await;
    let cells = "c5_filial=0101; c5_cliente=000123; c5_lojacli=01; c5_emissao=2026-11-20;
        c5_status=09; c5_rastr=";
    rows.is("sc5", &format!("c5_num = '{order}'"), cells).await;
    let items = "c6_filial | c6_item | c6_produto | c6_qtdven | c6_prcven | c6_valor | c6_local | c6_entreg
        0101 | 01 | PROD0001 | 2.00 | 149.90 | 299.80 | 01 | 2026-11-27
        0101 | 02 | PROD0002 | 3.00 | 49.90 | 149.70 | 01 | 2026-11-27";
    rows.are("sc6", &format!("where c6_num = '{order}' order by c6_item"), items).await;
    format!("01|0101|{order}")
}

/// The order goes forward, and OMNI is told once about each step.
async fn traced(site: &Site, order: &str, ids: &Ids, invoiced: Way, authorized: Way) {
    let rows = &site.rows;
    let of_order = format!("c5_num = '{}'", order.rsplit('|').next().unwrap_or_default());
    // The order's first trace comes from GravaBatch, the others from the events: two loops, each in its order.
    let first = until_traced(site, "Pedido bloqueado").await;
    let bill = invoice_event(order, "invoiced", "000000900", 455.50, "");
    site.report(invoiced, &bill).await;
    rows.becomes("sc5", "c5_status", &of_order, "11").await;
    let authorization = invoice_event(order, "nfe_authorized", "000000900", 455.50, ACCESS_KEY);
    site.report(authorized, &authorization).await;
    rows.becomes("sc5", "c5_status", &of_order, "15").await;
    // The same facts again say nothing new; other facts about a step that has passed are refused.
    assert_eq!(site.report_in_vain(&authorization).await, 200);
    let other_bill = invoice_event(order, "invoiced", "000000901", 455.50, "");
    assert_eq!(site.report_in_vain(&other_bill).await, 409);
    assert_eq!(site.report_in_vain(&event(order, "pickup_confirmed")).await, 409);
    rows.is("sc5", &of_order, "c5_status=15").await;

    let line = &first["Content"]["ListOfItem"]["Item"][0];
    assert!(text(line, "/ItemInternalId").ends_with("|PROD0001"), "{line}");
    assert_eq!(amount(line, "Quantity"), 2.0);
    assert_eq!(amount(line, "UnitPrice"), 149.90);
    assert_eq!(amount(line, "TotalPrice"), 299.80);
    assert_eq!(text(&first, "/Content/CustomerVendorInternalId"), ids.customer);
    let bill = until_traced(site, "Faturado").await;
    assert_eq!(invoice(&bill, "Number"), "000000900");
    assert_eq!(invoice(&bill, "Status"), "Não Transmitida");
    let packed = until_traced(site, "Empacotado").await;
    assert_eq!(invoice(&packed, "Status"), "Transmitida");
    assert_eq!(invoice(&packed, "ElectronicAccessKey"), ACCESS_KEY);
    for trace in &site.omni.traces() {
        assert_eq!(text(trace, "/Content/InternalId"), order);
    }
}
