//! Blocks of numbers, asked for several at once and taken sequence by sequence.

use std::collections::BTreeMap;
use std::ops::Range;

/// How many numbers of each sequence.
pub(super) type Counts<'a> = BTreeMap<&'a str, i64>;

/// Sums what is asked of each sequence.
pub(super) fn sum(asked: &[(String, u32)]) -> Counts<'_> {
    let mut counts = Counts::new();
    for (sequence, count) in asked {
        *counts.entry(sequence).or_default() += i64::from(*count);
    }
    counts
}

/// Shares what was taken among those who asked; `taken` says where each sequence stands afterwards.
pub(super) fn share(
    asked: &[(String, u32)],
    counts: &Counts<'_>,
    taken: Vec<(String, i64)>,
) -> sqlx::Result<Vec<Range<u64>>> {
    let mut starts: BTreeMap<String, u64> = BTreeMap::new();
    for (sequence, end) in taken {
        let count = counts.get(sequence.as_str()).copied().unwrap_or_default();
        starts.insert(sequence, u64::try_from(end - count).unwrap_or_default());
    }
    let block = |(sequence, count): &(String, u32)| {
        let start = starts.get_mut(sequence).ok_or(sqlx::Error::RowNotFound)?;
        let block = *start..*start + u64::from(*count);
        *start = block.end;
        Ok(block)
    };
    asked.iter().map(block).collect()
}
