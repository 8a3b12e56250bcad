//! The rules of the header and its columns (`domain/retailsales.md` 3, 5 and 7).

use super::discounts::Discount;
use super::document::Document;
use super::items::{Goods, is_cancelled, is_sold};
use super::parties::Parties;
use super::payments::Payments;
use super::tables::{Sl1, Sl4};
use super::{ITEMS, hotel, taxes};
use crate::books::Books;
use crate::desk::{At, Desk, text};
use crate::routine::Letter;
use crate::table::Word;
use eaid_schemas::envelope::Header;
use eaid_schemas::field::{Amount, Choice, Text};
use eaid_schemas::record::{List, members};
use eaid_schemas::retail_sales::{KindOfDocument, RetailSales, SaleType};
use eaid_schemas::tax::Tax;
use eaid_schemas::violation::Code;
use rust_decimal::Decimal;

/// Checks what concerns the header alone.
pub(super) fn check(desk: &mut Desk<'_, RetailSales>) {
    let message = &desk.letter.message;
    for (name, amount) in
        [("TotalPrice", message.total_price), ("NetPrice", message.net_price), ("GrossPrice", message.gross_price)]
    {
        if amount.is_some_and(|amount| amount.get() <= Decimal::ZERO) {
            desk.found.error(Code::NotPositive, format!("/{name}"), format!("{name} deve ser maior que zero."));
        }
    }
    if let (Some(issued), Some(closed)) = (&message.issue_date_document, desk.books.retail.closed_until())
        && issued.date <= closed
    {
        let text = format!(
            "A venda é de {}, mas o período está fechado até {}: reabra-o ou envie a venda com outra data.",
            issued.date.format("%d/%m/%Y"),
            closed.format("%d/%m/%Y")
        );
        desk.found.error(Code::PeriodClosed, "/IssueDateDocument", text);
    }
    let from = &desk.letter.from;
    if desk.books.branch(&from.company, &from.branch).is_none_or(|branch| branch.state.is_empty()) {
        let text = format!("A filial {} não tem o estado (UF) em branches.csv: informe-o.", from.branch);
        desk.found.error(Code::CompanyUnknown, "/Header/BranchId", text);
    }
    unless_computed(desk);
    unless_without_columns(desk);
}

/// An empty KindOfDocument has the taxes computed here, so that none may be sent.
fn unless_computed(desk: &mut Desk<'_, RetailSales>) {
    const TEXT: &str =
        "Com KindOfDocument vazio os impostos são calculados aqui: não envie ListOfTaxes, ou informe KindOfDocument.";
    let message = &desk.letter.message;
    if message.kind_of_document.is_some() || desk.found.has_error_at("/KindOfDocument") {
        return;
    }
    if message.taxes.is_some() {
        desk.found.error(Code::NotAllowed, "/ListOfTaxes", TEXT);
    }
    for (index, item) in members(&message.items).iter().enumerate() {
        if item.taxes.is_some() && is_sold(message, item) {
            desk.found.error(Code::NotAllowed, At::Member(ITEMS, index).tag("ListOfTaxes"), TEXT);
        }
    }
}

/// A tax that the rows have no column for is told of: it is kept in the message alone.
fn unless_without_columns(desk: &mut Desk<'_, RetailSales>) {
    let message = &desk.letter.message;
    let of_header = unknown(&message.taxes).map(|(place, tax)| (String::new(), place, tax));
    let of_items = members(&message.items).iter().enumerate().flat_map(|(index, item)| {
        unknown(&item.taxes).map(move |(place, tax)| (format!("{ITEMS}/{index}"), place, tax))
    });
    for (at, place, tax) in of_header.chain(of_items) {
        let named = tax.taxe.as_ref().map_or("", Text::as_str);
        let text = format!("O imposto \"{named}\" não tem coluna: fica só na mensagem.");
        desk.found.warning(Code::ReadAs, format!("{at}/ListOfTaxes/Tax/{place}/Taxe"), text);
    }
}

/// The taxes of a list that have no column, with their places.
fn unknown(taxes: &Option<List<Tax>>) -> impl Iterator<Item = (usize, &Tax)> {
    members(taxes).iter().enumerate().filter(|(_, tax)| !taxes::is_known(tax))
}

fn money<const WHOLE: u32>(field: Option<Amount<WHOLE, 2>>) -> Decimal {
    field.map_or(Decimal::ZERO, Amount::get)
}

/// CPF or CNPJ without its punctuation; letters stay, since a CNPJ may have them.
fn identification(field: &Option<Text<20>>) -> Word {
    field.as_ref().map_or("", Text::as_str).chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The row of the sale, but for its number.
pub(super) fn row(
    letter: &Letter<RetailSales>,
    books: &Books,
    document: Document<'_>,
    parties: &Parties<'_>,
    discount: Discount,
    goods: &Goods,
    payments: &Payments,
) -> Sl1 {
    let message = &letter.message;
    let issued = message.issue_date_document.as_ref();
    let paid = |of: fn(&Sl4) -> bool| payments.rows.iter().find(|row| of(row));
    let eft = paid(|row| row.l4_datatef.is_some());
    let is_service = message.kind_of_document == Some(KindOfDocument::Rps);
    let is_nfce = message.kind_of_document == Some(KindOfDocument::Nfce);
    let mut sale = Sl1 {
        company: letter.from.company.clone(),
        l1_filial: letter.from.branch.clone(),
        sale_id: document.id.into(),
        partner: letter.from.partner.clone(),
        origin: letter.from.origin.clone(),
        sent_by: Header::text(&letter.header.source_application).into(),
        external_id: message.internal_id.as_ref().map_or("", |id| id.raw()).into(),
        version: Header::text(&letter.header.version).into(),
        format: letter.format.as_str().into(),
        uuid: letter.uuid().into(),
        document: document.number.into(),
        l1_doc: document.number.into(),
        l1_serie: document.series.into(),
        l1_numcfis: if is_service { Word::default() } else { document.number.into() },
        l1_docrps: if is_service { document.number.into() } else { Word::default() },
        l1_serrps: if is_service { document.series.into() } else { Word::default() },
        l1_pdv: document.pdv.into(),
        l1_estacao: document.station.into(),
        l1_situa: "RX".into(),
        l1_tipo: message.sale_type.unwrap_or(SaleType::Sale).as_str().into(),
        l1_tiporc: if is_nfce { "E".into() } else { Word::default() },
        l1_storc: if is_cancelled(message) { "E".into() } else { Word::default() },
        l1_origem: "N".into(),
        l1_cliente: parties.customer.into(),
        l1_loja: parties.store.into(),
        l1_cgccli: identification(&message.personal_identification),
        l1_vend: parties.seller.into(),
        l1_comis: message.commission_percent.map_or(Decimal::ZERO, Amount::get),
        l1_operado: parties.operator.into(),
        l1_emissao: issued.map(|moment| moment.date),
        l1_emisnf: issued.map(|moment| moment.date),
        l1_hora: issued.and_then(|moment| moment.time.clone()).unwrap_or_default(),
        l1_vlrtot: money(message.total_price) + discount.value,
        l1_vlrliq: money(message.net_price),
        l1_valbrut: money(message.gross_price),
        l1_valmerc: discount.goods,
        l1_descont: discount.value,
        l1_descnf: message.discount_percent.map_or(Decimal::ZERO, Amount::get),
        l1_despesa: money(message.increase_value),
        l1_frete: money(message.freight_value),
        l1_tpfret: books.retail.freight_type.clone().into(),
        l1_especie: document.kind.into(),
        l1_keynfce: text(&message.key_acess_nfe),
        l1_pronfce: text(&message.nfce_protocol),
        l1_sersat: text(&message.serial_number_sat_equipament),
        l1_dinheir: money(message.cash_value),
        l1_cheques: money(message.checks_value),
        l1_cartao: money(message.cards_value),
        l1_vlrdebi: money(message.debit_value),
        l1_conveni: money(message.covenant_value),
        l1_vales: money(message.vouchers_value),
        l1_financ: money(message.financed_value),
        l1_outros: money(message.others_value),
        l1_entrada: money(message.input_value),
        l1_credito: money(message.credit_value),
        l1_troco1: money(message.change),
        l1_txmoeda: message.currency_rate.map_or(Decimal::ZERO, Amount::get),
        l1_descfin: money(message.discount_payment_term),
        l1_condpg: payments.term.clone().into(),
        l1_parcela: Decimal::from(payments.rows.len()),
        l1_nsutef: paid(|row| !row.l4_nsutef.is_empty()).map(|row| row.l4_nsutef.clone()).unwrap_or_default(),
        l1_vendtef: eft.map(|row| row.l4_vendtef.clone()).unwrap_or_default(),
        l1_doctef: eft.map(|row| row.l4_doctef.clone()).unwrap_or_default(),
        l1_datatef: eft.and_then(|row| row.l4_datatef),
        l1_horatef: eft.map(|row| row.l4_horatef.clone()).unwrap_or_default(),
        l1_autoriz: eft.map(|row| row.l4_autoriz.clone()).unwrap_or_default(),
        l1_institu: eft.map(|row| row.l4_institu.clone()).unwrap_or_default(),
        l1_datcanc: eft.and_then(|row| row.l4_datcanc),
        l1_horcanc: eft.map(|row| row.l4_horcanc.clone()).unwrap_or_default(),
        l1_doccanc: eft.map(|row| row.l4_doccanc.clone()).unwrap_or_default(),
        l1_transp: if parties.carrier.is_empty() { goods.carrier.clone().into() } else { parties.carrier.into() },
        l1_ecpedec: text(&message.e_commerce_order),
        l1_indpres: message.presencial_indicator.map_or("", Choice::as_str).into(),
        l1_intermd: text(&message.intermediary_code),
        l1_totest: money(message.state_tax_burden),
        l1_totmun: money(message.municipal_tax_burden),
        l1_totfed: money(message.federal_tax_burden),
        l1_ltran: text(&message.tax_source),
        l1_nummov: message
            .movement_number
            .as_ref()
            .map_or_else(String::new, |text| format!("{:0>5}", text.as_str()))
            .into(),
        l1_umov: letter.uuid().into(),
        l1_resehtl: hotel::account(message),
        ..Sl1::default()
    };
    taxes::of_sale(&mut sale, members(&message.taxes));
    order(&mut sale, goods);
    sale
}

/// Any item that is not taken at once makes the sale an order; its document becomes that of the order
/// (`domain/retailsales.md` 7).
fn order(sale: &mut Sl1, goods: &Goods) {
    if goods.sold.iter().all(|sold| sold.line.l2_entrega == "2") {
        return;
    }
    sale.l1_tipo = "P".into();
    sale.l1_reserva = "S".into();
    sale.l1_status = "F".into();
    sale.l1_docped = std::mem::take(&mut sale.l1_doc);
    sale.l1_serped = std::mem::take(&mut sale.l1_serie);
    sale.l1_numcfis = Word::default();
    if goods.sold.iter().any(|sold| sold.line.l2_entrega == "1") {
        sale.l1_ecflag = "P".into();
    }
}
