//! Exact parts of an amount: rounded commercially to the cent, the residue in the last part, so that the parts
//! add up to the amount (`domain/README.md` 8, and Finer decisions, Rounding and Payments).

use eaid_schemas::field::commercial;
use rust_decimal::Decimal;

/// Parts of `amount` by weight, where `whole` stands for all of it. The last part takes what is left. No part
/// passes what is left, so that none gets the other sign.
pub fn by_weight(amount: Decimal, weights: &[Decimal], whole: Decimal) -> Vec<Decimal> {
    let mut left = amount;
    let mut parts = Vec::with_capacity(weights.len());
    for (place, weight) in weights.iter().enumerate() {
        let part = if place + 1 == weights.len() {
            left
        } else {
            let part = amount * weight;
            let part = commercial(part.checked_div(whole).unwrap_or(Decimal::ZERO), 2);
            if part.abs() > left.abs() { left } else { part }
        };
        left -= part;
        parts.push(part);
    }
    parts
}

/// `amount` in `count` equal parts, the residue in the last.
pub fn equal(amount: Decimal, count: usize) -> Vec<Decimal> {
    by_weight(amount, &vec![Decimal::ONE; count], Decimal::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cents(cents: i64) -> Decimal {
        Decimal::new(cents, 2)
    }

    #[test]
    fn instalments_by_hand() {
        assert_eq!(equal(cents(10000), 3), [cents(3333), cents(3333), cents(3334)]);
        assert_eq!(equal(cents(45550), 3), [cents(15183), cents(15183), cents(15184)]);
        assert_eq!(equal(cents(20000), 3), [cents(6667), cents(6667), cents(6666)]);
        assert_eq!(equal(cents(2), 4), [cents(1), cents(1), cents(0), cents(0)]);
    }

    #[test]
    fn a_discount_by_hand() {
        // 10.00 on 99.99 + 0.01 + 100.00 of 200.00
        let prices = [cents(9999), cents(1), cents(10000)];
        assert_eq!(by_weight(cents(1000), &prices, cents(20000)), [cents(500), cents(0), cents(500)]);
        // Goods that add up to more than the header says: nobody pays back.
        let prices = [cents(10000); 3];
        assert_eq!(by_weight(cents(1000), &prices, cents(10000)), [cents(1000), cents(0), cents(0)]);
    }

    proptest! {
        #[test]
        fn parts_add_up(amount in 0i64..100_000_000, weights in prop::collection::vec(1i64..1_000_000, 1..30)) {
            let weights: Vec<Decimal> = weights.into_iter().map(|weight| Decimal::new(weight, 3)).collect();
            let parts = by_weight(cents(amount), &weights, weights.iter().sum());
            prop_assert_eq!(parts.iter().sum::<Decimal>(), cents(amount));
            for part in &parts {
                prop_assert!(*part >= Decimal::ZERO && part.scale() <= 2);
            }
        }

        #[test]
        fn parts_add_up_whatever_the_whole(amount in -1_000_000i64..1_000_000, weights in prop::collection::vec(0i64..1_000_000, 1..20), whole in 0i64..10_000_000) {
            let weights: Vec<Decimal> = weights.into_iter().map(cents).collect();
            let parts = by_weight(cents(amount), &weights, cents(whole));
            prop_assert_eq!(parts.iter().sum::<Decimal>(), cents(amount));
            for part in parts {
                prop_assert!(part.is_zero() || part.is_sign_negative() == (amount < 0));
            }
        }

        #[test]
        fn instalments_add_up(amount in 1i64..100_000_000, count in 1usize..60) {
            let parts = equal(cents(amount), count);
            prop_assert_eq!(parts.len(), count);
            prop_assert_eq!(parts.iter().sum::<Decimal>(), cents(amount));
            let regular = commercial(cents(amount) / Decimal::from(count), 2);
            for part in &parts[..count - 1] {
                prop_assert!(*part <= regular);
            }
        }
    }
}
