//! The envelope: who sends what to whom, and the four kinds of message (`domain/protocol.md` 1 to 3).

pub mod answer;
mod charset;
mod digest;
mod fragment;
pub mod header;
pub mod json;
pub mod order_event;
pub mod response;
mod wrapped;
pub mod xml;

use crate::field::Choice;
use crate::outline::{Name, Outline, Source};
use crate::pdvsync::{Call, Sheet, UNKNOWN_POSTAL_CODE};
use crate::pick::{Datum, Picks};
use crate::place::{Place, Sought};
use crate::read::{Kind, Reading};
use crate::record::Record;
use crate::violation::{Code, Violation};
pub use header::{DeliveryType, Event, Header, Type};
use std::borrow::Cow;
use std::ops::Range;

/// The format of a message; its answer goes out in the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// XML.
    Xml,
}

impl Format {
    /// `json` or `xml`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Xml => "xml",
        }
    }

    /// The content type of a text whose charset is not known.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Xml => "application/xml",
        }
    }

    /// The content type of what we write in it.
    pub const fn content_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Xml => "application/xml; charset=utf-8",
        }
    }

    /// Reads `json` or `xml`; what is neither is JSON.
    pub fn parse(text: &str) -> Format {
        if text.eq_ignore_ascii_case("xml") { Format::Xml } else { Format::Json }
    }
}

/// The bounds of a message.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Greatest body, in bytes.
    pub body: usize,
    /// Greatest nesting, at most [`Limits::DEEPEST`].
    pub depth: usize,
    /// Greatest number of members of one list.
    pub items: usize,
}

impl Limits {
    /// The deepest nesting that may be allowed: a text is walked over by recursion, and messages have seven levels.
    pub const DEEPEST: usize = 128;
}

/// A body without an envelope: it is set aside, its bytes kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Unreadable {
    /// One of the codes of unreadable bodies.
    pub code: Code,
    /// What is wrong, in Portuguese, without any of the content.
    pub text: String,
    /// The format that it seems to have.
    pub format: Format,
    /// Where its text ([`text_of`]) is malformed, in bytes.
    pub at: Option<usize>,
    /// The header, where at least that could be read: then the sender is answered.
    pub header: Option<Box<Header>>,
}

impl Unreadable {
    fn new(code: Code, text: impl Into<String>) -> Self {
        Unreadable { code, text: text.into(), format: Format::Json, at: None, header: None }
    }

    fn malformed(code: Code, text: impl Into<String>, at: usize) -> Self {
        Unreadable { at: Some(at), ..Unreadable::new(code, text) }
    }

    fn too_deep(limits: &Limits) -> Self {
        Unreadable::new(Code::TooDeep, format!("Mais de {} níveis de aninhamento.", limits.depth))
    }
}

/// A message with its envelope read and its content still text.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The header.
    pub header: Header,
    /// The format it came in.
    pub format: Format,
    /// What was found wrong in the header.
    pub found: Vec<Violation>,
    /// The event of the header, else that of the content.
    pub event: Option<Event>,
    /// A digest of the content as values: order, case of names and spelling of numbers do not matter.
    pub digest: u128,
    text: String,
    outline: Outline,
    header_at: HeaderAt,
    /// The mark of the content,
    content_at: usize,
    /// and where it stands in the text.
    content: Range<usize>,
    /// The mark of the id by which XML names what is deleted, besides the content.
    named_at: Option<usize>,
}

/// The id of a record: a tag of its content, and in XML the name of its key.
const ID: &str = "InternalId";

/// Where the header stands.
#[derive(Clone, Copy, Debug)]
enum HeaderAt {
    /// In JSON, its mark.
    Json(usize),
    /// In XML, the marks of its parts.
    Xml(xml::HeaderParts),
}

impl Envelope {
    /// Reads the content by its declaration. Violations go to `cx`.
    pub fn read<R: Record>(&self, cx: &mut Reading) -> R {
        let mut record = R::default();
        if let (Some(id), Some(index)) = (self.named_at, R::spec().find(Name::of(ID))) {
            record.read_field(index, &mut self.outline.source(&self.text, id), cx);
        }
        read_content(record, self.outline.source(&self.text, self.content_at), cx)
    }

    /// Picks values out of the content. Violations go to `cx`.
    pub fn pick(&self, picks: &Picks, cx: &mut Reading) -> Vec<Option<Datum>> {
        picks.read(&mut self.outline.source(&self.text, self.content_at), cx)
    }

    /// The message as an answer to it carries it: XML alone does, without its declaration, whose encoding is no
    /// longer its own. Where it is larger than 64 kB its content is left out (`contract.md`, The answer).
    pub fn as_received(&self) -> String {
        match self.format {
            Format::Json => String::new(),
            Format::Xml => xml::as_received(&self.text, self.content.clone()),
        }
    }

    /// The whole message as text, freed of what it was wrapped in.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where paths stand in [`Envelope::text`]: for each its place, or that of what should hold it. `read` reads
    /// the content.
    pub fn locate(&self, paths: &[&str], read: impl FnOnce(&mut Reading)) -> Vec<Place> {
        let of = |header: bool| Sought::of(paths.iter().copied().filter(move |path| is_of_header(path) == header));
        let content = Reading::new(true, usize::MAX).seeking(of(false));
        let header = Reading::of_header(usize::MAX).seeking(of(true));
        let found = self.seek(header, content, read);
        let met: Vec<(usize, &str)> = paths
            .iter()
            .map(|path| match found[usize::from(!is_of_header(path))].find(path) {
                Some(met) => met,
                None => (self.content.start, ""),
            })
            .collect();
        let xpaths = match self.format {
            Format::Json => Vec::new(),
            Format::Xml => xml::xpaths(&self.text, &met),
        };
        let mut xpaths = xpaths.into_iter();
        met.iter().map(|(at, _)| Place { at: *at, xpath: xpaths.next() }).collect()
    }

    /// Reads header and content once more, and gives where the paths were met that each sought.
    fn seek(&self, mut header: Reading, mut content: Reading, read: impl FnOnce(&mut Reading)) -> [Sought; 2] {
        match &self.header_at {
            HeaderAt::Json(at) => drop(json::read_header(self.outline.source(&self.text, *at), &mut header)),
            HeaderAt::Xml(parts) => drop(xml::read_header(&self.text, &self.outline, parts, &mut header)),
        }
        read(&mut content);
        [header.sought(), content.sought()]
    }

    /// The content as text, in its own format.
    pub fn content(&self) -> &str {
        &self.text[self.content.clone()]
    }

    /// The event that a content names (RetailSales does, `domain/retailsales.md` 1).
    fn event_in(mut content: Source<'_>) -> Option<Event> {
        if content.peek() != Kind::Object {
            return None;
        }
        content.enter();
        while let Some(name) = content.property() {
            if name.text.eq_ignore_ascii_case("event") && content.peek() == Kind::Text {
                return Event::find(content.text()).map(|(event, _)| event);
            }
            content.skip();
        }
        None
    }
}

/// Reads a content into a record of which something may be known already; an empty one lacks all else. One that is no
/// object is an error of its own.
fn read_content<R: Record>(mut record: R, mut source: Source<'_>, cx: &mut Reading) -> R {
    match source.peek() {
        Kind::Object => record.read_object(&mut source, cx),
        Kind::Null => record.check_absent(cx),
        Kind::Text if source.text().trim_matches(' ').is_empty() => record.check_absent(cx),
        other => cx.within("Content", |cx| cx.wrong_type("um objeto", other)),
    }
    record
}

/// Whether a path is one of the header.
pub fn is_of_header(path: &str) -> bool {
    path == "/Header" || path.starts_with("/Header/")
}

/// What a body can be.
#[derive(Clone, Debug)]
pub enum Document {
    /// A TOTVS message.
    Message(Box<Envelope>),
    /// What PDVSync sends.
    PreSale(Box<Sheet>),
    /// An order event of the ERP side.
    OrderEvent {
        /// The body as text.
        text: String,
        /// A digest of it as values.
        digest: u128,
    },
}

/// Reads a body: its charset, its format, its envelope.
///
/// `content_type` may say that it is a [`Call`] of PDVSync. It or the XML declaration may name a charset; without one UTF-8 is tried, then windows-1252. What
/// comes escaped, as CDATA or in base64 is unwrapped.
///
/// # Errors
/// [`Unreadable`] where there is no envelope.
pub fn decode(body: &[u8], content_type: Option<&str>, limits: &Limits) -> Result<Document, Unreadable> {
    within_bound(body.len(), limits.body)?;
    let (text, is_guessed) = text_of(body, content_type)?;
    within_bound(text.len(), Outline::GREATEST)?;
    if let Some(call) = content_type.and_then(Call::of) {
        let mut document = json::decode_call(text.into_owned(), call, limits)?;
        if let Document::PreSale(sheet) = &mut document {
            sheet.has_unknown_postal_code = content_type.is_some_and(|told| told.ends_with(UNKNOWN_POSTAL_CODE));
        }
        return Ok(document);
    }
    let mut document = match text.trim_start().as_bytes().first() {
        None => Err(Unreadable::new(Code::Empty, "O corpo está vazio.")),
        Some(b'<') => xml::decode(text.into_owned(), limits)
            .map_err(|unreadable| Unreadable { format: Format::Xml, ..unreadable }),
        Some(_) => json::decode(text.into_owned(), limits),
    }?;
    if let Document::Message(envelope) = &mut document
        && is_guessed
    {
        let text = "Os bytes não são UTF-8; lidos como windows-1252.";
        envelope.found.push(Violation::warning(Code::ReadAs, "", text));
    }
    Ok(document)
}

fn within_bound(length: usize, bound: usize) -> Result<(), Unreadable> {
    if length > bound {
        let text = format!("O corpo tem {length} bytes; o limite é {bound}.");
        return Err(Unreadable::new(Code::TooLarge, text));
    }
    Ok(())
}

/// The text of a body, freed of what it was wrapped in, and whether its charset had to be guessed.
///
/// # Errors
/// [`Unreadable`] where the bytes, or those that it wraps, are no text.
pub fn text_of<'b>(body: &'b [u8], content_type: Option<&str>) -> Result<(Cow<'b, str>, bool), Unreadable> {
    let (text, is_guessed) = charset::text_of(body, content_type)?;
    Ok((wrapped::unwrap(text)?, is_guessed))
}
