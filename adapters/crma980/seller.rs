//! The seller of a customer (`domain/customervendor.md` 4): an id goes through De/Para; a code goes through it too,
//! and stands for itself where De/Para has none and it could be ours.

use crate::desk::{At, Desk, Tag};
use crate::effect::Alias;
use crate::world::{Flaw, Wants};
use eaid_schemas::customer_vendor::CustomerVendor;
use eaid_schemas::field::Text;

/// Characters of `A3_COD`.
const LENGTH: usize = 6;

/// The tags that name a seller, nested or flat: ids, then codes.
fn tags(message: &CustomerVendor) -> [Vec<Tag<'_>>; 2] {
    let Some(vendor) = &message.vendor else { return [Vec::new(), Vec::new()] };
    let at = At::Root;
    let nested = vendor.vendor_type.as_ref();
    let id = nested.map(|kind| at.code("VendorInformation/VendorType/VendorTypeInternalId", &kind.internal_id));
    let code = nested.map(|kind| at.code("VendorInformation/VendorType/VendorTypeCode", &kind.code));
    let flat_id = at.code("VendorInformation/VendorTypeInternalId", &vendor.vendor_type_internal_id);
    let flat_code = at.code("VendorInformation/VendorTypeCode", &vendor.vendor_type_code);
    [id.into_iter().chain([flat_id]).collect(), code.into_iter().chain([flat_code]).collect()]
}

/// Wants the seller looked up.
pub(super) fn wants(message: &CustomerVendor, partner: &str, wants: &mut Wants) {
    for value in tags(message).iter().flatten().filter_map(|tag| tag.value) {
        wants.depara(partner, Alias::SELLER, value.as_str());
    }
}

/// The code of the seller; `None` where no tag names one, or it is not known yet.
pub(super) fn find<'a>(desk: &mut Desk<'a, CustomerVendor>) -> Result<Option<&'a str>, Flaw> {
    let [ids, codes] = tags(&desk.letter.message);
    if ids.iter().any(|tag| tag.value.is_some()) {
        return desk.translate(Alias::SELLER, &ids);
    }
    let Some(code) = codes.iter().find_map(|tag| tag.value.map(Text::as_str)) else { return Ok(None) };
    if code.chars().count() <= LENGTH && desk.internal(Alias::SELLER, code)?.is_none() {
        return Ok(Some(code));
    }
    desk.translate(Alias::SELLER, &codes)
}
