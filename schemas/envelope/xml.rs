//! The envelope in XML (`domain/protocol.md` 2).
//!
//! `MessageInformation` is the header: its attribute `version` and those of `Product` are properties like the
//! others, and the event stands beside the content. A document type is refused and no entity is expanded but
//! the five of XML and characters by number.

mod gathered;
pub(super) mod payload;
mod tag;
mod walk;
mod writer;
mod xpath;

use super::header::{SubType, Type};
use super::response::{Heading, Identity, STANDARD};
use super::{Document, Envelope, Format, Header, HeaderAt, ID, Limits, Unreadable, fragment};
use crate::field::Choice;
use crate::outline::{Name, Outline, Source};
use crate::read::{Kind, Reading, line_and_column};
use crate::record::Record;
use crate::violation::Code;
use crate::write::{Content, Writer, texts};
use std::ops::Range;
use tag::Tag;
use walk::Stop;
pub use writer::XmlWriter;

/// The root of every message.
const ROOT: &str = "TOTVSMessage";
/// The header.
const INFORMATION: &str = "MessageInformation";

/// Where the parts of the header stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeaderParts {
    /// The mark of `MessageInformation`.
    information: Option<usize>,
    /// By the element that holds the content.
    kind: Option<Type>,
    /// By `BusinessEvent` or `BusinessRequest`.
    sub_type: SubType,
    /// The mark of `BusinessEvent/Event`.
    event: Option<usize>,
}

/// Reads the envelope of an XML text.
pub(super) fn decode(text: String, limits: &Limits) -> Result<Document, Unreadable> {
    let walked = walk::over(&text, limits.depth).map_err(|stop| match stop {
        Stop::Deep => Unreadable::too_deep(limits),
        Stop::Broken { at, reason } => {
            let (line, column) = line_and_column(&text, at);
            let text = format!("XML inválido na linha {line}, coluna {column}: {reason}.");
            Unreadable::malformed(Code::NotXml, text, at)
        }
    })?;
    let outline = walked.outline;
    let mut cx = Reading::of_header(limits.items);
    let header = read_header(&text, &outline, &walked.header, &mut cx);
    match (header, walked.content) {
        (Some(header), Some((content_at, content))) => {
            let named = || Envelope::event_in(outline.source(&text, content_at));
            Ok(Document::Message(Box::new(Envelope {
                event: if header.event.is_some() { header.event() } else { named() },
                header,
                format: Format::Xml,
                found: cx.finish(),
                digest: walked.digest,
                header_at: HeaderAt::Xml(walked.header),
                content_at,
                content,
                named_at: walked.named,
                outline,
                text,
            })))
        }
        (header, _) => {
            let text = match (walked.is_message, header.is_some()) {
                (false, _) => {
                    fragment::told(&format!("O XML não tem {ROOT}."), fragment::of_xml(outline.source(&text, 0)))
                }
                (true, false) => format!("O {ROOT} não tem MessageInformation."),
                (true, true) => format!("O {ROOT} não tem BusinessMessage, ResponseMessage nem ReceiptMessage."),
            };
            Err(Unreadable { header: header.map(Box::new), ..Unreadable::new(Code::NoEnvelope, text) })
        }
    }
}

/// Reads the header from where its parts stand.
pub(super) fn read_header(text: &str, outline: &Outline, parts: &HeaderParts, cx: &mut Reading) -> Option<Header> {
    let spec = Header::spec();
    let mut header = Header::default();
    let mut source = outline.source(text, parts.information?);
    cx.stand(&source);
    if source.peek() == Kind::Object {
        source.enter();
        while let Some(name) = source.property() {
            match spec.find(name) {
                Some(index) if spec.fields[index].tag == "ProductName" && source.peek() == Kind::Object => {
                    read_product(&mut header, &mut source, cx);
                }
                Some(index) => header.read_field(index, &mut source, cx),
                None => source.skip(),
            }
        }
    }
    if let (Some(event), Some(index)) = (parts.event, spec.find(Name::of("Event"))) {
        header.read_field(index, &mut outline.source(text, event), cx);
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
fn read_product(header: &mut Header, source: &mut Source<'_>, cx: &mut Reading) {
    source.enter();
    while let Some(name) = source.property() {
        match Header::spec().find(Name::of(&format!("Product{}", name.text))) {
            Some(index) => header.read_field(index, source, cx),
            None => source.skip(),
        }
    }
}

/// An attribute of the element whose text begins where a text ends.
pub(super) fn attribute(before: &str, name: &str) -> Option<String> {
    let tag = Tag::of(before[before.rfind('<')?..].trim_end(), false);
    let mut attributes = tag.attributes().filter_map(Result::ok);
    attributes.find(|(known, ..)| known.eq_ignore_ascii_case(name)).map(|(_, value, _)| value.into_owned())
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
    let mut out = XmlWriter::with_declaration(heading.version());
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
    out.attribute("name", ID);
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
