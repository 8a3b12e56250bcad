//! The envelope in XML (`domain/protocol.md` 2).
//!
//! `MessageInformation` is the header: its attribute `version` and those of `Product` are properties like the
//! others, and the event stands beside the content. A document type is refused and no entity is expanded but
//! the five of XML and characters by number.

mod gathered;
mod parts;
pub(super) mod payload;
mod source;
mod tag;
mod writer;
mod xpath;

use super::header::SubType;
use super::response::{Heading, Identity, STANDARD};
use super::{Document, Envelope, Format, Header, Limits, Unreadable};
use crate::field::Choice;
use crate::read::{Broken, Kind, Reading, Source, line_and_column};
use crate::record::Record;
use crate::violation::Code;
use crate::write::{Content, Writer, texts};
use parts::{Parts, Stop};
pub use source::XmlSource;
use std::ops::Range;
pub use writer::XmlWriter;

/// The root of every message.
const ROOT: &str = "TOTVSMessage";
/// The header.
const INFORMATION: &str = "MessageInformation";

/// Reads the envelope of an XML text.
pub(super) fn decode(text: String, limits: &Limits) -> Result<Document, Unreadable> {
    let parts = parts::find(&text, limits.depth).map_err(|stop| match stop {
        Stop::Deep => Unreadable::too_deep(limits),
        Stop::Broken { at, reason } => {
            let (line, column) = line_and_column(&text, at);
            Unreadable::new(Code::NotXml, format!("XML inválido na linha {line}, coluna {column}: {reason}."))
        }
    })?;
    let mut cx = Reading::of_header(limits.items);
    let header = read_header(&text, &parts, &mut cx);
    match (header, parts.content) {
        (Some(header), Some(content)) => {
            let named = (header.event.is_none()).then(|| Envelope::event_in(XmlSource::part(&text, content.clone())));
            Ok(Document::Message(Box::new(Envelope {
                event: header.event().or_else(|| named.flatten()),
                header,
                format: Format::Xml,
                found: cx.finish(),
                digest: parts.digest,
                text,
                content,
            })))
        }
        (header, _) => {
            let text = match (parts.is_message, header.is_some()) {
                (false, _) => format!("O XML não tem {ROOT}."),
                (true, false) => format!("O {ROOT} não tem MessageInformation."),
                (true, true) => format!("O {ROOT} não tem BusinessMessage, ResponseMessage nem ReceiptMessage."),
            };
            Err(Unreadable { header: header.map(Box::new), ..Unreadable::new(Code::NoEnvelope, text) })
        }
    }
}

/// Reads the header from where its parts stand.
fn read_header(text: &str, parts: &Parts, cx: &mut Reading) -> Option<Header> {
    let spec = Header::spec();
    let mut header = Header::default();
    let mut source = XmlSource::part(text, parts.information.clone()?);
    cx.stand(&mut source).ok()?;
    if source.peek().ok()? == Kind::Object {
        let mut first = true;
        while let Some(found) = source.property(first, |name| spec.find(name, 0)).ok()? {
            first = false;
            match found {
                Some(index) if spec.fields[index].tag == "ProductName" && source.peek().ok()? == Kind::Object => {
                    read_product(&mut header, &mut source, cx).ok()?;
                }
                Some(index) => header.read_field(index, &mut source, cx).ok()?,
                None => source.skip().ok()?,
            }
        }
    }
    if let (Some(event), Some(index)) = (&parts.event, spec.find("Event", 0)) {
        header.read_field(index, &mut XmlSource::part(text, event.clone()), cx).ok()?;
    }
    header.kind = header.kind.or(parts.kind);
    if header.sub_type.is_none() && parts.sub_type != SubType::Event {
        header.sub_type = Some(parts.sub_type);
    }
    header.note(cx);
    header.check_absent(cx);
    Some(header)
}

/// `<Product name="…" version="…"/>`.
fn read_product(header: &mut Header, source: &mut XmlSource<'_>, cx: &mut Reading) -> Result<(), Broken> {
    let spec = Header::spec();
    let mut first = true;
    while let Some(found) = source.property(first, |name| spec.find(&format!("Product{name}"), 0))? {
        first = false;
        match found {
            Some(index) => header.read_field(index, source, cx)?,
            None => source.skip()?,
        }
    }
    Ok(())
}

/// Reads the header of a text once more.
pub(super) fn seek_header(text: &str, cx: &mut Reading) {
    if let Ok(parts) = parts::find(text, usize::MAX) {
        read_header(text, &parts, cx);
    }
}

/// The XPath of each place: that of what stands there, and what is missing below it, as a pointer.
pub(super) fn xpaths(text: &str, met: &[(usize, &str)]) -> Vec<String> {
    let offsets: Vec<usize> = met.iter().map(|(at, _)| *at).collect();
    let mut found = xpath::at(text, &offsets);
    for (path, (_, missing)) in found.iter_mut().zip(met) {
        if let Some(message) = path.strip_suffix(INFORMATION) {
            *path = missing_of_header(message, missing);
            continue;
        }
        for step in missing.split('/').skip(1) {
            match step.parse::<usize>() {
                Ok(index) => path.push_str(&format!("[{}]", index + 1)),
                Err(_) => path.extend(["/", step]),
            }
        }
    }
    found
}

/// Where a missing property of the header belongs.
fn missing_of_header(message: &str, missing: &str) -> String {
    match missing {
        "/Version" => format!("{message}{INFORMATION}/@version"),
        "/ProductName" => format!("{message}{INFORMATION}/Product/@name"),
        "/ProductVersion" => format!("{message}{INFORMATION}/Product/@version"),
        "/Event" => format!("{message}BusinessMessage/BusinessEvent/Event"),
        _ => format!("{message}{INFORMATION}{missing}"),
    }
}

/// Reads a content by its declaration; an empty one lacks all.
pub(super) fn read_content<R: Record>(text: &str, content: Range<usize>, cx: &mut Reading) -> Result<R, Broken> {
    let mut source = XmlSource::part(text, content);
    match source.peek()? {
        Kind::Object => R::read_object(&mut source, cx),
        Kind::Null => {
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

/// The greatest message that an answer carries whole, in bytes.
const CARRIED: usize = 64 * 1024;

/// A message as an answer to it carries it.
pub(super) fn as_received(text: &str, content: Range<usize>) -> String {
    let end_of_declaration = text.find("?>").map_or(0, |at| at + 2);
    let from = if text.trim_start().starts_with("<?xml") { end_of_declaration } else { 0 };
    let whole = text[from..].trim();
    if whole.len() <= CARRIED {
        return whole.to_owned();
    }
    let shortened = [&text[from..content.start], &text[content.end..]].concat();
    if shortened.len() <= CARRIED { shortened.trim().to_owned() } else { String::new() }
}

/// A text with its entities resolved; `None` where one is unknown.
pub(super) fn unescape(text: &str) -> Option<String> {
    quick_xml::escape::unescape(text).ok().map(std::borrow::Cow::into_owned)
}

/// Writes a whole message.
pub(super) fn write(identity: &Identity, heading: &Heading<'_>, content: &dyn Content) -> String {
    let mut out = XmlWriter::with_declaration();
    out.property(ROOT);
    out.begin_object();
    out.property(INFORMATION);
    out.begin_object();
    out.attribute("version", heading.version);
    write_texts(
        &mut out,
        &[
            ("UUID", heading.uuid),
            ("Type", heading.kind),
            ("Transaction", heading.transaction),
            ("StandardVersion", STANDARD),
            ("SourceApplication", &identity.source_application),
            ("CompanyId", heading.company),
            ("BranchId", heading.branch),
        ],
    );
    out.property("Product");
    out.begin_object();
    out.attribute("name", &identity.product_name);
    out.attribute("version", &identity.product_version);
    out.end_object();
    write_texts(&mut out, &[("GeneratedOn", heading.generated_on), ("DeliveryType", heading.delivery_type)]);
    out.end_object();
    match heading.kind {
        "Response" => write_content(&mut out, "ResponseMessage", content),
        "Receipt" => write_content(&mut out, "ReceiptMessage", content),
        _ => {
            out.property("BusinessMessage");
            out.begin_object();
            write_business(&mut out, heading);
            write_content(&mut out, "BusinessContent", content);
            out.end_object();
        }
    }
    out.end_object();
    out.finish()
}

fn write_content(out: &mut XmlWriter, name: &str, content: &dyn Content) {
    out.property(name);
    content.write(out);
}

/// What a business message is about.
fn write_business(out: &mut XmlWriter, heading: &Heading<'_>) {
    if heading.sub_type == SubType::Request.as_str() {
        out.property("BusinessRequest");
        out.begin_object();
        write_texts(out, &[("Operation", heading.transaction)]);
        out.end_object();
        return;
    }
    out.property("BusinessEvent");
    out.begin_object();
    write_texts(out, &[("Entity", heading.transaction), ("Event", heading.event)]);
    out.property("Identification");
    out.begin_object();
    out.property("key");
    out.begin_object();
    out.attribute("name", "InternalId");
    out.content("", heading.internal_id);
    out.end_object();
    out.end_object();
    out.end_object();
}

/// Properties that are texts, those left out that are empty.
fn write_texts(out: &mut XmlWriter, pairs: &[(&str, &str)]) {
    for pair in pairs.iter().filter(|(_, text)| !text.is_empty()) {
        texts(out, &[*pair]);
    }
}
