//! Numbers of sequences, leased from the store in blocks, so that a batch seldom costs a write for them. What
//! a process holds at its end is lost: gaps are allowed.

use crate::fault::Fault;
use crate::store::Store;
use eaid_adapters::world::Wants;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// What is leased at once grows up to this.
const BLOCK: u32 = 1000;
/// A block that lasts shorter than this was too small.
const SHORT: Duration = Duration::from_secs(1);

/// What is held of a sequence.
struct Block {
    left: Range<u64>,
    /// How many numbers it had.
    size: u32,
    since: Instant,
}

impl Block {
    /// How large the next block is to be. On a quiet system it is what a batch takes, so that numbers stay dense; where
    /// blocks are used up fast, each is twice as large as the one before: a batch that leases some waits for it.
    fn next(before: Option<&Block>, wanted: u32, now: Instant) -> u32 {
        match before {
            Some(block) if now - block.since < SHORT => wanted.max(block.size.saturating_mul(2).min(BLOCK)),
            _ => wanted,
        }
    }

    /// What was leased now. Where nobody else leased between, what was left of the block before goes with it.
    fn leased(before: Option<Block>, leased: Range<u64>, size: u32, since: Instant) -> Block {
        let left = match before {
            Some(block) if block.left.end == leased.start => block.left.start..leased.end,
            _ => leased,
        };
        Block { left, size, since }
    }

    fn has(&self, count: u32) -> bool {
        self.left.end - self.left.start >= u64::from(count)
    }
}

/// The blocks in hand.
pub struct Numbers {
    store: Arc<dyn Store>,
    held: Mutex<HashMap<String, Block>>,
}

impl Numbers {
    /// Nothing in hand yet.
    pub fn new(store: Arc<dyn Store>) -> Numbers {
        Numbers { store, held: Mutex::default() }
    }

    /// Takes what a batch wants of each sequence. A sequence whose block is too short gets a new one: numbers
    /// of a batch follow each other.
    ///
    /// # Errors
    /// [`Fault`] of the store.
    pub async fn take(&self, wants: &Wants) -> Result<Vec<(String, Range<u64>)>, Fault> {
        let mut held = self.held.lock().await;
        let now = Instant::now();
        let short: Vec<(String, u32)> = wants
            .sequences()
            .filter(|(sequence, count)| !held.get(*sequence).is_some_and(|block| block.has(*count)))
            .map(|(sequence, count)| (sequence.to_owned(), Block::next(held.get(sequence), count, now)))
            .collect();
        if !short.is_empty() {
            let leased = self.store.lease_numbers(&short).await?;
            for ((sequence, size), leased) in short.into_iter().zip(leased) {
                let block = Block::leased(held.remove(&sequence), leased, size, now);
                held.insert(sequence, block);
            }
        }
        let mut taken = Vec::new();
        for (sequence, count) in wants.sequences() {
            if let Some(Block { left, .. }) = held.get_mut(sequence) {
                let end = left.start + u64::from(count);
                taken.push((sequence.to_owned(), left.start..end));
                left.start = end;
            }
        }
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn after(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn blocks_grow_while_they_are_used_up_fast() {
        let begin = Instant::now();
        let mut block = Block::leased(None, 1..4, Block::next(None, 3, begin), begin);
        assert_eq!(block.size, 3, "the first is what is wanted");
        for size in [6, 12, 24, 48, 96, 192, 384, 768, 1000, 1000] {
            assert_eq!(Block::next(Some(&block), 2, block.since + after(0.9)), size);
            block = Block { size, since: block.since + after(0.9), ..block };
        }
        assert_eq!(Block::next(Some(&block), 5000, block.since), 5000, "a batch always has enough");
        assert_eq!(Block::next(Some(&block), 2, block.since + SHORT), 2, "after a rest, dense again");
    }

    #[test]
    fn nothing_is_lost_where_one_process_leases() {
        let now = Instant::now();
        let alone = Block::leased(Some(Block { left: 9..10, size: 4, since: now }), 10..14, 4, now);
        assert_eq!(alone.left, 9..14);
        let beside_another = Block::leased(Some(Block { left: 9..10, size: 4, since: now }), 30..34, 4, now);
        assert_eq!(beside_another.left, 30..34, "a batch's numbers follow each other");
    }

    proptest! {
        #[test]
        fn a_block_has_what_is_wanted(left in 0u64..50, size in 1u32..2000, wanted in 1u32..3000, waited in 0.0..3.0f64) {
            let since = Instant::now();
            let now = since + after(waited);
            let before = Block { left: 7..7 + left, size, since };
            let next = Block::next(Some(&before), wanted, now);
            let follows = before.left.end;
            prop_assert!(Block::leased(Some(before), follows..follows + u64::from(next), next, now).has(wanted));
        }
    }
}
