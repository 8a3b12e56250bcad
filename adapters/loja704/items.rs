//! The rows of a reserve (`domain/itemreserve.md` 3 and 6).

use super::ITEMS;
use super::branches::{self, Branch};
use super::stock::{self, Asked, Counter, Part, Short};
use super::tables::Sc0;
use crate::books::StockControl;
use crate::desk::{At, Desk, text};
use crate::effect::Alias;
use crate::product::Named;
use crate::verdict::Returned;
use crate::world::{Flaw, Wants};
use eaid_schemas::field::{Moment, Text};
use eaid_schemas::item_reserve::{ItemReserve, ReserveItem, ShortItem, Shortage};
use eaid_schemas::record::{List, members};
use eaid_schemas::violation::Code;
use rust_decimal::Decimal;
use std::sync::Arc;

/// What is to be reserved.
#[derive(Default)]
pub(super) struct Items<'a> {
    /// The rows, but for what they have in common.
    pub rows: Vec<Sc0>,
    /// The branch that holds the stock of all of them.
    pub branch: Option<Branch<'a>>,
}

/// What an item is of, as far as it is known.
struct Place<'a> {
    branch: Option<Branch<'a>>,
    product: Option<&'a str>,
    warehouse: &'a str,
}

impl Place<'_> {
    /// What the item asks of the stock, once all of it is known.
    fn asked(&self, quantity: Decimal) -> Option<Asked<'_>> {
        let ((company, branch), product, warehouse) = (self.branch?, self.product?, self.warehouse);
        (!warehouse.is_empty()).then_some(Asked { company, branch, product, warehouse, quantity })
    }
}

/// The items that stand, with their places in the message; those that are cancelled are dropped
/// (`domain/README.md` 10).
fn standing(message: &ItemReserve) -> impl Iterator<Item = (At, &ReserveItem)> {
    let items = members(&message.items).iter().enumerate();
    let items = items.filter(|(_, item)| !item.is_canceled.is_some_and(|flag| flag.0));
    items.map(|(index, item)| (At::Member(ITEMS, index), item))
}

/// Wants the stock of every item, once it is known what they are of.
pub(super) fn wants_stock(mut desk: Desk<'_, ItemReserve>, wants: &mut Wants) -> Result<(), Flaw> {
    for (at, item) in standing(&desk.letter.message) {
        let place = place(&mut desk, at, item)?;
        if let Some(asked) = place.asked(Decimal::ZERO) {
            asked.wants(desk.books, wants);
        }
    }
    Ok(())
}

/// Reads the items. What the message replaces is free again for it.
pub(super) fn read<'a>(desk: &mut Desk<'a, ItemReserve>, replaced: &[Sc0]) -> Result<Items<'a>, Flaw> {
    let mut items = Items::default();
    let mut counter = Counter::replacing(replaced);
    let mut missing = Vec::new();
    for (at, item) in standing(&desk.letter.message) {
        let place = place(desk, at, item)?;
        if let Some(branch) = place.branch {
            branches::one(desk, at, &mut items.branch, branch);
        }
        let quantity = quantity(desk, at, item);
        let row = row(desk, item, &place, quantity);
        let rows = match place.asked(quantity) {
            Some(asked) => controlled(desk, at, item, row, &asked, &counter, &mut missing)?,
            None => vec![row],
        };
        rows.iter().for_each(|row| counter.take(row));
        items.rows.extend(rows);
    }
    if !missing.is_empty() {
        let shortage = Shortage { code: Some(Text::new("001")), detail: Some(List(missing)) };
        desk.found.returned(Returned(Arc::new(shortage)));
    }
    Ok(items)
}

fn place<'a>(desk: &mut Desk<'a, ItemReserve>, at: At, item: &'a ReserveItem) -> Result<Place<'a>, Flaw> {
    let branch = branches::find(desk, at, "ReserveBranch", &item.reserve_branch);
    let in_branch = branch.map_or(desk.letter.from.branch.as_str(), |(_, branch)| branch);
    let named = Named { internal_id: &item.item_internal_id, code: &item.item_code };
    let product = named.find(desk, at, in_branch)?;
    let warehouse = warehouse(desk, at, item, product, in_branch)?;
    Ok(Place { branch, product, warehouse })
}

fn row(desk: &Desk<'_, ItemReserve>, item: &ReserveItem, place: &Place<'_>, quantity: Decimal) -> Sc0 {
    let today = desk.world.today();
    let day = |moment: &Option<Moment>| Some(moment.as_ref().map_or(today, |moment| moment.date));
    let product = place.product.unwrap_or_default();
    Sc0 {
        c0_produto: product.into(),
        c0_local: place.warehouse.into(),
        c0_quant: quantity,
        c0_qtdorig: quantity,
        c0_valida: day(&item.reserve_expiration),
        c0_emissao: day(&item.issue_date_reserve),
        c0_lotectl: text(&item.lot_number),
        c0_numlote: text(&item.sub_lot_number),
        c0_localiz: text(&item.addressing_item),
        c0_numseri: text(&item.series_item),
        c0_obs: text(&item.note_reserve_item),
        stock: stock::key(product, place.warehouse).into(),
        ..Sc0::default()
    }
}

/// The rows of an item where its branch looks at the stock: one a lot or place. What is not there is refused, or
/// reserved all the same with a warning.
fn controlled(
    desk: &mut Desk<'_, ItemReserve>,
    at: At,
    item: &ReserveItem,
    row: Sc0,
    asked: &Asked<'_>,
    counter: &Counter,
    missing: &mut Vec<ShortItem>,
) -> Result<Vec<Sc0>, Flaw> {
    let control = desk.books.retail.stock_control(asked.company, asked.branch);
    if control == StockControl::Off {
        return Ok(vec![row]);
    }
    match counter.serve(asked, item, desk.books, desk.world)? {
        Ok(parts) => Ok(parts.into_iter().map(|part| of_part(&row, part)).collect()),
        Err(Short { free, items }) => {
            let (product, warehouse) = (asked.product, asked.warehouse);
            let (free, asked) = (free.normalize(), asked.quantity.normalize());
            let text =
                format!("O saldo do produto {product} no armazém {warehouse} é {free}, menor que o pedido: {asked}.");
            if control == StockControl::Strict {
                desk.found.error(Code::StockShort, at.tag("Quantity"), text);
                missing.extend(items);
            } else {
                desk.found.warning(Code::StockShort, at.tag("Quantity"), text);
            }
            Ok(vec![row])
        }
    }
}

fn of_part(row: &Sc0, part: Part) -> Sc0 {
    Sc0 {
        c0_quant: part.quantity,
        c0_qtdorig: part.quantity,
        c0_lotectl: part.lot.into(),
        c0_numlote: part.sub_lot.into(),
        c0_localiz: part.address.into(),
        c0_numseri: part.serial.into(),
        ..row.clone()
    }
}

fn quantity(desk: &mut Desk<'_, ItemReserve>, at: At, item: &ReserveItem) -> Decimal {
    let quantity = item.quantity.map_or(Decimal::ZERO, |quantity| quantity.get());
    if item.quantity.is_some() && quantity <= Decimal::ZERO {
        desk.found.error(Code::NotPositive, at.tag("Quantity"), "Quantity deve ser maior que zero.");
    }
    quantity
}

/// The warehouse: by De/Para, else the code itself, else that of the product.
fn warehouse<'a>(
    desk: &mut Desk<'a, ItemReserve>,
    at: At,
    item: &'a ReserveItem,
    product: Option<&str>,
    branch: &str,
) -> Result<&'a str, Flaw> {
    if item.warehouse_internal_id.is_some() {
        let tag = at.code("WarehouseInternalId", &item.warehouse_internal_id);
        return Ok(desk.translate(Alias::WAREHOUSE, &[tag])?.unwrap_or_default());
    }
    if let Some(code) = &item.warehouse_code {
        return Ok(code.as_str());
    }
    let Some(product) = product else { return Ok("") };
    let known = desk.books.product(&desk.letter.from.company, branch, product);
    let own = known.map_or("", |product| product.warehouse.as_str());
    if own.is_empty() && !desk.found.has_error_at(&at.tag("WarehouseCode")) {
        desk.found.missing_tag(at.tag("WarehouseInternalId"));
    }
    Ok(own)
}
