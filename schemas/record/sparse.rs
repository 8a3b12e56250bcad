//! A list that is an empty object while it has no members.

use super::{List, Record, Shape};
use crate::field::Value;
use crate::outline::Source;
use crate::read::Reading;
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

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        List::read(source, cx).map(Sparse)
    }

    fn read_again(&mut self, source: &mut Source<'_>, cx: &mut Reading) {
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
