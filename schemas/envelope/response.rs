//! What eaid sends: the Response, the Receipt, and messages of its own (`domain/protocol.md` 3.2 and 3.3,
//! `contract.md`, The answer).

use super::{Format, json, xml};
use crate::version::Version;
use crate::violation::Violation;
use crate::write::{Content, Properties, Writer, texts};

/// The version of the envelope that we write.
pub(super) const STANDARD: &str = "1.000";

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
    /// The id of the record that a business message is about: its identification in XML.
    pub internal_id: &'a str,
    /// `sync` or `async`.
    pub delivery_type: &'a str,
}

impl Heading<'_> {
    /// The version as it is read; `None` where it is none.
    pub(super) fn version(&self) -> Option<Version> {
        Version::parse(self.version).map(|(version, _)| version)
    }
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

/// A message that is exchanged with a partner: what WhoIs asks for (`domain/protocol.md` 2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enabled {
    /// The transaction.
    pub name: &'static str,
    /// Its version, `major.minor`.
    pub version: String,
    /// We send it.
    pub send: bool,
    /// We receive it.
    pub receive: bool,
}

/// The answer to a business message.
#[derive(Clone, Default)]
pub struct Response<'a> {
    /// The UUID answered, as it came.
    pub received_uuid: &'a str,
    /// Who sent it.
    pub sent_by: &'a str,
    /// Its event.
    pub event: &'a str,
    /// The message answered, as XML carries it; empty where it is left out.
    pub received: &'a str,
    /// When it was decided.
    pub processed_on: &'a str,
    /// OK, or ERROR.
    pub is_ok: bool,
    /// Errors and warnings.
    pub messages: &'a [Violation],
    /// Ids made, or found where they exist already.
    pub ids: &'a [InternalId],
    /// What is exchanged with the partner; `None` where that was not asked.
    pub enabled: Option<&'a [Enabled]>,
    /// What the routine itself returns, beside the ids.
    pub returned: Option<&'a dyn Properties>,
}

/// Writes a whole message: header and content.
pub fn write(format: Format, identity: &Identity, heading: &Heading<'_>, content: &dyn Content) -> String {
    match format {
        Format::Json => json::write(identity, heading, content),
        Format::Xml => xml::write(identity, heading, content),
    }
}

impl Content for Response<'_> {
    fn write(&self, out: &mut dyn Writer) {
        out.begin_object();
        write_received(
            out,
            [("UUID", self.received_uuid), ("SentBy", self.sent_by), ("Event", self.event)],
            self.received,
        );
        out.property("ProcessingInformation");
        out.begin_object();
        texts(out, &[("ProcessedOn", self.processed_on), ("Status", if self.is_ok { "OK" } else { "ERROR" })]);
        if !self.messages.is_empty() {
            out.property("ListOfMessages");
            out.begin_array("Message");
            for message in self.messages {
                out.begin_object();
                out.attribute("type", message.level.as_str());
                out.attribute("code", message.code.as_str());
                out.attribute("path", &message.path);
                out.content("message", &message.text);
                out.end_object();
            }
            out.end_list();
        }
        out.end_object();
        out.property("ReturnContent");
        out.begin_object();
        if !self.ids.is_empty() {
            out.property(match out.format() {
                Format::Json => "ListOfInternalID",
                Format::Xml => "ListOfInternalId",
            });
            out.begin_array("InternalId");
            for id in self.ids {
                out.begin_object();
                texts(out, &[("Name", &id.name), ("Origin", &id.origin), ("Destination", &id.destination)]);
                out.end_object();
            }
            out.end_list();
        }
        if let Some(enabled) = self.enabled {
            write_enabled(out, enabled);
        }
        if let Some(returned) = self.returned {
            returned.write_properties(out);
        }
        if !self.is_ok {
            let errors = self.messages.iter().filter(|message| message.is_error());
            let joined: Vec<&str> = errors.map(|message| message.text.as_str()).collect();
            texts(out, &[("Error", &joined.join("\n"))]);
        }
        out.end_object();
        out.end_object();
    }
}

/// The return of WhoIs.
fn write_enabled(out: &mut dyn Writer, enabled: &[Enabled]) {
    out.property("EnabledTransactions");
    out.begin_object();
    out.begin_list("Transaction");
    for one in enabled {
        let mode = match (one.send, one.receive) {
            (true, true) => "BOTH_ENABLED",
            (true, false) => "SEND_ENABLED",
            (false, _) => "RECEIVE_ENABLED",
        };
        out.begin_object();
        texts(out, &[("Name", one.name), ("Version", &one.version), ("Mode", mode)]);
        out.end_object();
    }
    out.end_list();
    out.end_object();
}

/// The block that names the message answered.
fn write_received(out: &mut dyn Writer, told: [(&str, &str); 3], received: &str) {
    out.property("ReceivedMessage");
    out.begin_object();
    texts(out, &told[..2]);
    if !told[2].1.is_empty() {
        texts(out, &told[2..]);
    }
    if out.format() == Format::Xml && !received.is_empty() {
        out.property("MessageContent");
        out.document(received);
    }
    out.end_object();
}

/// Says that a message arrived; nothing of what became of it.
#[derive(Clone, Debug)]
pub struct Receipt<'a> {
    /// The UUID received.
    pub received_uuid: &'a str,
    /// Who sent it.
    pub sent_by: &'a str,
    /// The message, as XML carries it; empty where it is left out.
    pub received: &'a str,
    /// When it arrived.
    pub received_on: &'a str,
}

impl Content for Receipt<'_> {
    fn write(&self, out: &mut dyn Writer) {
        out.begin_object();
        write_received(out, [("UUID", self.received_uuid), ("SentBy", self.sent_by), ("Event", "")], self.received);
        out.property("ReceiptData");
        out.begin_object();
        texts(out, &[("ReceivedOn", self.received_on)]);
        out.end_object();
        out.end_object();
    }
}
