//! The events of a JSON text.

use crate::read::{Broken, Kind, Source};
use jiter::{Jiter, JiterError, Peek};
use std::ops::Range;

/// The events of a JSON text.
pub struct JsonSource<'j> {
    jiter: Jiter<'j>,
    base: usize,
}

impl<'j> JsonSource<'j> {
    /// Reads a text.
    pub fn new(text: &'j str) -> Self {
        JsonSource::part(text, 0..text.len())
    }

    /// Reads the value that stands in a part of a text.
    pub fn part(text: &'j str, part: Range<usize>) -> Self {
        let base = part.start;
        JsonSource { jiter: Jiter::new(text.get(part).unwrap_or("").as_bytes()), base }
    }
}

pub(super) fn broken(error: JiterError) -> Broken {
    Broken { at: error.index, reason: error.error_type.to_string() }
}

pub(super) fn kind(peek: Peek) -> Kind {
    match peek {
        Peek::String => Kind::Text,
        Peek::True | Peek::False => Kind::Flag,
        Peek::Null => Kind::Null,
        Peek::Object => Kind::Object,
        Peek::Array => Kind::Array,
        _ => Kind::Number,
    }
}

pub(super) fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or("")
}

impl Source for JsonSource<'_> {
    const IS_TYPED: bool = true;

    fn at(&self) -> usize {
        self.base + self.jiter.current_index()
    }

    fn peek(&mut self) -> Result<Kind, Broken> {
        self.jiter.peek().map(kind).map_err(broken)
    }

    fn text(&mut self) -> Result<&str, Broken> {
        match self.jiter.peek().map_err(broken)? {
            Peek::String => self.jiter.known_str().map_err(broken),
            number => self.jiter.known_number_bytes(number).map(utf8).map_err(broken),
        }
    }

    fn flag(&mut self) -> Result<bool, Broken> {
        self.jiter.next_bool().map_err(broken)
    }

    fn skip(&mut self) -> Result<(), Broken> {
        self.jiter.next_skip().map_err(broken)
    }

    fn property<R>(&mut self, first: bool, see: impl FnOnce(&str) -> R) -> Result<Option<R>, Broken> {
        let name = if first { self.jiter.next_object() } else { self.jiter.next_key() };
        name.map(|name| name.map(see)).map_err(broken)
    }

    fn element(&mut self, first: bool) -> Result<bool, Broken> {
        let next = if first { self.jiter.next_array() } else { self.jiter.array_step() };
        next.map(|next| next.is_some()).map_err(broken)
    }
}
