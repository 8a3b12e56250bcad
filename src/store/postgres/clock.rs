//! The time of the database, which all daemons on it share: what one of them writes (until when a lease holds, how
//! long a message waits, when a sale is tried again), others and the server compare with theirs.
//!
//! The clock of a host may be wrong, and may be set at any moment, so it is not asked. Each look-up brings the server's
//! time along, and until the next the monotonic clock, which nobody sets, carries it on. That costs no round trip, and
//! new rows go on carrying their times as they are: COPY could not compute them.

use chrono::{DateTime, Utc};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// An answer that took longer tells too little of the time.
const PROMPT: Duration = Duration::from_secs(1);

/// The clock of a server.
#[derive(Debug)]
pub(super) struct Clock {
    begun: Instant,
    /// The server's time when this clock began, in microseconds since 1970, as its last answer has it.
    then: AtomicI64,
}

impl Clock {
    /// A clock by a first answer.
    pub(super) fn new(time: DateTime<Utc>) -> Clock {
        Clock { begun: Instant::now(), then: AtomicI64::new(time.timestamp_micros()) }
    }

    /// Sets it by an answer that came just now: the server's time at some moment since it was asked.
    pub(super) fn set(&self, time: DateTime<Utc>, asked: Instant) {
        let took = asked.elapsed();
        if took <= PROMPT {
            let until_then = micros(self.begun.elapsed().saturating_sub(took / 2));
            self.then.store(time.timestamp_micros().saturating_sub(until_then), Ordering::Relaxed);
        }
    }

    /// Now, there.
    pub(super) fn now(&self) -> DateTime<Utc> {
        let micros = self.then.load(Ordering::Relaxed).saturating_add(micros(self.begun.elapsed()));
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn is_about(clock: &Clock, time: DateTime<Utc>) -> bool {
        (clock.now() - time).abs() < TimeDelta::minutes(1)
    }

    fn first() -> DateTime<Utc> {
        "2026-11-27T19:00:00Z".parse().expect("a time")
    }

    #[test]
    fn follows_the_server_wherever_it_goes() {
        let clock = Clock::new(first());
        assert!(is_about(&clock, first()));
        for hours in [-1, 1, 100_000, 0] {
            let time = first() + TimeDelta::hours(hours);
            clock.set(time, Instant::now());
            assert!(is_about(&clock, time), "{hours} h: {}", clock.now());
        }
    }

    #[test]
    fn an_answer_that_took_long_is_not_believed() {
        let clock = Clock::new(first());
        let Some(long_ago) = Instant::now().checked_sub(PROMPT * 2) else { return };
        clock.set(first() + TimeDelta::hours(1), long_ago);
        assert!(is_about(&clock, first()));
    }
}
