//! Which rows of a reserve add up to the quantity of an item (`domain/retailsales.md` 6).

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::collections::HashMap;

/// How many sums are tried before a reserve counts as not fitting.
const SUMS: usize = 50_000;

/// The places of numbers that add up to `target`: all of them, or one alone, or the first combination in order.
pub(super) fn subset(numbers: &[Decimal], target: Decimal) -> Option<Vec<usize>> {
    if numbers.iter().sum::<Decimal>() == target && !numbers.is_empty() {
        return Some((0..numbers.len()).collect());
    }
    if let Some(alone) = numbers.iter().position(|number| *number == target) {
        return Some(vec![alone]);
    }
    let whole = |number: Decimal| (number * Decimal::ONE_THOUSAND).to_i64();
    let target = whole(target)?;
    // Each sum that can be made, with the last number of it and the sum before.
    let mut made: HashMap<i64, (usize, i64)> = HashMap::new();
    let mut sums = vec![0];
    for (place, number) in numbers.iter().enumerate() {
        let number = whole(*number).filter(|number| *number > 0)?;
        for at in 0..sums.len() {
            let sum = sums[at] + number;
            if sum <= target && sum != 0 && !made.contains_key(&sum) {
                made.insert(sum, (place, sums[at]));
                sums.push(sum);
            }
        }
        if made.contains_key(&target) {
            break;
        }
        if sums.len() > SUMS {
            return None;
        }
    }
    let mut chosen = Vec::new();
    let mut sum = target;
    while sum != 0 {
        let (place, before) = made.get(&sum)?;
        chosen.push(*place);
        sum = *before;
    }
    chosen.reverse();
    Some(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(numbers: &[i64]) -> Vec<Decimal> {
        numbers.iter().map(|number| Decimal::new(*number, 2)).collect()
    }

    #[test]
    fn all_then_one_then_the_first_that_fit() {
        for (rows, target, expected) in [
            (vec![200, 200, 100], 500, Some(vec![0, 1, 2])),
            (vec![100, 200, 300], 300, Some(vec![2])),
            (vec![200, 100, 200], 400, Some(vec![0, 2])),
            (vec![100, 100, 250], 200, Some(vec![0, 1])),
            (vec![200, 200], 300, None),
            (vec![], 100, None),
        ] {
            assert_eq!(subset(&numbers(&rows), Decimal::new(target, 2)), expected, "{rows:?} {target}");
        }
    }

    /// Equal rows make few sums, however many they are.
    #[test]
    fn many_rows_are_no_trouble() {
        let rows = numbers(&[100; 5_000]);
        assert_eq!(subset(&rows, Decimal::new(250_000, 2)).map(|chosen| chosen.len()), Some(2_500));
        assert_eq!(subset(&rows, Decimal::new(250_050, 2)), None);
    }

    proptest! {
        #[test]
        fn what_is_there_is_found(rows in prop::collection::vec((1i64..5_000, any::<bool>()), 1..14)) {
            let quantities = numbers(&rows.iter().map(|(quantity, _)| *quantity).collect::<Vec<_>>());
            let target: Decimal = quantities.iter().zip(&rows).filter(|(_, row)| row.1).map(|(number, _)| number).sum();
            prop_assume!(!target.is_zero());
            let chosen = subset(&quantities, target);
            prop_assert!(chosen.is_some());
            let chosen = chosen.unwrap_or_default();
            prop_assert!(chosen.is_sorted_by(|left, right| left < right));
            prop_assert_eq!(chosen.iter().map(|place| quantities[*place]).sum::<Decimal>(), target);
        }
    }
}
