//! A record that seldom comes.

use super::Shape;
use crate::field::Value;
use crate::read::{Broken, Reading, Source};
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

    fn read<S: Source>(source: &mut S, cx: &mut Reading) -> Result<Option<Self>, Broken> {
        R::read(source, cx).map(|read| read.map(Seldom::from))
    }

    fn absent(required: bool, cx: &mut Reading) {
        R::absent(required, cx);
    }

    fn read_again<S: Source>(&mut self, source: &mut S, cx: &mut Reading) -> Result<(), Broken> {
        self.0.read_again(source, cx)
    }

    fn write(&self, out: &mut dyn Writer) {
        self.0.write(out);
    }
}
