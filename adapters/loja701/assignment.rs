//! Rows of a reserve for several items at once, where taking them item by item does not come out
//! (`domain/retailsales.md` 6): a sale that its reserve can serve is not refused for the order of its items.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// How many choices are tried before the reserve counts as not fitting.
const CHOICES: usize = 200_000;
/// How many kinds of rows times items are looked at; no reserve of a shop comes near it.
const WIDTH: usize = 2_000;

/// What an item asks for.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    /// Its quantity.
    pub quantity: Decimal,
    /// The places of the rows that it may use.
    pub fitting: Vec<usize>,
}

/// Rows that are alike: of one quantity, and fit for the same items.
#[derive(Debug)]
struct Kind {
    quantity: i64,
    fits: Vec<bool>,
    places: Vec<usize>,
    left: usize,
}

/// Gives every item rows of its own that add up to its quantity; places in order. `None` where that cannot be, or
/// was not found within the bounds.
pub(super) fn assign(rows: &[Decimal], demands: &[Demand]) -> Option<Vec<Vec<usize>>> {
    let mut targets: Vec<(usize, i64)> = Vec::with_capacity(demands.len());
    for (place, demand) in demands.iter().enumerate() {
        targets.push((place, thousandths(demand.quantity)?));
    }
    // Who can use the fewest rows first, then the greatest: what cannot be is found out early.
    targets.sort_by_key(|(place, quantity)| (demands[*place].fitting.len(), std::cmp::Reverse(*quantity)));
    let mut kinds: Vec<Kind> = Vec::new();
    for (place, quantity) in rows.iter().enumerate() {
        let quantity = thousandths(*quantity).filter(|quantity| *quantity > 0)?;
        let fits: Vec<bool> = demands.iter().map(|demand| demand.fitting.contains(&place)).collect();
        match kinds.iter_mut().find(|kind| kind.quantity == quantity && kind.fits == fits) {
            Some(kind) => kind.places.push(place),
            None => kinds.push(Kind { quantity, fits, places: vec![place], left: 0 }),
        }
    }
    if kinds.len() * demands.len() > WIDTH {
        return None;
    }
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.quantity));
    kinds.iter_mut().for_each(|kind| kind.left = kind.places.len());
    let given = vec![vec![0; kinds.len()]; demands.len()];
    let mut search = Search { targets, kinds, given, choices: 0 };
    let first = search.targets.first()?.1;
    search.serve(0, 0, first).then(|| search.places())
}

fn thousandths(quantity: Decimal) -> Option<i64> {
    (quantity * Decimal::ONE_THOUSAND).to_i64()
}

struct Search {
    targets: Vec<(usize, i64)>,
    kinds: Vec<Kind>,
    /// How many rows of each kind each item has, by the places of the items as they came.
    given: Vec<Vec<usize>>,
    choices: usize,
}

impl Search {
    /// Serves the items from `turn` on; the one whose turn it is still lacks `lacking`, to be had of the kinds from
    /// `from` on.
    fn serve(&mut self, turn: usize, from: usize, lacking: i64) -> bool {
        if lacking == 0 {
            let next = self.targets.get(turn + 1).map(|(_, quantity)| *quantity);
            return next.is_none_or(|next| self.serve(turn + 1, 0, next));
        }
        self.choices += 1;
        let Some((item, _)) = self.targets.get(turn).copied() else { return false };
        if self.choices > CHOICES || self.reach(item, from) < lacking {
            return false;
        }
        let Some(at) = (from..self.kinds.len()).find(|at| self.kinds[*at].fits[item]) else { return false };
        let Kind { quantity, left, .. } = self.kinds[at];
        let most = usize::try_from(lacking / quantity).unwrap_or(usize::MAX).min(left);
        for count in (0..=most).rev() {
            self.kinds[at].left = left - count;
            self.given[item][at] = count;
            if self.serve(turn, at + 1, lacking - quantity * i64::try_from(count).unwrap_or_default()) {
                return true;
            }
        }
        false
    }

    /// All that an item could still have of the kinds from `from` on.
    fn reach(&self, item: usize, from: usize) -> i64 {
        let fitting = self.kinds[from..].iter().filter(|kind| kind.fits[item]);
        fitting.map(|kind| kind.quantity * i64::try_from(kind.left).unwrap_or(i64::MAX)).sum()
    }

    /// Hands the rows of each kind out in their order.
    fn places(mut self) -> Vec<Vec<usize>> {
        let mut hand_out = |counts: &Vec<usize>| {
            let mut places: Vec<usize> = Vec::new();
            for (kind, count) in self.kinds.iter_mut().zip(counts) {
                places.extend(kind.places.drain(..*count));
            }
            places.sort_unstable();
            places
        };
        self.given.iter().map(&mut hand_out).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(numbers: &[i64]) -> Vec<Decimal> {
        numbers.iter().map(|number| Decimal::from(*number)).collect()
    }

    fn all(quantity: i64, rows: usize) -> Demand {
        Demand { quantity: Decimal::from(quantity), fitting: (0..rows).collect() }
    }

    #[test]
    fn the_order_of_items_does_not_matter() {
        // Item by item the first would take 3 alone, and leave 1 + 1 for a 3.
        let rows = whole(&[3, 2, 1, 1]);
        assert_eq!(assign(&rows, &[all(3, 4), all(4, 4)]), Some(vec![vec![1, 2], vec![0, 3]]));
        // The one that may use few rows gets them.
        let few = Demand { quantity: Decimal::from(2), fitting: vec![0] };
        assert_eq!(assign(&whole(&[2, 1, 1]), &[all(2, 3), few]), Some(vec![vec![1, 2], vec![0]]));
        assert_eq!(assign(&whole(&[2, 2]), &[all(1, 2), all(3, 2)]), None);
    }

    #[test]
    fn what_cannot_be_found_ends() {
        let rows: Vec<Decimal> = (0..60).map(|place| Decimal::new(1_000 + place * 37, 3)).collect();
        let odd = Demand { quantity: Decimal::new(30_001, 3), fitting: (0..60).collect() };
        assert!(assign(&rows, &[odd.clone(), odd]).is_none_or(|given| given.len() == 2));
    }

    proptest! {
        /// Rows that were shared out among items in any way are found again, for the items in any order.
        #[test]
        fn what_was_shared_out_is_found(
            rows in prop::collection::vec((1i64..30, 0usize..4), 1..12),
            turn in 0usize..4,
        ) {
            let numbers = whole(&rows.iter().map(|(quantity, _)| *quantity).collect::<Vec<_>>());
            let of = |item: usize| rows.iter().filter(|row| row.1 == item).map(|row| row.0).sum::<i64>();
            let mut demands: Vec<Demand> =
                (0..4).map(of).filter(|sum| *sum > 0).map(|sum| all(sum, rows.len())).collect();
            let count = demands.len();
            demands.rotate_left(turn % count);
            let given = assign(&numbers, &demands);
            prop_assert!(given.is_some());
            let given = given.unwrap_or_default();
            let mut used: Vec<usize> = given.iter().flatten().copied().collect();
            used.sort_unstable();
            prop_assert_eq!(used, (0..rows.len()).collect::<Vec<_>>());
            for (places, demand) in given.iter().zip(&demands) {
                prop_assert_eq!(places.iter().map(|place| numbers[*place]).sum::<Decimal>(), demand.quantity);
            }
        }
    }
}
