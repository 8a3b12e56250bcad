//! The account of a play: what was sent, what came back, and how long it took.

use crate::bus::amqp::Heard;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

/// Something that was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its UUID.
    pub uuid: String,
    /// Its transaction.
    pub kind: &'static str,
    /// When it should have been sent, or was.
    pub at: Instant,
}

/// What became of a message.
#[derive(Debug)]
struct Entry {
    sent: Option<Sent>,
    answers: HashSet<String>,
    took: Option<Duration>,
    first_at: Option<Instant>,
}

/// The account so far.
#[derive(Debug, Default)]
pub struct Account {
    entries: HashMap<String, Entry>,
    sent: usize,
    answered: usize,
    traces: usize,
    failures: usize,
    codes: BTreeMap<String, usize>,
    last: Option<Instant>,
}

/// How long answers took, in milliseconds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Latency {
    /// Half of them were faster.
    pub p50: f64,
    /// Nine of ten were faster.
    pub p90: f64,
    /// Ninety-nine of a hundred were faster.
    pub p99: f64,
    /// The slowest.
    pub max: f64,
}

/// The account at the end.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Messages sent.
    pub messages: usize,
    /// Messages with exactly one answer.
    pub answered: usize,
    /// Of these, answered OK.
    pub ok: usize,
    /// Codes of the errors, with how many answers carried each first.
    pub errors: BTreeMap<String, usize>,
    /// Messages without an answer.
    pub missing: usize,
    /// Messages with more than one.
    pub doubled: usize,
    /// Traces that came meanwhile, of any order.
    pub traces: usize,
    /// Failures of GravaBatch.
    pub failures: usize,
    /// From the first message to the last answer.
    pub seconds: f64,
    /// Answers a second.
    pub per_second: f64,
    /// From the planned moment of publishing to the answer.
    pub latency_ms: Latency,
    /// Some UUIDs without an answer.
    pub without_answer: Vec<String>,
}

/// UUIDs that a report names.
const NAMED: usize = 5;

impl Account {
    /// Enters a message.
    pub fn sent(&mut self, sent: Sent) {
        self.sent += 1;
        let entry = self.entry(sent.uuid.clone());
        if let Some(first) = entry.first_at {
            entry.took = Some(first.saturating_duration_since(sent.at));
        }
        entry.sent = Some(sent);
    }

    fn entry(&mut self, uuid: String) -> &mut Entry {
        self.entries.entry(uuid).or_insert_with(|| Entry {
            sent: None,
            answers: HashSet::new(),
            took: None,
            first_at: None,
        })
    }

    /// Enters what came back. The same answer delivered again counts once.
    pub fn heard(&mut self, heard: &Heard) {
        match heard.kind.as_str() {
            "trace" => self.traces += 1,
            "error" => self.failures += 1,
            _ => {}
        }
        if heard.kind != "response" {
            return;
        }
        let code = error_code(&heard.body);
        let entry = self.entry(heard.correlation.clone());
        let is_first = entry.answers.is_empty();
        let is_new = entry.answers.insert(heard.message_id.clone());
        if is_first {
            entry.first_at = Some(heard.at);
            entry.took = entry.sent.as_ref().map(|sent| heard.at.saturating_duration_since(sent.at));
            self.answered += 1;
        }
        if is_new && let Some(code) = code {
            *self.codes.entry(code).or_default() += 1;
        }
        self.last = Some(heard.at);
    }

    /// Messages sent so far.
    pub fn messages(&self) -> usize {
        self.sent
    }

    /// Messages that were answered so far.
    pub fn answered(&self) -> usize {
        self.answered
    }

    /// Whether every message has an answer.
    pub fn is_balanced(&self) -> bool {
        self.own().all(|entry| !entry.answers.is_empty())
    }

    /// Entries of our own: others may talk to eaid meanwhile.
    fn own(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().filter(|entry| entry.sent.is_some())
    }

    /// Closes the account.
    pub fn report(&self, begun: Instant) -> Report {
        let with = |is: fn(usize) -> bool| self.own().filter(|entry| is(entry.answers.len())).count();
        let seconds = self.last.map_or(0.0, |last| last.saturating_duration_since(begun).as_secs_f64());
        let answered = with(|count| count == 1);
        let unanswered = self.own().filter(|entry| entry.answers.is_empty());
        Report {
            messages: self.sent,
            answered,
            ok: answered.saturating_sub(self.codes.values().sum()),
            errors: self.codes.clone(),
            missing: with(|count| count == 0),
            doubled: with(|count| count > 1),
            traces: self.traces,
            failures: self.failures,
            seconds,
            per_second: if seconds > 0.0 { answered as f64 / seconds } else { 0.0 },
            latency_ms: latency(self.own().filter_map(|entry| entry.took).collect()),
            without_answer: unanswered
                .filter_map(|entry| entry.sent.as_ref())
                .map(|sent| sent.uuid.clone())
                .take(NAMED)
                .collect(),
        }
    }
}

/// The first code of an answer with status ERROR.
fn error_code(body: &[u8]) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    let about = &answer["Content"]["ProcessingInformation"];
    if about["Status"] == "OK" {
        return None;
    }
    let messages = &about["ListOfMessages"];
    let first = messages.as_array().and_then(|list| list.first()).unwrap_or(&messages["Message"]);
    Some(first["code"].as_str().unwrap_or("unknown").to_owned())
}

fn latency(mut took: Vec<Duration>) -> Latency {
    took.sort_unstable();
    let at = |part: f64| {
        // The smallest value that so large a part does not exceed.
        let rank = (part * took.len() as f64).ceil() as usize;
        took.get(rank.saturating_sub(1)).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
    };
    Latency { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let took = (1..=200).map(Duration::from_millis).collect();
        let Latency { p50, p90, p99, max } = latency(took);
        assert_eq!([p50, p90, p99, max], [100.0, 180.0, 198.0, 200.0]);
        assert_eq!(latency(Vec::new()).max, 0.0);
    }

    #[test]
    fn each_message_is_owed_one_answer() {
        let begun = Instant::now();
        let mut account = Account::default();
        let answer = |correlation: &str, id: &str| Heard {
            kind: "response".to_owned(),
            correlation: correlation.to_owned(),
            message_id: id.to_owned(),
            at: Instant::now(),
            body: br#"{"Content":{"ProcessingInformation":{"Status":"OK"}}}"#.to_vec(),
        };
        for uuid in ["a", "b", "c"] {
            account.sent(Sent { uuid: uuid.to_owned(), kind: "retailsales", at: begun });
        }
        account.heard(&answer("a", "1"));
        account.heard(&answer("a", "1"));
        account.heard(&answer("b", "2"));
        account.heard(&answer("b", "3"));
        account.heard(&answer("stranger", "4"));
        assert!(!account.is_balanced());
        let report = account.report(begun);
        assert_eq!((report.messages, report.answered, report.missing, report.doubled), (3, 1, 1, 1));
        assert_eq!(report.without_answer, ["c"]);
    }
}
