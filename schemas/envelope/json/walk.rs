//! The one walk over a JSON text: it proves its syntax and its depth, takes its digest, leaves its outline and tells
//! where header and content stand.

use crate::envelope::digest;
use crate::outline::Outline;
use crate::pdvsync::Signs;
use crate::read::{Broken, Kind};
use jiter::{Jiter, JiterError, Peek};
use std::ops::Range;

/// What a walk over the document stops at.
pub(super) enum Stop {
    Broken(Broken),
    Deep,
}

impl From<JiterError> for Stop {
    #[cold]
    fn from(error: JiterError) -> Self {
        Stop::Broken(Broken { at: error.index, reason: error.error_type.to_string() })
    }
}

/// A body that was walked over. The mark of the whole is the first.
pub(super) struct Walked {
    pub(super) outline: Outline,
    /// The mark of the header.
    pub(super) header: Option<usize>,
    /// The mark of the content, and where its text stands.
    pub(super) content: Option<(usize, Range<usize>)>,
    pub(super) content_digest: u128,
    /// It looks like an order event: it names an order and an event.
    pub(super) names_order: bool,
    pub(super) names_event: bool,
    pub(super) whole_digest: u128,
    /// By what it looks like a pre-sale.
    pub(super) signs: Signs,
    /// It is an object.
    pub(super) is_object: bool,
}

struct Walk<'j> {
    text: &'j str,
    jiter: Jiter<'j>,
    outline: Outline,
}

/// Walks over a text.
pub(super) fn over(text: &str, depth: usize) -> Result<Walked, Stop> {
    let mut walk = Walk { text, jiter: Jiter::new(text.as_bytes()), outline: Outline::of(text, true) };
    let mut walked = Walked {
        outline: Outline::of("", true),
        header: None,
        content: None,
        content_digest: 0,
        names_order: false,
        names_event: false,
        whole_digest: 0,
        signs: Signs::default(),
        is_object: false,
    };
    walked.is_object = walk.jiter.peek()? == Peek::Object;
    if walked.is_object {
        walk.body(depth, &mut walked)?;
    } else {
        walk.value(depth, digest::ROOT)?;
    }
    walk.jiter.finish()?;
    Ok(Walked { outline: walk.outline, ..walked })
}

impl Walk<'_> {
    /// The outermost object.
    fn body(&mut self, depth: usize, walked: &mut Walked) -> Result<(), Stop> {
        enum Met {
            Header,
            Content,
            Other,
        }
        let body = self.outline.open(Kind::Object, self.jiter.current_index());
        let mut name = self.jiter.known_object()?;
        while let Some(called) = name {
            let seed = self.outline.name(self.text, called, 0);
            let (met, seed) = if called.eq_ignore_ascii_case("header") {
                (Met::Header, digest::ROOT)
            } else if called.eq_ignore_ascii_case("content") {
                (Met::Content, digest::ROOT)
            } else {
                walked.names_order |= called.eq_ignore_ascii_case("order");
                walked.names_event |= called.eq_ignore_ascii_case("event");
                walked.signs.note(called);
                (Met::Other, seed)
            };
            self.jiter.peek()?;
            let (place, from) = (self.outline.place(), self.jiter.current_index());
            let value = self.value(depth, seed)?;
            match met {
                Met::Header => walked.header = Some(place),
                Met::Content => {
                    walked.content_digest = value;
                    walked.content = Some((place, from..self.jiter.current_index()));
                }
                Met::Other => walked.whole_digest = walked.whole_digest.wrapping_add(value),
            }
            name = self.jiter.next_key()?;
        }
        self.outline.close(body);
        Ok(())
    }

    /// Any value. What it adds to the digest of the object that it stands in: nothing where it says nothing.
    #[inline(always)]
    fn value(&mut self, depth: usize, seed: u64) -> Result<u128, Stop> {
        let Some(depth) = depth.checked_sub(1) else { return Err(Stop::Deep) };
        let peek = self.jiter.peek()?;
        let at = self.jiter.current_index();
        Ok(match peek {
            Peek::String => {
                let text = self.jiter.known_str()?;
                self.outline.text(self.text, text, at + 1);
                digest::text(text, seed).unwrap_or(0)
            }
            Peek::Object => self.object(at, depth, seed)?,
            Peek::Array => self.array(at, depth, seed)?,
            Peek::Null => {
                self.jiter.known_null()?;
                self.outline.scalar(Kind::Null, at..at);
                0
            }
            Peek::True | Peek::False => {
                let flag = self.jiter.known_bool(peek)?;
                self.outline.scalar(Kind::Flag, at..self.jiter.current_index());
                digest::flag(flag, seed)
            }
            _ => {
                self.jiter.known_number_bytes(peek)?;
                let range = at..self.jiter.current_index();
                self.outline.scalar(Kind::Number, range.clone());
                digest::number(&self.text[range], seed)
            }
        })
    }

    fn object(&mut self, at: usize, depth: usize, seed: u64) -> Result<u128, Stop> {
        let object = self.outline.open(Kind::Object, at);
        let mut sum = 0u128;
        let mut name = self.jiter.known_object()?;
        while let Some(called) = name {
            let seed = self.outline.name(self.text, called, at);
            sum = sum.wrapping_add(self.value(depth, seed)?);
            name = self.jiter.next_key()?;
        }
        self.outline.close(object);
        Ok(digest::object(sum, seed))
    }

    fn array(&mut self, at: usize, depth: usize, seed: u64) -> Result<u128, Stop> {
        let array = self.outline.open(Kind::Array, at);
        let mut sum = 0u128;
        let mut more = self.jiter.known_array()?.is_some();
        for ordinal in 0.. {
            if !more {
                break;
            }
            sum = sum.wrapping_add(self.value(depth, digest::member(seed, ordinal))?);
            more = self.jiter.array_step()?.is_some();
        }
        self.outline.close(array);
        Ok(sum)
    }
}
