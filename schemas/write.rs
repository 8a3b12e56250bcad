//! The way out: a record writes itself into a [`Writer`], which knows the format.

use crate::envelope::Format;
use crate::version::Version;

/// Writes the events of a document.
pub trait Writer {
    /// The format, for the few places where the protocol itself differs between them.
    fn format(&self) -> Format;
    /// The version of the message: what only later ones have is left out. `None`: nothing is.
    fn version(&self) -> Option<Version>;
    /// Opens an object.
    fn begin_object(&mut self);
    /// Closes it.
    fn end_object(&mut self);
    /// Names the next value.
    fn property(&mut self, name: &str);
    /// Opens a list in an object: in JSON the property of an array, in XML the tag that repeats.
    fn begin_list(&mut self, element: &str);
    /// Opens a list as the value of a property: in JSON an array, in XML an element around the tag that repeats.
    fn begin_array(&mut self, element: &str);
    /// Closes a list of either kind.
    fn end_list(&mut self);
    /// A text.
    fn text(&mut self, text: &str);
    /// A number by its digits.
    fn number(&mut self, digits: &str);
    /// Yes or no.
    fn flag(&mut self, flag: bool);
    /// A property that is an attribute in XML; written before all others of its object.
    fn attribute(&mut self, name: &str, text: &str);
    /// A property that is the text of the element itself in XML; written after the attributes.
    fn content(&mut self, name: &str, text: &str);
    /// A whole document as a value: CDATA in XML.
    fn document(&mut self, text: &str);
}

/// Writes properties that are texts.
pub fn texts(out: &mut dyn Writer, pairs: &[(&str, &str)]) {
    for (name, text) in pairs {
        out.property(name);
        out.text(text);
    }
}

/// A content that can be written without its type being known.
pub trait Content: Send + Sync {
    /// Writes it as one object.
    fn write(&self, out: &mut dyn Writer);
}

/// Properties that stand among others in one object, written without their type being known.
pub trait Properties: Send + Sync {
    /// Writes them, those that are absent left out.
    fn write_properties(&self, out: &mut dyn Writer);
}

impl<R: crate::record::Record + Send + Sync> Properties for R {
    fn write_properties(&self, out: &mut dyn Writer) {
        self.write_fields(out);
    }
}

impl<R: crate::record::Record + Send + Sync> Content for R {
    fn write(&self, out: &mut dyn Writer) {
        crate::field::Value::write(self, out);
    }
}
