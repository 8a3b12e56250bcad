//! The way out: a record writes itself into a [`Writer`], which knows the format.

/// Writes the events of a document.
pub trait Writer {
    /// Opens an object.
    fn begin_object(&mut self);
    /// Closes it.
    fn end_object(&mut self);
    /// Names the next value.
    fn property(&mut self, name: &str);
    /// Opens a list of a named element.
    fn begin_list(&mut self, element: &str);
    /// Closes it.
    fn end_list(&mut self);
    /// A text.
    fn text(&mut self, text: &str);
    /// A number by its digits.
    fn number(&mut self, digits: &str);
    /// Yes or no.
    fn flag(&mut self, flag: bool);
}

/// A content that can be written without its type being known.
pub trait Content: Send + Sync {
    /// Writes it as one object.
    fn write(&self, out: &mut dyn Writer);
}

impl<R: crate::record::Record + Send + Sync> Content for R {
    fn write(&self, out: &mut dyn Writer) {
        crate::field::Value::write(self, out);
    }
}
