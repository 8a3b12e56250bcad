//! Posts answers and traces to partners that listen on HTTP: to the url of their route, one message a call.
//!
//! A partner is called by at most `TOGETHER` calls at once; what speaks of one subject keeps its order. One that
//! does not answer costs a window one wait: what is left for it is due again later.

mod call;
mod callee;
#[cfg(test)]
mod tests;

pub use callee::{Callee, Credentials};

use crate::bus::Sink;
use crate::fault::Fault;
use crate::store::{Mark, Outcome, Outgoing};
use async_trait::async_trait;
use call::{Answered, Caller};
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// The transport, as outbox rows name it. `http` there is an answer that its caller takes in the same call.
pub const POST: &str = "post";

/// Calls to one partner at once.
const TOGETHER: usize = 8;
/// After so long no further call of a window begins: its leases must not end before it does.
const WINDOW: Duration = Duration::from_secs(15);
/// When what found no time in its window is tried again.
const NEXT: Duration = Duration::from_secs(1);
/// When a partner is called again that did not answer, or could not take the message.
const LATER: Duration = Duration::from_secs(30);

/// Finds whom the route of a key calls.
pub type Find = dyn Fn(&str) -> Option<Arc<Callee>> + Send + Sync;

/// Posts outbox rows.
pub struct PostSink {
    find: Box<Find>,
    caller: Caller,
}

impl PostSink {
    /// One that asks the routes in force whom to call.
    pub fn new(find: Box<Find>) -> PostSink {
        PostSink { find, caller: Caller::default() }
    }
}

#[async_trait]
impl Sink for PostSink {
    fn transport(&self) -> &'static str {
        POST
    }

    async fn publish(&self, window: &[Outgoing]) -> Result<Vec<Mark>, Fault> {
        let until = Instant::now() + WINDOW;
        let mut calls = Vec::new();
        for outgoings in grouped(window.iter(), |outgoing| &outgoing.route_key) {
            calls.push(self.call_partner(outgoings, until));
        }
        Ok(join_all(calls).await.concat())
    }
}

impl PostSink {
    /// Everything of a window for one partner.
    async fn call_partner(&self, outgoings: Vec<&Outgoing>, until: Instant) -> Vec<Mark> {
        let key = outgoings.first().map_or("", |outgoing| outgoing.route_key.as_str());
        let Some(callee) = (self.find)(key) else {
            let text = format!("a rota de chave `{key}` não leva mais a HTTP");
            return outgoings.iter().map(|outgoing| failed(outgoing, text.clone(), LATER)).collect();
        };
        let partner = Partner { caller: &self.caller, callee: &callee, until, is_gone: AtomicBool::new(false) };
        // What has no subject depends on nothing.
        let subject = |outgoing: &&Outgoing| match outgoing.subject.as_str() {
            "" => outgoing.id.to_string(),
            subject => subject.to_owned(),
        };
        let mut calls = Vec::new();
        for row in grouped(outgoings.into_iter(), subject) {
            calls.push(partner.call_in_order(row));
        }
        stream::iter(calls).buffer_unordered(TOGETHER).concat().await
    }
}

/// One partner, while a window is posted.
struct Partner<'w> {
    caller: &'w Caller,
    callee: &'w Callee,
    until: Instant,
    /// It did not answer: it is not called again in this window.
    is_gone: AtomicBool,
}

impl Partner<'_> {
    /// One after the other; where one fails, what follows it is left for later.
    async fn call_in_order(&self, outgoings: Vec<&Outgoing>) -> Vec<Mark> {
        let mut marks = Vec::with_capacity(outgoings.len());
        let mut is_held_up = false;
        for outgoing in outgoings {
            let mark = if self.is_gone.load(Ordering::Relaxed) {
                failed(outgoing, "o parceiro não respondeu a outra mensagem".to_owned(), LATER)
            } else if is_held_up {
                failed(outgoing, "espera uma mensagem anterior do mesmo pedido".to_owned(), LATER)
            } else if Instant::now() >= self.until {
                failed(outgoing, "o parceiro responde devagar; fica para a próxima vez".to_owned(), NEXT)
            } else {
                self.call(outgoing).await
            };
            is_held_up |= mark.outcome != Outcome::Sent;
            marks.push(mark);
        }
        marks
    }

    async fn call(&self, outgoing: &Outgoing) -> Mark {
        let answered = self.caller.post(self.callee, outgoing).await;
        let kind = outgoing.kind.as_str();
        metrics::counter!("eaid_posted_total", "kind" => kind, "outcome" => answered.as_str()).increment(1);
        match answered {
            Answered::Taken => Mark { id: outgoing.id, outcome: Outcome::Sent },
            Answered::Refused(text) => Mark { id: outgoing.id, outcome: Outcome::Unroutable(text) },
            Answered::NotNow(text) => failed(outgoing, text, LATER),
            Answered::Gone(text) => {
                self.is_gone.store(true, Ordering::Relaxed);
                failed(outgoing, text, LATER)
            }
        }
    }
}

fn failed(outgoing: &Outgoing, text: String, again: Duration) -> Mark {
    Mark { id: outgoing.id, outcome: Outcome::Failed(text, again) }
}

/// Groups by a key, each group in its order, the groups in that of their first members.
fn grouped<'o, K: PartialEq>(
    outgoings: impl Iterator<Item = &'o Outgoing>,
    key: impl Fn(&&'o Outgoing) -> K,
) -> Vec<Vec<&'o Outgoing>> {
    let mut groups: Vec<(K, Vec<&Outgoing>)> = Vec::new();
    for outgoing in outgoings {
        let of = key(&outgoing);
        match groups.iter_mut().find(|(known, _)| *known == of) {
            Some((_, group)) => group.push(outgoing),
            None => groups.push((of, vec![outgoing])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}
