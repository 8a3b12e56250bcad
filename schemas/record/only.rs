//! A list that comes under several names, of which one holds it.

use super::{List, Record, Shape};
use crate::field::Value;
use crate::outline::Source;
use crate::read::Reading;
use crate::violation::Code;
use crate::write::Writer;

/// A [`List`] that may come twice where both say the same; members are not gathered from both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only<R>(pub List<R>);

impl<R> Default for Only<R> {
    fn default() -> Self {
        Only(List::default())
    }
}

impl<R: Record + PartialEq> Value for Only<R> {
    const SHAPE: Shape = List::<R>::SHAPE;

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        List::read(source, cx).map(Only)
    }

    fn read_again(&mut self, source: &mut Source<'_>, cx: &mut Reading) {
        if List::read(source, cx).is_some_and(|other| other != self.0) {
            cx.error(Code::WrongType, "A lista veio duas vezes, com conteúdos diferentes: envie uma só.");
        }
    }

    fn write(&self, out: &mut dyn Writer) {
        self.0.write(out);
    }
}
