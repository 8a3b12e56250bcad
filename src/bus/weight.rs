//! Bounds in bytes: how much may be unsettled, and how many messages of their present size the broker should
//! hand over ahead.
//!
//! Prefetch counts messages, and lapin holds as many as the broker sends: a thousand of 30 MB would be 30 GB
//! (`engineering/rabbitmq.md` 4).

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The unit of the semaphore, which counts in 32 bits.
const UNIT: usize = 1024;
/// The prefetch is never lowered further.
const LEAST: u16 = 2;

/// Bytes that may be handed over and not settled.
#[derive(Clone)]
pub(in crate::bus) struct Weight {
    units: u32,
    prefetch: u16,
    free: Arc<Semaphore>,
}

impl Weight {
    pub(in crate::bus) fn new(bytes: usize, prefetch: u16) -> Weight {
        let units = u32::try_from(bytes / UNIT).unwrap_or(u32::MAX >> 4).clamp(1, u32::MAX >> 4);
        Weight { units, prefetch: prefetch.max(1), free: Arc::new(Semaphore::new(units as usize)) }
    }

    /// Waits for room for a message of so many bytes. One that is greater than all the room takes it all, and so
    /// passes alone.
    pub(in crate::bus) async fn share(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).acquire_many_owned(self.units_of(bytes)).await.ok()
    }

    /// Room for a message of so many bytes, if it is there now.
    pub(in crate::bus) fn spare(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).try_acquire_many_owned(self.units_of(bytes)).ok()
    }

    fn units_of(&self, bytes: usize) -> u32 {
        u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).clamp(1, self.units)
    }

    /// Follows the sizes of a consumer's messages.
    pub(in crate::bus) fn meter(&self, prefetch: u16) -> Meter {
        Meter { room: self.units as f64 * UNIT as f64, most: self.prefetch, prefetch, average: 0.0, since: 0 }
    }
}

/// The sizes of a consumer's messages.
pub(in crate::bus) struct Meter {
    room: f64,
    most: u16,
    prefetch: u16,
    average: f64,
    since: u32,
}

impl Meter {
    /// After a message: the prefetch to go on with, where the present one is much too great or too small.
    pub(in crate::bus) fn after(&mut self, bytes: usize) -> Option<u16> {
        self.average += (bytes as f64 - self.average) / 8.0;
        self.since = self.since.saturating_add(1);
        let fitting = (self.room / self.average.max(1.0)) as u64;
        let fitting = u16::try_from(fitting).unwrap_or(u16::MAX).clamp(LEAST.min(self.most), self.most);
        // Down at once, for memory; up only when it is well proved, since every change opens the channel anew.
        let is_too_great = u32::from(self.prefetch) > 4 * u32::from(fitting);
        let is_too_small = u32::from(fitting) > 4 * u32::from(self.prefetch) && self.since >= 64;
        (is_too_great || is_too_small).then_some(fitting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_message_greater_than_all_passes_alone() {
        let weight = Weight::new(64 << 10, 10);
        let small = weight.share(1).await.unwrap();
        let giant = weight.share(1 << 30);
        tokio::pin!(giant);
        assert!(futures_util::poll!(giant.as_mut()).is_pending());
        drop(small);
        let giant = giant.await.unwrap();
        assert!(weight.free.available_permits() == 0);
        drop(giant);
        assert_eq!(weight.free.available_permits(), 64);
    }

    #[test]
    fn prefetch_follows_the_size() {
        let weight = Weight::new(64 << 20, 1000);
        let mut sales = weight.meter(1000);
        assert!((0..10_000).all(|_| sales.after(5_000).is_none()));
        let mut large = weight.meter(1000);
        let lowered = large.after(30 << 20).unwrap();
        assert!(lowered < 20, "{lowered}");
        let mut again = weight.meter(lowered);
        let raised = (0..100).find_map(|_| again.after(5_000));
        assert_eq!(raised, Some(1000));
    }
}
