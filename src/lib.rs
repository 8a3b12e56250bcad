#![doc = include_str!("README.md")]

pub mod batch;
pub mod bus;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod crash;
pub mod daemon;
pub mod decide;
pub mod fault;
pub mod inbound;
pub mod office;
pub mod operate;
pub mod outbound;
pub mod store;
mod weight;
