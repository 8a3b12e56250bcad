//! The figures, as a person reads them.

use crate::{Failed, Mark};
use std::fmt;

/// From so many cores of others on a run is worth little.
const DISTURBED: f64 = 0.3;

/// Of what is staged GravaBatch has to do so much in the same time (issue: The retail rules, whole).
const BATCH: f64 = 0.5;

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
    /// CPU seconds: broker, cluster, program, anybody else.
    used: [f64; 4],
    /// Peak memory of the program, in bytes.
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
        let [broker, postgres, program] = [b.broker - a.broker, b.postgres - a.postgres, b.program - a.program];
        let others = (b.machine - a.machine) - broker - postgres - program - (b.bench - a.bench);
        Figures {
            name: self.name,
            messages: self.messages,
            seconds: last.at.duration_since(first.at).as_secs_f64(),
            used: [broker, postgres, program, others.max(0.0)],
            peak,
        }
    }
}

impl Figures {
    fn rate(&self) -> f64 {
        self.messages as f64 / self.seconds
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = self.used.map(|seconds| seconds * 1e6 / self.messages as f64);
        let [broker, postgres, program, _] = each;
        write!(
            f,
            "{:10} {:6.0} msg/s  {:6.2} s   CPU us/msg: broker {broker:4.0}  postgres {postgres:4.0}  program {program:4.0}   \
             others {:.1} cores{}   peak RSS {:4.0} MB",
            self.name,
            self.rate(),
            self.seconds,
            self.used[3] / self.seconds,
            if self.used[3] / self.seconds > DISTURBED { " (disturbed)" } else { "" },
            self.peak as f64 / 1e6,
        )
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[middle],
        _ => (values[middle - 1] + values[middle]) / 2.0,
    }
}

/// The three runs of a round.
pub struct Round {
    /// The daemon staging.
    pub eaid: Figures,
    /// GravaBatch over what was staged.
    pub batch: Figures,
    /// The bare relay.
    pub relay: Figures,
}

/// The ratios, round by round.
///
/// # Errors
/// Where GravaBatch does less than half of what is staged in the same time.
pub fn ratio(rounds: &[Round]) -> Result<(), Failed> {
    let of = |rate: fn(&Round) -> f64| median(rounds.iter().map(rate).collect());
    let told = |ratio: fn(&Round) -> f64| {
        let each: Vec<String> = rounds.iter().map(|round| format!("{:.2}", ratio(round))).collect();
        format!("{:.2} (rounds: {})", of(ratio), each.join(" "))
    };
    println!(
        "\nmedian: eaid {:.0} msg/s, relay limit {:.0} msg/s; eaid / relay limit {}",
        of(|round| round.eaid.rate()),
        of(|round| round.relay.rate()),
        told(|round| round.eaid.rate() / round.relay.rate()),
    );
    let batch = |round: &Round| round.batch.rate() / round.eaid.rate();
    println!("median: GravaBatch {:.0} sales/s; GravaBatch / staged {}", of(|round| round.batch.rate()), told(batch));
    match of(batch) {
        enough if enough >= BATCH => Ok(()),
        _ => Err(format!("GravaBatch does less than {BATCH} of what is staged in the same time").into()),
    }
}
