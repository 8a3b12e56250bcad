//! Which product of ours the tags of an item mean (`domain/retailsales.md` 4, `domain/itemreserve.md` 3).

use crate::desk::{At, Desk};
use crate::effect::Alias;
use crate::ids;
use crate::world::{Flaw, Wants};
use eaid_schemas::field::{PartnerCode, Text};

/// The tags that name a product, in the order in which they are tried.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    /// `ItemInternalId`: goes through De/Para.
    pub internal_id: &'a Option<PartnerCode>,
    /// `ItemCode`: De/Para, else a product of `products.csv` by its own code.
    pub code: &'a Option<Text<30>>,
}

impl<'a> Named<'a> {
    /// Wants it looked up.
    pub fn wants(self, partner: &str, wants: &mut Wants) {
        if let Some(id) = self.internal_id {
            wants.depara(partner, Alias::PRODUCT, id.as_str());
        } else if let Some(code) = self.code {
            wants.depara(partner, Alias::PRODUCT, code.as_str());
        }
    }

    /// Our code of it. Where it is unknown the message waits for its De/Para; where no tag names it,
    /// `ItemInternalId` is missing.
    ///
    /// # Errors
    /// [`Flaw`] where it was not wanted.
    pub fn find<M>(self, desk: &mut Desk<'a, M>, at: At, branch: &str) -> Result<Option<&'a str>, Flaw> {
        if self.internal_id.is_some() {
            return desk.translate(Alias::PRODUCT, &[at.code("ItemInternalId", self.internal_id)]);
        }
        let Some(code) = self.code.as_ref().map(Text::as_str) else {
            if !desk.found.has_error_at(&at.tag("ItemCode")) {
                desk.found.missing_tag(at.tag("ItemInternalId"));
            }
            return Ok(None);
        };
        if let Some(internal) = desk.internal(Alias::PRODUCT, code)? {
            return Ok(Some(ids::code(internal)));
        }
        if desk.books.product(&desk.letter.from.company, branch, code).is_some() {
            return Ok(Some(code));
        }
        desk.found.missing_depara(desk.letter.partner(), Alias::PRODUCT, code, at.tag("ItemCode"));
        Ok(None)
    }
}
