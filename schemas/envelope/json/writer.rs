//! JSON text, without blanks.

use crate::envelope::Format;
use crate::version::Version;
use crate::write::Writer;

/// Writes JSON text, without blanks.
#[derive(Debug, Default)]
pub struct JsonWriter {
    text: String,
    comma: bool,
    version: Option<Version>,
}

impl JsonWriter {
    /// Begins a message of a version.
    pub fn of(version: Option<Version>) -> Self {
        JsonWriter { version, ..JsonWriter::default() }
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.text
    }

    fn value(&mut self) {
        if std::mem::replace(&mut self.comma, true) {
            self.text.push(',');
        }
    }

    fn quoted(&mut self, text: &str) {
        self.text.push('"');
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            let escaped = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\n' => "\\n",
                b'\r' => "\\r",
                b'\t' => "\\t",
                0..0x20 => "",
                _ => continue,
            };
            self.text.push_str(&text[from..at]);
            from = at + 1;
            if escaped.is_empty() {
                self.text.push_str(&format!("\\u{byte:04x}"));
            } else {
                self.text.push_str(escaped);
            }
        }
        self.text.push_str(&text[from..]);
        self.text.push('"');
    }
}

impl Writer for JsonWriter {
    fn format(&self) -> Format {
        Format::Json
    }

    fn version(&self) -> Option<Version> {
        self.version
    }

    fn begin_object(&mut self) {
        self.value();
        self.text.push('{');
        self.comma = false;
    }

    fn end_object(&mut self) {
        self.text.push('}');
        self.comma = true;
    }

    fn property(&mut self, name: &str) {
        self.value();
        self.quoted(name);
        self.text.push(':');
        self.comma = false;
    }

    fn begin_list(&mut self, element: &str) {
        self.property(element);
        self.begin_array(element);
    }

    fn begin_array(&mut self, _element: &str) {
        self.value();
        self.text.push('[');
        self.comma = false;
    }

    fn end_list(&mut self) {
        self.text.push(']');
        self.comma = true;
    }

    fn text(&mut self, text: &str) {
        self.value();
        self.quoted(text);
    }

    fn number(&mut self, digits: &str) {
        self.value();
        self.text.push_str(digits);
    }

    fn flag(&mut self, flag: bool) {
        self.value();
        self.text.push_str(if flag { "true" } else { "false" });
    }

    fn attribute(&mut self, name: &str, text: &str) {
        self.content(name, text);
    }

    fn content(&mut self, name: &str, text: &str) {
        self.property(name);
        self.text(text);
    }

    fn document(&mut self, text: &str) {
        self.text(text);
    }
}
