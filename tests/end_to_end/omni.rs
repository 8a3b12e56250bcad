//! Plays OMNI: sends messages, collects what comes back, and keeps the account of both.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

use crate::mailbox::{Mailbox, QUEUE};
use crate::messages::{text, uuid};
use crate::spool::Folder;
use crate::xml;

/// A message that eaid sent to the partner.
#[derive(Clone, Debug)]
pub struct Out {
    /// `response`, `trace`, `error` …
    pub kind: String,
    /// Transaction, lower case.
    pub transaction: String,
    /// The envelope.
    pub body: Value,
}

impl Out {
    /// The UUID of the message that this one answers; empty if it is no answer.
    pub fn answers(&self) -> String {
        text(&self.body, "/Content/ReceivedMessage/UUID")
    }
}

/// The partner, at one of the transports.
pub struct Omni {
    way: Way,
    sent: Mutex<Vec<Value>>,
}

enum Way {
    Amqp(Box<Mailbox>),
    Spool(Folder),
}

impl Omni {
    /// OMNI on RabbitMQ.
    pub async fn on_amqp(url: &str) -> Omni {
        Omni { way: Way::Amqp(Box::new(Mailbox::open(url).await)), sent: Mutex::default() }
    }

    /// OMNI at the spool folders below this one.
    pub fn on_spool(folder: &Path) -> Omni {
        Omni { way: Way::Spool(Folder::at(folder)), sent: Mutex::default() }
    }

    /// Sends one message; the end of the test demands its answer.
    pub async fn send(&self, message: &Value) {
        self.sent.lock().expect("account").push(message.clone());
        let transaction = text(message, "/Header/Transaction").to_lowercase();
        self.send_bytes(&transaction, "application/json", message.to_string().as_bytes()).await;
    }

    /// Sends one message on RabbitMQ, from a task of its own.
    pub async fn publish(&self, message: &Value) {
        self.sent.lock().expect("account").push(message.clone());
        let key = format!("in.{}", text(message, "/Header/Transaction").to_lowercase());
        self.mailbox().publish("eai", &key, "application/json", message.to_string().as_bytes()).await;
    }

    /// The same in XML.
    pub async fn send_in_xml(&self, message: &Value) {
        self.sent.lock().expect("account").push(message.clone());
        let transaction = text(message, "/Header/Transaction").to_lowercase();
        self.send_bytes(&transaction, "application/xml", xml::write(message).as_bytes()).await;
    }

    /// Sends any bytes; nobody demands an answer.
    pub async fn send_bytes(&self, transaction: &str, content_type: &str, body: &[u8]) {
        match &self.way {
            Way::Amqp(mailbox) => {
                mailbox.publish("eai", &format!("in.{transaction}"), content_type, body).await;
            }
            Way::Spool(folder) => folder.put(body).await,
        }
    }

    /// The broker's side, for tests that look into it.
    pub fn mailbox(&self) -> &Mailbox {
        match &self.way {
            Way::Amqp(mailbox) => mailbox,
            Way::Spool(_) => panic!("this test has no broker"),
        }
    }

    /// The folders, for tests that look into them.
    pub fn folder(&self) -> &Folder {
        match &self.way {
            Way::Spool(folder) => folder,
            Way::Amqp(_) => panic!("this test has no spool"),
        }
    }

    /// All that eaid has sent so far, in the order of arrival where the transport has one.
    pub fn received(&self) -> Vec<Out> {
        match &self.way {
            Way::Amqp(mailbox) => mailbox.received(),
            Way::Spool(folder) => folder.received(),
        }
    }

    /// The Responses to one message.
    pub fn responses(&self, uuid: &str) -> Vec<Value> {
        let answers = |out: &Out| out.kind == "response" && out.answers() == uuid;
        self.received().into_iter().filter(answers).map(|out| out.body).collect()
    }

    /// The traces, without what a broker may have delivered twice.
    pub fn traces(&self) -> Vec<Value> {
        let mut seen = BTreeSet::new();
        let traces = self.received().into_iter().filter(|out| out.kind == "trace");
        traces.map(|out| out.body).filter(|body| seen.insert(uuid(body))).collect()
    }

    /// How many messages and events lie where eaid takes them: it has not taken them yet, or had not settled them
    /// when it ended.
    pub async fn left(&self) -> usize {
        match &self.way {
            Way::Amqp(mailbox) => {
                let mut left = 0;
                for queue in ["eai.in", "eai.events"] {
                    let waiting = mailbox.waiting_in(queue).await;
                    left += waiting.unwrap_or_else(|| panic!("there is no queue {queue}")) as usize;
                }
                left
            }
            // A file stays until its message is settled.
            Way::Spool(folder) => folder.list("in").len(),
        }
    }

    /// How full the queues are, for people.
    pub async fn queues(&self) -> String {
        let Way::Amqp(mailbox) = &self.way else { return String::new() };
        let mut lines = String::new();
        for queue in ["eai.in", "eai.events", QUEUE, "eai.dead"] {
            lines.push_str(&format!("{queue}: {}\n", mailbox.describe(queue).await));
        }
        lines
    }

    /// Waits until nothing more is under way to us. The daemon must have ended.
    pub async fn drain(&self) {
        match &self.way {
            Way::Amqp(mailbox) => mailbox.drain().await,
            // What the daemon wrote is there.
            Way::Spool(_) => {}
        }
    }

    /// Closes the account: every message that was sent has its one Response, every other content
    /// under the same UUID one more. `silent` messages have none yet, `more` were repaired.
    pub fn balance(&self, silent: usize, more: usize) {
        let mut sent: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for message in self.sent.lock().expect("account").iter() {
            let contents = sent.entry(uuid(message)).or_default();
            if !contents.contains(&message["Content"]) {
                contents.push(message["Content"].clone());
            }
        }
        let mut owed = 0;
        let mut over = 0;
        for (uuid, contents) in &sent {
            let answers: BTreeSet<String> = self.responses(uuid).iter().map(crate::messages::uuid).collect();
            owed += contents.len().saturating_sub(answers.len());
            over += answers.len().saturating_sub(contents.len());
        }
        assert_eq!(owed, silent, "messages without a Response");
        assert_eq!(over, more, "Responses beyond one for each message");
    }
}
