//! The figures, as a person reads them.

use crate::Mark;
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

/// The ratio of both, round by round.
pub fn ratio(rounds: &[(Figures, Figures)]) {
    let ratios: Vec<f64> = rounds.iter().map(|(eaid, relay)| eaid.rate() / relay.rate()).collect();
    let told: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    let of = |rate: fn(&(Figures, Figures)) -> f64| median(rounds.iter().map(rate).collect());
    println!(
        "\nmedian: eaid {:.0} msg/s, relay limit {:.0} msg/s; eaid / relay limit {:.2} (rounds: {})",
        of(|(eaid, _)| eaid.rate()),
        of(|(_, relay)| relay.rate()),
        median(ratios),
        told.join(" "),
    );
}
