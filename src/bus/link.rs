//! How a transport stands, for readiness.

use crate::fault::Fault;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::time::Duration;
use tokio::sync::watch;

/// How a connection, or a folder, stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// It is up, with everything that it needs.
    pub is_connected: bool,
    /// The broker takes nothing at present (memory or disk alarm): what it says.
    pub blocked: Option<String>,
    /// Since when it stands so.
    pub since: DateTime<Utc>,
    /// What ended it last, without credentials.
    pub error: Option<String>,
}

impl Link {
    /// Not yet connected.
    pub fn new() -> Link {
        Link { is_connected: false, blocked: None, since: Utc::now(), error: None }
    }

    /// Whether work can be done over it.
    pub fn is_ready(&self) -> bool {
        self.is_connected && self.blocked.is_none()
    }
}

impl Default for Link {
    fn default() -> Self {
        Link::new()
    }
}

/// Tells how it stands.
#[derive(Clone, Debug)]
pub(in crate::bus) struct LinkSign {
    name: &'static str,
    sign: watch::Sender<Link>,
}

impl LinkSign {
    pub(in crate::bus) fn new(name: &'static str) -> LinkSign {
        LinkSign { name, sign: watch::Sender::new(Link::new()) }
    }

    pub(in crate::bus) fn watch(&self) -> watch::Receiver<Link> {
        self.sign.subscribe()
    }

    pub(in crate::bus) fn now(&self) -> Link {
        self.sign.borrow().clone()
    }

    pub(in crate::bus) fn up(&self) {
        // Whoever follows the sign tells the log, once and not with every try.
        tracing::debug!(transport = self.name, "up");
        metrics::gauge!("eaid_transport_up", "transport" => self.name).set(1.0);
        self.sign.send_replace(Link { is_connected: true, blocked: None, since: Utc::now(), error: None });
    }

    pub(in crate::bus) fn down(&self, fault: &Fault) {
        tracing::debug!(transport = self.name, %fault, "down");
        metrics::gauge!("eaid_transport_up", "transport" => self.name).set(0.0);
        metrics::counter!("eaid_transport_faults_total", "transport" => self.name).increment(1);
        self.sign.send_modify(|link| {
            if link.is_connected {
                link.since = Utc::now();
            }
            link.is_connected = false;
            link.blocked = None;
            link.error = Some(match fault {
                // The reader of a state knows what it is the state of.
                Fault::Bus(text) => text.clone(),
                other => other.to_string(),
            });
        });
    }

    pub(in crate::bus) fn blocked(&self, reason: Option<String>) {
        tracing::debug!(transport = self.name, ?reason, "blocked or unblocked");
        metrics::gauge!("eaid_transport_blocked", "transport" => self.name).set(if reason.is_some() {
            1.0
        } else {
            0.0
        });
        self.sign.send_modify(|link| {
            link.since = Utc::now();
            link.blocked = reason;
        });
    }
}

/// A connection that stood so long starts with short pauses again.
pub(in crate::bus) const STEADY: Duration = Duration::from_secs(10);
