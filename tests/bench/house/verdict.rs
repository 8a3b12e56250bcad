//! Ratios of the rounds, each median against its limit.

use crate::Failed;
use crate::figures::median;

/// What was judged so far.
#[derive(Default)]
pub struct Verdict {
    missed: Vec<String>,
}

impl Verdict {
    /// The median may not be less.
    pub fn at_least(&mut self, limit: f64, what: &str, rounds: &[f64]) {
        let found = tell(what, rounds);
        self.judge(found >= limit, format!("at least {limit}"), what);
    }

    /// The median may not be more.
    pub fn at_most(&mut self, limit: f64, what: &str, rounds: &[f64]) {
        let found = tell(what, rounds);
        self.judge(found <= limit, format!("at most {limit}"), what);
    }

    /// For comparison; there is no limit.
    pub fn compare(&self, what: &str, rounds: &[f64]) {
        tell(what, rounds);
        println!();
    }

    fn judge(&mut self, is_met: bool, limit: String, what: &str) {
        println!("; {limit}: {}", if is_met { "met" } else { "MISSED" });
        if !is_met {
            self.missed.push(what.to_owned());
        }
    }

    /// Closes the account.
    ///
    /// # Errors
    /// Names what missed its limit.
    pub fn close(self) -> Result<(), Failed> {
        match self.missed.as_slice() {
            [] => Ok(()),
            missed => Err(format!("missed: {}", missed.join("; ")).into()),
        }
    }
}

/// Prints a line without its end, and gives the median.
fn tell(what: &str, rounds: &[f64]) -> f64 {
    let median = median(rounds.to_vec());
    let each: Vec<String> = rounds.iter().map(|ratio| format!("{ratio:.2}")).collect();
    print!("{what}: {median:.2} (rounds: {})", each.join(" "));
    median
}
