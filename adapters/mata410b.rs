//! MATA410B: an event of a delivery order becomes a DocumentTraceAbilityOrder.

pub mod tables;
