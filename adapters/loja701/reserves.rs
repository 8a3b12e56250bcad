//! Which rows of a reserve an item uses, and how it is split by them (`domain/retailsales.md` 6,
//! `domain/README.md` 8 and Finer decisions, Reserves).

use super::items::delivery;
use super::shares::by_weight;
use super::subset::subset;
use super::tables::Sl2;
use crate::desk::{At, Desk};
use crate::effect::Alias;
use crate::loja704::tables::Sc0;
use crate::table::KEY;
use crate::world::Flaw;
use eaid_schemas::field::Text;
use eaid_schemas::retail_sales::{ItemDeliveryType, RetailSales, SaleItem};
use eaid_schemas::violation::Code;
use rust_decimal::Decimal;
use std::collections::HashMap;

/// How a sale names a reserve.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Name<'a> {
    Id(&'a str),
    Number(&'a str),
}

/// The rows of a reserve by product, in the order of their numbers; those used by earlier items are gone.
type Rows = HashMap<String, Vec<Sc0>>;

/// The reserves that a sale names. A row is given to one item only.
#[derive(Default)]
pub(super) struct Reserves<'a> {
    named: HashMap<Name<'a>, Option<Rows>>,
}

impl<'a> Reserves<'a> {
    /// The rows that an item uses; none where it names no reserve, or where something is wrong with it, which
    /// is then found.
    pub fn take(
        &mut self,
        desk: &mut Desk<'a, RetailSales>,
        at: At,
        item: &'a SaleItem,
        product: Option<&str>,
        warehouse: Option<&str>,
        quantity: Decimal,
    ) -> Result<Vec<Sc0>, Flaw> {
        let (name, tag) = match (&item.item_reserve_internal_id, &item.item_reserve_code) {
            (Some(id), _) => (Name::Id(id.as_str()), "ItemReserveInternalId"),
            (None, Some(number)) => (Name::Number(number.as_str()), "ItemReserveCode"),
            (None, None) => {
                demand(desk, at, item);
                return Ok(Vec::new());
            }
        };
        if let std::collections::hash_map::Entry::Vacant(room) = self.named.entry(name) {
            room.insert(rows(desk, name, at, tag)?);
        }
        let (Some(Some(rows)), Some(product)) = (self.named.get_mut(&name), product) else { return Ok(Vec::new()) };
        if quantity <= Decimal::ZERO {
            return Ok(Vec::new());
        }
        let of_product = rows.get_mut(product).filter(|rows| rows.iter().any(|row| fits(row, item)));
        let Some(of_product) = of_product else {
            let text = format!("A reserva não tem linha para o produto {product} (nem para o lote, se informado).");
            desk.found.error(Code::ReserveDiffers, at.tag(tag), text);
            return Ok(Vec::new());
        };
        match choose(of_product, item, warehouse, quantity) {
            Ok(chosen) => Ok(pick(of_product, &chosen)),
            Err(Misfit::Warehouse(reserved)) => {
                let named = warehouse.unwrap_or_default();
                let text = format!("O armazém do item é {named}, mas a reserva está no armazém {reserved}.");
                desk.found.error(Code::ReserveDiffers, at.tag("WarehouseInternalId"), text);
                Ok(Vec::new())
            }
            Err(Misfit::Quantity(free)) => {
                let (free, asked) = (free.normalize(), quantity.normalize());
                let text =
                    format!("A reserva do produto {product} já foi usada ou difere: livre {free}, na venda {asked}.");
                desk.found.error(Code::ReserveDiffers, at.tag(tag), text);
                Ok(Vec::new())
            }
        }
    }
}

/// Types 3 and 4 need a reserve (`domain/README.md` 7).
fn demand(desk: &mut Desk<'_, RetailSales>, at: At, item: &SaleItem) {
    if matches!(delivery(item), ItemDeliveryType::Delivery | ItemDeliveryType::PickUpWithOrder) {
        let path = at.tag("ItemReserveInternalId");
        if !desk.found.has_error_at(&path) {
            let text = "Item com entrega do tipo 3 ou 4 precisa de uma reserva: envie o ItemReserve e informe-o aqui.";
            desk.found.error(Code::ReserveMissing, path, text);
        }
    }
}

/// The rows of a reserve that no other sale uses.
fn rows(desk: &mut Desk<'_, RetailSales>, name: Name<'_>, at: At, tag: &str) -> Result<Option<Rows>, Flaw> {
    let from = &desk.letter.from;
    let found = match name {
        Name::Id(id) => match desk.world.linked::<Sc0>(desk.letter.partner(), Alias::RESERVE, id)? {
            Some((_, rows)) => rows,
            None => {
                desk.found.missing_depara(desk.letter.partner(), Alias::RESERVE, id, at.tag(tag));
                return Ok(None);
            }
        },
        Name::Number(number) => {
            let rows = desk.world.rows::<Sc0>(KEY, &[&from.company, &from.branch, number])?;
            if rows.is_empty() {
                let text = format!("A reserva {number} não existe na filial {}.", from.branch);
                desk.found.error(Code::NotFound, at.tag(tag), text);
                return Ok(None);
            }
            rows
        }
    };
    let mut by_product = Rows::new();
    for row in found.into_iter().filter(|row| row.company == from.company) {
        by_product.entry(row.c0_produto.clone().into()).or_default().push(row);
    }
    for rows in by_product.values_mut() {
        rows.sort_by(|left, right| left.c0_num.cmp(&right.c0_num));
    }
    Ok(Some(by_product))
}

/// Whether a row is of the lot, part, address and serial number that the item names.
fn fits(row: &Sc0, item: &SaleItem) -> bool {
    fn same<const MAX: usize>(sent: &Option<Text<MAX>>, held: &str) -> bool {
        sent.as_ref().is_none_or(|sent| sent.as_str() == held)
    }
    same(&item.lot_number, &row.c0_lotectl)
        && same(&item.sub_lot_number, &row.c0_numlote)
        && same(&item.address_item, &row.c0_localiz)
        && same(&item.series_item, &row.c0_numseri)
}

enum Misfit {
    /// The quantity would fit, in this other warehouse.
    Warehouse(String),
    /// So much is free.
    Quantity(Decimal),
}

/// The places of the rows whose original quantities add up to the quantity of the item.
fn choose(rows: &[Sc0], item: &SaleItem, warehouse: Option<&str>, quantity: Decimal) -> Result<Vec<usize>, Misfit> {
    let is_free = |row: &Sc0| row.c0_qtdped.is_zero() && fits(row, item);
    let free: Vec<usize> = (0..rows.len()).filter(|place| is_free(&rows[*place])).collect();
    let fitting = |places: &[usize]| {
        let quantities: Vec<Decimal> = places.iter().map(|place| rows[*place].c0_qtdorig).collect();
        let chosen = subset(&quantities, quantity)?;
        Some(chosen.into_iter().map(|at| places[at]).collect::<Vec<usize>>())
    };
    let Some(named) = warehouse else {
        return fitting(&free).ok_or_else(|| Misfit::Quantity(free.iter().map(|place| rows[*place].c0_qtdorig).sum()));
    };
    let here: Vec<usize> = free.iter().copied().filter(|place| rows[*place].c0_local == named).collect();
    fitting(&here).ok_or_else(|| match fitting(&free).and_then(|elsewhere| elsewhere.first().copied()) {
        Some(_) => {
            let other = free.iter().find(|place| rows[**place].c0_local != named);
            Misfit::Warehouse(other.map(|place| rows[*place].c0_local.clone()).unwrap_or_default().into())
        }
        None => Misfit::Quantity(free.iter().map(|place| rows[*place].c0_qtdorig).sum()),
    })
}

/// Takes rows out by their places, in order.
fn pick(rows: &mut Vec<Sc0>, places: &[usize]) -> Vec<Sc0> {
    let mut place = 0;
    let (taken, left) = std::mem::take(rows).into_iter().partition(|_| {
        place += 1;
        places.binary_search(&(place - 1)).is_ok()
    });
    *rows = left;
    taken
}

/// The lines of an item: one a row, in the order of the rows, every amount shared by quantity with its residue
/// in the last line; one line where there is one row or none.
pub(super) fn split(line: Sl2, rows: &[Sc0]) -> Vec<Sl2> {
    let mut lines: Vec<Sl2> = if rows.len() > 1 { vec![line.clone(); rows.len()] } else { vec![line.clone()] };
    if rows.len() > 1 {
        let weights: Vec<Decimal> = rows.iter().map(|row| row.c0_qtdorig).collect();
        let mut share = |of: Decimal, column: fn(&mut Sl2) -> &mut Decimal| {
            if !of.is_zero() {
                let parts = by_weight(of, &weights, line.l2_quant);
                lines.iter_mut().zip(parts).for_each(|(line, part)| *column(line) = part);
            }
        };
        share(line.l2_vlritem, |line| &mut line.l2_vlritem);
        share(line.l2_valdesc, |line| &mut line.l2_valdesc);
        share(line.l2_descpro, |line| &mut line.l2_descpro);
        share(line.l2_valacrs, |line| &mut line.l2_valacrs);
        share(line.l2_valfre, |line| &mut line.l2_valfre);
        share(line.l2_despesa, |line| &mut line.l2_despesa);
        share(line.l2_totest, |line| &mut line.l2_totest);
        share(line.l2_totmun, |line| &mut line.l2_totmun);
        share(line.l2_totfed, |line| &mut line.l2_totfed);
        lines.iter_mut().zip(weights).for_each(|(line, quantity)| line.l2_quant = quantity);
    }
    for (line, row) in lines.iter_mut().zip(rows) {
        line.l2_reserva.clone_from(&row.c0_num);
        for (own, reserved) in [
            (&mut line.l2_local, &row.c0_local),
            (&mut line.l2_lotectl, &row.c0_lotectl),
            (&mut line.l2_nlote, &row.c0_numlote),
            (&mut line.l2_localiz, &row.c0_localiz),
            (&mut line.l2_nserie, &row.c0_numseri),
        ] {
            if own.is_empty() {
                own.clone_from(reserved);
            }
        }
    }
    lines
}
