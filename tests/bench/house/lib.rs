//! What the benchmarks share: the servers that `tests/run --exec` started, messages as OMNI sends them, the daemon
//! under test, the limits it is held against, and figures as a person reads them.
//!
//! Every contestant of a run is watched from outside by the same means, and checked afterwards to the row and to the
//! answer. Only ratios of one run say anything: the machine differs from day to day.

// One sale is one `json!` of many tags.
#![recursion_limit = "256"]

pub mod account;
pub mod broker;
pub mod daemon;
pub mod database;
pub mod figures;
pub mod http;
pub mod options;
pub mod pace;
pub mod part;
pub mod processes;
pub mod relay;
pub mod sale;
pub mod servers;
pub mod shop;
pub mod times;
pub mod verdict;
pub mod watch;

/// What can go wrong; a benchmark that fails says why and ends.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;
