//! Code and store of a new customer (`domain/customervendor.md` 5).

use super::tables::Sa1;
use crate::books::Books;
use crate::table::KEY;
use crate::world::{Flaw, World};
use eaid_schemas::customer_vendor::CustomerVendor;
use eaid_schemas::field::Text;

/// The sequence of codes that are ours.
pub(super) const SEQUENCE: &str = "sa1";
/// How many numbers a customer may need: the first may be the code of the default customer.
pub(super) const NUMBERS: u32 = 2;
/// Characters of `A1_COD`.
const LENGTH: usize = 6;

/// The code that the message asks for, cut to the column.
pub(super) fn wished(message: &CustomerVendor) -> String {
    message.code.as_ref().map_or("", Text::as_str).chars().take(LENGTH).collect()
}

/// The store, filled with zeros; 01 where none is given.
pub(super) fn store(message: &CustomerVendor) -> String {
    message.store_id.as_ref().map_or_else(|| "01".to_owned(), |store| format!("{:0>2}", store.as_str()))
}

/// Code and store of a new customer: as asked for, else, where somebody else has them, the next number. That
/// number is never the default customer's, whose sales it would get.
pub(super) fn new(message: &CustomerVendor, books: &Books, world: &mut World) -> Result<(String, String), Flaw> {
    let (code, store) = (wished(message), store(message));
    if world.rows::<Sa1>(KEY, &[&code, &store])?.is_empty() {
        return Ok((code, store));
    }
    let number = world.number(SEQUENCE)?;
    let number = if number == books.retail.default_customer().0 { world.number(SEQUENCE)? } else { number };
    Ok((number, store))
}
