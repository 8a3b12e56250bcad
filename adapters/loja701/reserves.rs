//! Which rows of a reserve an item uses (`domain/retailsales.md` 6, `domain/README.md`, Finer decisions, Reserves).
//! Every item asks first; then the rows are given, to all items that share a reserve together.

use super::assignment::{Demand, assign};
use super::items::delivery;
use super::subset::subset;
use crate::desk::{At, Desk};
use crate::effect::{Alias, Key};
use crate::loja704::tables::Sc0;
use crate::table::KEY;
use crate::world::Flaw;
use eaid_schemas::field::{Choice, Text};
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

impl<'a> Name<'a> {
    /// The name that an item gives, and the tag that gives it.
    fn of(item: &'a SaleItem) -> Option<(Name<'a>, &'static str)> {
        let id = item.item_reserve_internal_id.as_ref().map(|id| (Name::Id(id.as_str()), "ItemReserveInternalId"));
        id.or_else(|| Some((Name::Number(item.item_reserve_code.as_ref()?.as_str()), "ItemReserveCode")))
    }

    fn text(self) -> &'a str {
        match self {
            Name::Id(text) | Name::Number(text) => text,
        }
    }
}

/// The rows of a reserve that no sale uses yet, by product and in the order of their numbers.
type Rows = HashMap<String, Vec<Sc0>>;

/// What an item asks of a reserve.
struct Asked<'a> {
    /// Where the item stands among those that are sold.
    place: usize,
    /// Where it stands in the message.
    at: At,
    tag: &'static str,
    item: &'a SaleItem,
    warehouse: Option<&'a str>,
    quantity: Decimal,
}

/// The reserves that a sale names, and who asks for what of them. A row is given to one item only.
#[derive(Default)]
pub(super) struct Reserves<'a> {
    named: HashMap<Name<'a>, Option<Rows>>,
    /// In the order of the items.
    asked: Vec<(Name<'a>, &'a str, Vec<Asked<'a>>)>,
}

impl<'a> Reserves<'a> {
    /// Notes what an item asks of the reserve that it names; what is wrong with the name is found.
    pub fn ask(
        &mut self,
        desk: &mut Desk<'a, RetailSales>,
        (place, at): (usize, At),
        item: &'a SaleItem,
        product: Option<&'a str>,
        warehouse: Option<&'a str>,
        quantity: Decimal,
    ) -> Result<(), Flaw> {
        let Some((name, tag)) = Name::of(item) else {
            demand(desk, at, item);
            return Ok(());
        };
        if let std::collections::hash_map::Entry::Vacant(room) = self.named.entry(name) {
            room.insert(rows(desk, name, at, tag)?);
        }
        let Some(product) = product.filter(|_| quantity > Decimal::ZERO) else { return Ok(()) };
        let asked = Asked { place, at, tag, item, warehouse, quantity };
        match self.asked.iter_mut().find(|(of, what, _)| *of == name && *what == product) {
            Some((.., others)) => others.push(asked),
            None => self.asked.push((name, product, vec![asked])),
        }
        Ok(())
    }

    /// The rows of each of `count` items; none where it names no reserve, or where something is wrong with it, which
    /// is then found.
    pub fn give(mut self, desk: &mut Desk<'a, RetailSales>, count: usize) -> Vec<Vec<Sc0>> {
        let mut given = vec![Vec::new(); count];
        for (name, product, asked) in self.asked {
            let Some(Some(reserve)) = self.named.get_mut(&name) else { continue };
            let rows = reserve.remove(product).unwrap_or_default();
            let places = one_by_one(&rows, &asked);
            let places =
                if places.iter().all(Result::is_ok) { places } else { together(&rows, &asked).unwrap_or(places) };
            for (asked, places) in asked.iter().zip(places) {
                match places {
                    Ok(places) => given[asked.place] = places.into_iter().map(|place| rows[place].clone()).collect(),
                    Err(misfit) => asked.refuse(desk, name.text(), product, misfit),
                }
            }
        }
        given
    }
}

/// Types 3 and 4 need a reserve (`domain/README.md` 7).
fn demand(desk: &mut Desk<'_, RetailSales>, at: At, item: &SaleItem) {
    let kind = delivery(item);
    if matches!(kind, ItemDeliveryType::Delivery | ItemDeliveryType::PickUpWithOrder) {
        let path = at.tag("ItemReserveInternalId");
        if !desk.found.has_error_at(&path) {
            let text = format!(
                "ItemDeliveryType {} precisa de uma reserva: envie o ItemReserve e informe ItemReserveInternalId ou ItemReserveCode.",
                kind.as_str()
            );
            desk.found.error(Code::ReserveMissing, path, text);
        }
    }
}

/// The rows of a reserve that no other sale uses. A reserve that is not there may still come.
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
                let key = Key::Row {
                    table: Sc0::TABLE.name,
                    key: format!("{}|{}|{number}", from.company, from.branch).into(),
                };
                let text = format!(
                    "A reserva {number} não existe na filial {}: espera o ItemReserve que a traz.",
                    from.branch
                );
                desk.found.missing_key(key, at.tag(tag), text);
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

/// Why an item gets no rows.
enum Misfit {
    /// There is no row of the product, or of its lot, address and serial number.
    Nothing,
    /// The quantity would fit, in this other warehouse.
    Warehouse(String),
    /// So much is free.
    Quantity(Decimal),
}

type Places = Result<Vec<usize>, Misfit>;

impl Asked<'_> {
    /// Whether a row is of the lot, part, address and serial number that the item names.
    fn is_of(&self, row: &Sc0) -> bool {
        fn same<const MAX: usize>(sent: &Option<Text<MAX>>, held: &str) -> bool {
            sent.as_ref().is_none_or(|sent| sent.as_str() == held)
        }
        same(&self.item.lot_number, &row.c0_lotectl)
            && same(&self.item.sub_lot_number, &row.c0_numlote)
            && same(&self.item.address_item, &row.c0_localiz)
            && same(&self.item.series_item, &row.c0_numseri)
    }

    /// Whether it may have a row.
    fn may_have(&self, row: &Sc0) -> bool {
        row.c0_qtdped.is_zero() && self.is_of(row) && self.warehouse.is_none_or(|warehouse| row.c0_local == warehouse)
    }

    fn refuse(&self, desk: &mut Desk<'_, RetailSales>, reserve: &str, product: &str, misfit: Misfit) {
        let (tag, text) = match misfit {
            Misfit::Nothing => {
                let text = format!(
                    "A reserva {reserve} não tem linha para o produto {product}{}.",
                    if self.item.lot_number.is_some() { " e o lote de LotNumber" } else { "" }
                );
                (self.tag, text)
            }
            Misfit::Warehouse(reserved) => {
                let named = self.warehouse.unwrap_or_default();
                let text = format!(
                    "O armazém do item ({named}, WarehouseInternalId) difere do armazém {reserved} da reserva {reserve} ({}).",
                    self.tag
                );
                ("WarehouseInternalId", text)
            }
            Misfit::Quantity(free) => {
                let text = format!(
                    "A reserva {reserve} ({}) do produto {product} já foi usada ou difere: livre {}, Quantity na venda {}.",
                    self.tag,
                    free.normalize(),
                    self.quantity.normalize()
                );
                (self.tag, text)
            }
        };
        desk.found.error(Code::ReserveDiffers, self.at.tag(tag), text);
    }
}

/// Gives the items their rows in their order, to each what is left.
fn one_by_one(rows: &[Sc0], asked: &[Asked<'_>]) -> Vec<Places> {
    let mut used = vec![false; rows.len()];
    asked
        .iter()
        .map(|asked| {
            let places = choose(rows, &used, asked)?;
            places.iter().for_each(|place| used[*place] = true);
            Ok(places)
        })
        .collect()
}

/// Gives all items their rows at once, where one by one does not come out.
fn together(rows: &[Sc0], asked: &[Asked<'_>]) -> Option<Vec<Places>> {
    if asked.len() < 2 {
        return None;
    }
    let quantities: Vec<Decimal> = rows.iter().map(|row| row.c0_qtdorig).collect();
    let demand = |asked: &Asked<'_>| Demand {
        quantity: asked.quantity,
        fitting: (0..rows.len()).filter(|place| asked.may_have(&rows[*place])).collect(),
    };
    let demands: Vec<Demand> = asked.iter().map(demand).collect();
    Some(assign(&quantities, &demands)?.into_iter().map(Ok).collect())
}

/// The places of the rows whose original quantities add up to the quantity of the item.
fn choose(rows: &[Sc0], used: &[bool], asked: &Asked<'_>) -> Places {
    if !rows.iter().zip(used).any(|(row, used)| !used && asked.is_of(row)) {
        return Err(Misfit::Nothing);
    }
    let is_free = |place: &usize| !used[*place] && rows[*place].c0_qtdped.is_zero() && asked.is_of(&rows[*place]);
    let free: Vec<usize> = (0..rows.len()).filter(is_free).collect();
    let here: Vec<usize> = free.iter().copied().filter(|place| asked.may_have(&rows[*place])).collect();
    let fitting = |places: &[usize]| {
        let quantities: Vec<Decimal> = places.iter().map(|place| rows[*place].c0_qtdorig).collect();
        let chosen = subset(&quantities, asked.quantity)?;
        Some(chosen.into_iter().map(|at| places[at]).collect::<Vec<usize>>())
    };
    fitting(&here).ok_or_else(|| {
        let elsewhere = free.iter().find(|place| !here.contains(place)).filter(|_| fitting(&free).is_some());
        match elsewhere {
            Some(other) => Misfit::Warehouse(rows[*other].c0_local.clone().into()),
            None => Misfit::Quantity(free.iter().map(|place| rows[*place].c0_qtdorig).sum()),
        }
    })
}
