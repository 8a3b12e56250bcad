//! What a customer wants looked up.

use super::code::{self, SEQUENCE};
use super::tables::Sa1;
use crate::effect::Alias;
use crate::routine::Letter;
use crate::table::KEY;
use crate::world::Wants;
use eaid_schemas::customer_vendor::CustomerVendor;
use eaid_schemas::envelope::Event;

/// Wants what stands under the sender's id, and for an upsert whoever has the code that it would get.
pub(super) fn wants(letter: &Letter<CustomerVendor>, wants: &mut Wants) {
    let message = &letter.message;
    if let Some(id) = &message.internal_id {
        wants.linked::<Sa1>(letter.partner(), Alias::CUSTOMER, id.as_str());
    }
    if letter.from.event != Event::Delete {
        wants.rows::<Sa1>(KEY, &[&code::wished(message), &code::store(message)]);
        wants.numbers(SEQUENCE, code::NUMBERS);
    }
}
