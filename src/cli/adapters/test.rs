//! `eaid adapters test`: the samples of every routine, on this machine.

mod junit;

use super::super::print::{json, say};
use super::super::{Desk, Failure};
use eaid_adapters::ROUTINES;
use eaid_adapters::samples::{Difference, Failed, SAMPLES, Sample};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The samples are compiled in; no configuration and no server is needed. Each is a message, an order event or a staged
sale with the verdict that it must get. What differs is printed as - expected and + got.

Examples:
  eaid adapters test
  eaid adapters test LOJA701
  eaid adapters test --junit samples.xml")]
pub struct Args {
    /// Routine or message
    name: Option<String>,
    /// Write the results as JUnit XML, too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// A sample that was run.
struct Ran {
    sample: &'static Sample,
    result: Result<(), Failed>,
    took: Duration,
}

pub fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let wanted = SAMPLES.iter().filter(|sample| is_meant(args.name.as_deref(), sample.routine));
    let ran: Vec<Ran> = wanted
        .map(|sample| {
            let began = Instant::now();
            Ran { sample, result: sample.run(), took: began.elapsed() }
        })
        .collect();
    if ran.is_empty() {
        let text =
            format!("no samples of {}; `eaid adapters test` runs all", args.name.as_deref().unwrap_or("any routine"));
        return Err(Failure::Usage(text));
    }
    if let Some(file) = &args.junit {
        let report = junit::report(&ran).map_err(|error| Failure::Failed(error.to_string()))?;
        std::fs::write(file, report).map_err(|error| Failure::Failed(format!("{}: {error}", file.display())))?;
    }
    let failed = ran.iter().filter(|ran| ran.result.is_err()).count();
    if desk.json {
        json(&ran.iter().map(document).collect::<Vec<_>>())?;
    } else {
        ran.iter().try_for_each(|ran| say(&lines(ran)))?;
        say(&format!("\n{} as expected, {failed} not", ran.len() - failed))?;
    }
    if failed > 0 { Err(Failure::Said) } else { Ok(()) }
}

/// Whether a routine is the one named, by itself or by its message.
fn is_meant(name: Option<&str>, routine: &str) -> bool {
    let Some(name) = name else { return true };
    let by_message = ROUTINES.iter().find(|known| known.message.eq_ignore_ascii_case(name));
    routine.eq_ignore_ascii_case(name) || by_message.is_some_and(|known| known.name.eq_ignore_ascii_case(routine))
}

fn document(ran: &Ran) -> Value {
    let (problem, differences): (Option<&str>, &[Difference]) = match &ran.result {
        Ok(()) => (None, &[]),
        Err(Failed::Broken(problem)) => (Some(problem), &[]),
        Err(Failed::Differs(differences)) => (None, differences),
    };
    json!({
        "routine": ran.sample.routine,
        "sample": ran.sample.name,
        "ok": ran.result.is_ok(),
        "problem": problem,
        "differences": differences,
    })
}

/// The sample, and under it what differs: first where, then what was expected, then what came.
fn lines(ran: &Ran) -> String {
    let mark = if ran.result.is_ok() { "ok  " } else { "FAIL" };
    let head = format!("{mark}  {:10} {}", ran.sample.routine, ran.sample.name);
    match &ran.result {
        Ok(()) => head,
        Err(why) => head + &difference(why).lines().map(|line| format!("\n      {line}")).collect::<String>(),
    }
}

fn difference(why: &Failed) -> String {
    let differences = match why {
        Failed::Broken(problem) => return format!("cannot be run: {problem}"),
        Failed::Differs(differences) => differences,
    };
    let mut text = String::new();
    for of_place in differences.chunk_by(|one, next| one.at == next.at) {
        text += &format!("{}\n", of_place[0].at);
        for Difference { expected, got, .. } in of_place {
            for (sign, value) in [('-', expected), ('+', got)] {
                text.extend(value.iter().flat_map(|value| value.lines()).map(|line| format!("  {sign} {line}\n")));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong() -> Ran {
        let mut sample = *SAMPLES.iter().find(|sample| sample.name == "refuse-two-branches").expect("a sample");
        sample.expected =
            r#"{"verdict": "stage", "violations": ["branches_differ /ReserveItemType"], "rows": {"sc0": [{}]}}"#;
        let result = sample.run();
        Ran { sample: Box::leak(Box::new(sample)), result, took: Duration::from_millis(3) }
    }

    #[test]
    fn what_differs_is_told_as_expected_and_got() {
        insta::assert_snapshot!(lines(&wrong()));
    }

    #[test]
    fn the_same_goes_into_a_junit_report() {
        let right = SAMPLES.iter().find(|sample| sample.name == "refuse-two-branches").expect("a sample");
        let right = Ran { sample: right, result: right.run(), took: Duration::from_millis(2) };
        insta::assert_snapshot!(junit::report(&[right, wrong()]).expect("a report"));
    }

    #[test]
    fn a_routine_is_meant_by_name_or_message() {
        assert!(is_meant(None, "LOJA701") && is_meant(Some("retailsales"), "LOJA701"));
        assert!(is_meant(Some("ljgrvbatch"), "LJGRVBATCH") && !is_meant(Some("ItemReserve"), "LOJA701"));
    }
}
