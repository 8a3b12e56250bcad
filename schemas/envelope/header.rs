//! The header, common to all messages (`domain/protocol.md` 3.1).

use crate::field::{Choice, Moment, Text};
use crate::read::Reading;
use crate::{choice, record};

choice! {
    /// The kind of a message.
    pub enum Type {
        /// Asks for something to be done.
        BusinessMessage = "BusinessMessage" | "Business",
        /// Answers a business message.
        Response = "Response" | "ResponseMessage",
        /// Confirms that a message arrived.
        Receipt = "Receipt" | "ReceiptMessage",
    }
}

choice! {
    /// Whether a business message tells of an event or asks for a procedure.
    pub enum SubType {
        /// Replication: upsert or delete.
        Event = "event",
        /// A procedure to run.
        Request = "request",
    }
}

choice! {
    /// What happened to the record.
    pub enum Event {
        /// It was made or changed.
        Upsert = "upsert" | "insert" | "update",
        /// It was deleted.
        Delete = "delete",
        /// A procedure; read as an upsert where the message has no other use for it.
        Request = "request",
    }
}

choice! {
    /// Whether the sender waits for the answer.
    pub enum DeliveryType {
        /// The answer is that of the call.
        Sync = "sync" | "synchronous",
        /// The answer comes as a message of its own.
        Async = "async" | "asynchronous",
    }
}

record! {
    /// Who sends what, when, and under which id.
    pub struct Header "Header" {
        /// The id of the message: opaque text.
        uuid: Text<36> = field("UUID").key();
        /// Business message, Response or Receipt.
        kind: Type = field("Type");
        /// Event or request.
        sub_type: SubType = field("SubType");
        /// Upsert or delete.
        event: Text<20> = field("Event");
        /// The name of the message; case does not matter.
        transaction: Text<60> = field("Transaction").key();
        /// The version of the envelope's standard.
        standard_version: Text<10> = field("StandardVersion");
        /// The version of the message, `major.minor`.
        version: Text<10> = field("Version");
        /// The instance that sent it.
        source_application: Text<50> = field("SourceApplication");
        /// The sender's company.
        company_id: Text<50> = field("CompanyId");
        /// The sender's branch.
        branch_id: Text<50> = field("BranchId");
        /// The sender's user.
        user_id: Text<60> = field("UserId");
        /// Company level inside the branch code.
        enterprise: Text<12> = field("Enterprise");
        /// Unit level inside the branch code.
        business_unit: Text<12> = field("BusinessUnit");
        /// The partner: the reference of every De/Para.
        product_name: Text<50> = field("ProductName").alias(&["Product"]);
        /// Its version.
        product_version: Text<30> = field("ProductVersion");
        /// When the sender made it, as written.
        generated_on: Text<40> = field("GeneratedOn");
        /// Names the context of the sender.
        context_name: Text<50> = field("ContextName");
        /// Synchronous or asynchronous.
        delivery_type: DeliveryType = field("DeliveryType");
    }
}

impl Header {
    /// The text of an optional field without trailing blanks; empty where absent.
    pub fn text<const MAX: usize>(field: &Option<Text<MAX>>) -> &str {
        field.as_ref().map_or("", Text::as_str)
    }

    /// Notes what is read against the book.
    pub(super) fn note(&self, cx: &mut Reading) {
        if self.uuid.as_ref().is_some_and(|uuid| !is_uuid(uuid.as_str())) {
            cx.within("UUID", |cx| cx.read_as("Não é um UUID; lido como texto."));
        }
        let event = self.event.as_ref().and_then(|event| Event::find(event.as_str()));
        if let Some((event, false)) = event {
            cx.within("Event", |cx| cx.read_as(format!("Lido como {}.", event.as_str())));
        }
    }

    /// The event that the header names, if it is one of the book.
    pub fn event(&self) -> Option<Event> {
        self.event.as_ref().and_then(|event| Event::find(event.as_str())).map(|(event, _)| event)
    }

    /// When it was made, if that can be read.
    pub fn generated(&self) -> Option<Moment> {
        self.generated_on.as_ref().and_then(|text| Moment::parse(text.as_str()))
    }
}

/// Hexadecimal digits in groups of 8, 4, 4, 4 and 12; what version they claim does not matter.
fn is_uuid(text: &str) -> bool {
    let is_dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    let fits = |(at, byte): (usize, u8)| if is_dash(at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}
