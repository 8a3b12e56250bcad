//! The envelope: who sends what to whom, and the four kinds of message (`domain/protocol.md` 1 to 3).

pub mod header;
pub mod json;
pub mod order_event;
pub mod response;

use crate::pick::{Datum, Picks};
use crate::read::{Broken, Reading};
use crate::record::Record;
use crate::violation::{Code, Violation};
pub use header::{DeliveryType, Event, Header, Type};
use json::JsonSource;
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
}

/// The bounds of a message.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Greatest body, in bytes.
    pub body: usize,
    /// Greatest nesting.
    pub depth: usize,
    /// Greatest number of members of one list.
    pub items: usize,
}

/// A body without an envelope: it is set aside, its bytes kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Unreadable {
    /// One of the codes of unreadable bodies.
    pub code: Code,
    /// What is wrong, in Portuguese, without any of the content.
    pub text: String,
    /// The header, where at least that could be read: then the sender is answered.
    pub header: Option<Box<Header>>,
}

impl Unreadable {
    fn new(code: Code, text: impl Into<String>) -> Self {
        Unreadable { code, text: text.into(), header: None }
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
    content: Range<usize>,
}

impl Envelope {
    /// Reads the content by its declaration. Violations go to `cx`.
    pub fn read<R: Record>(&self, cx: &mut Reading) -> Result<R, Broken> {
        match self.format {
            Format::Json => json::read_content(&self.text[self.content.clone()], cx),
            Format::Xml => Err(Broken { at: 0, reason: "XML".to_owned() }),
        }
    }

    /// Picks values out of the content. Violations go to `cx`.
    ///
    /// # Errors
    /// [`Broken`] where the content cannot be walked over.
    pub fn pick(&self, picks: &Picks, cx: &mut Reading) -> Result<Vec<Option<Datum>>, Broken> {
        match self.format {
            Format::Json => picks.read(&mut JsonSource::new(self.content()), cx),
            Format::Xml => Err(Broken { at: 0, reason: "XML".to_owned() }),
        }
    }

    /// The content as text, in its own format.
    pub fn content(&self) -> &str {
        &self.text[self.content.clone()]
    }
}

/// What a body can be.
#[derive(Clone, Debug)]
pub enum Document {
    /// A TOTVS message.
    Message(Box<Envelope>),
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
/// `content_type` may name a charset; without one UTF-8 is tried, then windows-1252.
///
/// # Errors
/// [`Unreadable`] where there is no envelope.
pub fn decode(body: &[u8], content_type: Option<&str>, limits: &Limits) -> Result<Document, Unreadable> {
    if body.len() > limits.body {
        let text = format!("O corpo tem {} bytes; o limite é {}.", body.len(), limits.body);
        return Err(Unreadable::new(Code::TooLarge, text));
    }
    let text = text_of(body, content_type)?;
    match text.trim_start().as_bytes().first() {
        None => Err(Unreadable::new(Code::Empty, "O corpo está vazio.")),
        Some(b'<') => Err(Unreadable::new(Code::NotXml, "Mensagens em XML ainda não são lidas.")),
        Some(_) => json::decode(text.into_owned(), limits),
    }
}

/// The text of the bytes: charset by label, else UTF-8, else windows-1252.
fn text_of<'b>(body: &'b [u8], content_type: Option<&str>) -> Result<Cow<'b, str>, Unreadable> {
    let label = content_type.and_then(charset_label);
    let (named, body) = match encoding_rs::Encoding::for_bom(body) {
        Some((encoding, length)) => (Some(encoding), &body[length..]),
        None => match label {
            Some(label) => match encoding_rs::Encoding::for_label(label.as_bytes()) {
                Some(encoding) => (Some(encoding), body),
                None => return Err(Unreadable::new(Code::Charset, "A codificação declarada não é conhecida.")),
            },
            None => (None, body),
        },
    };
    if let Some(encoding) = named
        && let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(body)
    {
        return Ok(text);
    }
    if named.is_none_or(|encoding| encoding == encoding_rs::UTF_8) {
        if let Ok(text) = std::str::from_utf8(body) {
            return Ok(Cow::Borrowed(text));
        }
        // windows-1252 leaves five bytes without a character: a body that holds one is no text at all.
        if !body.iter().any(|byte| matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d | 0x00)) {
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(body);
            return Ok(text);
        }
    }
    Err(Unreadable::new(Code::Charset, "Os bytes não são texto em UTF-8 nem em windows-1252."))
}

fn charset_label(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })
}
