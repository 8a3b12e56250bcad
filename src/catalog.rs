//! Registrations, routes and reference tables, checked once as a whole: what `eaid check` names by file and
//! line, and what the loops ask.

mod adapters;
mod callee;
pub mod compiled;
pub mod condition;
mod page;
pub mod read;
mod rivals;
pub mod route;
mod routes;
mod stage;
#[cfg(test)]
mod tests;
pub mod texts;

use crate::bus::post::{Callee, POST};
use condition::Condition;
use eaid_adapters::books::Books;
use eaid_adapters::routine::Routine;
use eaid_adapters::table::Table;
use eaid_adapters::{ROUTINES, TABLES, generic};
use eaid_schemas::envelope::Format;
use eaid_schemas::envelope::response::Identity;
use std::sync::Arc;

pub use eaid_schemas::version::Version;
pub use route::{Refused, Routed};

/// Which events an adapter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Both.
    All,
    /// Upserts.
    Update,
    /// Deletes.
    Delete,
}

/// Whether the caller waits for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The Response in the same call.
    Sync,
    /// A Receipt, the Response later.
    Async,
}

/// One line of the screen *Adapter E.A.I.* (`domain/admin.md` 2).
#[derive(Clone)]
pub struct Registration {
    /// The routine.
    pub routine: &'static Routine,
    /// Free text.
    pub description: String,
    /// It is sent.
    pub send: bool,
    /// It is received.
    pub receive: bool,
    /// How HTTP answers.
    pub method: Method,
    /// Which events.
    pub operation: Operation,
    /// Which messages are sent; `None`: all.
    pub condition: Option<Condition>,
    /// Channel, kept for comparison with the screen.
    pub channel: String,
    /// What is sent, and the major that is received.
    pub version: Version,
    /// Main table.
    pub alias: String,
    /// Route, by its code.
    pub route: String,
    /// Format of our own messages.
    pub format: Format,
    /// Branch of ours that it is for; empty: any.
    pub execution_branch: String,
    /// Its line in the file.
    pub line: usize,
}

/// Where a route leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// Back by the transport it came by.
    Origin,
    /// RabbitMQ.
    Amqp,
    /// The spool folder.
    Spool,
    /// A call of the partner.
    Http,
}

impl To {
    /// As the file spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            To::Origin => "origin",
            To::Amqp => "amqp",
            To::Spool => "spool",
            To::Http => "http",
        }
    }
}

/// One line of the screen *Rotas E.A.I.*.
#[derive(Clone, Debug)]
pub struct Route {
    /// Its code.
    pub code: String,
    /// ProductName of the partner: the reference of its De/Para.
    pub product: String,
    /// SourceApplication of the partner.
    pub application: String,
    /// The word for routing keys and folders.
    pub key: String,
    /// Where it leads.
    pub to: To,
    /// Whom it calls, if it leads to HTTP.
    pub callee: Option<Arc<Callee>>,
    /// Its line in the file.
    pub line: usize,
}

/// The transports that are switched on; `origin` falls back among them.
#[derive(Clone, Copy, Debug)]
pub struct Transports {
    /// RabbitMQ.
    pub amqp: bool,
    /// The spool folder.
    pub spool: bool,
}

/// The whole catalog.
pub struct Catalog {
    /// Registrations, in the order of the file.
    pub registrations: Vec<Registration>,
    /// Routes, in the order of the file.
    pub routes: Vec<Route>,
    /// Reference tables and rules.
    pub books: Books,
    /// Who we are.
    pub identity: Identity,
    /// The transports that are on.
    pub transports: Transports,
    /// Asynchronous messages over AMQP get a Receipt, too.
    pub receipts: bool,
    /// A short digest of the files: each message remembers the catalog that judged it.
    pub fingerprint: String,
}

impl Catalog {
    /// Every routine: those in code, and those that registrations declare.
    pub fn routines(&self) -> impl Iterator<Item = &'static Routine> {
        let declared = self.registrations.iter().filter(|known| known.receive && known.routine.name == generic::NAME);
        ROUTINES.iter().copied().chain(declared.map(|known| known.routine))
    }

    /// Every table, in the order in which rows are written: those of the routines in code, then those that
    /// registrations declare.
    pub fn tables(&self) -> Vec<&'static Table> {
        let mut tables = TABLES.to_vec();
        for table in self.registrations.iter().flat_map(|known| known.routine.tables) {
            if !tables.contains(table) {
                tables.push(table);
            }
        }
        tables
    }

    /// The registration that sends a message of ours to a partner from a branch of ours, with its route; one for
    /// that branch alone wins over one for any.
    pub fn sender(&self, transaction: &str, partner: &str, branch: &str) -> Option<(&Registration, &Route)> {
        let fits = |known: &&Registration| {
            known.send
                && known.routine.message.eq_ignore_ascii_case(transaction)
                && (known.execution_branch.is_empty() || known.execution_branch == branch)
        };
        let with_route = self.registrations.iter().filter(fits).filter_map(|known| {
            let route = self.routes.iter().find(|route| route.code == known.route && route.product == partner);
            route.map(|route| (known, route))
        });
        with_route.max_by_key(|(known, _)| !known.execution_branch.is_empty())
    }

    /// Every partner, once, in the order of the file.
    pub fn partners(&self) -> impl Iterator<Item = &str> {
        let is_first =
            |(at, route): &(usize, &Route)| self.routes[..*at].iter().all(|one| one.product != route.product);
        self.routes.iter().enumerate().filter(is_first).map(|(_, route)| route.product.as_str())
    }

    /// The route of a partner.
    pub fn route_of(&self, partner: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.product == partner)
    }

    /// Whom the route of a key calls.
    pub fn callee(&self, key: &str) -> Option<Arc<Callee>> {
        self.routes.iter().find(|route| route.key == key)?.callee.clone()
    }

    /// The transport by which something goes out, given that by which it came in.
    pub fn transport(&self, route: Option<&Route>, origin: &str) -> &'static str {
        let to = route.map_or(To::Origin, |route| route.to);
        match (to, origin) {
            (To::Amqp, _) | (To::Origin, "amqp") => "amqp",
            (To::Spool, _) | (To::Origin, "spool") => "spool",
            (To::Http, _) => POST,
            (To::Origin, _) if self.transports.amqp => "amqp",
            (To::Origin, _) => "spool",
        }
    }
}
