//! The envelope in JSON.

mod parts;
mod source;
mod writer;

use super::response::{Heading, Identity, STANDARD};
use super::{Document, Envelope, Format, Header, Limits, Unreadable};
use crate::field::Value;
use crate::read::{Broken, Kind, Reading, Source, line_and_column};
use crate::record::Record;
use crate::violation::Code;
use crate::write::{Content, Writer, texts};
use parts::{Parts, Stop};
pub use source::JsonSource;
use std::ops::Range;
pub use writer::JsonWriter;

/// Reads the envelope of a JSON text.
pub(super) fn decode(text: String, limits: &Limits) -> Result<Document, Unreadable> {
    let parts = parts::find(&text, limits.depth).map_err(|stop| match stop {
        Stop::Deep => Unreadable::too_deep(limits),
        Stop::Broken(broken) => {
            let (line, column) = line_and_column(&text, broken.at);
            Unreadable::new(Code::NotJson, format!("JSON inválido na linha {line}, coluna {column}."))
        }
    })?;
    if parts.header.is_none() && parts.content.is_none() && parts.names_order && parts.names_event {
        return Ok(Document::OrderEvent { text, digest: parts.whole_digest });
    }
    let mut cx = Reading::of_header(limits.items);
    let header = parts.header.and_then(|at| read_header(&text, at, &mut cx));
    match (header, parts.content) {
        (Some(header), Some(content)) => {
            let named = (header.event.is_none()).then(|| Envelope::event_in(JsonSource::part(&text, content.clone())));
            Ok(Document::Message(Box::new(Envelope {
                event: header.event().or_else(|| named.flatten()),
                header,
                format: Format::Json,
                found: cx.finish(),
                digest: parts.content_digest,
                text,
                content,
            })))
        }
        (header, _) => {
            let unreadable = Unreadable::new(Code::NoEnvelope, "O corpo não tem Header e Content.");
            Err(Unreadable { header: header.map(Box::new), ..unreadable })
        }
    }
}

/// Reads a header; `None` where it is no object.
fn read_header(text: &str, at: Range<usize>, cx: &mut Reading) -> Option<Header> {
    let header = Header::read(&mut JsonSource::part(text, at), cx).ok().flatten()?;
    header.note(cx);
    Some(header)
}

/// Reads the header of a text once more.
pub(super) fn seek_header(text: &str, cx: &mut Reading) {
    if let Ok(Parts { header: Some(at), .. }) = parts::find(text, usize::MAX) {
        read_header(text, at, cx);
    }
}

/// Reads a content by its declaration. A content that is no object is an error of its own.
pub(super) fn read_content<R: Record>(text: &str, content: Range<usize>, cx: &mut Reading) -> Result<R, Broken> {
    let is_blank = text[content.clone()].trim_matches(['"', ' ']).is_empty();
    let mut source = JsonSource::part(text, content);
    match source.peek()? {
        Kind::Object => R::read_object(&mut source, cx),
        Kind::Text if is_blank => {
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

/// Reads a whole JSON text by a declaration, without an envelope.
///
/// # Errors
/// [`Broken`] where the text is no JSON.
pub fn read_text<R: Record>(text: &str, cx: &mut Reading) -> Result<R, Broken> {
    read_content(text, 0..text.len(), cx)
}

/// Writes a whole message.
pub(super) fn write(identity: &Identity, heading: &Heading<'_>, content: &dyn Content) -> String {
    let mut out = JsonWriter::default();
    out.begin_object();
    out.property("Header");
    out.begin_object();
    for (name, value) in [
        ("UUID", heading.uuid),
        ("Type", heading.kind),
        ("SubType", heading.sub_type),
        ("Event", heading.event),
        ("Transaction", heading.transaction),
        ("StandardVersion", STANDARD),
        ("Version", heading.version),
        ("SourceApplication", identity.source_application.as_str()),
        ("CompanyId", heading.company),
        ("BranchId", heading.branch),
        ("ProductName", identity.product_name.as_str()),
        ("ProductVersion", identity.product_version.as_str()),
        ("GeneratedOn", heading.generated_on),
        ("DeliveryType", heading.delivery_type),
    ] {
        if !value.is_empty() {
            texts(&mut out, &[(name, value)]);
        }
    }
    out.end_object();
    out.property("Content");
    content.write(&mut out);
    out.end_object();
    out.finish()
}
