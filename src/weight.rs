//! A bound in bytes: how much may be in hand.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The unit of the semaphore, which counts in 32 bits.
const UNIT: usize = 1024;

/// Bytes that may be in hand.
#[derive(Clone)]
pub(crate) struct Weight {
    units: u32,
    free: Arc<Semaphore>,
}

impl Weight {
    pub(crate) fn new(bytes: usize) -> Weight {
        let units = u32::try_from(bytes / UNIT).unwrap_or(u32::MAX >> 4).clamp(1, u32::MAX >> 4);
        Weight { units, free: Arc::new(Semaphore::new(units as usize)) }
    }

    /// Waits for room for a message of so many bytes. One that is greater than all the room takes it all, and so
    /// passes alone.
    pub(crate) async fn share(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).acquire_many_owned(self.units_of(bytes)).await.ok()
    }

    /// Room for a message of so many bytes, if it is there now.
    pub(crate) fn spare(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).try_acquire_many_owned(self.units_of(bytes)).ok()
    }

    fn units_of(&self, bytes: usize) -> u32 {
        u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).clamp(1, self.units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_message_greater_than_all_passes_alone() {
        let weight = Weight::new(64 << 10);
        let small = weight.share(1).await.unwrap();
        assert!(weight.spare(1 << 30).is_none());
        let giant = weight.share(1 << 30);
        tokio::pin!(giant);
        assert!(futures_util::poll!(giant.as_mut()).is_pending());
        drop(small);
        let giant = giant.await.unwrap();
        assert!(weight.free.available_permits() == 0);
        drop(giant);
        assert_eq!(weight.free.available_permits(), 64);
    }
}
