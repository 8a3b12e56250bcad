//! The events of an XML element.

use super::gathered::Gathered;
use super::tag::{Said, Tag};
use crate::read::{Broken, Kind, Source};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::borrow::Cow;
use std::ops::Range;

/// What stands next.
enum Next<'x> {
    /// An element whose start tag was read; what it holds is not known yet.
    Element(Tag<'x>),
    /// An element or attribute with a text, wholly read.
    Text(Cow<'x, str>),
    /// An empty element, wholly read.
    Nothing,
    /// An element with attributes or elements, read up to [`XmlSource::child`].
    Object,
    /// What stood next was consumed.
    Consumed,
}

/// The events of an XML element that is known to be well formed. An element that holds elements or has attributes
/// is an object, attributes being properties like its elements; one with text alone is a text, one without any
/// is null.
pub struct XmlSource<'x> {
    text: &'x str,
    base: usize,
    reader: Reader<&'x [u8]>,
    next: Next<'x>,
    at: usize,
    /// Of the object that was entered or looked into last: attributes to come,
    attributes: Said<'x>,
    /// its first element,
    child: Option<Tag<'x>>,
    /// or that its end was read already.
    is_closed: bool,
    /// The text that was given away last.
    given: Cow<'x, str>,
}

impl<'x> XmlSource<'x> {
    /// Reads the element that stands in a part of a text.
    pub fn part(text: &'x str, part: Range<usize>) -> Self {
        let base = part.start;
        let text = text.get(part).unwrap_or("");
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = false;
        let mut source = XmlSource {
            text,
            base,
            reader,
            next: Next::Nothing,
            at: base,
            attributes: Said::none(),
            child: None,
            is_closed: false,
            given: Cow::Borrowed(""),
        };
        if let Ok(Some(tag)) = source.element_start() {
            source.next = Next::Element(tag);
        }
        source
    }

    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    fn broken(&self, reason: &str) -> Broken {
        Broken { at: self.base + self.position(), reason: reason.to_owned() }
    }

    /// The next event and where it begins.
    fn event(&mut self) -> Result<(Event<'x>, usize), Broken> {
        let at = self.position();
        match self.reader.read_event() {
            Ok(event) => Ok((event, at)),
            Err(error) => Err(self.broken(&error.to_string())),
        }
    }

    fn tag(&self, from: usize, is_closed: bool) -> Tag<'x> {
        Tag::of(&self.text[from..self.position()], self.base + from, is_closed)
    }

    /// The next start tag; `None` at the end of the element around it.
    fn element_start(&mut self) -> Result<Option<Tag<'x>>, Broken> {
        loop {
            match self.event()? {
                (Event::Start(_), at) => return Ok(Some(self.tag(at, false))),
                (Event::Empty(_), at) => return Ok(Some(self.tag(at, true))),
                (Event::End(_) | Event::Eof, _) => return Ok(None),
                _ => {}
            }
        }
    }

    /// Reads on until it is known what an element holds.
    fn look(&mut self, tag: Tag<'x>) -> Result<(), Broken> {
        self.at = tag.at;
        let mut gathered = Gathered::default();
        let mut child = None;
        if !tag.is_closed {
            loop {
                match self.event()? {
                    (Event::Text(text), at) => gathered.text(text.xml10_content(), self.base + at),
                    (Event::CData(text), at) => gathered.push(text.xml10_content(), self.base + at),
                    (Event::GeneralRef(reference), at) => {
                        gathered.reference(&reference, self.base + at);
                    }
                    (Event::Start(_), at) => {
                        child = Some(self.tag(at, false));
                        break;
                    }
                    (Event::Empty(_), at) => {
                        child = Some(self.tag(at, true));
                        break;
                    }
                    (Event::End(_), _) => break,
                    (Event::Eof, _) => return Err(self.broken("end of text")),
                    _ => {}
                }
            }
        }
        self.next = match gathered.finish() {
            Some((text, at)) if child.is_none() => {
                self.at = at;
                Next::Text(text)
            }
            _ if child.is_some() || tag.says_more() => {
                self.attributes = tag.attributes();
                self.is_closed = child.is_none();
                self.child = child;
                Next::Object
            }
            _ => Next::Nothing,
        };
        Ok(())
    }

    /// Passes over what is left of elements that stand open, one in another.
    fn pass(&mut self, mut open: usize) -> Result<(), Broken> {
        while open > 0 {
            match self.event()?.0 {
                Event::Start(_) => open += 1,
                Event::End(_) => open -= 1,
                Event::Eof => return Err(self.broken("end of text")),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Source for XmlSource<'_> {
    const IS_TYPED: bool = false;

    fn at(&self) -> usize {
        self.at
    }

    fn peek(&mut self) -> Result<Kind, Broken> {
        if let Next::Element(tag) = self.next {
            self.look(tag)?;
        }
        match self.next {
            Next::Text(_) => Ok(Kind::Text),
            Next::Nothing => Ok(Kind::Null),
            Next::Object => Ok(Kind::Object),
            Next::Element(_) | Next::Consumed => Err(self.broken("no value")),
        }
    }

    fn text(&mut self) -> Result<&str, Broken> {
        self.peek()?;
        match std::mem::replace(&mut self.next, Next::Consumed) {
            Next::Text(text) => {
                self.given = text;
                Ok(&self.given)
            }
            Next::Nothing => Ok(""),
            other => {
                self.next = other;
                Err(self.broken("no text"))
            }
        }
    }

    fn flag(&mut self) -> Result<bool, Broken> {
        Err(self.broken("no flag"))
    }

    fn skip(&mut self) -> Result<(), Broken> {
        match std::mem::replace(&mut self.next, Next::Consumed) {
            Next::Element(tag) if !tag.is_closed => self.pass(1),
            Next::Object => {
                self.attributes = Said::none();
                let open_child = self.child.take().is_some_and(|tag| !tag.is_closed);
                let open_self = !std::mem::take(&mut self.is_closed);
                self.pass(usize::from(open_self) + usize::from(open_child))
            }
            _ => Ok(()),
        }
    }

    fn property<R>(&mut self, first: bool, see: impl FnOnce(&str) -> R) -> Result<Option<R>, Broken> {
        if first && self.peek()? != Kind::Object {
            return Err(self.broken("no object"));
        }
        if let Some(attribute) = self.attributes.next() {
            let (name, value, raw) = attribute?;
            self.at = self.base + (raw.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
            self.next = if value.trim().is_empty() { Next::Nothing } else { Next::Text(value) };
            return Ok(Some(see(name)));
        }
        let tag = match self.child.take() {
            Some(tag) => Some(tag),
            None if std::mem::take(&mut self.is_closed) => None,
            None => self.element_start()?,
        };
        Ok(match tag {
            Some(tag) => {
                self.next = Next::Element(tag);
                Some(see(tag.name))
            }
            None => {
                self.next = Next::Consumed;
                None
            }
        })
    }

    /// Never asked for: no value of XML is an array.
    fn element(&mut self, _first: bool) -> Result<bool, Broken> {
        Err(self.broken("no array"))
    }
}
