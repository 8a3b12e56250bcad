//! What a walk over a text found in it: a mark for each name and each value, in their order.
//!
//! A text is parsed once. The walk over it ([`envelope`](crate::envelope)) proves its syntax and its depth, takes its
//! digest and leaves the outline; whatever is asked of the text afterwards goes by the marks
//! ([`Source`]), which cannot fail. JSON and XML leave outlines of one form, so that one reader serves both.
//!
//! A mark has twelve bytes. A message has one for every ten to fifteen bytes of its text; the worst that can be sent,
//! a list of empty lists, has two for every three.

mod name;
mod source;

use crate::read::Kind;
pub use name::Name;
pub(crate) use name::{SPREAD, seed};
pub use source::Source;
use std::ops::Range;

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    /// The name of a property; its value follows.
    Name,
    /// A value; what an object or array holds follows.
    Value(Kind),
    /// The end of an object or array.
    End,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    /// Where it begins in the text.
    at: u32,
    /// Where it ends in the text; of a piece that does not stand there as it is read, its place among those kept
    /// apart; of an object or array, the mark that follows its end.
    end: u32,
    /// Of a name, a part of its hash.
    hash: u16,
    is: Is,
    is_apart: bool,
}

/// What a walk over a text found in it.
#[derive(Clone, Debug)]
pub struct Outline {
    marks: Vec<Mark>,
    /// Names and texts with their escapes resolved.
    apart: Vec<Box<str>>,
    is_typed: bool,
}

impl Outline {
    /// The greatest text that can have one, in bytes.
    pub const GREATEST: usize = u32::MAX as usize;

    /// Begins that of a text; `is_typed` says whether its format tells texts, numbers and lists apart.
    pub(crate) fn of(text: &str, is_typed: bool) -> Outline {
        Outline { marks: Vec::with_capacity(text.len() / 8 + 4), apart: Vec::new(), is_typed }
    }

    /// The place of the mark that is left next.
    #[inline]
    pub(crate) fn place(&self) -> usize {
        self.marks.len()
    }

    /// What reads the value that is marked at a place.
    pub fn source<'t>(&'t self, text: &'t str, place: usize) -> Source<'t> {
        Source::new(text, self, place)
    }

    /// Marks a name, a piece of the text or of its own, and gives its seed.
    #[inline]
    pub(crate) fn name(&mut self, text: &str, name: &str, at: usize) -> u64 {
        let seed = name::seed(name);
        self.piece(text, name, at, Is::Name, name::hash(seed));
        seed
    }

    /// Marks a text, a piece of the whole one or, where escapes were resolved, of its own.
    #[inline]
    pub(crate) fn text(&mut self, text: &str, piece: &str, at: usize) {
        self.piece(text, piece, at, Is::Value(Kind::Text), 0);
    }

    /// Marks the value of an attribute; `raw` is the piece of the text that it was read from.
    pub(crate) fn untyped(&mut self, text: &str, value: &str, raw: &str) {
        let at = offset(text, raw).unwrap_or(0);
        if value.trim().is_empty() { self.scalar(Kind::Null, at..at) } else { self.text(text, value, at) }
    }

    /// Marks a value without parts that stands in the text as it is read.
    #[inline]
    pub(crate) fn scalar(&mut self, kind: Kind, range: Range<usize>) {
        let (at, end) = (short(range.start), short(range.end));
        self.marks.push(Mark { at, end, hash: 0, is: Is::Value(kind), is_apart: false });
    }

    /// Marks where an object or array begins, and gives the place of the mark.
    #[inline]
    pub(crate) fn open(&mut self, kind: Kind, at: usize) -> usize {
        let place = self.place();
        self.scalar(kind, at..at);
        place
    }

    /// Marks the end of what was opened at a place.
    #[inline]
    pub(crate) fn close(&mut self, place: usize) {
        self.marks.push(Mark { at: 0, end: 0, hash: 0, is: Is::End, is_apart: false });
        self.marks[place].end = short(self.marks.len());
    }

    /// Takes back what was opened at a place, and all since.
    pub(crate) fn take_back(&mut self, place: usize) {
        self.marks.truncate(place);
    }

    #[inline]
    fn piece(&mut self, text: &str, piece: &str, at: usize, is: Is, hash: u16) {
        let found = offset(text, piece);
        let (at, end) = match found {
            Some(at) => (at, at + piece.len()),
            None => {
                self.apart.push(piece.into());
                (at, self.apart.len() - 1)
            }
        };
        self.marks.push(Mark { at: short(at), end: short(end), hash, is, is_apart: found.is_none() });
    }

    #[inline]
    fn read<'t>(&'t self, text: &'t str, mark: &Mark) -> &'t str {
        let (at, end) = (mark.at as usize, mark.end as usize);
        if mark.is_apart { &self.apart[end] } else { &text[at..end] }
    }
}

/// Where a piece stands in a text, if it is a part of it.
#[inline]
fn offset(text: &str, piece: &str) -> Option<usize> {
    let at = (piece.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    (at < text.len()).then_some(at)
}

/// An offset or place; none is greater than [`Outline::GREATEST`].
#[inline]
fn short(place: usize) -> u32 {
    place as u32
}
