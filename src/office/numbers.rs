//! Numbers of sequences, leased from the store in blocks, so that a batch seldom costs a write for them. What
//! a process holds at its end is lost: gaps are allowed.

use crate::fault::Fault;
use crate::store::Store;
use eaid_adapters::world::Wants;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use tokio::sync::Mutex;

/// How many numbers are leased at once where fewer are wanted.
const BLOCK: u32 = 200;

/// The blocks in hand.
pub struct Numbers {
    store: Arc<dyn Store>,
    held: Mutex<HashMap<String, Range<u64>>>,
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
        let short: Vec<(String, u32)> = wants
            .sequences()
            .filter(|(sequence, count)| {
                held.get(*sequence).is_none_or(|block| block.end - block.start < u64::from(*count))
            })
            // A single message takes what it needs: on a quiet system numbers stay dense.
            .map(|(sequence, count)| (sequence.to_owned(), if count > 8 { count.max(BLOCK) } else { count }))
            .collect();
        if !short.is_empty() {
            let leased = self.store.lease_numbers(&short).await?;
            held.extend(short.into_iter().map(|(sequence, _)| sequence).zip(leased));
        }
        let mut taken = Vec::new();
        for (sequence, count) in wants.sequences() {
            if let Some(block) = held.get_mut(sequence) {
                let end = block.start + u64::from(count);
                taken.push((sequence.to_owned(), block.start..end));
                block.start = end;
            }
        }
        Ok(taken)
    }
}
