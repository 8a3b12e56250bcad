//! Hand-computed cases, and the sums that hold for all.

mod failures;
mod orders;
mod outside;
mod titles;

use super::house::*;
use crate::loja701::tables::{Sl1, Sl4};
use rust_decimal::Decimal;

fn sale(shop: &Shop) -> Sl1 {
    shop.paper.all::<Sl1>().into_iter().find(|sale| sale.l1_orcres.is_empty()).unwrap()
}

fn children(shop: &Shop) -> Vec<Sl1> {
    shop.paper.all::<Sl1>().into_iter().filter(|sale| !sale.l1_orcres.is_empty()).collect()
}

fn text(amount: Decimal) -> String {
    format!("{amount:.2}")
}

fn counter(payments: &[Sl4]) -> Shop {
    let mut shop = Shop::new();
    shop.stage(&counter_sale(), &[item("01", "2", "", ["1", "100", "100", "0", "0"])], payments);
    shop.batch();
    shop
}
