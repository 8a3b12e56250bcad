//! LJGRVBATCH (GravaBatch): a staged sale becomes titles, a sales order and child orders.

pub mod tables;
