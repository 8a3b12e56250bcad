//! Answers that others send: the Response and the Receipt as they really come (`domain/protocol.md` 2.3, 2.4, 3.2 and
//! 3.3).

use super::response::InternalId;
use super::{Envelope, Type, xml};
use crate::field::{Anything, Text, Value};
use crate::outline::Source;
use crate::read::{Kind, Reading};
use crate::record;
use crate::record::{List, Shape, members};
use crate::write::Writer;

record! {
    /// The message answered.
    pub struct Received "ReceivedMessage" {
        /// Its UUID.
        uuid: Text<36> = field("UUID");
        /// Who sent it.
        sent_by: Text<50> = field("SentBy");
        /// Its event.
        event: Text<20> = field("Event");
    }
}

record! {
    /// What became of it.
    pub struct Processing "ProcessingInformation" {
        /// When it was decided, as written.
        processed_on: Text<40> = field("ProcessedOn");
        /// OK, or anything else.
        status: Text<20> = field("Status");
        /// What was found.
        messages: Said = field("ListOfMessages");
    }
}

record! {
    /// The two ids of a record.
    pub struct Ids "InternalId" {
        /// The transaction, or the name of a foreign key.
        name: Text<100> = field("Name");
        /// The id that came.
        origin: Text<250> = field("Origin");
        /// The id of who answers.
        destination: Text<250> = field("Destination");
    }
}

record! {
    /// A transaction that the other side exchanges: the return of WhoIs.
    pub struct EnabledTransaction "Transaction" {
        /// Its name.
        name: Text<100> = field("Name");
        /// Its version.
        version: Text<10> = field("Version");
        /// Which way.
        mode: Text<20> = field("Mode");
    }
}

record! {
    /// What the transaction returns.
    pub struct Returned "ReturnContent" {
        /// The errors as one text.
        error: Text<1000000> = field("Error");
        /// Ids made or found.
        ids: List<Ids> = field("ListOfInternalId");
        /// What the other side exchanges.
        enabled: List<EnabledTransaction> = field("EnabledTransactions");
    }
}

record! {
    /// When a message arrived.
    pub struct ReceiptData "ReceiptData" {
        /// As written.
        received_on: Text<40> = field("ReceivedOn");
    }
}

record! {
    /// A Response or a Receipt.
    pub struct AnswerContent "Content" {
        /// The message answered.
        received: Received = field("ReceivedMessage");
        /// What became of it.
        processing: Processing = field("ProcessingInformation");
        /// What the transaction returns.
        returned: Returned = field("ReturnContent");
        /// When it arrived: a Receipt says no more.
        receipt: ReceiptData = field("ReceiptData");
    }
}

/// One thing that an answer says of the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// ERROR or WARNING; what is neither counts as an error.
    pub kind: String,
    /// The sender's code.
    pub code: String,
    /// The text.
    pub text: String,
    /// The tag, where it is told.
    pub path: String,
}

/// All that an answer says: members with properties, or elements with attributes and a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said(Vec<Message>);

impl Said {
    fn read_next(&mut self, source: &mut Source<'_>) {
        match source.peek() {
            Kind::Array => {
                source.enter();
                while source.element() {
                    self.read_next(source);
                }
            }
            Kind::Object => self.read_object(source),
            Kind::Text => {
                let attribute = |name| match source.is_typed() {
                    true => String::new(),
                    false => xml::attribute(source.before(), name).unwrap_or_default(),
                };
                let (kind, code, path) = (attribute("type"), attribute("code"), attribute("path"));
                let text = source.text().trim().to_owned();
                self.0.push(Message { kind, code, text, path });
            }
            _ => source.skip(),
        }
    }

    /// A member, or the wrapper of members under their name. A text called `message` is that of a member, but in XML
    /// a member itself.
    fn read_object(&mut self, source: &mut Source<'_>) {
        let mut member = Message::default();
        source.enter();
        while let Some(name) = source.property() {
            let kind = source.peek();
            let slot = match name.text.to_ascii_lowercase().as_str() {
                "message" if !source.is_typed() || kind != Kind::Text => {
                    self.read_next(source);
                    continue;
                }
                "message" => &mut member.text,
                "type" => &mut member.kind,
                "code" => &mut member.code,
                "path" => &mut member.path,
                _ => {
                    source.skip();
                    continue;
                }
            };
            source.text().trim().clone_into(slot);
        }
        if member != Message::default() {
            self.0.push(member);
        }
    }
}

impl Value for Said {
    const SHAPE: Shape = Anything::SHAPE;

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        let mut said = Said::default();
        said.read_again(source, cx);
        Some(said)
    }

    fn read_again(&mut self, source: &mut Source<'_>, _cx: &mut Reading) {
        self.read_next(source);
    }

    /// Ours are written by [`Response`](super::response::Response).
    fn write(&self, _out: &mut dyn Writer) {}
}

/// What a Response or Receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// It says that the message arrived, and no more.
    pub is_receipt: bool,
    /// The UUID of the message answered.
    pub uuid: String,
    /// Who sent that.
    pub sent_by: String,
    /// Its event.
    pub event: String,
    /// When it was decided, or arrived.
    pub on: String,
    /// The status as it came; whatever is not OK is a failure.
    pub status: String,
    /// What was found. An error that is told as one text alone is the only one.
    pub messages: Vec<Message>,
    /// Ids made or found.
    pub ids: Vec<InternalId>,
    /// Transactions that are exchanged: name, version, mode.
    pub enabled: Vec<[String; 3]>,
}

impl Told {
    /// Reads an answer; `None` where the message is none.
    pub fn of(envelope: &Envelope) -> Option<Told> {
        let is_receipt = match envelope.header.kind? {
            Type::BusinessMessage => return None,
            Type::Response => false,
            Type::Receipt => true,
        };
        let mut cx = Reading::new(false, usize::MAX);
        let content: AnswerContent = envelope.read(&mut cx);
        let received = content.received.unwrap_or_default();
        let processing = content.processing.unwrap_or_default();
        let returned = content.returned.unwrap_or_default();
        let mut messages = processing.messages.unwrap_or_default().0;
        let error = text(&returned.error);
        if messages.is_empty() && !error.is_empty() {
            messages.push(Message { kind: "ERROR".to_owned(), text: error, ..Message::default() });
        }
        let on = if is_receipt { content.receipt.unwrap_or_default().received_on } else { processing.processed_on };
        let id = |ids: &Ids| InternalId {
            name: text(&ids.name),
            origin: text(&ids.origin),
            destination: text(&ids.destination),
        };
        let enabled = |one: &EnabledTransaction| [text(&one.name), text(&one.version), text(&one.mode)];
        Some(Told {
            is_receipt,
            uuid: text(&received.uuid),
            sent_by: text(&received.sent_by),
            event: text(&received.event),
            on: text(&on),
            status: text(&processing.status),
            messages,
            ids: members(&returned.ids).iter().map(id).collect(),
            enabled: members(&returned.enabled).iter().map(enabled).collect(),
        })
    }

    /// Whether it says that all is well (`domain/protocol.md` 3.2).
    pub fn is_ok(&self) -> bool {
        self.status.eq_ignore_ascii_case("OK")
    }
}

fn text<const MAX: usize>(field: &Option<Text<MAX>>) -> String {
    field.as_ref().map_or_else(String::new, |text| text.as_str().to_owned())
}
