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
        company: company.into(),
        branch: branch.into(),
        order_number: number.into(),
        step: "001".into(),
        event: CREATED.into(),
        status: status.code.into(),
        status_text: status.text.into(),
        at: now.to_rfc3339().into(),
        recorded_at: now.to_rfc3339().into(),
    }
}

/// The step after those that are known.
pub fn next(known: &[OrderTrace], told: &Told, status: &'static Status, now: DateTime<FixedOffset>) -> OrderTrace {
    let last = known.iter().filter_map(|step| step.step.parse::<u32>().ok()).max().unwrap_or(0);
    OrderTrace {
        company: told.company.clone().into(),
        branch: told.branch.clone().into(),
        order_number: told.number.clone().into(),
        step: format!("{:03}", last + 1).into(),
        event: told.event().into(),
        status: status.code.into(),
        status_text: status.text.into(),
        at: told.at().unwrap_or_else(|| now.to_rfc3339()).into(),
        recorded_at: now.to_rfc3339().into(),
    }
}

/// The status that a timeline has come to.
pub fn reached(known: &[OrderTrace]) -> &str {
    known.iter().map(|step| step.status.as_str()).max().unwrap_or(status::GENERATED.code)
}
