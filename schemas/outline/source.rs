//! The events of a value, by the marks of an outline.

use super::{Is, Mark, Name, Outline};
use crate::read::Kind;

/// A pull reader of one value of a document. What stands next is consumed before the next step.
#[derive(Clone, Debug)]
pub struct Source<'t> {
    text: &'t str,
    outline: &'t Outline,
    /// The mark of what stands next.
    next: usize,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str, outline: &'t Outline, next: usize) -> Source<'t> {
        Source { text, outline, next }
    }

    #[inline]
    fn mark(&self) -> &'t Mark {
        &self.outline.marks[self.next]
    }

    /// Whether the format tells texts, numbers and lists apart. In XML all is text, and a list is its tag repeated:
    /// there it is nothing to be noted.
    #[inline]
    pub fn is_typed(&self) -> bool {
        self.outline.is_typed
    }

    /// Byte offset of the next value; of a text in quotes, that of its quote.
    #[inline]
    pub fn at(&self) -> usize {
        let mark = self.mark();
        mark.at as usize - usize::from(self.outline.is_typed && mark.is == Is::Value(Kind::Text))
    }

    /// The text of the document before the next value.
    pub(crate) fn before(&self) -> &'t str {
        &self.text[..self.mark().at as usize]
    }

    /// The kind of the next value.
    #[inline]
    pub fn peek(&self) -> Kind {
        match self.mark().is {
            Is::Value(kind) => kind,
            Is::Name | Is::End => Kind::Null,
        }
    }

    /// Consumes a text, or a number as its digits.
    #[inline]
    pub fn text(&mut self) -> &'t str {
        let mark = self.mark();
        self.skip();
        match mark.is {
            Is::Value(Kind::Text | Kind::Number) => self.outline.read(self.text, mark),
            _ => "",
        }
    }

    /// Consumes a flag.
    #[inline]
    pub fn flag(&mut self) -> bool {
        let mark = self.mark();
        self.skip();
        mark.is == Is::Value(Kind::Flag) && self.outline.read(self.text, mark) == "true"
    }

    /// Consumes whatever stands next.
    #[inline]
    pub fn skip(&mut self) {
        self.next = self.after(self.next);
    }

    /// The mark that follows the value of a mark.
    #[inline]
    fn after(&self, place: usize) -> usize {
        match &self.outline.marks[place] {
            Mark { is: Is::Value(Kind::Object | Kind::Array), end, .. } => *end as usize,
            _ => place + 1,
        }
    }

    /// Steps into the object or array that stands next.
    #[inline]
    pub fn enter(&mut self) {
        self.next += 1;
    }

    /// Steps to the next property of the object that was entered, and gives its name; `None` at its end.
    #[inline]
    pub fn property(&mut self) -> Option<Name<'t>> {
        let mark = self.mark();
        self.next += 1;
        (mark.is == Is::Name).then(|| Name { text: self.outline.read(self.text, mark), hash: mark.hash })
    }

    /// Steps to the next element of the array that was entered; `false` at its end.
    #[inline]
    pub fn element(&mut self) -> bool {
        let is_end = self.mark().is == Is::End;
        self.next += usize::from(is_end);
        !is_end
    }

    /// How many objects are left in the object or array that was entered.
    pub(crate) fn objects(&self) -> usize {
        let mut place = self.next;
        let mut count = 0;
        while self.outline.marks[place].is != Is::End {
            count += usize::from(self.outline.marks[place].is == Is::Value(Kind::Object));
            place = self.after(place);
        }
        count
    }
}
