//! The context in which a declaration reads a document: where we are, what was found, what is demanded.

use crate::outline::Source;
use crate::place::Sought;
use crate::violation::{Code, ErrorPaths, Level, Violation};
use std::fmt::Write as _;

/// What stands next in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A number, its digits kept as written.
    Number,
    /// `true` or `false`.
    Flag,
    /// `null`, or an empty element.
    Null,
    /// Properties by name.
    Object,
    /// Values in order.
    Array,
}

impl Kind {
    /// The name of the kind in Portuguese, for texts of violations.
    pub const fn in_portuguese(self) -> &'static str {
        match self {
            Kind::Text => "texto",
            Kind::Number => "número",
            Kind::Flag => "booleano",
            Kind::Null => "nulo",
            Kind::Object => "objeto",
            Kind::Array => "lista",
        }
    }
}

/// The document broke off or is malformed: nothing can be read from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Byte offset in the text.
    pub at: usize,
    /// What the parser said.
    pub reason: String,
}

/// Line and column of a byte offset, counted from 1, the column in characters.
pub fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at.min(text.len())];
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |found| found + 1);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    (line, String::from_utf8_lossy(&before[line_start..]).chars().count() + 1)
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Name(&'static str),
    Index(usize),
}

/// A reading holds so many errors, and so many warnings: with all of those that a hundred thousand wrong items have, it
/// would take more room than the message.
pub const HELD: usize = 5_000;

/// The context of one reading: where we are, what was found, what is demanded.
#[derive(Debug)]
pub struct Reading {
    path: Vec<Step>,
    found: Vec<Violation>,
    errors: ErrorPaths,
    /// How many errors and how many warnings are held.
    held: (usize, usize),
    /// Whether mandatory fields of a whole record are asked for (a delete needs its key alone).
    pub whole: bool,
    /// The bound on the members of one list.
    pub items: usize,
    personal: bool,
    notes_lower_camel: bool,
    notes_read_as: bool,
    sought: Option<Box<Sought>>,
}

impl Reading {
    /// A reading of a content; `whole` asks for all mandatory fields, else for keys alone.
    pub fn new(whole: bool, items: usize) -> Self {
        Reading {
            path: Vec::with_capacity(8),
            found: Vec::new(),
            errors: ErrorPaths::default(),
            held: (0, 0),
            whole,
            items,
            personal: false,
            notes_lower_camel: false,
            notes_read_as: true,
            sought: None,
        }
    }

    /// A reading of a header, whose paths begin with its name.
    pub fn of_header(items: usize) -> Self {
        Reading { path: vec![Step::Name("Header")], notes_lower_camel: true, ..Reading::new(true, items) }
    }

    /// A reading of a body whose book allows every spelling: none is noted as read against it.
    pub fn of_any_spelling(items: usize) -> Self {
        Reading { notes_read_as: false, ..Reading::new(true, items) }
    }

    /// The same reading, that takes note of where some paths stand.
    pub(crate) fn seeking(self, sought: Sought) -> Self {
        Reading { sought: Some(Box::new(sought)), ..self }
    }

    /// Where the paths stand that were sought.
    pub(crate) fn sought(self) -> Sought {
        self.sought.map_or_else(Sought::default, |sought| *sought)
    }

    /// Takes note of where the next value stands, if anybody asked.
    #[inline]
    pub fn stand(&mut self, source: &Source<'_>) {
        if self.sought.is_some() {
            let pointer = self.pointer();
            if let Some(sought) = &mut self.sought {
                sought.meet(pointer, source.at());
            }
        }
    }

    /// The path of the present place.
    pub fn pointer(&self) -> String {
        let mut text = String::with_capacity(self.path.len() * 16);
        for step in &self.path {
            match step {
                Step::Name(name) => {
                    text.push('/');
                    text.push_str(name);
                }
                Step::Index(index) => {
                    let _ = write!(text, "/{index}");
                }
            }
        }
        text
    }

    /// Reads below a name.
    #[inline]
    pub fn within<R>(&mut self, name: &'static str, read: impl FnOnce(&mut Self) -> R) -> R {
        self.path.push(Step::Name(name));
        let result = read(self);
        self.path.pop();
        result
    }

    /// Reads below an index.
    #[inline]
    pub fn at_index<R>(&mut self, index: usize, read: impl FnOnce(&mut Self) -> R) -> R {
        self.path.push(Step::Index(index));
        let result = read(self);
        self.path.pop();
        result
    }

    /// Reads a field; what is `personal` is never quoted in a text.
    #[inline]
    pub fn field<R>(&mut self, name: &'static str, personal: bool, read: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.personal;
        self.personal |= personal;
        let result = self.within(name, read);
        self.personal = before;
        result
    }

    /// How much was found so far: where a record begins among all that is found.
    #[inline]
    pub(crate) fn mark(&self) -> usize {
        self.found.len()
    }

    /// Looks at a record as a whole, once it is read. What that finds stands where the record begins: before all
    /// that was found inside it.
    #[inline]
    pub(crate) fn of_whole(&mut self, mark: usize, look: impl FnOnce(&mut Self)) {
        let inside = self.found.len() - mark;
        look(self);
        self.found[mark..].rotate_left(inside);
    }

    /// Notes an error at the present place.
    pub fn error(&mut self, code: Code, text: impl Into<String>) {
        if self.held.0 < HELD {
            self.held.0 += 1;
            let path = self.pointer();
            self.errors.add(&path);
            self.found.push(Violation::error(code, path, text));
        }
    }

    /// Notes a warning at the present place.
    pub fn warning(&mut self, code: Code, text: impl Into<String>) {
        if self.held.1 < HELD {
            self.held.1 += 1;
            self.found.push(Violation::warning(code, self.pointer(), text));
        }
    }

    /// Notes that the present value was read against the book.
    pub fn read_as(&mut self, text: impl Into<String>) {
        if self.notes_read_as {
            self.warning(Code::ReadAs, text);
        }
    }

    /// Notes, once in a header, that names begin in lower case. In contents the book itself does so here and there.
    pub fn lower_camel(&mut self, tag: &'static str) {
        if std::mem::take(&mut self.notes_lower_camel) {
            let text = format!("Nome lido como {tag}, com inicial maiúscula; assim também os demais.");
            self.within(tag, |cx| cx.read_as(text));
        }
    }

    /// A value quoted for a text, or its place holder where it is personal. At most 40 characters of it.
    pub fn quote(&self, value: &str) -> String {
        if self.personal {
            return "(dado pessoal)".to_owned();
        }
        let mut shown: String = value.chars().take(40).collect();
        if shown.len() < value.len() {
            shown.push('…');
        }
        format!("\"{shown}\"")
    }

    /// Notes that a mandatory tag is absent.
    pub fn missing(&mut self) {
        let tag = self.path.iter().rev().find_map(|step| match step {
            Step::Name(name) => Some(*name),
            Step::Index(_) => None,
        });
        let text = format!("A tag {} é obrigatória e não foi informada.", tag.unwrap_or("?"));
        self.error(Code::Missing, text);
    }

    /// Notes that a list is too long, once for those that come one after another.
    pub fn surplus(&mut self) {
        let path = self.pointer();
        let is_known = self.found.last().is_some_and(|last| last.code == Code::TooManyItems && last.path == path);
        if !is_known {
            self.error(Code::TooManyItems, format!("A lista tem mais de {} elementos.", self.items));
        }
    }

    /// Notes that the kind of a value does not fit.
    pub fn wrong_type(&mut self, wanted: &str, found: Kind) {
        self.error(Code::WrongType, format!("Esperado {wanted}, recebido {}.", found.in_portuguese()));
    }

    /// Whether an error stands at the present place or below it: then it is wrong, not missing.
    pub fn faulty(&self) -> bool {
        if self.found.is_empty() {
            return false;
        }
        self.errors.covers(&self.pointer())
    }

    /// Whether any error was noted.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|violation| violation.level == Level::Error)
    }

    /// What was found, up to [`HELD`] errors and warnings, in the order of the document: what is missing stands where its
    /// record begins.
    pub fn finish(self) -> Vec<Violation> {
        self.found
    }
}
