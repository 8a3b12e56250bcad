//! CRMA980: CustomerVendor becomes a customer.

pub mod tables;
