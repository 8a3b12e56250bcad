//! A TOML file while it is read: every syntax error, unknown key and wrong value, by line.

use super::read::Problem;
use eaid_adapters::near::{hint, nearest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A file while it is read.
pub(super) struct Page<'t> {
    name: &'t str,
    text: &'t str,
    /// What was found so far.
    problems: Vec<Problem>,
}

/// A value with its place in the file.
pub(super) struct Given<T> {
    /// The value.
    pub value: T,
    /// Where it stands, in bytes.
    pub at: usize,
}

/// One `[[table]]` of a file.
pub(super) struct Entry<'t> {
    table: DeTable<'t>,
    /// Where it begins, in bytes.
    pub at: usize,
    asked: Vec<&'static str>,
    missing: Vec<&'static str>,
}

impl<'t> Page<'t> {
    /// Opens a file by its name and text.
    pub fn new(name: &'t str, text: &'t str) -> Page<'t> {
        Page { name, text, problems: Vec::new() }
    }

    /// The line of a place, from 1.
    pub fn line(&self, at: usize) -> usize {
        self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// Notes a problem in a line, from 0, of the text that stands at a place.
    pub fn problem_inside(&mut self, at: usize, line: usize, reason: impl Into<String>) {
        let raw = &self.text[at.min(self.text.len())..];
        let long = ["\"\"\"", "'''"].iter().find_map(|quotes| raw.strip_prefix(quotes));
        // A line break right after the quotes is not of the text.
        let skipped = long.is_some_and(|text| text.starts_with('\n') || text.starts_with("\r\n"));
        self.problem_in(self.line(at) + usize::from(skipped) + line, reason);
    }

    /// Notes a problem at a place.
    pub fn problem(&mut self, at: usize, reason: impl Into<String>) {
        let line = self.line(at);
        self.problem_in(line, reason);
    }

    /// Notes a problem in a line.
    pub fn problem_in(&mut self, line: usize, reason: impl Into<String>) {
        self.problems.push(Problem { file: self.name.to_owned(), line, reason: reason.into() });
    }

    /// How many problems were found so far.
    pub fn count(&self) -> usize {
        self.problems.len()
    }

    /// All that was found, by line.
    pub fn finish(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.line);
        self.problems
    }

    /// The `[[name]]` tables of the file, which has no others; `None` where its syntax is wrong.
    pub fn entries(&mut self, name: &'static str) -> Option<Vec<Entry<'t>>> {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            self.problem(at, error.message().replace('\n', " "));
        }
        if !errors.is_empty() {
            return None;
        }
        let mut entries = Vec::new();
        for (key, value) in root.into_inner() {
            let at = key.span().start;
            if key.get_ref().as_ref() != name {
                let hint = hint(key.get_ref(), &[name]);
                self.problem(at, format!("there is no table `{}` here, only [[{name}]]{hint}", key.get_ref()));
                continue;
            }
            let DeValue::Array(members) = value.into_inner() else {
                self.problem(at, format!("write [[{name}]], in double brackets"));
                continue;
            };
            for member in members.iter().cloned() {
                let at = member.span().start;
                match member.into_inner() {
                    DeValue::Table(table) => entries.push(Entry::new(table, at)),
                    other => self.problem(at, format!("{} where a table belongs", kind(&other))),
                }
            }
        }
        Some(entries)
    }
}

/// What a value is, with its article.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

impl<'t> Entry<'t> {
    fn new(table: DeTable<'t>, at: usize) -> Entry<'t> {
        Entry { table, at, asked: Vec::new(), missing: Vec::new() }
    }

    fn get(&mut self, key: &'static str) -> Option<&Spanned<DeValue<'t>>> {
        self.asked.push(key);
        self.table.iter().find(|(name, _)| name.get_ref().as_ref() == key).map(|(_, value)| value)
    }

    /// A text; `None` where it is absent or something else.
    pub fn text(&mut self, page: &mut Page<'t>, key: &'static str) -> Option<Given<String>> {
        let value = self.get(key)?;
        let at = value.span().start;
        match value.get_ref() {
            DeValue::String(text) => Some(Given { value: text.clone().into_owned(), at }),
            other => {
                page.problem(at, format!("`{key}` is {}; write it in quotes", kind(other)));
                None
            }
        }
    }

    /// A text that must be there and not be empty.
    pub fn needed(&mut self, page: &mut Page<'t>, key: &'static str) -> Option<Given<String>> {
        if self.get(key).is_none() {
            self.missing.push(key);
            return None;
        }
        let found = self.text(page, key)?;
        if found.value.trim().is_empty() {
            page.problem(found.at, format!("`{key}` is empty"));
            return None;
        }
        Some(found)
    }

    /// A text that may be absent.
    pub fn free(&mut self, page: &mut Page<'t>, key: &'static str) -> String {
        self.text(page, key).map_or_else(String::new, |given| given.value)
    }

    /// Yes or no; absent is no.
    pub fn flag(&mut self, page: &mut Page<'t>, key: &'static str) -> Given<bool> {
        let start = self.at;
        let Some(value) = self.get(key) else { return Given { value: false, at: start } };
        let at = value.span().start;
        match value.get_ref() {
            DeValue::Boolean(flag) => Given { value: *flag, at },
            other => {
                page.problem(at, format!("`{key}` is {}; write true or false, without quotes", kind(other)));
                Given { value: false, at }
            }
        }
    }

    /// A member of a closed list, by its name without case; the first where absent. `None` where it is none.
    pub fn one_of<T: Copy>(
        &mut self,
        page: &mut Page<'t>,
        key: &'static str,
        list: &[(&'static str, T)],
    ) -> Option<Given<T>> {
        let start = self.at;
        if self.get(key).is_none() {
            return list.first().map(|(_, value)| Given { value: *value, at: start });
        }
        let Given { value, at } = self.text(page, key)?;
        let found = list.iter().find(|(name, _)| name.eq_ignore_ascii_case(&value));
        if found.is_none() {
            let names: Vec<&str> = list.iter().map(|(name, _)| *name).collect();
            let hint = hint(&value, &names);
            page.problem(at, format!("`{key}` is `{value}`, none of {}{hint}", names.join(", ")));
        }
        found.map(|(_, value)| Given { value: *value, at })
    }

    /// A whole number from 0; absent is 0.
    pub fn number(&mut self, page: &mut Page<'t>, key: &'static str) -> Given<u32> {
        let start = self.at;
        let Some(value) = self.get(key) else { return Given { value: 0, at: start } };
        let at = value.span().start;
        let read = match value.get_ref() {
            DeValue::Integer(number) => u32::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        if read.is_none() {
            page.problem(at, format!("`{key}` is no whole number; write it without quotes"));
        }
        Given { value: read.unwrap_or_default(), at }
    }

    /// A list of texts; absent is empty.
    pub fn texts(&mut self, page: &mut Page<'t>, key: &'static str) -> Vec<Given<String>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(members) = value.get_ref() else {
            page.problem(value.span().start, format!("`{key}` is a list: write [\"…\", \"…\"]"));
            return Vec::new();
        };
        let text = |member: &Spanned<DeValue<'_>>| match member.get_ref() {
            DeValue::String(text) => Ok(Given { value: text.clone().into_owned(), at: member.span().start }),
            other => Err((member.span().start, format!("{} in `{key}`; write it in quotes", kind(other)))),
        };
        let (read, wrong): (Vec<_>, Vec<_>) = members.iter().map(text).partition(Result::is_ok);
        wrong.into_iter().filter_map(Result::err).for_each(|(at, reason)| page.problem(at, reason));
        read.into_iter().filter_map(Result::ok).collect()
    }

    /// A table within; `None` where it is absent or something else.
    pub fn table(&mut self, page: &mut Page<'t>, key: &'static str) -> Option<Entry<'t>> {
        let value = self.get(key)?;
        let at = value.span().start;
        match value.get_ref() {
            DeValue::Table(table) => Some(Entry::new(table.clone(), at)),
            other => {
                page.problem(at, format!("`{key}` is {}; write a table", kind(other)));
                None
            }
        }
    }

    /// A list of tables within; absent is empty.
    pub fn tables(&mut self, page: &mut Page<'t>, key: &'static str) -> Vec<Entry<'t>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(members) = value.get_ref() else {
            page.problem(value.span().start, format!("`{key}` is a list of tables: write [{{ … }}, {{ … }}]"));
            return Vec::new();
        };
        let mut entries = Vec::new();
        for member in members.iter() {
            let at = member.span().start;
            match member.get_ref() {
                DeValue::Table(table) => entries.push(Entry::new(table.clone(), at)),
                other => page.problem(at, format!("{} where a table belongs", kind(other))),
            }
        }
        entries
    }

    /// Ends the entry: notes every key that nobody asked for, and every one that is missing and was not meant by
    /// one of those.
    pub fn finish(self, page: &mut Page<'t>) {
        let mut meant = Vec::new();
        for (key, _) in &self.table {
            let name = key.get_ref().as_ref();
            if !self.asked.contains(&name) {
                meant.extend(nearest(name, &self.asked));
                page.problem(key.span().start, format!("there is no key `{name}`{}", hint(name, &self.asked)));
            }
        }
        for key in self.missing.into_iter().filter(|key| !meant.contains(key)) {
            page.problem(self.at, format!("`{key}` is missing"));
        }
    }
}
