//! A field whose shape no source tells.

use super::Value;
use crate::read::{Broken, Reading, Source};
use crate::record::Shape;
use crate::write::Writer;

/// Passed over, whatever it is: it is kept in the stored message, and never written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anything {}

impl Value for Anything {
    const SHAPE: Shape = Shape::Anything;

    fn read<S: Source>(source: &mut S, _: &mut Reading) -> Result<Option<Self>, Broken> {
        source.skip().map(|()| None)
    }

    fn write(&self, _: &mut dyn Writer) {
        match *self {}
    }
}
