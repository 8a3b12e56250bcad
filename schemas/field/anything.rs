//! A field whose shape no source tells.

use super::Value;
use crate::outline::Source;
use crate::read::Reading;
use crate::record::Shape;
use crate::write::Writer;

/// Passed over, whatever it is: it is kept in the stored message, and never written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anything {}

impl Value for Anything {
    const SHAPE: Shape = Shape::Anything;

    fn read(source: &mut Source<'_>, _: &mut Reading) -> Option<Self> {
        source.skip();
        None
    }

    fn write(&self, _: &mut dyn Writer) {
        match *self {}
    }
}
