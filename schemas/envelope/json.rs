//! The envelope in JSON: the events of a document, the finding of header and content, and the way out.

use super::{Document, Envelope, Event, Format, Header, Limits, Unreadable};
use crate::field::{Choice, Value, parse_number};
use crate::read::{Broken, Kind, Reading, Source};
use crate::record::Record;
use crate::violation::Code;
use crate::write::Writer;
use jiter::{Jiter, JiterError, Peek};
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_128;

/// The events of a JSON text.
pub struct JsonSource<'j> {
    jiter: Jiter<'j>,
}

impl<'j> JsonSource<'j> {
    /// Reads a text.
    pub fn new(text: &'j str) -> Self {
        JsonSource { jiter: Jiter::new(text.as_bytes()) }
    }
}

fn broken(error: JiterError) -> Broken {
    Broken { at: error.index, reason: error.error_type.to_string() }
}

fn kind(peek: Peek) -> Kind {
    match peek {
        Peek::String => Kind::Text,
        Peek::True | Peek::False => Kind::Flag,
        Peek::Null => Kind::Null,
        Peek::Object => Kind::Object,
        Peek::Array => Kind::Array,
        _ => Kind::Number,
    }
}

fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or("")
}

impl Source for JsonSource<'_> {
    fn peek(&mut self) -> Result<Kind, Broken> {
        self.jiter.peek().map(kind).map_err(broken)
    }

    fn text(&mut self) -> Result<&str, Broken> {
        match self.jiter.peek().map_err(broken)? {
            Peek::String => self.jiter.known_str().map_err(broken),
            number => self.jiter.known_number_bytes(number).map(utf8).map_err(broken),
        }
    }

    fn flag(&mut self) -> Result<bool, Broken> {
        self.jiter.next_bool().map_err(broken)
    }

    fn skip(&mut self) -> Result<(), Broken> {
        self.jiter.next_skip().map_err(broken)
    }

    fn property<R>(&mut self, first: bool, see: impl FnOnce(&str) -> R) -> Result<Option<R>, Broken> {
        let name = if first { self.jiter.next_object() } else { self.jiter.next_key() };
        name.map(|name| name.map(see)).map_err(broken)
    }

    fn element(&mut self, first: bool) -> Result<bool, Broken> {
        let next = if first { self.jiter.next_array() } else { self.jiter.array_step() };
        next.map(|next| next.is_some()).map_err(broken)
    }
}

/// What a walk over the document stops at.
enum Stop {
    Broken(Broken),
    Deep,
}

impl From<JiterError> for Stop {
    fn from(error: JiterError) -> Self {
        Stop::Broken(broken(error))
    }
}

/// A digest of the next value that ignores the order and case of names and the spelling of numbers, and takes
/// an absent value and `null` for the same. Checks the syntax and the depth of what it walks over.
fn digest(jiter: &mut Jiter<'_>, depth: usize) -> Result<Option<u128>, Stop> {
    let Some(depth) = depth.checked_sub(1) else { return Err(Stop::Deep) };
    let peek = jiter.peek()?;
    Ok(Some(match kind(peek) {
        Kind::Null => {
            jiter.known_null()?;
            return Ok(None);
        }
        Kind::Text => xxh3_128(jiter.known_str()?.as_bytes()),
        Kind::Flag => xxh3_128(if jiter.known_bool(peek)? { b"true" } else { b"false" }),
        Kind::Number => {
            let written = jiter.known_number_bytes(peek)?;
            match parse_number(utf8(written)) {
                Some(number) => xxh3_128(number.normalize().to_string().as_bytes()),
                None => xxh3_128(written),
            }
        }
        Kind::Object => {
            let mut sum = 1u128;
            let mut name = jiter.known_object()?.map(name_digest);
            while let Some(key) = name {
                if let Some(value) = digest(jiter, depth)? {
                    sum = sum.wrapping_add(pair(key, value));
                }
                name = jiter.next_key()?.map(name_digest);
            }
            sum
        }
        Kind::Array => {
            let mut chain = 2u128;
            let mut more = jiter.known_array()?.is_some();
            while more {
                chain = pair(chain, digest(jiter, depth)?.unwrap_or(0));
                more = jiter.array_step()?.is_some();
            }
            chain
        }
    }))
}

fn name_digest(name: &str) -> u128 {
    let mut short = [0u8; 64];
    match short.get_mut(..name.len()) {
        Some(room) => {
            room.copy_from_slice(name.as_bytes());
            room.make_ascii_lowercase();
            xxh3_128(room)
        }
        None => xxh3_128(name.to_ascii_lowercase().as_bytes()),
    }
}

fn pair(left: u128, right: u128) -> u128 {
    let mut both = [0u8; 32];
    both[..16].copy_from_slice(&left.to_le_bytes());
    both[16..].copy_from_slice(&right.to_le_bytes());
    xxh3_128(&both)
}

/// The parts of a body, found in one walk that also proves its syntax.
#[derive(Default)]
struct Parts {
    header: Option<Range<usize>>,
    content: Option<Range<usize>>,
    content_digest: u128,
    event: Option<String>,
    names_order: bool,
    names_event: bool,
    whole_digest: u128,
}

fn find_parts(text: &str, limits: &Limits) -> Result<Parts, Stop> {
    enum Met {
        Header,
        Content,
        Other { order: bool, event: bool, name: u128 },
    }
    let see = |name: &str| match name {
        name if name.eq_ignore_ascii_case("header") => Met::Header,
        name if name.eq_ignore_ascii_case("content") => Met::Content,
        name => Met::Other {
            order: name.eq_ignore_ascii_case("order"),
            event: name.eq_ignore_ascii_case("event"),
            name: name_digest(name),
        },
    };
    let mut jiter = Jiter::new(text.as_bytes());
    let mut parts = Parts::default();
    if kind(jiter.peek()?) != Kind::Object {
        digest(&mut jiter, limits.depth)?;
        jiter.finish()?;
        return Ok(parts);
    }
    let mut met = jiter.next_object()?.map(see);
    while let Some(what) = met {
        jiter.peek()?;
        let start = jiter.current_index();
        let value = digest(&mut jiter, limits.depth)?;
        let range = start..jiter.current_index();
        match what {
            Met::Header => parts.header = Some(range),
            Met::Content => {
                parts.event = content_event(&text[range.clone()]);
                parts.content = Some(range);
                parts.content_digest = value.unwrap_or(0);
            }
            Met::Other { order, event, name } => {
                parts.names_order |= order;
                parts.names_event |= event;
                parts.whole_digest = parts.whole_digest.wrapping_add(pair(name, value.unwrap_or(0)));
            }
        }
        met = jiter.next_key()?.map(see);
    }
    jiter.finish()?;
    Ok(parts)
}

/// The event that a content names (RetailSales does, `domain/retailsales.md` 1).
fn content_event(content: &str) -> Option<String> {
    let mut source = JsonSource::new(content);
    if source.peek().ok()? != Kind::Object {
        return None;
    }
    let mut first = true;
    while let Some(is_event) = source.property(first, |name| name.eq_ignore_ascii_case("event")).ok()? {
        first = false;
        if is_event && source.peek().ok()? == Kind::Text {
            return source.text().ok().map(str::to_owned);
        }
        source.skip().ok()?;
    }
    None
}

/// Reads the envelope of a JSON text.
pub(super) fn decode(text: String, limits: &Limits) -> Result<Document, Unreadable> {
    let parts = find_parts(&text, limits).map_err(|stop| match stop {
        Stop::Deep => Unreadable::new(Code::TooDeep, format!("Mais de {} níveis de aninhamento.", limits.depth)),
        Stop::Broken(broken) => {
            let (line, column) = position(&text, broken.at);
            Unreadable::new(Code::NotJson, format!("JSON inválido na linha {line}, coluna {column}."))
        }
    })?;
    if parts.header.is_none() && parts.content.is_none() && parts.names_order && parts.names_event {
        return Ok(Document::OrderEvent { text, digest: parts.whole_digest });
    }
    let mut cx = Reading::under("Header", limits.items);
    let header = match parts.header {
        Some(range) => Header::read(&mut JsonSource::new(&text[range]), &mut cx).ok().flatten(),
        None => None,
    };
    let (header, content) = match (header, parts.content) {
        (Some(header), Some(content)) => (header, content),
        (header, _) => {
            let unreadable = Unreadable::new(Code::NoEnvelope, "O corpo não tem Header e Content.");
            return Err(Unreadable { header: header.map(Box::new), ..unreadable });
        }
    };
    let event = match (&header.event, parts.event) {
        (Some(_), _) => header.event(),
        (None, Some(text)) => Event::find(&text).map(|(event, _)| event),
        (None, None) => None,
    };
    let found = cx.finish();
    let digest = parts.content_digest;
    Ok(Document::Message(Box::new(Envelope { header, format: Format::Json, found, event, digest, text, content })))
}

/// Line and column of a byte offset, counted from 1, the column in characters.
pub fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at.min(text.len())];
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |found| found + 1);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    (line, String::from_utf8_lossy(&before[line_start..]).chars().count() + 1)
}

/// Reads a content by its declaration. A content that is no object is an error of its own.
pub(super) fn read_content<R: Record>(content: &str, cx: &mut Reading) -> Result<R, Broken> {
    let mut source = JsonSource::new(content);
    match source.peek()? {
        Kind::Object => R::read_object(&mut source, cx),
        Kind::Text if content.trim_matches(['"', ' ']).is_empty() => {
            let empty = R::default();
            empty.check_absent(cx);
            Ok(empty)
        }
        other => {
            cx.within("Content", |cx| cx.wrong_type("um objeto", other));
            Ok(R::default())
        }
    }
}

/// Writes JSON text, without blanks.
#[derive(Debug, Default)]
pub struct JsonWriter {
    text: String,
    comma: bool,
}

impl JsonWriter {
    /// What was written.
    pub fn finish(self) -> String {
        self.text
    }

    fn value(&mut self) {
        if std::mem::replace(&mut self.comma, true) {
            self.text.push(',');
        }
    }

    fn quoted(&mut self, text: &str) {
        self.text.push('"');
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            let escaped = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\n' => "\\n",
                b'\r' => "\\r",
                b'\t' => "\\t",
                0..0x20 => "",
                _ => continue,
            };
            self.text.push_str(&text[from..at]);
            from = at + 1;
            if escaped.is_empty() {
                self.text.push_str(&format!("\\u{byte:04x}"));
            } else {
                self.text.push_str(escaped);
            }
        }
        self.text.push_str(&text[from..]);
        self.text.push('"');
    }
}

impl Writer for JsonWriter {
    fn begin_object(&mut self) {
        self.value();
        self.text.push('{');
        self.comma = false;
    }

    fn end_object(&mut self) {
        self.text.push('}');
        self.comma = true;
    }

    fn property(&mut self, name: &str) {
        self.value();
        self.quoted(name);
        self.text.push(':');
        self.comma = false;
    }

    fn begin_list(&mut self, element: &str) {
        if !element.is_empty() {
            self.property(element);
        }
        self.value();
        self.text.push('[');
        self.comma = false;
    }

    fn end_list(&mut self) {
        self.text.push(']');
        self.comma = true;
    }

    fn text(&mut self, text: &str) {
        self.value();
        self.quoted(text);
    }

    fn number(&mut self, digits: &str) {
        self.value();
        self.text.push_str(digits);
    }

    fn flag(&mut self, flag: bool) {
        self.value();
        self.text.push_str(if flag { "true" } else { "false" });
    }
}

/// Reads a whole JSON text by a declaration, without an envelope.
///
/// # Errors
/// [`Broken`] where the text is no JSON.
pub fn read_text<R: Record>(text: &str, cx: &mut Reading) -> Result<R, Broken> {
    read_content(text, cx)
}
