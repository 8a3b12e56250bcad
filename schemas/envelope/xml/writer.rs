//! XML text, without blanks between its elements.

use crate::envelope::Format;
use crate::version::Version;
use crate::write::Writer;
use std::ops::Range;

/// What stands open.
#[derive(Debug)]
enum Open {
    /// An element, by the place of its name in the text.
    Element(Range<usize>),
    /// A list: the name of each member, and the element around them, where there is one.
    List(String, Option<Range<usize>>),
}

/// Writes XML text. The first value is to be named by [`Writer::property`] as every other.
#[derive(Debug, Default)]
pub struct XmlWriter {
    text: String,
    /// The name of the next value.
    name: String,
    open: Vec<Open>,
    /// The last start tag lacks its `>`: attributes may follow.
    in_tag: bool,
    version: Option<Version>,
}

impl XmlWriter {
    /// Begins a document with its declaration, of a message of a version.
    pub fn with_declaration(version: Option<Version>) -> Self {
        let text = r#"<?xml version="1.0" encoding="UTF-8"?>"#.to_owned();
        XmlWriter { text, version, ..XmlWriter::default() }
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.text
    }

    fn end_tag(&mut self) {
        if std::mem::take(&mut self.in_tag) {
            self.text.push('>');
        }
    }

    /// Writes a start tag up to its `>` and gives the place of its name.
    fn begin(&mut self) -> Range<usize> {
        self.end_tag();
        self.text.push('<');
        let from = self.text.len();
        match self.open.last() {
            Some(Open::List(element, _)) => self.text.push_str(element),
            _ => self.text.push_str(&self.name),
        }
        self.in_tag = true;
        from..self.text.len()
    }

    fn end(&mut self, name: Range<usize>) {
        if std::mem::take(&mut self.in_tag) {
            self.text.push_str("/>");
        } else {
            self.text.push_str("</");
            self.text.extend_from_within(name);
            self.text.push('>');
        }
    }

    /// A value that is a text already escaped.
    fn scalar(&mut self, write: impl FnOnce(&mut String)) {
        let name = self.begin();
        self.end_tag();
        let from = self.text.len();
        write(&mut self.text);
        if self.text.len() == from {
            self.text.pop();
            self.in_tag = true;
        }
        self.end(name);
    }
}

/// What XML 1.0 has no way to write becomes the replacement character.
fn allowed(character: char) -> char {
    match character {
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
            char::REPLACEMENT_CHARACTER
        }
        other => other,
    }
}

/// Line breaks and tabs are written by number: readers take bare ones for indentation, or join them.
fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            other => out.push(allowed(other)),
        }
    }
}

impl Writer for XmlWriter {
    fn format(&self) -> Format {
        Format::Xml
    }

    fn version(&self) -> Option<Version> {
        self.version
    }

    fn begin_object(&mut self) {
        let name = self.begin();
        self.open.push(Open::Element(name));
    }

    fn end_object(&mut self) {
        if let Some(Open::Element(name)) = self.open.pop() {
            self.end(name);
        }
    }

    fn property(&mut self, name: &str) {
        self.name.clear();
        self.name.push_str(name);
    }

    fn begin_list(&mut self, element: &str) {
        self.open.push(Open::List(element.to_owned(), None));
    }

    fn begin_array(&mut self, element: &str) {
        let around = self.begin();
        self.open.push(Open::List(element.to_owned(), Some(around)));
    }

    fn end_list(&mut self) {
        if let Some(Open::List(_, Some(around))) = self.open.pop() {
            self.end(around);
        }
    }

    fn text(&mut self, text: &str) {
        self.scalar(|out| escape(text, out));
    }

    fn number(&mut self, digits: &str) {
        self.scalar(|out| out.push_str(digits));
    }

    fn flag(&mut self, flag: bool) {
        self.scalar(|out| out.push_str(if flag { "true" } else { "false" }));
    }

    fn attribute(&mut self, name: &str, text: &str) {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        escape(text, &mut self.text);
        self.text.push('"');
    }

    fn content(&mut self, _name: &str, text: &str) {
        self.end_tag();
        escape(text, &mut self.text);
    }

    fn document(&mut self, text: &str) {
        self.scalar(|out| {
            out.push_str("<![CDATA[");
            let mut rest = text;
            while let Some(at) = rest.find("]]>") {
                out.extend(rest[..at + 2].chars().map(allowed));
                out.push_str("]]><![CDATA[");
                rest = &rest[at + 2..];
            }
            out.extend(rest.chars().map(allowed));
            out.push_str("]]>");
        });
    }
}
