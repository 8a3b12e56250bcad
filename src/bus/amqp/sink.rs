//! Answers and traces to the exchange `eai.out`.

use super::names::{outgoing_key, short};
use super::outlet::{Outlet, Post};
use super::window::{Letter, Posted};
use crate::bus::Sink;
use crate::fault::Fault;
use crate::store::{Mark, Outcome, Outgoing};
use async_trait::async_trait;
use eaid_schemas::envelope::Format;
use lapin::protocol::BasicProperties;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Bytes that one window may hold: lapin copies them all.
const WINDOW_BYTES: usize = 16 << 20;
/// When a message that the broker could not take is tried again.
const SOON: Duration = Duration::from_secs(5);
/// When one that is too large is tried again: somebody must have raised the limit.
const LATE: Duration = Duration::from_secs(600);
/// When the rest of a window is tried again whose first part went out.
const NEXT: Duration = Duration::from_secs(1);

/// Publishes outbox rows.
#[derive(Clone)]
pub struct AmqpSink {
    pub(super) outlet: Arc<Outlet>,
}

#[async_trait]
impl Sink for AmqpSink {
    fn transport(&self) -> &'static str {
        "amqp"
    }

    async fn publish(&self, window: &[Outgoing]) -> Result<Vec<Mark>, Fault> {
        let greatest = self.outlet.greatest();
        let mut all = Vec::with_capacity(window.len());
        let (fit, large): (Vec<_>, Vec<_>) = window.iter().partition(|outgoing| outgoing.body.len() <= greatest);
        for outgoing in large {
            let text = format!("a mensagem tem {} bytes; o broker aceita {greatest}", outgoing.body.len());
            all.push(Mark { id: outgoing.id, outcome: Outcome::Failed(text, LATE) });
        }
        let mut rest = fit.as_slice();
        while !rest.is_empty() {
            let (part, later) = rest.split_at(part_length(rest, self.outlet.settings.window));
            rest = later;
            let letters: Vec<Letter> = part.iter().map(|outgoing| self.letter(outgoing)).collect();
            match self.outlet.post(Post::Answers, letters).await {
                Ok(posted) => all.extend(marks(part, posted)),
                Err(fault) if all.is_empty() => return Err(fault),
                Err(fault) => {
                    // The marks of what went out must not be lost with the part that failed.
                    let failed = || Outcome::Failed(fault.to_string(), NEXT);
                    all.extend(part.iter().chain(later).map(|outgoing| Mark { id: outgoing.id, outcome: failed() }));
                    break;
                }
            }
        }
        Ok(all)
    }
}

impl AmqpSink {
    fn letter(&self, outgoing: &Outgoing) -> Letter {
        let content_type = Format::parse(&outgoing.format).content_type();
        let mut properties = BasicProperties::default()
            .with_type(short(&outgoing.transaction))
            .with_app_id(short(&self.outlet.app_id))
            .with_timestamp(u64::try_from(outgoing.created_at.timestamp()).unwrap_or(0))
            .with_content_type(content_type.into());
        if !outgoing.correlation.is_empty() {
            properties = properties.with_correlation_id(short(&outgoing.correlation));
        }
        Letter {
            exchange: self.outlet.settings.exchange_out.clone(),
            key: outgoing_key(outgoing),
            // Nobody need listen for partners that we do not know.
            is_mandatory: outgoing.route_key != "unknown",
            message_id: outgoing.id.to_string(),
            properties,
            body: Arc::clone(&outgoing.body).into(),
        }
    }
}

/// How many of the first messages make one part, in number and bytes; at least one.
fn part_length(rest: &[&Outgoing], window: usize) -> usize {
    let mut bytes = 0;
    let fitting = rest.iter().take(window.max(1)).take_while(|outgoing| {
        bytes += outgoing.body.len();
        bytes <= WINDOW_BYTES
    });
    fitting.count().max(1)
}

/// Notes what became of messages, and counts it.
fn marks(part: &[&Outgoing], posted: Vec<Posted>) -> Vec<Mark> {
    let mut counts: BTreeMap<_, u64> = BTreeMap::new();
    let mark = |(outgoing, posted): (&&Outgoing, Posted)| {
        let (what, outcome) = match posted {
            Posted::Confirmed => ("confirmed", Outcome::Sent),
            Posted::Returned(reason) => ("returned", Outcome::Unroutable(reason)),
            Posted::Refused => ("refused", Outcome::Failed("o broker recusou a publicação (nack)".to_owned(), SOON)),
        };
        *counts.entry((outgoing.kind.as_str(), what)).or_default() += 1;
        Mark { id: outgoing.id, outcome }
    };
    let marks = part.iter().zip(posted).map(mark).collect();
    for ((kind, what), count) in counts {
        metrics::counter!("eaid_amqp_published_total", "kind" => kind, "outcome" => what).increment(count);
    }
    marks
}
