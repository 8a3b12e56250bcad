//! The lines of a sale (`domain/retailsales.md` 4, 6 and 7). Each item is read by itself: nothing of one carries
//! over to the next (`domain/README.md` 9).

use super::hotel::{self, Mh4};
use super::reserves::Reserves;
use super::tables::{Sl2, Slx};
use super::{ITEMS, discounts, taxes};
use crate::books::Product;
use crate::desk::{At, Desk, text};
use crate::effect::Alias;
use crate::loja704::tables::Sc0;
use crate::product::Named;
use crate::table::Word;
use crate::world::Flaw;
use eaid_schemas::field::{Choice, Text};
use eaid_schemas::record::members;
use eaid_schemas::retail_sales::{ItemDeliveryType, RetailSales, SaleItem, SaleType};
use eaid_schemas::violation::Code;
use rust_decimal::Decimal;

/// An item that is sold, not yet split by the rows of its reserve.
pub(super) struct Sold {
    /// The whole item as one line.
    pub line: Sl2,
    /// The rows of the reserve that it uses.
    pub rows: Vec<Sc0>,
    /// Meals and source document.
    pub meals: Option<Mh4>,
}

/// All items of a sale.
#[derive(Default)]
pub(super) struct Goods {
    /// Those that are sold.
    pub sold: Vec<Sold>,
    /// Those that were cancelled one by one.
    pub log: Vec<Slx>,
    /// Carrier of the first item whose stock lies in the branch of the sale.
    pub carrier: String,
}

/// Whether the whole sale arrives cancelled; its items are then kept, cancelled or not.
pub(super) fn is_cancelled(message: &RetailSales) -> bool {
    message.is_canceled.is_some_and(|flag| flag.0)
}

/// Whether an item is sold; else it was cancelled and is logged apart.
pub(super) fn is_sold(message: &RetailSales, item: &SaleItem) -> bool {
    is_cancelled(message) || !item.is_canceled.is_some_and(|flag| flag.0)
}

/// How the goods reach the customer: 2 where it is not said (`domain/README.md` 7).
pub(super) fn delivery(item: &SaleItem) -> ItemDeliveryType {
    item.item_delivery_type.unwrap_or(ItemDeliveryType::Now)
}

/// Whether an operation code is the partner's own and goes through De/Para: longer than a CFOP.
pub(super) fn is_partners_tes(code: &str) -> bool {
    code.chars().nth(4).is_some()
}

/// Reads every item; what is wrong with any of them is found.
pub(super) fn read(desk: &mut Desk<'_, RetailSales>) -> Result<Goods, Flaw> {
    let message = &desk.letter.message;
    let items = members(&message.items);
    let mut goods = Goods { sold: Vec::with_capacity(items.len()), ..Goods::default() };
    let mut reserves = Reserves::default();
    for (index, item) in items.iter().enumerate() {
        let at = At::Member(ITEMS, index);
        if is_sold(message, item) {
            let sold = sold(desk, (goods.sold.len(), at), item, &mut reserves)?;
            goods.sold.push(sold);
        } else {
            goods.log.push(cancelled(desk, at, index, item)?);
        }
    }
    let rows = reserves.give(desk, goods.sold.len());
    let items = items.iter().filter(|item| is_sold(message, item));
    for ((sold, item), rows) in goods.sold.iter_mut().zip(items).zip(rows) {
        stock(desk, item, &rows, &mut sold.line)?;
        sold.rows = rows;
        if goods.carrier.is_empty() && sold.line.l2_filres == desk.letter.from.branch {
            goods.carrier = sold.line.l2_transp.to_string();
        }
    }
    if goods.sold.is_empty() && !goods.log.is_empty() {
        let text = "Todos os itens de ListOfSaleItem vieram com IsCanceled: para uma venda cancelada informe IsCanceled no cabeçalho.";
        desk.found.error(Code::Missing, "/ListOfSaleItem", text);
    }
    Ok(goods)
}

fn sold<'a>(
    desk: &mut Desk<'a, RetailSales>,
    (place, at): (usize, At),
    item: &'a SaleItem,
    reserves: &mut Reserves<'a>,
) -> Result<Sold, Flaw> {
    let from = &desk.letter.from;
    let product = named(item).find(desk, at, &from.branch)?;
    let known = product.and_then(|product| desk.books.product(&from.company, &from.branch, product));
    let quantity = positive(desk, at, "Quantity", item.quantity.map(|number| number.get()));
    let unit_price = positive(desk, at, "UnitPrice", item.unit_price.map(|number| number.get()));
    let price = positive(desk, at, "ItemPrice", item.item_price.map(|number| number.get()));
    let (tes, cfop) = operation(desk, at, item, known)?;
    let warehouse = desk.translate(Alias::WAREHOUSE, &[at.code("WarehouseInternalId", &item.warehouse_internal_id)])?;
    reserves.ask(desk, (place, at), item, product, warehouse, quantity)?;
    sources(desk, at, item);
    let (discount, percent) = discounts::of_item(item, price);
    let mut line = Sl2 {
        company: from.company.clone(),
        l2_filial: from.branch.clone(),
        l2_produto: product.unwrap_or_default().into(),
        l2_descri: known.map_or("", |known| &known.description).into(),
        l2_um: known.map_or("", |known| &known.unit).into(),
        l2_quant: quantity,
        l2_vrunit: unit_price,
        l2_vlritem: price,
        l2_prctab: item.item_table_price.map_or(unit_price, |price| price.get()),
        l2_desc: percent,
        l2_valdesc: discount,
        l2_valacrs: money(item.increase),
        l2_valfre: money(item.freight_value_prorated),
        l2_despesa: money(item.increase_value_prorated),
        l2_tes: tes,
        l2_cf: cfop,
        l2_local: warehouse.unwrap_or_default().into(),
        l2_entrega: delivery(item).as_str().into(),
        l2_fdtentr: item.item_delivery_date.as_ref().map(|moment| moment.date),
        l2_lotectl: text(&item.lot_number),
        l2_nlote: text(&item.sub_lot_number),
        l2_localiz: text(&item.address_item),
        l2_nserie: text(&item.series_item),
        l2_transp: carrier(desk, at, item)?.into(),
        l2_totest: money(item.state_tax_burden),
        l2_totmun: money(item.municipal_tax_burden),
        l2_totfed: money(item.federal_tax_burden),
        ..Sl2::default()
    };
    taxes::of_line(&mut line, members(&item.taxes));
    Ok(Sold { line, rows: Vec::new(), meals: hotel::meals(item) })
}

/// A return of a purchase names the document that each item came with.
fn sources(desk: &mut Desk<'_, RetailSales>, at: At, item: &SaleItem) {
    if desk.letter.message.sale_type != Some(SaleType::PurchaseReturn) {
        return;
    }
    for (name, is_there) in [
        ("SourceDocument", item.source_document.is_some()),
        ("SourceDocumentSerie", item.source_document_serie.is_some()),
        ("SourceDocumentItem", item.source_document_item.is_some()),
    ] {
        if !is_there {
            desk.found.missing_tag(at.tag(name));
        }
    }
}

fn named(item: &SaleItem) -> Named<'_> {
    Named { internal_id: &item.item_internal_id, code: &item.item_code }
}

fn money(field: Option<eaid_schemas::retail_sales::Money>) -> Decimal {
    field.map_or(Decimal::ZERO, |amount| amount.get())
}

/// A number that must be greater than 0; where it is absent or unreadable that was found already.
fn positive(desk: &mut Desk<'_, RetailSales>, at: At, name: &str, value: Option<Decimal>) -> Decimal {
    let value = value.unwrap_or_default();
    if value <= Decimal::ZERO {
        let path = at.tag(name);
        if !desk.found.has_error_at(&path) {
            desk.found.error(Code::NotPositive, path, format!("{name} deve ser maior que zero."));
        }
    }
    value
}

/// TES and CFOP by the length of the operation code (`domain/README.md`, Finer decisions, Operation codes).
fn operation(
    desk: &mut Desk<'_, RetailSales>,
    at: At,
    item: &SaleItem,
    product: Option<&Product>,
) -> Result<(Word, Word), Flaw> {
    let Some(code) = item.operation_code.as_ref().map(Text::as_str) else { return Ok(Default::default()) };
    let length = code.chars().count();
    if length > 4 {
        let tes = desk.translate(Alias::TES, &[at.code("OperationCode", &item.operation_code)])?;
        return Ok((tes.unwrap_or_default().into(), Word::default()));
    }
    if length == 3 {
        return Ok((code.into(), Word::default()));
    }
    let tes = product.map(|product| product.tes.as_str()).filter(|tes| !tes.is_empty());
    let tes = tes.unwrap_or(&desk.books.retail.sale_tes);
    if tes.is_empty() {
        let text = "Nenhuma TES para o item: informe a do produto (products.csv) ou [retail] sale_tes.";
        desk.found.error(Code::NotFound, at.tag("OperationCode"), text);
    }
    Ok((tes.into(), if length == 4 { code.into() } else { Word::default() }))
}

/// Store and branch that hold the stock: those of the reserve, else of the store that the item names (ignored
/// where De/Para does not know it). Without either the stock is that of the sale's branch.
fn stock(desk: &Desk<'_, RetailSales>, item: &SaleItem, rows: &[Sc0], line: &mut Sl2) -> Result<(), Flaw> {
    let from = &desk.letter.from;
    let named = match &item.store_identification_code {
        Some(store) => desk.internal(Alias::STORE, store.as_str())?.map(crate::ids::code),
        None => None,
    };
    let branch = match rows.first() {
        Some(row) => desk.books.branch(&from.company, &row.c0_filial),
        None => named.and_then(|store| desk.books.branch_of_store(&from.company, store)),
    };
    let reserved = rows.first().map(|row| row.c0_filial.as_str());
    let holds = reserved.or(branch.map(|branch| branch.branch.as_str()));
    let store = rows.first().and(branch).map(|branch| branch.store.as_str());
    line.l2_lojares = store.or(named).unwrap_or_default().into();
    line.l2_filres = holds.unwrap_or_default().into();
    line.l2_filstk = holds.unwrap_or(&from.branch).into();
    Ok(())
}

/// The carrier of the item, allowed only where the header has none.
fn carrier<'a>(desk: &mut Desk<'a, RetailSales>, at: At, item: &SaleItem) -> Result<&'a str, Flaw> {
    let tags = [
        at.code("ItemCarrierCode", &item.item_carrier_code),
        at.code("ItemCarrierInternalId", &item.item_carrier_internal_id),
    ];
    let Some(named) = tags.iter().find(|tag| tag.value.is_some()) else { return Ok("") };
    let message = &desk.letter.message;
    if message.carrier_code.is_some() || message.carrier_internal_id.is_some() {
        let header = if message.carrier_code.is_some() { "CarrierCode" } else { "CarrierInternalId" };
        let text = format!(
            "A transportadora veio no cabeçalho ({header}) e no item ({}): informe-a em um só lugar.",
            named.name
        );
        desk.found.error(Code::NotAllowed, at.tag(named.name), text);
    }
    Ok(desk.translate(Alias::CARRIER, &tags)?.unwrap_or_default())
}

/// The log of an item that was cancelled while the rest was sold.
fn cancelled<'a>(desk: &mut Desk<'a, RetailSales>, at: At, index: usize, item: &'a SaleItem) -> Result<Slx, Flaw> {
    let from = &desk.letter.from;
    let product = named(item).find(desk, at, &from.branch)?;
    Ok(Slx {
        company: from.company.clone(),
        lx_filial: from.branch.clone(),
        lx_item: format!("{:02}", index + 1).into(),
        lx_tpcanc: "I".into(),
        lx_produto: product.unwrap_or_default().into(),
        lx_quant: item.quantity.map_or(Decimal::ZERO, |number| number.get()),
        lx_vlritem: money(item.item_price),
        ..Slx::default()
    })
}
