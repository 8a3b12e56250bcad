//! Where header and content stand in a JSON text: one walk, that also proves its syntax and its depth.

use super::source::{broken, kind, utf8};
use crate::envelope::digest;
use crate::read::{Broken, Kind};
use jiter::{Jiter, JiterError};
use std::ops::Range;

/// What a walk over the document stops at.
pub(super) enum Stop {
    Broken(Broken),
    Deep,
}

impl From<JiterError> for Stop {
    fn from(error: JiterError) -> Self {
        Stop::Broken(broken(error))
    }
}

/// The parts of a body.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) header: Option<Range<usize>>,
    pub(super) content: Option<Range<usize>>,
    pub(super) content_digest: u128,
    /// It looks like an order event: it names an order and an event.
    pub(super) names_order: bool,
    pub(super) names_event: bool,
    pub(super) whole_digest: u128,
}

/// Walks over a text.
pub(super) fn find(text: &str, depth: usize) -> Result<Parts, Stop> {
    enum Met {
        Header,
        Content,
        Other { order: bool, event: bool, name: u64 },
    }
    let see = |name: &str| match name {
        name if name.eq_ignore_ascii_case("header") => Met::Header,
        name if name.eq_ignore_ascii_case("content") => Met::Content,
        name => Met::Other {
            order: name.eq_ignore_ascii_case("order"),
            event: name.eq_ignore_ascii_case("event"),
            name: digest::name(name),
        },
    };
    let mut jiter = Jiter::new(text.as_bytes());
    let mut parts = Parts::default();
    if kind(jiter.peek()?) != Kind::Object {
        value(&mut jiter, depth, digest::ROOT)?;
        jiter.finish()?;
        return Ok(parts);
    }
    let mut met = jiter.next_object()?.map(see);
    while let Some(what) = met {
        jiter.peek()?;
        let start = jiter.current_index();
        let seed = if let Met::Other { name, .. } = what { name } else { digest::ROOT };
        let value = value(&mut jiter, depth, seed)?;
        let range = start..jiter.current_index();
        match what {
            Met::Header => parts.header = Some(range),
            Met::Content => {
                parts.content = Some(range);
                parts.content_digest = value;
            }
            Met::Other { order, event, .. } => {
                parts.names_order |= order;
                parts.names_event |= event;
                parts.whole_digest = parts.whole_digest.wrapping_add(value);
            }
        }
        met = jiter.next_key()?.map(see);
    }
    jiter.finish()?;
    Ok(parts)
}

/// What the next value adds to the digest of the object that it stands in: nothing where it says nothing.
fn value(jiter: &mut Jiter<'_>, depth: usize, seed: u64) -> Result<u128, Stop> {
    let Some(depth) = depth.checked_sub(1) else { return Err(Stop::Deep) };
    let peek = jiter.peek()?;
    Ok(match kind(peek) {
        Kind::Null => {
            jiter.known_null()?;
            0
        }
        Kind::Text => digest::text(jiter.known_str()?, seed).unwrap_or(0),
        Kind::Flag => digest::flag(jiter.known_bool(peek)?, seed),
        Kind::Number => digest::number(utf8(jiter.known_number_bytes(peek)?), seed),
        Kind::Object => {
            let mut sum = 0u128;
            let mut name = jiter.known_object()?.map(digest::name);
            while let Some(of) = name {
                sum = sum.wrapping_add(value(jiter, depth, of)?);
                name = jiter.next_key()?.map(digest::name);
            }
            digest::object(sum, seed)
        }
        Kind::Array => {
            let mut sum = 0u128;
            let mut more = jiter.known_array()?.is_some();
            for ordinal in 0.. {
                if !more {
                    break;
                }
                sum = sum.wrapping_add(value(jiter, depth, digest::member(seed, ordinal))?);
                more = jiter.array_step()?.is_some();
            }
            sum
        }
    })
}
