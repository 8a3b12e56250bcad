//! The daemon from outside: real processes, a real RabbitMQ, a real PostgreSQL.
//!
//! These tests know what partners, scripts and administrators know: the names of verbs, keys,
//! queues and views. They use nothing of eaid's own code but the proxy by which `eaid soak` breaks connections.
//! `tests/run` starts the servers they need; without them every test fails and says so.
//!
//! The first half of the modules plays the parts around eaid, the second half is the scenarios.

#![allow(
    clippy::expect_used,
    reason = "clippy excuses only the bodies of #[test] functions, and the parts here are theirs"
)]

// The parts.
mod answers;
mod clock;
mod erp;
mod harness;
mod http;
mod laboratory;
mod load;
mod mailbox;
mod messages;
mod omni;
mod process;
mod rows;
mod servers;
mod spool;
mod traces;
mod wait;
mod xml;

// The scenarios.
mod called;
mod cancellation;
mod catalog;
mod command_line;
mod counter_sale;
mod crash;
mod duplicates;
mod embedded;
mod entrega;
mod faults;
mod in_xml;
mod kill;
mod large;
mod life;
mod mandatory;
mod missing_depara;
mod order_events;
mod outside;
mod over_http;
mod payments;
mod pdvsync;
mod pdvsync_killed;
mod pdvsync_outage;
mod reconcile;
mod registered;
mod retention;
mod retira;
mod several;
mod unreadable;
mod unroutable;
mod users;
mod waiting;
