//! A list that is an empty object while it has no members.

use super::{List, Record, Shape};
use crate::field::Value;
use crate::read::{Broken, Reading, Source};
use crate::write::Writer;

/// A [`List`] that is written as an empty object where it has no members, not as a wrapped list of none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sparse<R>(pub List<R>);

impl<R> Default for Sparse<R> {
    fn default() -> Self {
        Sparse(List::default())
    }
}

impl<R: Record> Value for Sparse<R> {
    const SHAPE: Shape = List::<R>::SHAPE;

    fn read<S: Source>(source: &mut S, cx: &mut Reading) -> Result<Option<Self>, Broken> {
        List::read(source, cx).map(|read| read.map(Sparse))
    }

    fn read_again<S: Source>(&mut self, source: &mut S, cx: &mut Reading) -> Result<(), Broken> {
        self.0.read_again(source, cx)
    }

    fn write(&self, out: &mut dyn Writer) {
        if self.0.0.is_empty() {
            out.begin_object();
            out.end_object();
        } else {
            self.0.write(out);
        }
    }
}
