//! Code and store of a new customer (`domain/customervendor.md` 5).

use super::tables::Sa1;
use crate::books::Books;
use crate::number::characters;
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
/// Characters of `A1_LOJA`.
const STORE: u32 = 2;

/// The code that the message asks for, cut to the column; empty where it asks for none.
pub(super) fn wished(message: &CustomerVendor) -> String {
    message.code.as_ref().map_or("", Text::as_str).chars().take(LENGTH).collect()
}

/// The store, filled with zeros; of zeros alone where none came.
pub(super) fn store(message: &CustomerVendor) -> String {
    message.store_id.as_ref().map_or_else(|| "00".to_owned(), |store| format!("{:0>2}", store.as_str()))
}

/// Code and store of a new customer: as asked for, else, where none is or somebody else has them, the next number.
/// That number is never the default customer's, whose sales it would get.
pub(super) fn new(message: &CustomerVendor, books: &Books, world: &mut World) -> Result<(String, String), Flaw> {
    let (code, store) = (wished(message), store(message));
    if !code.is_empty() && world.rows::<Sa1>(KEY, &[&code, &store])?.is_empty() {
        return Ok((code, store));
    }
    let number = world.number(SEQUENCE)?;
    let number = if number == books.retail.default_customer().0 { world.number(SEQUENCE)? } else { number };
    Ok((number, store))
}

/// The store after those that a customer has.
///
/// # Errors
/// [`Flaw`] where it has as many as can be counted.
pub(super) fn next_store(stores: &[Sa1]) -> Result<String, Flaw> {
    let counted = |n: &u64| characters(*n, STORE);
    let last = (1..).map_while(|n| counted(&n).map(|text| (n, text)));
    let last = last.filter(|(_, text)| stores.iter().any(|store| store.a1_loja == text.as_str())).last();
    let next = last.map_or(1, |(n, _)| n + 1);
    counted(&next).ok_or_else(|| Flaw("a customer has no store left".to_owned()))
}
