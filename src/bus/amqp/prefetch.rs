//! How many messages the broker may hand over ahead.
//!
//! Prefetch counts messages, and lapin holds as many as the broker sends: a thousand of 30 MB would be 30 GB
//! (`engineering/rabbitmq.md` 4). So a channel begins with so few that the largest do no harm, and has more when those
//! it saw were small. That is a guess about those that come next: where it was wrong, the channel is left
//! ([`super::source`]).

/// The prefetch to begin with.
const FIRST: u16 = 3;
/// It is raised by this factor at most.
const STEP: u16 = 32;
/// So many messages are looked at before it is raised, and never fewer than the prefetch.
const PROOF: usize = 8;

/// Follows the sizes of a channel's messages.
pub(super) struct Meter {
    room: usize,
    most: u16,
    prefetch: u16,
    /// Of the messages that are being looked at: how many, the greatest, and how many they are to be.
    seen: usize,
    greatest: usize,
    proof: usize,
    /// What the last ones that were looked at speak for.
    fitting: u16,
}

impl Meter {
    /// For messages that are `most` at a time, and shall take `room` bytes together.
    pub(super) fn new(room: usize, most: u16) -> Meter {
        let most = most.max(1);
        let first = FIRST.min(most);
        Meter { room, most, prefetch: first, seen: 0, greatest: 0, proof: PROOF, fitting: first }
    }

    /// The prefetch in force.
    pub(super) fn prefetch(&self) -> u16 {
        self.prefetch
    }

    /// Whether it is that which the largest messages may have.
    pub(super) fn is_first(&self) -> bool {
        self.prefetch <= FIRST
    }

    /// Looks at the size of a message.
    pub(super) fn see(&mut self, bytes: usize) {
        self.seen += 1;
        self.greatest = self.greatest.max(bytes);
        if self.seen >= self.proof {
            self.fitting = self.fit(self.greatest);
            (self.seen, self.greatest) = (0, 0);
        } else {
            self.fitting = self.fitting.min(self.fit(bytes));
        }
    }

    /// The greater prefetch that is right now.
    pub(super) fn greater(&self) -> Option<u16> {
        let next = self.fitting.min(self.prefetch.saturating_mul(STEP));
        // A little more is not worth a new consumer.
        let is_worth_it = next >= self.prefetch.saturating_mul(2) || next == self.most;
        (is_worth_it && next > self.prefetch).then_some(next)
    }

    /// Another prefetch is in force.
    pub(super) fn raise(&mut self, prefetch: u16) {
        self.begin(prefetch, PROOF.max(prefetch.into()));
    }

    /// The channel is left because nothing comes: the next begins like the first.
    pub(super) fn rest(&mut self) {
        self.begin(FIRST.min(self.most), PROOF);
    }

    /// The channel is left because messages were too large, or lost. What it gives back is let pass before there is more,
    /// so that no message is given back again and again.
    pub(super) fn retreat(&mut self) {
        let left = self.proof.saturating_sub(self.seen);
        self.begin(FIRST.min(self.most), left.max(self.prefetch.into()).max(PROOF));
    }

    fn begin(&mut self, prefetch: u16, proof: usize) {
        *self = Meter { prefetch, proof, seen: 0, greatest: 0, fitting: prefetch, ..*self };
    }

    /// How many of a size there is room for.
    fn fit(&self, bytes: usize) -> u16 {
        let fitting = u16::try_from(self.room / bytes.max(1)).unwrap_or(u16::MAX);
        fitting.clamp(FIRST.min(self.most), self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALE: usize = 5_000;
    const LARGE: usize = 30 << 20;

    fn meter(most: u16) -> Meter {
        Meter::new(50 << 20, most)
    }

    /// Sees messages of a size, and has a greater prefetch as soon as it may; gives each, and after how many.
    fn busy(meter: &mut Meter, size: usize, messages: u32) -> Vec<(u32, u16)> {
        let raised = (1..=messages).filter_map(|count| {
            meter.see(size);
            let greater = meter.greater()?;
            meter.raise(greater);
            Some((count, greater))
        });
        raised.collect()
    }

    #[test]
    fn small_ones_raise_it_in_two_steps() {
        assert_eq!(busy(&mut meter(1000), SALE, 10_000), [(8, 96), (8 + 96, 1000)]);
        assert_eq!(busy(&mut meter(5), SALE, 10_000), [(8, 5)]);
        assert_eq!(busy(&mut meter(1), SALE, 10_000), []);
    }

    #[test]
    fn large_ones_leave_it_low() {
        let mut meter = meter(1000);
        assert_eq!(busy(&mut meter, LARGE, 100), []);
        assert!(meter.is_first());
    }

    #[test]
    fn it_fits_the_greatest() {
        let mut meter = meter(1000);
        for size in [SALE, SALE, 1 << 20, SALE, SALE, SALE, SALE, SALE] {
            meter.see(size);
        }
        assert_eq!(meter.greater(), Some(50));
    }

    #[test]
    fn a_large_one_takes_back_what_small_ones_spoke_for() {
        let mut meter = meter(1000);
        for _ in 0..8 {
            meter.see(SALE);
        }
        assert_eq!(meter.greater(), Some(96));
        meter.see(LARGE);
        assert_eq!(meter.greater(), None);
    }

    #[test]
    fn after_a_retreat_all_that_was_given_back_is_seen_first() {
        let mut meter = meter(1000);
        busy(&mut meter, SALE, 1000);
        assert_eq!(meter.prefetch(), 1000);
        meter.retreat();
        assert!(meter.is_first());
        busy(&mut meter, SALE, 100);
        meter.retreat();
        assert_eq!(busy(&mut meter, SALE, 1100), [(900, 96), (996, 1000)]);
    }

    #[test]
    fn a_rest_begins_anew() {
        let mut meter = meter(1000);
        busy(&mut meter, SALE, 1000);
        meter.rest();
        assert!(meter.is_first());
        assert_eq!(busy(&mut meter, SALE, 8), [(8, 96)]);
    }
}
