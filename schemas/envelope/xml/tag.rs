//! A start tag: its name, its attributes, where it stands.

use crate::read::Broken;
use quick_xml::escape::unescape;
use quick_xml::events::attributes::Attributes;
use std::borrow::Cow;

/// The name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.bytes().position(|byte| byte == b':').map_or(name, |at| &name[at + 1..])
}

/// A start tag as it stands in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag<'x> {
    /// The name without its prefix.
    pub(super) name: &'x str,
    /// What follows the name, to the end of the tag.
    pub(super) attributes: &'x str,
}

impl<'x> Tag<'x> {
    /// The tag that a piece of a text is, from `<` to `>`, or to `/>` where it is closed.
    pub(super) fn of(text: &'x str, is_closed: bool) -> Tag<'x> {
        let inner = text.get(1..text.len() - if is_closed { 2 } else { 1 }).unwrap_or("");
        let end = inner.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(inner.len());
        Tag { name: local(&inner[..end]), attributes: &inner[end..] }
    }

    /// The attributes that say something: not those of namespaces and schemas.
    pub(super) fn attributes(&self) -> Said<'x> {
        Said(Attributes::new(self.attributes, 0))
    }
}

/// Goes through attributes, those of namespaces and schemas left out.
#[derive(Clone, Debug)]
pub(super) struct Said<'x>(Attributes<'x>);

/// Name, value and the value as it stands in the text.
pub(super) type Attribute<'x> = (&'x str, Cow<'x, str>, &'x str);

impl<'x> Iterator for Said<'x> {
    type Item = Result<Attribute<'x>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let attribute = match self.0.next()? {
                Ok(attribute) => attribute,
                Err(error) => return Some(Err(Broken { at: 0, reason: error.to_string() })),
            };
            let name: &'x str = attribute.key.into_inner();
            if name == "xmlns" || name.contains(':') {
                continue;
            }
            let Cow::Borrowed(raw) = attribute.value else { continue };
            return Some(match unescape(raw) {
                Ok(value) => Ok((name, value, raw)),
                Err(error) => Err(Broken { at: 0, reason: error.to_string() }),
            });
        }
    }
}
