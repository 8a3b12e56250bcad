//! How long each of many things took.

use std::fmt;
use std::time::Duration;

/// The times of one run, shortest first.
pub struct Times(Vec<Duration>);

/// Upper ends of the bars, in milliseconds; what took longer is in a last one.
const BARS: [f64; 14] = [0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 48.0, 96.0];
/// Characters of a bar that holds everything.
const WIDTH: f64 = 60.0;

impl Times {
    /// Of each.
    pub fn of(mut each: Vec<Duration>) -> Times {
        each.sort_unstable();
        Times(each)
    }

    /// All of several runs.
    pub fn all<'a>(runs: impl IntoIterator<Item = &'a Times>) -> Times {
        Times::of(runs.into_iter().flat_map(|run| run.0.iter().copied()).collect())
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time that such a part of them did not exceed, in milliseconds: 0.5 is the median.
    pub fn percentile(&self, part: f64) -> f64 {
        let place = (self.0.len().saturating_sub(1) as f64 * part) as usize;
        self.0.get(place).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }

    /// A line a bar, with the part of the times that is in it.
    pub fn histogram(&self) -> String {
        let mut below = 0;
        let mut lines = String::new();
        for upper in BARS.into_iter().chain([f64::INFINITY]) {
            let up_to = self.0.partition_point(|time| time.as_secs_f64() * 1e3 <= upper);
            let part = (up_to - below) as f64 / self.0.len().max(1) as f64;
            below = up_to;
            if part > 0.0 {
                let bar = "#".repeat((part * WIDTH).round() as usize);
                lines += &format!("  up to {upper:5} ms {:5.1} % {bar}\n", part * 100.0);
            }
        }
        lines
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "median {:6.1} ms   p90 {:6.1} ms   p99 {:6.1} ms   max {:6.1} ms",
            self.percentile(0.5),
            self.percentile(0.9),
            self.percentile(0.99),
            self.percentile(1.0)
        )
    }
}
