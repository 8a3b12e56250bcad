//! One message being decided: what it says, what is known, and what was found so far.

use crate::books::Books;
use crate::effect::Alias;
use crate::ids;
use crate::routine::Letter;
use crate::table::Word;
use crate::verdict::Findings;
use crate::world::{Flaw, World};
use eaid_schemas::field::{PartnerCode, Text};
use eaid_schemas::violation::Code;

/// A message on the desk of its routine, while it is decided.
pub struct Desk<'a, M> {
    /// The message.
    pub letter: &'a Letter<M>,
    /// Reference tables and rules.
    pub books: &'a Books,
    /// What is known.
    pub world: &'a World,
    /// What was found.
    pub found: Findings,
}

/// A tag of the message by its value and its path; the path is made only where it is needed.
pub struct Tag<'a> {
    /// What it holds.
    pub value: Option<&'a PartnerCode>,
    /// Path of the record that it is in.
    pub at: At,
    /// Its name.
    pub name: &'static str,
}

/// Where in the message a record stands.
#[derive(Clone, Copy)]
pub enum At {
    /// The root of the content.
    Root,
    /// A member of a list.
    Member(&'static str, usize),
}

impl At {
    /// The path of a tag here.
    pub fn tag(self, name: &str) -> String {
        match self {
            At::Root => format!("/{name}"),
            At::Member(list, index) => format!("{list}/{index}/{name}"),
        }
    }

    /// A tag here that holds a partner's code.
    pub fn code<'a>(self, name: &'static str, value: &'a Option<PartnerCode>) -> Tag<'a> {
        Tag { value: value.as_ref(), at: self, name }
    }
}

/// What a tag holds, for a column; empty where it is absent.
pub fn text<const MAX: usize>(field: &Option<Text<MAX>>) -> Word {
    field.as_ref().map_or("", Text::as_str).into()
}

impl<'a, M> Desk<'a, M> {
    /// Lays a message on the desk, with what the reading found.
    pub fn new(letter: &'a Letter<M>, books: &'a Books, world: &'a World) -> Self {
        Desk { letter, books, world, found: Findings::after(&letter.found) }
    }

    /// Our internal value for a partner's code.
    ///
    /// # Errors
    /// [`Flaw`] where it was not wanted.
    pub fn internal(&self, alias: Alias, external: &str) -> Result<Option<&'a str>, Flaw> {
        let entry = self.world.depara(self.letter.partner(), alias, external)?;
        Ok(entry.map(|entry| entry.internal.as_str()))
    }

    /// Our code for the first of several alternative tags that De/Para knows. Where tags are there and none is
    /// known, the message waits for the first of them (`domain/README.md` 6).
    ///
    /// # Errors
    /// [`Flaw`] where it was not wanted.
    pub fn translate(&mut self, alias: Alias, tags: &[Tag<'_>]) -> Result<Option<&'a str>, Flaw> {
        let mut unknown = None;
        for tag in tags {
            let Some(external) = tag.value.map(Text::as_str) else { continue };
            match self.internal(alias, external)? {
                Some(internal) => return Ok(self.code_of(alias, internal, external, tag)),
                None if unknown.is_none() => unknown = Some((external, tag)),
                None => {}
            }
        }
        if let Some((external, tag)) = unknown {
            self.found.missing_depara(self.letter.partner(), alias, external, tag.at.tag(tag.name));
        }
        Ok(None)
    }

    fn code_of(&mut self, alias: Alias, internal: &'a str, external: &str, tag: &Tag<'_>) -> Option<&'a str> {
        let code = ids::code(internal);
        if code.is_empty() {
            let what = alias.what;
            let text = format!("O De/Para para {what} \"{external}\" ({}) está sem código: corrija-o.", alias.alias);
            self.found.error(Code::NotFound, tag.at.tag(tag.name), text);
            return None;
        }
        Some(code)
    }

    /// Notes that one of several tags is mandatory, by the name of the first, where none is there
    /// (`domain/README.md`, Finer decisions, Checking).
    pub fn needs_one(&mut self, tags: &[Tag<'_>]) {
        let given = tags.iter().any(|tag| tag.value.is_some())
            || tags.iter().any(|tag| self.found.has_error_at(&tag.at.tag(tag.name)));
        if let (false, [first, others @ ..]) = (given, tags) {
            let others: String = others.iter().map(|tag| format!(" ou {}", tag.name)).collect();
            let text = format!("A tag {}{others} é obrigatória e não foi informada.", first.name);
            self.found.error(Code::Missing, first.at.tag(first.name), text);
        }
    }
}
