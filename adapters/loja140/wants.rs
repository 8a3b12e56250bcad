//! What a cancellation wants looked up: first the sale, then what was made of it.

use super::sold;
use crate::effect::Alias;
use crate::loja701::tables::Sl1;
use crate::routine::Letter;
use crate::world::{Wants, World};
use eaid_schemas::envelope::Event;
use eaid_schemas::retail_sales_cancellation::RetailSalesCancellation;

/// Wants the ids and the sale; nothing for a delete, which is refused.
pub(super) fn wants(letter: &Letter<RetailSalesCancellation>, wants: &mut Wants) {
    if letter.from.event == Event::Delete {
        return;
    }
    let message = &letter.message;
    if let Some(id) = &message.internal_id {
        wants.depara(letter.partner(), Alias::CANCELLATION, id.as_str());
    }
    if let Some(operator) = &message.operator_code {
        wants.depara(letter.partner(), Alias::OPERATOR, operator.as_str());
    }
    if let Some(sale) = &message.retail_sales_internal_id {
        wants.linked::<Sl1>(letter.partner(), Alias::SALE, sale.as_str());
    }
}

/// Wants what was made of the sale, one step further each time.
pub(super) fn wants_further(letter: &Letter<RetailSalesCancellation>, world: &World, wants: &mut Wants) {
    let Some(id) = &letter.message.retail_sales_internal_id else { return };
    let Ok(Some((_, sales))) = world.linked::<Sl1>(letter.partner(), Alias::SALE, id.as_str()) else { return };
    for sale in sales.iter().filter(|sale| !sold::is_staged(sale)) {
        sold::wants(sale, world, wants);
    }
}
