//! What a customer wants looked up.

use super::code::{self, SEQUENCE};
use super::tables::Sa1;
use super::{seller, stores};
use crate::books::Books;
use crate::effect::Alias;
use crate::routine::Letter;
use crate::table::KEY;
use crate::world::{Wants, World};
use eaid_schemas::customer_vendor::CustomerVendor;
use eaid_schemas::envelope::Event;

/// Wants what stands under the sender's id, and for an upsert whoever has the code that it would get.
pub(super) fn wants(letter: &Letter<CustomerVendor>, books: &Books, wants: &mut Wants) {
    let message = &letter.message;
    if let Some(id) = &message.internal_id {
        wants.linked::<Sa1>(letter.partner(), Alias::CUSTOMER, id.as_str());
    }
    stores::wants(message, books, wants);
    if letter.from.event != Event::Delete {
        seller::wants(message, letter.partner(), wants);
        wants.rows::<Sa1>(KEY, &[&code::wished(message), &code::store(message)]);
        wants.numbers(SEQUENCE, code::NUMBERS);
    }
}

/// Wants the stores of the customer that is found, where customers are told by their documents.
pub(super) fn wants_further(letter: &Letter<CustomerVendor>, books: &Books, world: &World, wants: &mut Wants) {
    let Some(id) = letter.message.internal_id.as_ref().filter(|_| books.retail.ecommerce_customers) else { return };
    let linked = world.linked::<Sa1>(letter.partner(), Alias::CUSTOMER, id.as_str()).ok().flatten();
    let linked = linked.and_then(|(_, rows)| rows.into_iter().next());
    stores::wants_further(&letter.message, linked.as_ref(), world, wants);
}
