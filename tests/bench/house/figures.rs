//! The figures, as a person reads them.

use crate::watch::Mark;
use std::fmt;

/// From so many cores of others on a run is worth little.
const DISTURBED: f64 = 0.3;

/// A run under way.
pub struct Run {
    name: String,
    messages: usize,
}

/// What a run gave.
pub struct Figures {
    name: String,
    messages: usize,
    seconds: f64,
    broker: f64,
    postgres: f64,
    programs: Vec<f64>,
    /// Anybody else.
    others: f64,
    /// Peak memory of the program, of several the greatest, in bytes.
    pub peak: u64,
}

impl Run {
    /// Begins.
    pub fn begin(name: &str, messages: usize) -> Run {
        Run { name: name.to_owned(), messages }
    }

    /// Ends.
    pub fn end(self, first: Mark, last: Mark, peak: u64) -> Figures {
        let (a, b) = (first.used, last.used);
        let (broker, postgres) = (b.broker - a.broker, b.postgres - a.postgres);
        let programs: Vec<f64> = b.programs.iter().zip(&a.programs).map(|(b, a)| b - a).collect();
        let ours = broker + postgres + programs.iter().sum::<f64>() + (b.bench - a.bench);
        Figures {
            name: self.name,
            messages: self.messages,
            seconds: last.at.duration_since(first.at).as_secs_f64(),
            broker,
            postgres,
            programs,
            others: (b.machine - a.machine - ours).max(0.0),
            peak,
        }
    }
}

impl Figures {
    /// Messages a second.
    pub fn rate(&self) -> f64 {
        self.messages as f64 / self.seconds
    }

    /// CPU time a message, in microseconds: broker, cluster, all programs under test together.
    pub fn each(&self) -> [f64; 3] {
        [self.broker, self.postgres, self.programs.iter().sum()].map(|seconds| self.a_message(seconds))
    }

    /// CPU time a message of each of the programs, in microseconds.
    pub fn each_program(&self) -> Vec<f64> {
        self.programs.iter().map(|seconds| self.a_message(*seconds)).collect()
    }

    fn a_message(&self, seconds: f64) -> f64 {
        seconds * 1e6 / self.messages as f64
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [broker, postgres, program] = self.each();
        let others = self.others / self.seconds;
        write!(
            f,
            "{:10} {:6.0} msg/s  {:6.2} s   CPU us/msg: broker {broker:4.0}  postgres {postgres:4.0}  program {program:4.0}   \
             others {others:.1} cores{}   peak RSS {:4.0} MB",
            self.name,
            self.rate(),
            self.seconds,
            if others > DISTURBED { " (disturbed)" } else { "" },
            self.peak as f64 / 1e6,
        )
    }
}

/// The middle one, or the mean of the two in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[middle],
        _ => (values[middle - 1] + values[middle]) / 2.0,
    }
}
