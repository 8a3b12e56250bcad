//! What eaid sends: the Response, the Receipt, and messages of its own (`domain/protocol.md` 3.2 and 3.3,
//! `contract.md`, The answer).

use super::Format;
use super::json::JsonWriter;
use crate::violation::Violation;
use crate::write::{Content, Writer};

/// Who we are, in the headers of what we send.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Our instance.
    pub source_application: String,
    /// Our product.
    pub product_name: String,
    /// Its version.
    pub product_version: String,
}

/// The parts of a header that change from message to message.
#[derive(Clone, Debug, Default)]
pub struct Heading<'a> {
    /// The new id.
    pub uuid: &'a str,
    /// `BusinessMessage`, `Response` or `Receipt`.
    pub kind: &'a str,
    /// `event` or `request`.
    pub sub_type: &'a str,
    /// `upsert` or `delete`, or empty.
    pub event: &'a str,
    /// The transaction, as it is to be written.
    pub transaction: &'a str,
    /// The version of the message.
    pub version: &'a str,
    /// Our company, or the partner's where the De/Para has none.
    pub company: &'a str,
    /// Our branch, likewise.
    pub branch: &'a str,
    /// When it was made.
    pub generated_on: &'a str,
    /// `sync` or `async`.
    pub delivery_type: &'a str,
}

/// The partner's id and ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InternalId {
    /// The transaction in upper case.
    pub name: String,
    /// The id that came, untouched.
    pub origin: String,
    /// Our id.
    pub destination: String,
}

/// The answer to a business message.
#[derive(Clone, Debug)]
pub struct Response<'a> {
    /// The UUID answered, as it came.
    pub received_uuid: &'a str,
    /// Who sent it.
    pub sent_by: &'a str,
    /// Its event.
    pub event: &'a str,
    /// When it was decided.
    pub processed_on: &'a str,
    /// OK, or ERROR.
    pub is_ok: bool,
    /// Errors and warnings.
    pub messages: &'a [Violation],
    /// Ids made, or found where they exist already.
    pub ids: &'a [InternalId],
}

/// Writes a whole message: header and content.
pub fn write(format: Format, identity: &Identity, heading: &Heading<'_>, content: &dyn Content) -> String {
    match format {
        Format::Json | Format::Xml => write_json(identity, heading, content),
    }
}

fn write_json(identity: &Identity, heading: &Heading<'_>, content: &dyn Content) -> String {
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
        ("StandardVersion", "1.000"),
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
            out.property(name);
            out.text(value);
        }
    }
    out.end_object();
    out.property("Content");
    content.write(&mut out);
    out.end_object();
    out.finish()
}

impl Content for Response<'_> {
    fn write(&self, out: &mut dyn Writer) {
        out.begin_object();
        write_received(out, self.received_uuid, self.sent_by, self.event);
        out.property("ProcessingInformation");
        out.begin_object();
        write_texts(out, &[("ProcessedOn", self.processed_on), ("Status", if self.is_ok { "OK" } else { "ERROR" })]);
        if !self.messages.is_empty() {
            out.property("ListOfMessages");
            out.begin_list("");
            for message in self.messages {
                out.begin_object();
                write_texts(
                    out,
                    &[
                        ("type", message.level.as_str()),
                        ("code", message.code.as_str()),
                        ("message", &message.text),
                        ("path", &message.path),
                    ],
                );
                out.end_object();
            }
            out.end_list();
        }
        out.end_object();
        out.property("ReturnContent");
        out.begin_object();
        if !self.ids.is_empty() {
            out.property("ListOfInternalID");
            out.begin_list("");
            for id in self.ids {
                out.begin_object();
                write_texts(out, &[("Name", &id.name), ("Origin", &id.origin), ("Destination", &id.destination)]);
                out.end_object();
            }
            out.end_list();
        }
        if !self.is_ok {
            let joined: Vec<&str> = self
                .messages
                .iter()
                .filter(|message| message.is_error())
                .map(|message| message.text.as_str())
                .collect();
            write_texts(out, &[("Error", &joined.join("\n"))]);
        }
        out.end_object();
        out.end_object();
    }
}

fn write_received(out: &mut dyn Writer, uuid: &str, sent_by: &str, event: &str) {
    out.property("ReceivedMessage");
    out.begin_object();
    write_texts(out, &[("UUID", uuid), ("SentBy", sent_by)]);
    if !event.is_empty() {
        write_texts(out, &[("Event", event)]);
    }
    out.end_object();
}

fn write_texts(out: &mut dyn Writer, texts: &[(&str, &str)]) {
    for (name, text) in texts {
        out.property(name);
        out.text(text);
    }
}

/// Says that a message arrived; nothing of what became of it.
#[derive(Clone, Debug)]
pub struct Receipt<'a> {
    /// The UUID received.
    pub received_uuid: &'a str,
    /// Who sent it.
    pub sent_by: &'a str,
    /// When it arrived.
    pub received_on: &'a str,
}

impl Content for Receipt<'_> {
    fn write(&self, out: &mut dyn Writer) {
        out.begin_object();
        write_received(out, self.received_uuid, self.sent_by, "");
        out.property("ReceiptData");
        out.begin_object();
        write_texts(out, &[("ReceivedOn", self.received_on)]);
        out.end_object();
        out.end_object();
    }
}
