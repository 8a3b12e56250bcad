//! The one walk over an XML text: it proves its syntax and its depth, takes its digest, leaves its outline and tells
//! where header and content stand.
//!
//! An element that holds elements or has attributes is an object, attributes being properties like its elements; one
//! with text alone is a text, whatever its attributes; one without any is null.

use super::gathered::Gathered;
use super::tag::Tag;
use super::{HeaderParts, ID, ROOT};
use crate::envelope::digest;
use crate::envelope::header::{SubType, Type};
use crate::outline::{Outline, seed};
use crate::read::Kind;
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

/// A body that was walked over.
pub(super) struct Walked {
    pub(super) outline: Outline,
    /// It has a `TOTVSMessage`.
    pub(super) is_message: bool,
    pub(super) header: HeaderParts,
    /// The mark of `BusinessContent`, or of the whole of a Response or Receipt, and where it stands in the text.
    /// Empty where a business message has none.
    pub(super) content: Option<(usize, Range<usize>)>,
    /// The mark of `BusinessEvent/Identification/key` of the name InternalId, in a delete: what is deleted may be
    /// named there alone, what is written names itself.
    pub(super) named: Option<usize>,
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
    Identification,
    /// The key of the name InternalId.
    Key,
    Content,
    /// Somewhere in the content.
    Inside,
}

struct Open {
    role: Role,
    at: usize,
    /// Its mark.
    place: usize,
    seed: u64,
    sum: u128,
    holds_elements: bool,
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
    /// Where the end of a business message stands.
    end_of_business: Option<usize>,
    is_delete: bool,
    /// The seed of an id in the content.
    id: u64,
    /// What the id of the key adds to the digest of a delete whose content has none.
    named: u128,
    walked: Walked,
}

/// Walks over a text.
pub(super) fn over(text: &str, depth: usize) -> Result<Walked, Stop> {
    let mut walk = Walk {
        text,
        depth,
        open: Vec::with_capacity(depth.min(64)),
        gathered: Gathered::default(),
        is_rooted: false,
        end_of_business: None,
        is_delete: false,
        id: seed(ID),
        named: 0,
        walked: Walked {
            outline: Outline::of(text, false),
            is_message: false,
            header: HeaderParts { information: None, kind: None, sub_type: SubType::Event, event: None },
            content: None,
            named: None,
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
            Event::Eof if !walk.is_rooted => return Err(broken("o documento não tem nenhum elemento")),
            Event::Eof => return Ok(walk.finish()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

impl Walk<'_> {
    fn start(&mut self, at: Range<usize>, is_closed: bool) -> Result<(), Stop> {
        if self.open.len() >= self.depth {
            return Err(Stop::Deep);
        }
        let tag = Tag::of(&self.text[at.clone()], is_closed);
        let role = self.role(&tag);
        let outline = &mut self.walked.outline;
        let mut seed = outline.name(self.text, tag.name, at.start);
        match self.open.last_mut() {
            Some(around) => {
                around.holds_elements = true;
                if role == Role::Inside {
                    around.ordinal = if around.last == seed { around.ordinal + 1 } else { 0 };
                    around.last = seed;
                    seed = digest::member(seed, around.ordinal);
                }
            }
            None if std::mem::replace(&mut self.is_rooted, true) => {
                return Err(Stop::Broken { at: at.start, reason: "mais de um elemento raiz".to_owned() });
            }
            None => {}
        }
        let seed = match role {
            Role::Inside => seed,
            Role::Key => self.id,
            _ => digest::ROOT,
        };
        let place = outline.open(Kind::Object, at.start);
        let mut sum = 0u128;
        if !tag.attributes.is_empty() {
            for attribute in tag.attributes() {
                let (name, value, raw) =
                    attribute.map_err(|broken| Stop::Broken { at: at.start, reason: broken.reason })?;
                let of = outline.name(self.text, name, at.start);
                outline.untyped(self.text, &value, raw);
                sum = sum.wrapping_add(digest::untyped(&value, of).unwrap_or(0));
            }
        }
        self.gathered = Gathered::default();
        self.open.push(Open { role, at: at.start, place, seed, sum, holds_elements: false, last: 0, ordinal: 0 });
        Ok(())
    }

    /// What an element is, by its name and the element around it.
    fn role(&mut self, tag: &Tag<'_>) -> Role {
        let is = |name: &str| tag.name.eq_ignore_ascii_case(name);
        let around = self.open.last().map_or(Role::Other, |around| around.role);
        match around {
            Role::Content | Role::Inside => Role::Inside,
            Role::Other if is(ROOT) && !self.walked.is_message => {
                self.walked.is_message = true;
                Role::Message
            }
            Role::Message if is("MessageInformation") => Role::Information,
            Role::Message if is("BusinessMessage") => self.message(Type::BusinessMessage, Role::Business),
            Role::Message if is("ResponseMessage") => self.message(Type::Response, Role::Content),
            Role::Message if is("ReceiptMessage") => self.message(Type::Receipt, Role::Content),
            Role::Business if is("BusinessContent") => Role::Content,
            Role::Business if is("BusinessEvent") => Role::BusinessEvent,
            Role::Business if is("BusinessRequest") => {
                self.walked.header.sub_type = SubType::Request;
                Role::Other
            }
            Role::BusinessEvent if is("Event") => Role::EventName,
            Role::BusinessEvent if is("Identification") => Role::Identification,
            Role::Identification if is("key") && is_of_id(tag) => Role::Key,
            _ => Role::Other,
        }
    }

    fn message(&mut self, kind: Type, role: Role) -> Role {
        self.walked.header.kind = Some(kind);
        role
    }

    fn end(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let outline = &mut self.walked.outline;
        let text = if open.holds_elements { None } else { std::mem::take(&mut self.gathered).finish() };
        let says = text.is_some();
        let value = match text {
            Some((text, at)) => {
                outline.take_back(open.place);
                outline.text(self.text, &text, at);
                self.is_delete |= open.role == Role::EventName && text.trim().eq_ignore_ascii_case("delete");
                digest::untyped(&text, open.seed).unwrap_or(0)
            }
            // Elements or attributes.
            None if outline.place() > open.place + 1 => {
                outline.close(open.place);
                digest::object(open.sum, open.seed)
            }
            None => {
                outline.take_back(open.place);
                outline.scalar(Kind::Null, open.at..open.at);
                0
            }
        };
        match open.role {
            Role::Inside => {
                if let Some(around) = self.open.last_mut() {
                    around.sum = around.sum.wrapping_add(value);
                    if around.role == Role::Content && open.seed == self.id && value != 0 {
                        self.named = 0;
                    }
                }
            }
            Role::Key if says => {
                self.named = value;
                self.walked.named = Some(open.place);
            }
            Role::Content => {
                self.walked.digest = match self.named() {
                    0 => value,
                    named => digest::object(open.sum.wrapping_add(named), open.seed),
                };
                self.walked.content = Some((open.place, open.at..end));
            }
            Role::Information => self.walked.header.information = Some(open.place),
            Role::EventName => self.walked.header.event = Some(open.place),
            Role::Business => self.end_of_business = Some(end),
            Role::Other | Role::Message | Role::BusinessEvent | Role::Identification | Role::Key => {}
        }
    }

    /// What the digest of a delete takes from the id that stands besides its content: messages of PPI share one UUID
    /// (`domain/protocol.md` 6), and deletes of two records are not the same message.
    fn named(&self) -> u128 {
        if self.is_delete { self.named } else { 0 }
    }

    fn finish(self) -> Walked {
        let named = self.named();
        let mut walked = self.walked;
        walked.named = walked.named.filter(|_| self.is_delete);
        if let (None, Some(end)) = (&walked.content, self.end_of_business) {
            walked.content = Some((walked.outline.place(), end..end));
            walked.outline.scalar(Kind::Null, end..end);
            walked.digest = if named == 0 { 0 } else { digest::object(named, digest::ROOT) };
        }
        walked
    }
}

/// Whether a key is the id of the record; names of others are free (`domain/protocol.md` 2.2).
fn is_of_id(key: &Tag<'_>) -> bool {
    let mut attributes = key.attributes().filter_map(Result::ok);
    attributes.any(|(name, value, _)| name.eq_ignore_ascii_case("name") && value.trim().eq_ignore_ascii_case(ID))
}
