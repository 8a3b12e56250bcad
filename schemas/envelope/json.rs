//! The envelope in JSON.

mod walk;
mod writer;

use super::response::{Heading, Identity, STANDARD};
use super::{Document, Envelope, Format, Header, HeaderAt, Limits, Unreadable, fragment};
use crate::field::Value;
use crate::outline::{Outline, Source};
use crate::pdvsync::{Call, Sheet, without_hard_blanks};
use crate::read::{Broken, Reading, line_and_column};
use crate::record::Record;
use crate::violation::Code;
use crate::write::{Content, Writer, texts};
use walk::Stop;
pub use writer::JsonWriter;

/// Reads the envelope of a JSON text.
pub(super) fn decode(text: String, limits: &Limits) -> Result<Document, Unreadable> {
    let walked = match walk::over(&text, limits.depth) {
        Ok(walked) => walked,
        Err(stop) => {
            if let Some(Ok(pre_sale @ Document::PreSale(_))) =
                without_hard_blanks(&text).map(|text| decode(text, limits))
            {
                return Ok(pre_sale);
            }
            return Err(stopped(&text, stop, limits));
        }
    };
    if walked.header.is_none()
        && walked.content.is_none()
        && let Some(call) = walked.signs.call()
    {
        return Ok(Document::PreSale(Box::new(Sheet::new(call, walked.whole_digest, text, walked.outline))));
    }
    if walked.header.is_none() && walked.content.is_none() && walked.names_order && walked.names_event {
        return Ok(Document::OrderEvent { text, digest: walked.whole_digest });
    }
    let outline = walked.outline;
    let mut cx = Reading::of_header(limits.items);
    let header = walked.header.and_then(|at| Some((at, read_header(outline.source(&text, at), &mut cx)?)));
    match (header, walked.content) {
        (Some((at, header)), Some((content_at, content))) => {
            let named = || Envelope::event_in(outline.source(&text, content_at));
            Ok(Document::Message(Box::new(Envelope {
                event: if header.event.is_some() { header.event() } else { named() },
                header,
                format: Format::Json,
                found: cx.finish(),
                digest: walked.content_digest,
                header_at: HeaderAt::Json(at),
                content_at,
                content,
                named_at: None,
                outline,
                text,
            })))
        }
        (header, content) => {
            let lacks = match (walked.header, &content) {
                (Some(_), _) if header.is_none() => "O Header não é um objeto.",
                (Some(_), _) => "O corpo não tem Content.",
                (None, Some(_)) => "O corpo não tem Header.",
                (None, None) => "O corpo não tem Header e Content.",
            };
            let told = fragment::told(lacks, fragment::of_json(outline.source(&text, 0)));
            let unreadable = Unreadable::new(Code::NoEnvelope, told);
            Err(Unreadable { header: header.map(|(_, header)| Box::new(header)), ..unreadable })
        }
    }
}

/// Reads what came by PDVSync's door.
pub(super) fn decode_call(text: String, call: Call, limits: &Limits) -> Result<Document, Unreadable> {
    if text.trim().is_empty() {
        return Err(Unreadable::new(Code::Empty, "O corpo está vazio."));
    }
    let (text, walked) = match (walk::over(&text, limits.depth), without_hard_blanks(&text)) {
        (Err(_), Some(read)) => {
            let walked = walk::over(&read, limits.depth);
            (read, walked)
        }
        (walked, _) => (text, walked),
    };
    match walked {
        Ok(walked) if walked.is_object => {
            Ok(Document::PreSale(Box::new(Sheet::new(call, walked.whole_digest, text, walked.outline))))
        }
        Ok(_) => Err(Unreadable::new(Code::WrongType, "O corpo não é um objeto JSON.")),
        Err(stop) => Err(stopped(&text, stop, limits)),
    }
}

/// What is told of a text that the walk could not pass.
fn stopped(text: &str, stop: Stop, limits: &Limits) -> Unreadable {
    match stop {
        Stop::Deep => Unreadable::too_deep(limits),
        Stop::Broken(broken) => {
            let (line, column) = line_and_column(text, broken.at);
            let text = format!("JSON inválido na linha {line}, coluna {column}.");
            Unreadable::malformed(Code::NotJson, text, broken.at)
        }
    }
}

/// Reads a header; `None` where it is no object.
pub(super) fn read_header(mut source: Source<'_>, cx: &mut Reading) -> Option<Header> {
    let header = Header::read(&mut source, cx)?;
    header.note(cx);
    Some(header)
}

/// Walks over a whole JSON text without an envelope; its value has the first mark.
///
/// # Errors
/// [`Broken`] where the text is no JSON, or nested deeper than any message may be.
pub fn outline(text: &str) -> Result<Outline, Broken> {
    match walk::over(text, Limits::DEEPEST) {
        Ok(walked) => Ok(walked.outline),
        Err(Stop::Broken(broken)) => Err(broken),
        Err(Stop::Deep) => Err(Broken { at: 0, reason: "nested too deep".to_owned() }),
    }
}

/// Reads a whole JSON text by a declaration, without an envelope.
///
/// # Errors
/// Those of [`outline`].
pub fn read_text<R: Record>(text: &str, cx: &mut Reading) -> Result<R, Broken> {
    Ok(read_outlined(text, &outline(text)?, cx))
}

/// Reads a text without an envelope that was walked over.
pub(crate) fn read_outlined<R: Record>(text: &str, outline: &Outline, cx: &mut Reading) -> R {
    super::read_content(R::default(), outline.source(text, 0), cx)
}

/// Writes a whole message.
pub(super) fn write(identity: &Identity, heading: &Heading<'_>, content: &dyn Content) -> String {
    let mut out = JsonWriter::of(heading.version());
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
