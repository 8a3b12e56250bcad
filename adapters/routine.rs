//! What a routine is: `wants` and `apply`, both pure.
//!
//! One trait, [`Case`], serves messages, staged sales and order events: something that a routine has on its
//! desk, that first says what it wants looked up and is then decided.

use crate::books::Books;
use crate::effect::Alias;
use crate::table::{Table, Word};
use crate::verdict::Verdict;
use crate::world::{Flaw, Wants, World};
use eaid_schemas::envelope::{Envelope, Event, Format, Header};
use eaid_schemas::place::Place;
use eaid_schemas::read::Reading;
use eaid_schemas::record::{Record, Spec};
use eaid_schemas::violation::Violation;

/// Something to be decided.
pub trait Case: Send + Sync {
    /// Says what is to be looked up.
    fn wants(&self, books: &Books, wants: &mut Wants);

    /// Says what is still to be looked up, once the world knows what was wanted before. Asked until nothing more is
    /// wanted; what was not wanted yet is no flaw here, it comes in the next round.
    fn wants_further(&self, books: &Books, world: &World, wants: &mut Wants) {
        let _ = (books, world, wants);
    }

    /// Decides. The same case in the same world gives the same verdict.
    ///
    /// # Errors
    /// [`Flaw`] of the routine; the message is set aside with code `internal`.
    fn apply(&self, books: &Books, world: &mut World) -> Result<Verdict, Flaw>;

    /// The sender's id of the record: with partner and transaction the business key. Empty where there is none.
    fn internal_id(&self) -> &str;

    /// What stands under the record's id already: an older message changes nothing of it. `None` where nothing
    /// stands, and where nothing is ever updated.
    ///
    /// # Errors
    /// [`Flaw`] where it was not wanted.
    fn standing(&self, world: &World) -> Result<Option<Standing>, Flaw> {
        let _ = world;
        Ok(None)
    }

    /// What the reading of the content found.
    fn found(&self) -> &[Violation] {
        &[]
    }

    /// Where paths stand in the message that the case was opened from; for those that read no message, in its
    /// header alone.
    fn locate(&self, envelope: &Envelope, paths: &[&str]) -> Vec<Place> {
        envelope.locate(paths, |_| {})
    }
}

/// A record as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Our id of it.
    pub id: Word,
    /// `GeneratedOn` of the message that wrote it; empty where no message did.
    pub stamp: Word,
}

/// Who a message is from and where it belongs, found out before its routine sees it.
#[derive(Clone, Debug)]
pub struct Address {
    /// The partner as the route spells it: the reference of every De/Para.
    pub partner: Word,
    /// The event to act on.
    pub event: Event,
    /// Our company.
    pub company: Word,
    /// Our branch.
    pub branch: Word,
    /// The transport that the message came by, kept for traces.
    pub origin: Word,
    /// The bound on members of one list.
    pub items: usize,
}

/// A message on the desk of its routine.
#[derive(Debug)]
pub struct Letter<M> {
    /// Who it is from.
    pub from: Address,
    /// Its header.
    pub header: Header,
    /// The format it came in.
    pub format: Format,
    /// Its content.
    pub message: M,
    /// What the reading of its content found.
    pub found: Vec<Violation>,
}

impl<M> Letter<M> {
    /// The UUID as it came.
    pub fn uuid(&self) -> &str {
        Header::text(&self.header.uuid)
    }

    /// `GeneratedOn` as it came.
    pub fn stamp(&self) -> &str {
        Header::text(&self.header.generated_on)
    }

    /// The partner.
    pub fn partner(&self) -> &str {
        &self.from.partner
    }
}

/// A routine that receives a message.
pub trait Receives: Send + Sync + 'static {
    /// The message's content.
    type Message: Record + Send + Sync;

    /// The De/Para kind of the record's own id, where a message can update what an earlier one brought.
    const IDENTITY: Option<Alias>;

    /// The sender's id of the record.
    fn internal_id(message: &Self::Message) -> &str;

    /// Says what is to be looked up. Called for messages with errors too, so that one answer names all.
    fn wants(letter: &Letter<Self::Message>, books: &Books, wants: &mut Wants);

    /// Says what is still to be looked up, once the world knows what was wanted before ([`Case::wants_further`]).
    fn wants_further(letter: &Letter<Self::Message>, books: &Books, world: &World, wants: &mut Wants) {
        let _ = (letter, books, world, wants);
    }

    /// Decides.
    ///
    /// # Errors
    /// [`Flaw`] of the routine.
    fn apply(letter: &Letter<Self::Message>, books: &Books, world: &mut World) -> Result<Verdict, Flaw>;
}

struct Received<R: Receives>(Letter<R::Message>);

impl<R: Receives> Case for Received<R> {
    fn wants(&self, books: &Books, wants: &mut Wants) {
        if let (Some(identity), false) = (R::IDENTITY, self.internal_id().is_empty()) {
            wants.depara(self.0.partner(), identity, self.internal_id());
        }
        R::wants(&self.0, books, wants);
    }

    fn wants_further(&self, books: &Books, world: &World, wants: &mut Wants) {
        R::wants_further(&self.0, books, world, wants);
    }

    fn apply(&self, books: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        R::apply(&self.0, books, world)
    }

    fn internal_id(&self) -> &str {
        R::internal_id(&self.0.message)
    }

    fn standing(&self, world: &World) -> Result<Option<Standing>, Flaw> {
        let (Some(identity), false) = (R::IDENTITY, self.internal_id().is_empty()) else { return Ok(None) };
        let entry = world.depara(self.0.partner(), identity, self.internal_id())?;
        Ok(entry.map(|entry| Standing { id: entry.internal.clone(), stamp: entry.stamp.clone() }))
    }

    fn found(&self) -> &[Violation] {
        &self.0.found
    }

    fn locate(&self, envelope: &Envelope, paths: &[&str]) -> Vec<Place> {
        envelope.locate(paths, |cx| drop(envelope.read::<R::Message>(cx)))
    }
}

/// Reads the content of a message and lays it on the desk of routine `R`.
pub fn receive<R: Receives>(envelope: &Envelope, from: Address) -> Box<dyn Case> {
    let mut cx = Reading::new(from.event != Event::Delete, from.items);
    let message = envelope.read::<R::Message>(&mut cx);
    let found = cx.finish();
    Box::new(Received::<R>(Letter { from, header: envelope.header.clone(), format: envelope.format, message, found }))
}

/// Lays a message on the desk of a routine.
pub type Open = dyn Fn(&Envelope, Address) -> Box<dyn Case> + Send + Sync;

/// How a routine takes part.
pub enum Part {
    /// It receives a message: reads it and lays it on its desk.
    Receives {
        /// The majors it reads.
        majors: &'static [u32],
        /// Opens a message.
        open: &'static Open,
    },
    /// It sends a message of ours.
    Sends {
        /// The majors it writes.
        majors: &'static [u32],
        /// What it writes: conditions are checked against it.
        content: fn() -> &'static Spec,
        /// Opens a request for what it sends, where it answers those.
        asked: Option<&'static Open>,
    },
}

impl Part {
    /// Opens what it receives; `None` where it only sends.
    pub fn open(&self) -> Option<&'static Open> {
        match self {
            Part::Receives { open, .. } => Some(*open),
            Part::Sends { asked, .. } => *asked,
        }
    }

    /// The majors that it reads or writes.
    pub fn majors(&self) -> &'static [u32] {
        match self {
            Part::Receives { majors, .. } | Part::Sends { majors, .. } => majors,
        }
    }
}

/// A routine that an administrator can register an adapter for.
pub struct Routine {
    /// The Protheus routine it stands for.
    pub name: &'static str,
    /// The message, in the spelling of its document.
    pub message: &'static str,
    /// What it does, in one Portuguese sentence.
    pub summary: &'static str,
    /// How it takes part.
    pub part: Part,
    /// The tables it fills.
    pub tables: &'static [&'static Table],
}

impl std::fmt::Debug for Routine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.name, self.message)
    }
}
