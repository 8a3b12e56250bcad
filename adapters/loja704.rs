//! LOJA704: ItemReserve becomes a stock reserve.

pub mod tables;
