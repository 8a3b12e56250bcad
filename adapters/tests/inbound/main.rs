//! The three inbound routines against a house on paper: every mandatory tag, every De/Para miss, and sums that
//! hold whatever the amounts. The common paths with their results stand in `<routine>/samples`.

#![allow(clippy::unwrap_used)]

mod amounts;
mod arrival;
mod batch;
mod cases;
mod demonstration;
mod depara;
mod desk;
mod formats;
mod garbage;
mod lives;
mod mandatory;
mod privacy;
