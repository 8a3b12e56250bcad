//! Sums hold to the cent, whatever the amounts.

use crate::desk::{decide, house_of, message, sale, set};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

fn cents(cents: i64) -> Value {
    json!(Decimal::new(cents, 2).to_string().parse::<f64>().unwrap())
}

fn sum(verdict: &Value, table: &str, column: &str) -> Decimal {
    let rows = verdict["rows"][table].as_array().unwrap_or_else(|| panic!("not staged: {verdict:#}"));
    rows.iter().map(|row| row[column].as_str().unwrap().parse::<Decimal>().unwrap()).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A header discount that the items do not bring is shared whole.
    #[test]
    fn a_header_discount_is_shared_whole(
        prices in prop::collection::vec(1i64..1_000_000, 1..12),
        discount in 1i64..100_000,
        goods in prop::option::of(1i64..10_000_000),
    ) {
        let items: Vec<Value> = prices.iter().map(|price| json!({
            "ItemInternalId": "SKU-1004", "Quantity": 1, "UnitPrice": cents(*price), "ItemPrice": cents(*price),
            "OperationCode": "501",
        })).collect();
        let mut more = vec![("/DiscountValue", cents(discount))];
        more.extend(goods.map(|goods| ("/CommodityPrice", cents(goods))));
        let verdict = decide(&mut house_of("LOJA701"), &sale(json!(items), &more));
        prop_assert_eq!(sum(&verdict, "sl2", "l2_descpro"), Decimal::new(discount, 2));
        prop_assert_eq!(sum(&verdict, "sl1", "l1_vlrtot"), Decimal::new(discount + 7990, 2));
    }

    /// An item that is split by the rows of its reserve keeps every amount.
    #[test]
    fn a_split_keeps_every_sum(
        quantities in prop::collection::vec(1i64..2_000, 2..8),
        price in 1i64..5_000_000, discount in 0i64..100_000, share in 0i64..100_000, freight in 0i64..100_000,
        increase in 0i64..1_000, tax in 0i64..100_000,
    ) {
        let mut house = house_of("LOJA704");
        let total: i64 = quantities.iter().sum();
        let mut reserve = message("LOJA704", "stage-new-reserve");
        let items: Vec<Value> = quantities.iter().map(|quantity| json!({
            "ItemInternalId": "SKU-1001", "WarehouseCode": "01", "Quantity": cents(*quantity), "ReserveBranch": "0101",
        })).collect();
        set(&mut reserve, "/ReserveItemType", json!({ "Item": items }));
        prop_assert_eq!(&decide(&mut house, &reserve)["verdict"], "stage");
        let mut sales = house_of("LOJA701");
        std::mem::swap(&mut sales.paper, &mut house.paper);
        for (alias, external, internal) in [
            (eaid_adapters::effect::Alias::OPERATOR, "OPERADOR-1", "001"),
            (eaid_adapters::effect::Alias::STATION, "CAIXA-1", "001"),
            (eaid_adapters::effect::Alias::GENERIC, "DINHEIRO", "R$"),
        ] {
            sales.paper.enter("OMNI", alias, external, internal);
        }
        let item = json!([{
            "ItemInternalId": "SKU-1001", "Quantity": cents(total), "UnitPrice": 1, "ItemPrice": cents(price),
            "DiscountAmount": cents(discount), "DiscountTotalProrated": cents(share), "Increase": cents(increase),
            "FreightValueProrated": cents(freight), "OperationCode": "501", "ItemDeliveryType": "3",
            "ItemReserveInternalId": "RESERVA-7001",
            "ListOfTaxes": [{"Taxe": "ICM", "Value": cents(tax), "CalculationBasis": cents(price), "Percentage": 18}],
        }]);
        let totals = [
            ("/DiscountValue", cents(share)), ("/FreightValue", cents(freight)),
            ("/KindOfDocument", json!("NFM")), ("/SerieCode", json!("1")),
        ];
        let verdict = decide(&mut sales, &sale(item, &totals));
        // A header discount of which no share was sent is shared by price.
        for (column, expected) in [
            ("l2_vlritem", price), ("l2_valdesc", discount), ("l2_descpro", share), ("l2_valfre", freight),
            ("l2_valacrs", increase), ("l2_quant", total), ("l2_valicm", tax), ("l2_baseicm", price),
        ] {
            prop_assert_eq!(sum(&verdict, "sl2", column), Decimal::new(expected, 2), "{}", column);
        }
        prop_assert_eq!(verdict["rows"]["sl2"].as_array().map(Vec::len), Some(quantities.len()));
    }

    /// Instalments add up to their payment.
    #[test]
    fn instalments_add_up(value in 1i64..10_000_000, count in 1u32..99) {
        let mut sale = message("LOJA701", "stage-counter-sale-cash");
        set(&mut sale, "/ListOfSaleCondition", json!([{
            "PaymentMethodInternalId": "CREDITO", "PaymentValue": cents(value), "Installments": count,
        }]));
        let verdict = decide(&mut house_of("LOJA701"), &sale);
        prop_assert_eq!(sum(&verdict, "sl4", "l4_valor"), Decimal::new(value, 2));
        prop_assert_eq!(verdict["rows"]["sl4"].as_array().map(Vec::len), Some(count as usize));
        prop_assert_eq!(sum(&verdict, "sl1", "l1_parcela"), Decimal::from(count));
    }

    /// Freight or shares that differ by any cent are refused.
    #[test]
    fn a_sum_that_differs_is_refused(off in prop::sample::select(vec![-1i64, 1, -100, 250])) {
        for (header, item) in [("FreightValue", "FreightValueProrated"), ("DiscountValue", "DiscountTotalProrated")] {
            let items = json!([{
                "ItemInternalId": "SKU-1004", "Quantity": 1, "UnitPrice": 79.90, "ItemPrice": 79.90,
                "OperationCode": "501", item: cents(500),
            }]);
            let tag = format!("/{header}");
            let verdict = decide(&mut house_of("LOJA701"), &sale(items, &[(&tag, cents(500 + off))]));
            prop_assert_eq!(&verdict["violations"], &json!([format!("sum_differs /{header}")]));
        }
    }
}

/// Money is read by its digits: 0.1 + 0.2 is 0.30.
#[test]
fn sums_are_not_binary() {
    let item = |freight: f64| {
        json!({"ItemInternalId": "SKU-1004", "Quantity": 1, "UnitPrice": 1, "ItemPrice": 1, "OperationCode": "501",
            "FreightValueProrated": freight})
    };
    let verdict =
        decide(&mut house_of("LOJA701"), &sale(json!([item(0.1), item(0.2)]), &[("/FreightValue", json!(0.3))]));
    assert_eq!(verdict["rows"]["sl1"][0]["l1_frete"], "0.30", "{verdict:#}");
}

/// A percentage without a value is turned into one, with a warning.
#[test]
fn a_percentage_alone_becomes_a_discount() {
    let items = json!([{"ItemInternalId": "SKU-1004", "Quantity": 1, "UnitPrice": 33.33, "ItemPrice": 33.33,
        "OperationCode": "501"}]);
    let verdict = decide(&mut house_of("LOJA701"), &sale(items, &[("/DiscountPercent", json!(10))]));
    assert_eq!(verdict["rows"]["sl1"][0]["l1_descont"], "3.33");
    assert_eq!(verdict["rows"]["sl2"][0]["l2_descpro"], "3.33");
    assert_eq!(verdict["warnings"], json!(["read_as /DiscountPercent"]));
}
