//! Where header and content stand in an XML text: one walk, that also proves its syntax and its depth.

use super::ROOT;
use super::gathered::Gathered;
use super::tag::Tag;
use crate::envelope::digest;
use crate::envelope::header::{SubType, Type};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::ops::Range;

/// What a walk over the document stops at.
pub(super) enum Stop {
    /// It is not well formed, or holds what is refused.
    Broken { at: usize, reason: String },
    /// It is nested too deep.
    Deep,
}

/// The parts of a body.
#[derive(Debug)]
pub(super) struct Parts {
    /// It has a `TOTVSMessage`.
    pub(super) is_message: bool,
    /// `MessageInformation`.
    pub(super) information: Option<Range<usize>>,
    /// By the element that holds the content.
    pub(super) kind: Option<Type>,
    /// By `BusinessEvent` or `BusinessRequest`.
    pub(super) sub_type: SubType,
    /// `BusinessEvent/Event`.
    pub(super) event: Option<Range<usize>>,
    /// `BusinessContent`, or the whole of a Response or Receipt. Empty where a business message has none.
    pub(super) content: Option<Range<usize>>,
    pub(super) digest: u128,
}

/// What an open element is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Around the message, or without interest.
    Other,
    Message,
    Information,
    Business,
    BusinessEvent,
    EventName,
    Content,
    /// Somewhere in the content.
    Inside,
}

impl Role {
    fn is_digested(self) -> bool {
        matches!(self, Role::Content | Role::Inside)
    }
}

struct Open {
    role: Role,
    at: usize,
    seed: u64,
    sum: u128,
    /// It holds elements or attributes.
    is_object: bool,
    /// The name of the last element in it, and how many of that name came one after another.
    last: u64,
    ordinal: usize,
}

struct Walk<'x> {
    text: &'x str,
    depth: usize,
    open: Vec<Open>,
    gathered: Gathered<'x>,
    is_rooted: bool,
    parts: Parts,
}

/// Walks over a text.
pub(super) fn find(text: &str, depth: usize) -> Result<Parts, Stop> {
    let mut walk = Walk {
        text,
        depth,
        open: Vec::with_capacity(depth.min(64)),
        gathered: Gathered::default(),
        is_rooted: false,
        parts: Parts {
            is_message: false,
            information: None,
            kind: None,
            sub_type: SubType::Event,
            event: None,
            content: None,
            digest: 0,
        },
    };
    let mut reader = Reader::from_str(text);
    let position = |reader: &Reader<&[u8]>| usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
    loop {
        let at = position(&reader);
        let event = reader.read_event().map_err(|error| Stop::Broken {
            at: usize::try_from(reader.error_position()).unwrap_or(at),
            reason: error.to_string(),
        })?;
        let end = position(&reader);
        let broken = |reason: &str| Stop::Broken { at, reason: reason.to_owned() };
        match event {
            Event::Start(_) => walk.start(at..end, false)?,
            Event::Empty(_) => {
                walk.start(at..end, true)?;
                walk.end(end);
            }
            Event::End(_) => walk.end(end),
            Event::Text(piece) => {
                if walk.open.is_empty() && !piece.trim().is_empty() {
                    return Err(broken("texto fora do elemento raiz"));
                }
                walk.gathered.text(piece.xml10_content(), at);
            }
            Event::CData(piece) => walk.gathered.push(piece.xml10_content(), at),
            Event::GeneralRef(reference) => {
                if !walk.gathered.reference(&reference, at) {
                    return Err(broken("entidade desconhecida; só as cinco do XML são lidas"));
                }
            }
            Event::DocType(_) => return Err(broken("DOCTYPE não é aceito")),
            Event::Eof if !walk.open.is_empty() => return Err(broken("o documento terminou com elementos abertos")),
            Event::Eof => return Ok(walk.parts),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

impl Walk<'_> {
    fn start(&mut self, at: Range<usize>, is_closed: bool) -> Result<(), Stop> {
        if self.open.len() >= self.depth {
            return Err(Stop::Deep);
        }
        let tag = Tag::of(&self.text[at.clone()], at.start, is_closed);
        let role = self.role(tag.name);
        let mut opened = Open { role, at: at.start, seed: digest::ROOT, sum: 0, is_object: false, last: 0, ordinal: 0 };
        match self.open.last_mut() {
            Some(around) => {
                around.is_object = true;
                if role == Role::Inside {
                    let name = digest::name(tag.name);
                    around.ordinal = if around.last == name { around.ordinal + 1 } else { 0 };
                    around.last = name;
                    opened.seed = digest::member(name, around.ordinal);
                }
            }
            None if std::mem::replace(&mut self.is_rooted, true) => {
                return Err(Stop::Broken { at: at.start, reason: "mais de um elemento raiz".to_owned() });
            }
            None => {}
        }
        if !tag.attributes.is_empty() {
            for attribute in tag.attributes() {
                let (name, value, _) =
                    attribute.map_err(|broken| Stop::Broken { at: at.start, reason: broken.reason })?;
                opened.is_object = true;
                let seed = digest::name(name);
                opened.sum = opened.sum.wrapping_add(digest::untyped(&value, seed).unwrap_or(0));
            }
        }
        self.gathered = Gathered::default();
        self.open.push(opened);
        Ok(())
    }

    /// What an element is, by its name and the element around it.
    fn role(&mut self, name: &str) -> Role {
        let is = |tag: &str| name.eq_ignore_ascii_case(tag);
        let around = self.open.last().map_or(Role::Other, |around| around.role);
        match around {
            Role::Content | Role::Inside => Role::Inside,
            Role::Other if is(ROOT) && !self.parts.is_message => {
                self.parts.is_message = true;
                Role::Message
            }
            Role::Message if is("MessageInformation") => Role::Information,
            Role::Message if is("BusinessMessage") => self.message(Type::BusinessMessage, Role::Business),
            Role::Message if is("ResponseMessage") => self.message(Type::Response, Role::Content),
            Role::Message if is("ReceiptMessage") => self.message(Type::Receipt, Role::Content),
            Role::Business if is("BusinessContent") => Role::Content,
            Role::Business if is("BusinessEvent") => Role::BusinessEvent,
            Role::Business if is("BusinessRequest") => {
                self.parts.sub_type = SubType::Request;
                Role::Other
            }
            Role::BusinessEvent if is("Event") => Role::EventName,
            _ => Role::Other,
        }
    }

    fn message(&mut self, kind: Type, role: Role) -> Role {
        self.parts.kind = Some(kind);
        role
    }

    fn end(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let at = open.at..end;
        if open.role.is_digested() {
            let text = if open.is_object { None } else { std::mem::take(&mut self.gathered).finish() };
            let value = match (open.is_object, text) {
                (true, _) => digest::object(open.sum, open.seed),
                (false, Some((text, _))) => digest::untyped(&text, open.seed).unwrap_or(0),
                (false, None) => 0,
            };
            match self.open.last_mut() {
                Some(around) if open.role == Role::Inside => around.sum = around.sum.wrapping_add(value),
                _ => self.parts.digest = value,
            }
        }
        match open.role {
            Role::Information => self.parts.information = Some(at),
            Role::EventName => self.parts.event = Some(at),
            Role::Content => self.parts.content = Some(at),
            Role::Business if self.parts.content.is_none() => self.parts.content = Some(end..end),
            _ => {}
        }
    }
}
