//! What to do with a message: the middle floor of eaid.
//!
//! A routine is two pure functions: what it wants looked up, and what it decides. It cannot wait, read a clock
//! or open a file; time, numbers and ids come in through the [`world::World`].
//!
//! | room | subject |
//! |---|---|
//! | [`mod@table`] | the declaration of the tables that routines fill |
//! | [`effect`] | what a routine may cause |
//! | [`world`] | what it may know, and how it asks |
//! | [`verdict`] | stage, refuse or wait |
//! | [`routine`] | what a routine is |
//! | [`desk`] | one message while it is decided |
//! | [`ids`] | our ids, and the codes inside internal values |
//! | [`product`] | which product the tags of an item mean |
//! | [`books`] | reference tables and `[retail]` settings |
//! | [`near`] | the name that was probably meant |
//! | [`number`] | numbers of six characters |
//! | [`order_event`] | the door of order events |
//! | [`paper`] | a house in memory, for samples and tests |
//! | [`samples`] | sample messages with their expected results |
//! | [`rules`] | the rules of a sale as a table of cases |
//! | [`generic`] | messages that are registered without code |
//! | [`under_way`] | whether a sale or an order has come to its end |
//! | the rest | one folder a routine |

pub mod books;
pub mod desk;
pub mod effect;
pub mod ids;
pub mod near;
pub mod number;
pub mod paper;
pub mod routine;
pub mod rules;
pub mod samples;
pub mod table;
pub mod under_way;
pub mod verdict;
pub mod world;

pub mod crma980;
pub mod generic;
pub mod ljgrvbatch;
pub mod loja140;
pub mod loja701;
pub mod loja704;
pub mod loji701a;
pub mod loji701can;
pub mod mata410b;
pub mod order_event;
pub mod pdvsync;
pub mod product;

use routine::Routine;
use table::Table;

/// The one list of routines.
pub static ROUTINES: &[&Routine] = &[
    &crma980::ROUTINE,
    &loja704::ROUTINE,
    &loja701::ROUTINE,
    &loja140::ROUTINE,
    &loji701can::ROUTINE,
    &mata410b::ROUTINE,
    &loji701a::ROUTINE,
    &pdvsync::ROUTINE,
];

/// Every declared table, in the order in which their rows are written.
pub static TABLES: &[&Table] = &[
    crma980::tables::Sa1::TABLE,
    loja704::tables::Sc0::TABLE,
    loja701::tables::Sl1::TABLE,
    loja701::tables::Sl2::TABLE,
    loja701::tables::Sl4::TABLE,
    loja701::tables::Slx::TABLE,
    loja701::hotel::Mh3::TABLE,
    loja701::hotel::Mh4::TABLE,
    ljgrvbatch::tables::Se1::TABLE,
    ljgrvbatch::tables::Sc5::TABLE,
    ljgrvbatch::tables::Sc6::TABLE,
    ljgrvbatch::tables::Reported::TABLE,
    mata410b::tables::Sf2::TABLE,
    mata410b::tables::OrderTrace::TABLE,
    pdvsync::tables::Pcclient::TABLE,
    pdvsync::tables::Pcpedc::TABLE,
    pdvsync::tables::Pcpedi::TABLE,
    pdvsync::tables::Pcformapgtopedido::TABLE,
    pdvsync::tables::Pcvinculopedidomatcon::TABLE,
    pdvsync::tables::Pclogpedidoapi::TABLE,
];

/// The sequence of the numbers of a branch's sales, children and sales orders (`domain/README.md`, Finer
/// decisions, GravaBatch).
pub fn number_sequence(company: &str, branch: &str) -> String {
    format!("num|{company}|{branch}")
}
