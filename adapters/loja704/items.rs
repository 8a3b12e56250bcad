//! The rows of a reserve (`domain/itemreserve.md` 3).

use super::ITEMS;
use super::branches::{self, Branch};
use super::tables::Sc0;
use crate::desk::{At, Desk};
use crate::effect::Alias;
use crate::product::Named;
use crate::world::Flaw;
use eaid_schemas::field::Text;
use eaid_schemas::item_reserve::{ItemReserve, ReserveItem};
use eaid_schemas::record::members;
use eaid_schemas::violation::Code;
use rust_decimal::Decimal;

/// What is to be reserved.
#[derive(Default)]
pub(super) struct Items<'a> {
    /// The rows, but for what they have in common.
    pub rows: Vec<Sc0>,
    /// The branch that holds the stock of all of them.
    pub branch: Option<Branch<'a>>,
}

/// Reads the items that stand; those that are cancelled are dropped (`domain/README.md` 10).
pub(super) fn read<'a>(desk: &mut Desk<'a, ItemReserve>) -> Result<Items<'a>, Flaw> {
    let mut items = Items::default();
    for (index, item) in members(&desk.letter.message.items).iter().enumerate() {
        if item.is_canceled.is_some_and(|flag| flag.0) {
            continue;
        }
        let at = At::Member(ITEMS, index);
        let branch = branches::find(desk, at, "ReserveBranch", &item.reserve_branch);
        if let Some(branch) = branch {
            branches::one(desk, at, &mut items.branch, branch);
        }
        let row = row(desk, at, item, branch)?;
        items.rows.push(row);
    }
    Ok(items)
}

fn row<'a>(
    desk: &mut Desk<'a, ItemReserve>,
    at: At,
    item: &'a ReserveItem,
    branch: Option<Branch<'a>>,
) -> Result<Sc0, Flaw> {
    let in_branch = branch.map_or(desk.letter.from.branch.as_str(), |(_, branch)| branch);
    let named = Named { internal_id: &item.item_internal_id, code: &item.item_code };
    let product = named.find(desk, at, in_branch)?;
    let warehouse = warehouse(desk, at, item, product, in_branch)?;
    let quantity = quantity(desk, at, item);
    let today = desk.world.today();
    let day = |moment: &Option<eaid_schemas::field::Moment>| Some(moment.as_ref().map_or(today, |moment| moment.date));
    Ok(Sc0 {
        c0_produto: product.unwrap_or_default().into(),
        c0_local: warehouse.into(),
        c0_quant: quantity,
        c0_qtdorig: quantity,
        c0_valida: day(&item.reserve_expiration),
        c0_emissao: day(&item.issue_date_reserve),
        c0_lotectl: text(&item.lot_number).into(),
        c0_numlote: text(&item.sub_lot_number).into(),
        c0_localiz: text(&item.addressing_item).into(),
        c0_numseri: text(&item.series_item).into(),
        c0_obs: text(&item.note_reserve_item).into(),
        ..Sc0::default()
    })
}

fn text<const MAX: usize>(field: &Option<Text<MAX>>) -> String {
    field.as_ref().map_or_else(String::new, |text| text.as_str().to_owned())
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
