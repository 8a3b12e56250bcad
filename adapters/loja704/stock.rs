//! Stock control of a branch (`domain/itemreserve.md` 6): what `stock.csv` has less what is reserved and not sold
//! yet. A product that is kept by lot or place is taken from them in the order of the table, a row each.

use super::tables::Sc0;
use crate::books::{Books, Stock, StockControl};
use crate::world::{Flaw, Wants, World};
use eaid_schemas::field::{Amount, Text};
use eaid_schemas::item_reserve::{ReserveItem, ShortItem};
use rust_decimal::Decimal;

/// How many lots or places an item may be taken from.
pub(super) const MOST_PLACES: usize = 20;

/// What a row that holds stock is found by.
pub(super) fn key(product: &str, warehouse: &str) -> String {
    [product, warehouse].join("|")
}

/// What is asked of a product in a warehouse.
pub(super) struct Asked<'a> {
    /// Company.
    pub company: &'a str,
    /// Branch that holds the stock.
    pub branch: &'a str,
    /// Product.
    pub product: &'a str,
    /// Warehouse.
    pub warehouse: &'a str,
    /// Units of the product.
    pub quantity: Decimal,
}

impl Asked<'_> {
    /// Wants what holds stock of it back, where the branch looks at that.
    pub fn wants(&self, books: &Books, wants: &mut Wants) {
        if books.retail.stock_control(self.company, self.branch) != StockControl::Off {
            wants.rows::<Sc0>(Sc0::by_stock, &[self.company, self.branch, &key(self.product, self.warehouse)]);
        }
    }

    /// The rows that hold stock of it back.
    fn held(&self, world: &World) -> Result<Vec<Sc0>, Flaw> {
        world.rows::<Sc0>(Sc0::by_stock, &[self.company, self.branch, &key(self.product, self.warehouse)])
    }
}

/// A lot or place and how much of it is taken.
pub(super) struct Part {
    pub lot: String,
    pub sub_lot: String,
    pub address: String,
    pub serial: String,
    pub quantity: Decimal,
}

/// What is not there.
pub(super) struct Short {
    /// How much is free of all.
    pub free: Decimal,
    /// How much of each lot or place.
    pub items: Vec<ShortItem>,
}

/// What this message itself changes of the stock: rows that it replaces free theirs, items before take theirs.
#[derive(Default)]
pub(super) struct Counter {
    freed: Vec<String>,
    taken: Vec<Sc0>,
}

impl Counter {
    /// Begins with the rows that the message replaces.
    pub fn replacing(rows: &[Sc0]) -> Counter {
        let freed = rows.iter().map(|row| [&*row.c0_filial, &*row.c0_num].join("|")).collect();
        Counter { freed, taken: Vec::new() }
    }

    /// Notes a row that the message writes.
    pub fn take(&mut self, row: &Sc0) {
        self.taken.push(row.clone());
    }

    /// Takes what is asked from the stock.
    ///
    /// # Errors
    /// In the inner result, what is free where that is less.
    pub fn serve(
        &self,
        asked: &Asked<'_>,
        item: &ReserveItem,
        books: &Books,
        world: &World,
    ) -> Result<Result<Vec<Part>, Short>, Flaw> {
        let is_mine = |row: &Sc0| self.freed.contains(&[&*row.c0_filial, &*row.c0_num].join("|"));
        let mut held: Vec<Sc0> = asked.held(world)?.into_iter().filter(|row| !is_mine(row)).collect();
        let mine = self.taken.iter().filter(|row| row.c0_produto == asked.product && row.c0_local == asked.warehouse);
        held.extend(mine.cloned());
        let known = books.stock(asked.company, asked.branch, asked.product, asked.warehouse);
        let places: Vec<&Stock> = known.iter().filter(|place| fits(place, item)).take(MOST_PLACES).collect();
        let free: Vec<Decimal> = places.iter().map(|place| place.balance - reserved(&held, place)).collect();
        // What was reserved without saying from where is missing from all together.
        let anywhere: Decimal =
            held.iter().filter(|row| places.iter().all(|at| !is_at(row, at))).map(|row| row.c0_quant).sum();
        let total = free.iter().filter(|free| **free > Decimal::ZERO).sum::<Decimal>() - anywhere;
        if total < asked.quantity {
            let items = places.iter().zip(&free).map(|(place, free)| short(asked.product, Some(place), *free));
            let items: Vec<ShortItem> = items.collect();
            let none = || vec![short(asked.product, None, Decimal::ZERO)];
            let items = if items.is_empty() { none() } else { items };
            return Ok(Err(Short { free: total.max(Decimal::ZERO), items }));
        }
        let mut left = asked.quantity;
        let mut parts = Vec::new();
        for (place, free) in places.into_iter().zip(free).filter(|(_, free)| *free > Decimal::ZERO) {
            let quantity = free.min(left);
            if quantity > Decimal::ZERO {
                parts.push(part(place, quantity));
            }
            left -= quantity;
        }
        Ok(Ok(parts))
    }
}

/// Whether a place is one that the item names, or does not exclude.
fn fits(place: &Stock, item: &ReserveItem) -> bool {
    fn same<const MAX: usize>(tag: &Option<Text<MAX>>, held: &str) -> bool {
        tag.as_ref().is_none_or(|tag| tag.as_str() == held)
    }
    same(&item.lot_number, &place.lot)
        && same(&item.sub_lot_number, &place.sub_lot)
        && same(&item.addressing_item, &place.address)
        && same(&item.series_item, &place.serial)
}

fn is_at(row: &Sc0, place: &Stock) -> bool {
    row.c0_lotectl == place.lot
        && row.c0_numlote == place.sub_lot
        && row.c0_localiz == place.address
        && row.c0_numseri == place.serial
}

fn reserved(held: &[Sc0], place: &Stock) -> Decimal {
    held.iter().filter(|row| is_at(row, place)).map(|row| row.c0_quant).sum()
}

fn part(place: &Stock, quantity: Decimal) -> Part {
    let Stock { lot, sub_lot, address, serial, .. } = place.clone();
    Part { lot, sub_lot, address, serial, quantity }
}

fn short(product: &str, place: Option<&Stock>, free: Decimal) -> ShortItem {
    fn text<const MAX: usize>(of: Option<&str>) -> Option<Text<MAX>> {
        Some(Text::new(of.unwrap_or_default()))
    }
    ShortItem {
        item_code: Some(Text::new(product)),
        available: Amount::of(free.max(Decimal::ZERO)),
        lot_number: text(place.map(|place| place.lot.as_str())),
        sub_lot_number: text(place.map(|place| place.sub_lot.as_str())),
        addressing_item: text(place.map(|place| place.address.as_str())),
        series_item: text(place.map(|place| place.serial.as_str())),
    }
}
