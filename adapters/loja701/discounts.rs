//! Discounts of items, shares of the header discount, and the sums that must hold to the cent
//! (`domain/retailsales.md` 5, `domain/README.md` 15 and Finer decisions, Checking and Rounding).

use super::items::{Sold, is_sold};
use super::shares::by_weight;
use crate::desk::Desk;
use eaid_schemas::field::commercial;
use eaid_schemas::record::members;
use eaid_schemas::retail_sales::{Money, RetailSales, SaleItem};
use eaid_schemas::violation::{Code, Violation};
use rust_decimal::Decimal;

/// Discount of an item in reais and in percent: the amount wins over the percentage.
pub(super) fn of_item(item: &SaleItem, price: Decimal) -> (Decimal, Decimal) {
    let amount = item.discount_amount.map_or(Decimal::ZERO, |amount| amount.get());
    let percent = item.discount_percentage.map_or(Decimal::ZERO, |percent| percent.get());
    if amount.is_zero() {
        return (commercial(price * percent / Decimal::ONE_HUNDRED, 2), percent);
    }
    let computed = (amount * Decimal::ONE_HUNDRED).checked_div(price).unwrap_or(Decimal::ZERO);
    (amount, commercial(computed, 4))
}

/// The header discount and what it is shared by.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Discount {
    /// In reais, never negative.
    pub value: Decimal,
    /// `L1_VALMERC`: the goods; where they are not said, the total with the discount.
    pub goods: Decimal,
    /// Whether the items bring their shares.
    is_sent: bool,
}

fn money(field: Option<Money>) -> Decimal {
    field.map_or(Decimal::ZERO, |amount| amount.get())
}

fn sold(message: &RetailSales) -> impl Iterator<Item = &SaleItem> {
    members(&message.items).iter().filter(|item| is_sold(message, item))
}

/// Reads the header discount and compares discount and freight with the items.
pub(super) fn read(desk: &mut Desk<'_, RetailSales>) -> Discount {
    let message = &desk.letter.message;
    let shares: Decimal = sold(message).map(|item| money(item.discount_total_prorated)).sum();
    let is_sent = sold(message).any(|item| !money(item.discount_total_prorated).is_zero());
    let mut value = money(message.discount_value);
    if value.is_sign_negative() && !value.is_zero() {
        value = -value;
        desk.found.warning(Code::ReadAs, "/DiscountValue", "Desconto negativo lido como positivo.");
    }
    let percent = message.discount_percent.map_or(Decimal::ZERO, |percent| percent.get());
    if value.is_zero() && !percent.is_zero() && !is_sent {
        let prices: Decimal = sold(message).map(|item| money(item.item_price)).sum();
        let goods = Some(money(message.commodity_price)).filter(|goods| !goods.is_zero()).unwrap_or(prices);
        value = commercial(goods * percent / Decimal::ONE_HUNDRED, 2);
        let text = format!("DiscountValue não foi informado: lido como {}, pelo percentual.", reais(value));
        desk.found.warning(Code::ReadAs, "/DiscountPercent", text);
    }
    if is_sent && shares != value && !is_doubtful(desk, "DiscountTotalProrated", "/DiscountValue") {
        differs(desk, "DiscountValue", value, shares, "DiscountTotalProrated");
    }
    let freight = money(message.freight_value);
    let freights: Decimal = sold(message).map(|item| money(item.freight_value_prorated)).sum();
    if freight != freights && !is_doubtful(desk, "FreightValueProrated", "/FreightValue") {
        differs(desk, "FreightValue", freight, freights, "FreightValueProrated");
    }
    let goods = money(message.commodity_price);
    let goods = if goods.is_zero() { money(message.total_price) + value } else { goods };
    Discount { value, goods, is_sent }
}

/// Whether a part of a sum could not be read: then the sum says nothing.
fn is_doubtful(desk: &Desk<'_, RetailSales>, tag: &str, header: &str) -> bool {
    let of_sum = |found: &Violation| {
        found.is_error() && (found.path == header || found.path.ends_with(tag) || found.code == Code::TooManyItems)
    };
    desk.letter.found.iter().any(of_sum)
}

fn differs(desk: &mut Desk<'_, RetailSales>, name: &str, header: Decimal, items: Decimal, tag: &str) {
    let text = format!(
        "{name} do cabeçalho ({}) difere da soma de {tag} dos itens ({}): os dois devem ser iguais ao centavo.",
        reais(header),
        reais(items)
    );
    desk.found.error(Code::SumDiffers, format!("/{name}"), text);
}

fn reais(amount: Decimal) -> String {
    format!("{amount:.2}").replace('.', ",")
}

/// Gives every item its share of the header discount: that which was sent, else by price, the residue on the
/// last.
pub(super) fn share(message: &RetailSales, discount: Discount, goods: &mut [Sold]) {
    if discount.is_sent {
        for (sold, item) in goods.iter_mut().zip(sold(message)) {
            sold.line.l2_descpro = money(item.discount_total_prorated);
        }
    } else if !discount.value.is_zero() {
        let prices: Vec<Decimal> = goods.iter().map(|sold| sold.line.l2_vlritem).collect();
        for (sold, share) in goods.iter_mut().zip(by_weight(discount.value, &prices, discount.goods)) {
            sold.line.l2_descpro = share;
        }
    }
}
