//! A record that seldom comes.

use super::Shape;
use crate::field::Value;
use crate::outline::Source;
use crate::read::Reading;
use crate::write::Writer;
use std::ops::Deref;

/// A record kept apart from the one that names it, so that its absence costs one pointer.
#[derive(Clone, Debug, PartialEq)]
pub struct Seldom<R>(Box<R>);

impl<R> Deref for Seldom<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.0
    }
}

impl<R> From<R> for Seldom<R> {
    fn from(record: R) -> Self {
        Seldom(Box::new(record))
    }
}

impl<R: Value> Value for Seldom<R> {
    const SHAPE: Shape = R::SHAPE;

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        R::read(source, cx).map(Seldom::from)
    }

    fn absent(required: bool, cx: &mut Reading) {
        R::absent(required, cx);
    }

    fn read_again(&mut self, source: &mut Source<'_>, cx: &mut Reading) {
        self.0.read_again(source, cx)
    }

    fn write(&self, out: &mut dyn Writer) {
        self.0.write(out);
    }
}
