//! The timeline of an order: one row an event, from its birth on.

use super::status::{self, Status};
use super::tables::OrderTrace;
use crate::order_event::Told;
use chrono::{DateTime, FixedOffset};

/// How an order or child began; it stands where later the event stands.
pub const CREATED: &str = "created";

/// The first step: GravaBatch made the order or child.
pub fn birth(
    company: &str,
    branch: &str,
    number: &str,
    status: &'static Status,
    now: DateTime<FixedOffset>,
) -> OrderTrace {
    OrderTrace {
        company: company.to_owned(),
        branch: branch.to_owned(),
        order_number: number.to_owned(),
        step: "001".to_owned(),
        event: CREATED.to_owned(),
        status: status.code.to_owned(),
        status_text: status.text.to_owned(),
        at: now.to_rfc3339(),
        recorded_at: now.to_rfc3339(),
    }
}

/// The step after those that are known.
pub fn next(known: &[OrderTrace], told: &Told, status: &'static Status, now: DateTime<FixedOffset>) -> OrderTrace {
    let last = known.iter().filter_map(|step| step.step.parse::<u32>().ok()).max().unwrap_or(0);
    OrderTrace {
        company: told.company.clone(),
        branch: told.branch.clone(),
        order_number: told.number.clone(),
        step: format!("{:03}", last + 1),
        event: told.event().to_owned(),
        status: status.code.to_owned(),
        status_text: status.text.to_owned(),
        at: told.at().unwrap_or_else(|| now.to_rfc3339()),
        recorded_at: now.to_rfc3339(),
    }
}

/// The status that a timeline has come to.
pub fn reached(known: &[OrderTrace]) -> &str {
    known.iter().map(|step| step.status.as_str()).max().unwrap_or(status::GENERATED.code)
}
