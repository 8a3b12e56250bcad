//! Laying a delivery open: decoding, routing, reading, as far as that goes without knowing the world.

use crate::catalog::{Catalog, Method};
use crate::store::{BusinessKey, Damaged, Entry, Fingerprint, Stored};
use chrono::{DateTime, Utc};
use eaid_adapters::routine::Case;
use eaid_adapters::table::Word;
use eaid_adapters::{order_event, pdvsync};
use eaid_schemas::envelope::order_event::locate as locate_in_event;
use eaid_schemas::envelope::{
    DeliveryType, Document, Envelope, Header, Limits, Type, Unreadable, decode, is_of_header,
};
use eaid_schemas::field::Choice;
use eaid_schemas::pdvsync::Sheet;
use eaid_schemas::place::Place;
use eaid_schemas::violation::Violation;
use std::sync::Arc;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

/// The transaction under which order events stand in the inbox.
pub const ORDER_EVENT: &str = "ORDEREVENT";

/// The transaction that asks what is exchanged.
const WHO_IS: &str = "WHOIS";

/// The transport of an answer that its caller takes in the same call: there is nothing to publish.
const CALL: &str = "http";

/// A delivery as it lies on the desk.
pub enum OnDesk {
    /// No envelope.
    Unreadable(Unreadable),
    /// An envelope that no routine can read.
    Refused(Vec<Violation>),
    /// A Response or Receipt: noted at the message it answers.
    Noted,
    /// Asks what is registered.
    WhoIs,
    /// It could not even be read without harm, or is no more what it was: why.
    Failed(&'static str),
    /// On the desk of a routine.
    Case {
        /// The case.
        case: Box<dyn Case>,
        /// Errors of the header.
        header_errors: Vec<Violation>,
        /// Warnings of the header.
        header_warnings: Vec<Violation>,
    },
}

/// What an answer needs of the message, besides its inbox row.
#[derive(Clone, Debug, Default)]
pub struct Correspondence {
    /// Key of the route, or `unknown`.
    pub route_key: Word,
    /// The transport of the answer.
    pub transport: &'static str,
    /// Our company, or the sender's.
    pub company: Word,
    /// Our branch, or the sender's.
    pub branch: Word,
    /// Transaction as it came.
    pub transaction: Word,
    /// UUID as it came.
    pub uuid: Word,
    /// Event as it came.
    pub event: Word,
    /// SubType as it came.
    pub sub_type: Word,
    /// The message as its answer carries it: XML alone does.
    pub received: String,
    /// The caller waits for the answer.
    pub is_sync: bool,
}

/// A delivery laid open.
pub struct Laid {
    /// Its inbox row.
    pub entry: Arc<Entry>,
    /// It is not in the inbox yet.
    pub is_new: bool,
    /// Its patience has ended.
    pub is_expired: bool,
    /// It may be parked.
    pub may_wait: bool,
    /// When its waiting ends, if it waited before.
    pub patience_until: Option<DateTime<Utc>>,
    /// The line of the registration that it takes; 0: none does.
    pub line: usize,
    /// What lies there.
    pub desk: OnDesk,
    /// For the answer.
    pub to: Correspondence,
    /// The bounds it was read within.
    limits: Limits,
}

impl Laid {
    /// Whether it came without an envelope, an order event or a pre-sale: answered by its transport, never by a
    /// message.
    pub fn is_bare(&self) -> bool {
        matches!(self.entry.business.transaction.as_str(), ORDER_EVENT | pdvsync::NAME)
    }

    /// Whether a Response goes out: to every business message of which UUID or partner is known.
    pub fn is_answerable(&self) -> bool {
        match self.desk {
            OnDesk::Noted => false,
            // Of what was never read nobody knows the sender.
            OnDesk::Unreadable(_) | OnDesk::Failed(_) => {
                !self.to.uuid.is_empty() && self.to.route_key != "unknown" && !self.is_bare()
            }
            _ => !self.is_bare(),
        }
    }

    /// Whether it gets a Receipt where those are sent: an asynchronous message over AMQP that is answered.
    pub fn wants_receipt(&self) -> bool {
        self.entry.origin == "amqp" && !self.to.is_sync && self.is_answerable()
    }

    /// Whether the inbox can recognise it.
    pub fn can_be_known(&self) -> bool {
        !self.entry.fingerprint.uuid.is_empty() || self.entry.redelivered
    }

    /// Where paths stand in its text; none where that is no message.
    pub fn places(&self, paths: &[&str]) -> Vec<Place> {
        let content_type = Some(self.entry.content_type.as_str()).filter(|told| !told.is_empty());
        match (decode(&self.entry.body, content_type, &self.limits), &self.desk) {
            (Ok(Document::Message(envelope)), OnDesk::Case { case, .. }) => case.locate(&envelope, paths),
            (Ok(Document::Message(envelope)), _) => envelope.locate(paths, |_| {}),
            (Ok(Document::PreSale(sheet)), _) => sheet.locate(paths),
            (Ok(Document::OrderEvent { text, .. }), _) => locate_in_event(&text, paths),
            (Err(Unreadable { at: Some(at), .. }), _) => vec![Place { at, xpath: None }; paths.len()],
            (Err(_), _) => Vec::new(),
        }
    }

    /// Violations in the order of the document.
    pub fn in_order(&self, violations: Vec<Violation>) -> Vec<Violation> {
        if self.are_as_read(&violations) { violations } else { self.sorted(violations, |found| &found.path) }
    }

    /// Things that name tags, in the order of the document: what is said of the whole, then of the header, then of the
    /// content; each at its tag, or where that is missing at what should hold it.
    pub fn sorted<T>(&self, things: Vec<T>, path: impl Fn(&T) -> &str) -> Vec<T> {
        if things.len() < 2 {
            return things;
        }
        let paths: Vec<&str> = things.iter().map(&path).collect();
        let mut places = self.places(&paths).into_iter().map(|place| place.at);
        let room = |path: &str| if path.is_empty() { 0 } else { 2 - u8::from(is_of_header(path)) };
        let placed: Vec<_> = paths.iter().map(|path| (room(path), places.next())).collect();
        let mut placed: Vec<_> = placed.into_iter().zip(things).collect();
        placed.sort_by_key(|(place, _)| *place);
        placed.into_iter().map(|(_, thing)| thing).collect()
    }

    /// Whether these are what the reading of the content found, which is in order, with one of the header at most.
    fn are_as_read(&self, violations: &[Violation]) -> bool {
        let OnDesk::Case { case, header_errors, header_warnings } = &self.desk else { return false };
        let of_header = header_errors.len() + header_warnings.len();
        of_header < 2 && violations.len() == of_header + case.found().len()
    }

    /// Whether it has a business key.
    pub fn has_key(&self) -> bool {
        !self.entry.business.internal_id.is_empty() && !self.is_bare()
    }
}

/// What is told of a delivery besides its bytes.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The id of its inbox row.
    pub id: Uuid,
    /// The bytes.
    pub body: Arc<[u8]>,
    /// Content type, if told.
    pub content_type: Option<Word>,
    /// The transport.
    pub origin: Word,
    /// The broker delivers it again.
    pub redelivered: bool,
    /// It may be parked.
    pub may_wait: bool,
    /// When it was taken.
    pub received_at: DateTime<Utc>,
}

/// Lays a new delivery open.
pub fn lay(arrival: Arrival, catalog: &Catalog, limits: &Limits) -> Laid {
    let document = decode(&arrival.body, arrival.content_type.as_deref(), limits);
    let mut laid = unopened(arrival, catalog, limits);
    match document {
        Err(unreadable) => {
            if let Some(header) = &unreadable.header {
                address(&mut laid, header, catalog);
            }
            let entry = Arc::make_mut(&mut laid.entry);
            entry.format = unreadable.format.as_str().into();
            entry.fingerprint.digest = digest_of(&entry.body);
            laid.desk = OnDesk::Unreadable(unreadable);
        }
        Ok(Document::OrderEvent { text, digest }) => lay_event(&mut laid, &text, digest, limits),
        Ok(Document::PreSale(sheet)) => lay_pre_sale(&mut laid, *sheet, limits),
        Ok(Document::Message(envelope)) => lay_message(&mut laid, &envelope, catalog, limits),
    }
    laid
}

/// Lays a delivery on the desk without reading it, because that does harm.
pub fn lay_failed(arrival: Arrival, catalog: &Catalog, limits: &Limits, reason: &'static str) -> Laid {
    let mut laid = unopened(arrival, catalog, limits);
    let entry = Arc::make_mut(&mut laid.entry);
    entry.fingerprint.digest = digest_of(&entry.body);
    laid.desk = OnDesk::Failed(reason);
    laid
}

/// The digest of a body that cannot be read.
fn digest_of(body: &[u8]) -> Word {
    hexadecimal(xxh3_128(body))
}

fn hexadecimal(digest: u128) -> Word {
    format!("{digest:032x}").into()
}

/// A delivery of which nothing was read yet.
fn unopened(arrival: Arrival, catalog: &Catalog, limits: &Limits) -> Laid {
    let entry = Entry {
        id: arrival.id,
        fingerprint: Fingerprint::default(),
        business: BusinessKey::default(),
        product: Word::default(),
        source: Word::default(),
        event: Word::default(),
        version: Word::default(),
        generated_on: Word::default(),
        origin: arrival.origin,
        format: "json".into(),
        content_type: arrival.content_type.unwrap_or_default(),
        received_at: arrival.received_at,
        catalog: catalog.fingerprint.as_str().into(),
        body: arrival.body,
        redelivered: arrival.redelivered,
    };
    of_entry(entry, arrival.may_wait, limits)
}

/// What is known by its row alone.
fn of_entry(entry: Entry, may_wait: bool, limits: &Limits) -> Laid {
    Laid {
        entry: Arc::new(entry),
        is_new: true,
        is_expired: false,
        may_wait,
        patience_until: None,
        line: 0,
        desk: OnDesk::Noted,
        to: Correspondence::default(),
        limits: *limits,
    }
}

/// Lays a stored message open again.
pub fn lay_stored(stored: Stored, catalog: &Catalog, limits: &Limits) -> Laid {
    let Stored { entry, is_damaged, is_expired, patience_until, .. } = stored;
    if is_damaged {
        return lay_damaged(entry, catalog, limits);
    }
    let arrival = Arrival {
        id: entry.id,
        body: entry.body,
        content_type: (!entry.content_type.is_empty()).then_some(entry.content_type),
        origin: entry.origin,
        redelivered: false,
        may_wait: true,
        received_at: entry.received_at,
    };
    let mut laid = lay(arrival, catalog, limits);
    laid.is_new = false;
    if laid.to.transport == CALL {
        // The caller has its Receipt and is gone: the answer goes by the route.
        laid.to.transport = catalog.transport(catalog.route_of(&laid.entry.fingerprint.partner), &laid.entry.origin);
    }
    laid.is_expired = is_expired;
    laid.patience_until = patience_until;
    laid
}

/// Lays a message open of which the row alone is left: enough to tell its sender.
fn lay_damaged(entry: Entry, catalog: &Catalog, limits: &Limits) -> Laid {
    let route = catalog.route_of(&entry.fingerprint.partner);
    let to = Correspondence {
        route_key: route.map_or("unknown", |route| &route.key).into(),
        transport: catalog.transport(route, &entry.origin),
        transaction: entry.business.transaction.clone(),
        uuid: entry.fingerprint.uuid.clone(),
        event: entry.event.clone(),
        ..Correspondence::default()
    };
    Laid { is_new: false, desk: OnDesk::Failed(Damaged::TEXT), to, ..of_entry(entry, true, limits) }
}

fn lay_event(laid: &mut Laid, text: &str, digest: u128, limits: &Limits) {
    let entry = Arc::make_mut(&mut laid.entry);
    entry.fingerprint.digest = hexadecimal(digest);
    entry.business.transaction = ORDER_EVENT.into();
    laid.desk = match order_event::open(text, limits.items) {
        Ok(case) => {
            entry.business.internal_id = case.internal_id().into();
            OnDesk::Case { case, header_errors: Vec::new(), header_warnings: Vec::new() }
        }
        Err(violations) => OnDesk::Refused(violations),
    };
}

fn lay_pre_sale(laid: &mut Laid, sheet: Sheet, limits: &Limits) {
    let entry = Arc::make_mut(&mut laid.entry);
    entry.fingerprint.partner = pdvsync::NAME.into();
    entry.fingerprint.digest = hexadecimal(sheet.digest);
    entry.business.partner = pdvsync::NAME.into();
    entry.business.transaction = pdvsync::NAME.into();
    // Kept with it, so that it is read in the same way again.
    entry.content_type = sheet.content_type().into();
    let case = pdvsync::open(sheet, limits.items);
    entry.business.internal_id = case.internal_id().into();
    laid.desk = OnDesk::Case { case, header_errors: Vec::new(), header_warnings: Vec::new() };
}

/// Fills in what the header tells: the inbox row, and where the answer goes.
fn address(laid: &mut Laid, header: &Header, catalog: &Catalog) {
    let route = catalog.route_for(header);
    let text = |part: &str| Word::from(part.trim());
    let entry = Arc::make_mut(&mut laid.entry);
    let partner = route.map_or_else(|| text(Header::text(&header.product_name)), |route| route.product.as_str().into());
    entry.business.partner.clone_from(&partner);
    entry.business.transaction = text(Header::text(&header.transaction));
    entry.business.transaction.make_ascii_uppercase();
    entry.fingerprint.partner = partner;
    entry.fingerprint.uuid = text(Header::text(&header.uuid));
    entry.product = text(Header::text(&header.product_name));
    entry.source = text(Header::text(&header.source_application));
    entry.version = text(Header::text(&header.version));
    entry.generated_on = text(Header::text(&header.generated_on));
    laid.to = Correspondence {
        route_key: route.map_or("unknown", |route| &route.key).into(),
        transport: catalog.transport(route, &entry.origin),
        company: raw(&header.company_id),
        branch: raw(&header.branch_id),
        transaction: raw(&header.transaction),
        uuid: raw(&header.uuid),
        event: raw(&header.event),
        sub_type: header.sub_type.map_or("", |kind| kind.as_str()).into(),
        received: String::new(),
        is_sync: header.delivery_type == Some(DeliveryType::Sync),
    };
}

fn lay_message(laid: &mut Laid, envelope: &Envelope, catalog: &Catalog, limits: &Limits) {
    let header = &envelope.header;
    address(laid, header, catalog);
    laid.to.received = envelope.as_received();
    let entry = Arc::make_mut(&mut laid.entry);
    entry.format = envelope.format.as_str().into();
    entry.fingerprint.digest = hexadecimal(envelope.digest);
    entry.event = envelope.event.map_or("", |event| event.as_str()).into();
    if matches!(header.kind, Some(Type::Response | Type::Receipt)) {
        laid.desk = OnDesk::Noted;
        return;
    }
    if entry.business.transaction == WHO_IS {
        laid.to.is_sync = header.delivery_type != Some(DeliveryType::Async);
        laid.desk = match catalog.check_asker(envelope) {
            violations if violations.is_empty() => OnDesk::WhoIs,
            violations => OnDesk::Refused(violations),
        };
    } else {
        lay_case(laid, envelope, catalog, limits);
    }
    if laid.entry.origin == "http" && laid.to.is_sync {
        laid.to.transport = CALL;
    }
}

/// Finds the registration of a message and lays it on the desk of its routine.
fn lay_case(laid: &mut Laid, envelope: &Envelope, catalog: &Catalog, limits: &Limits) {
    let (header, entry) = (&envelope.header, Arc::make_mut(&mut laid.entry));
    match catalog.find(envelope, &entry.origin, limits.items) {
        Err(refused) => {
            laid.desk = OnDesk::Refused(refused.violations);
        }
        Ok(routed) => {
            let Some(open) = routed.registration.routine.part.open() else { return };
            let method = routed.registration.method;
            laid.line = routed.registration.line;
            laid.to.is_sync = header.delivery_type.map_or(method == Method::Sync, |kind| kind == DeliveryType::Sync);
            if !routed.address.company.is_empty() {
                laid.to.company = routed.address.company.clone();
                laid.to.branch = routed.address.branch.clone();
            }
            let case = open(envelope, routed.address);
            entry.business.internal_id = case.internal_id().trim_end().into();
            laid.desk = OnDesk::Case { case, header_errors: routed.errors, header_warnings: routed.warnings };
        }
    }
}

fn raw<const MAX: usize>(field: &Option<eaid_schemas::field::Text<MAX>>) -> Word {
    field.as_ref().map_or("", |text| text.raw()).into()
}
