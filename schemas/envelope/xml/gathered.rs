//! The text of an element, gathered from its pieces: texts, CDATA and references.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::BytesRef;
use std::borrow::Cow;

/// The text of an element. Indentation around it is none of it: blanks at either end that hold a line break.
#[derive(Debug, Default)]
pub(super) struct Gathered<'x> {
    text: Cow<'x, str>,
    /// Where the text begins in the document.
    at: Option<usize>,
    /// How much indentation may follow the text.
    tail: usize,
}

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// How many bytes of blanks, if they hold a line break.
fn indentation(blanks: &str) -> usize {
    if blanks.contains('\n') { blanks.len() } else { 0 }
}

impl<'x> Gathered<'x> {
    /// Takes a text between tags.
    pub(super) fn text(&mut self, piece: Cow<'x, str>, at: usize) {
        let is_bare = |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii_whitespace());
        if is_bare(piece.as_bytes().first()) && is_bare(piece.as_bytes().last()) {
            return self.push(piece, at);
        }
        let lead = piece.len() - piece.trim_start_matches(BLANKS).len();
        let lead = if self.at.is_none() { indentation(&piece[..lead]) } else { 0 };
        let tail = indentation(&piece[lead + piece[lead..].trim_end_matches(BLANKS).len()..]);
        let piece = match piece {
            Cow::Borrowed(piece) => Cow::Borrowed(&piece[lead..]),
            Cow::Owned(piece) => Cow::Owned(piece[lead..].to_owned()),
        };
        if !piece.is_empty() {
            self.push(piece, at + lead);
            self.tail = tail;
        }
    }

    /// Takes a text that holds no indentation.
    pub(super) fn push(&mut self, piece: Cow<'x, str>, at: usize) {
        match self.at {
            None => {
                self.at = Some(at);
                self.text = piece;
            }
            Some(_) => self.text.to_mut().push_str(&piece),
        }
        self.tail = 0;
    }

    /// Takes a reference: a character by number, or one of the five of XML. `false` where it is another.
    pub(super) fn reference(&mut self, reference: &BytesRef<'x>, at: usize) -> bool {
        if reference.is_char_ref() {
            let Ok(Some(character)) = reference.resolve_char_ref() else { return false };
            self.push(Cow::Owned(character.to_string()), at);
            return true;
        }
        match resolve_predefined_entity(reference) {
            Some(text) => self.push(Cow::Borrowed(text), at),
            None => return false,
        }
        true
    }

    /// The text and where it begins; `None` where it is blank.
    pub(super) fn finish(self) -> Option<(Cow<'x, str>, usize)> {
        let end = self.text.len() - self.tail;
        let text = match self.text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
            Cow::Owned(mut text) => {
                text.truncate(end);
                Cow::Owned(text)
            }
        };
        let is_blank = text.trim_matches(BLANKS).is_empty();
        self.at.filter(|_| !is_blank).map(|at| (text, at))
    }
}
