//! What to do with a message: the middle floor of eaid.
//!
//! A routine is two pure functions: what it wants looked up, and what it decides. It cannot wait, read a clock
//! or open a file; time, numbers and ids come in through the [`world::World`].
//!
//! | room | subject |
//! |---|---|
//! | [`table`] | the declaration of the tables that routines fill |
//! | [`effect`] | what a routine may cause |
//! | [`world`] | what it may know, and how it asks |
//! | [`verdict`] | stage, refuse or wait |
//! | [`routine`] | what a routine is |
//! | [`books`] | reference tables and `[retail]` settings |
//! | [`number`] | numbers of six characters |
//! | [`paper`] | a house in memory, for samples and tests |
//! | the rest | one folder a routine |

pub mod books;
pub mod effect;
pub mod number;
pub mod paper;
pub mod routine;
pub mod table;
pub mod verdict;
pub mod world;

pub mod crma980;
pub mod ljgrvbatch;
pub mod loja701;
pub mod loja704;
pub mod loji701a;
pub mod mata410b;

use routine::Routine;
use table::Table;

/// The one list of routines.
pub static ROUTINES: &[&Routine] = &[];

/// Every declared table, in the order in which their rows are written.
pub static TABLES: &[&Table] = &[
    crma980::tables::Sa1::TABLE,
    loja704::tables::Sc0::TABLE,
    loja701::tables::Sl1::TABLE,
    loja701::tables::Sl2::TABLE,
    loja701::tables::Sl4::TABLE,
    loja701::tables::Slx::TABLE,
    ljgrvbatch::tables::Se1::TABLE,
    ljgrvbatch::tables::Sc5::TABLE,
    ljgrvbatch::tables::Sc6::TABLE,
    mata410b::tables::Sf2::TABLE,
    mata410b::tables::OrderTrace::TABLE,
];
