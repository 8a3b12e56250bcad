//! LOJA701: RetailSales becomes a staged sale.

pub mod tables;
