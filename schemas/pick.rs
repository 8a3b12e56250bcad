//! Values picked out of a content by their paths: how a message is read that no record declares.
//!
//! The reading is that of declared fields: names without case, numbers as text, every violation at once.

use crate::field::{Flag, Moment, Value, read_amount, read_count, read_text};
use crate::outline::Source;
use crate::read::{Kind, Reading};
use crate::record::{FieldSpec, Shape};
use chrono::NaiveDate;
use compact_str::CompactString;
use rust_decimal::Decimal;

/// A value that was picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// A text as it came.
    Text(CompactString),
    /// An amount or a count.
    Number(Decimal),
    /// A day.
    Day(NaiveDate),
    /// Yes or no.
    Flag(bool),
}

impl Datum {
    /// The text without trailing blanks; empty for others.
    pub fn as_text(&self) -> &str {
        match self {
            Datum::Text(text) => text.trim_end_matches(' '),
            _ => "",
        }
    }
}

/// One value to be picked.
#[derive(Clone, Copy, Debug)]
pub struct Pick {
    /// The objects that it stands in, from the root of the content.
    pub above: &'static [&'static str],
    /// Its tag, its bounds, and whether it is needed.
    pub field: FieldSpec,
}

impl Pick {
    /// Its JSON pointer into the content.
    pub fn pointer(&self) -> String {
        self.above.iter().chain([&self.field.tag]).map(|name| format!("/{name}")).collect()
    }
}

/// Where picks stand in the tree of a content.
#[derive(Debug)]
enum Branch {
    Leaf(usize),
    Inner(&'static str, Vec<Branch>),
}

/// Two picks cannot stand together: both are the same tag, or one is an object that holds the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The place of the first among the picks.
    pub first: usize,
    /// That of the second.
    pub second: usize,
}

/// All that is to be picked out of a content.
#[derive(Debug)]
pub struct Picks {
    picks: Vec<Pick>,
    root: Vec<Branch>,
}

impl Picks {
    /// Puts picks in their places.
    ///
    /// # Errors
    /// The first [`Clash`].
    pub fn new(picks: Vec<Pick>) -> Result<Picks, Clash> {
        let mut root = Vec::new();
        for (place, pick) in picks.iter().enumerate() {
            let mut branches = &mut root;
            for name in pick.above {
                let inner = branches.iter().position(|branch| name_of(branch, &picks).eq_ignore_ascii_case(name));
                let at = inner.unwrap_or(branches.len());
                if inner.is_none() {
                    branches.push(Branch::Inner(name, Vec::new()));
                }
                branches = match &mut branches[at] {
                    Branch::Inner(_, inner) => inner,
                    Branch::Leaf(first) => return Err(Clash { first: *first, second: place }),
                };
            }
            let twin = branches.iter().find(|branch| name_of(branch, &picks).eq_ignore_ascii_case(pick.field.tag));
            if let Some(twin) = twin {
                return Err(Clash { first: first_of(twin), second: place });
            }
            branches.push(Branch::Leaf(place));
        }
        Ok(Picks { picks, root })
    }

    /// The picks, in the order given.
    pub fn picks(&self) -> &[Pick] {
        &self.picks
    }

    /// Reads a content: a value for each pick, `None` where it is absent, empty or wrong.
    pub fn read(&self, source: &mut Source<'_>, cx: &mut Reading) -> Vec<Option<Datum>> {
        let mut picked = vec![None; self.picks.len()];
        match source.peek() {
            Kind::Object => self.read_object(&self.root, source, cx, &mut picked),
            kind => {
                if !is_blank(source, kind) {
                    cx.within("Content", |cx| cx.wrong_type("um objeto", kind));
                    return picked;
                }
                self.check_absent(&self.root, &picked, cx);
            }
        }
        picked
    }

    fn read_object(
        &self,
        branches: &[Branch],
        source: &mut Source<'_>,
        cx: &mut Reading,
        picked: &mut [Option<Datum>],
    ) {
        cx.stand(source);
        let mark = cx.mark();
        let mut entered = vec![false; branches.len()];
        source.enter();
        while let Some(name) = source.property() {
            let is_called = |branch: &Branch| name_of(branch, &self.picks).eq_ignore_ascii_case(name.text);
            let Some(found) = branches.iter().position(is_called) else {
                source.skip();
                continue;
            };
            match &branches[found] {
                Branch::Inner(name, inner) => {
                    entered[found] |= cx.within(name, |cx| {
                        cx.stand(source);
                        self.read_inner(inner, source, cx, picked)
                    });
                }
                Branch::Leaf(place) => {
                    let field = &self.picks[*place].field;
                    let datum = cx.field(field.tag, field.is_personal, |cx| {
                        cx.stand(source);
                        read(field, source, cx)
                    });
                    if let Some(datum) = datum {
                        picked[*place] = Some(datum);
                    }
                }
            }
        }
        let left = branches.iter().zip(entered).filter(|(_, entered)| !entered);
        cx.of_whole(mark, |cx| {
            left.for_each(|(branch, _)| self.check_absent(std::slice::from_ref(branch), picked, cx));
        });
    }

    /// An object that holds picks, or a list of one: a message is one row. Whether it was entered.
    fn read_inner(
        &self,
        branches: &[Branch],
        source: &mut Source<'_>,
        cx: &mut Reading,
        picked: &mut [Option<Datum>],
    ) -> bool {
        let kind = source.peek();
        match kind {
            Kind::Object => self.read_object(branches, source, cx, picked),
            Kind::Array => {
                let mark = cx.mark();
                let mut members = 0;
                source.enter();
                while source.element() {
                    members += 1;
                    match source.peek() {
                        Kind::Object if members == 1 => self.read_object(branches, source, cx, picked),
                        _ => source.skip(),
                    }
                }
                cx.of_whole(mark, |cx| match members {
                    0 => {}
                    1 => cx.read_as("Lista de um elemento lida como objeto."),
                    _ => cx.wrong_type("um só objeto", kind),
                });
                return members > 0;
            }
            _ => {
                if !is_blank(source, kind) {
                    cx.wrong_type("um objeto", kind);
                }
                return false;
            }
        }
        true
    }

    /// Notes what is needed and absent.
    fn check_absent(&self, branches: &[Branch], picked: &[Option<Datum>], cx: &mut Reading) {
        for branch in branches {
            match branch {
                Branch::Inner(name, inner) => cx.within(name, |cx| {
                    if !cx.faulty() {
                        self.check_absent(inner, picked, cx);
                    }
                }),
                Branch::Leaf(place) => {
                    let field = &self.picks[*place].field;
                    if picked[*place].is_none() && field.is_needed(cx) {
                        cx.field(field.tag, field.is_personal, |cx| {
                            if !cx.faulty() {
                                cx.missing()
                            }
                        });
                    }
                }
            }
        }
    }
}

fn name_of(branch: &Branch, picks: &[Pick]) -> &'static str {
    match branch {
        Branch::Leaf(place) => picks[*place].field.tag,
        Branch::Inner(name, _) => name,
    }
}

/// Consumes what is no object; whether it says nothing.
fn is_blank(source: &mut Source<'_>, kind: Kind) -> bool {
    if kind == Kind::Text {
        return source.text().trim().is_empty();
    }
    source.skip();
    kind == Kind::Null
}

fn first_of(branch: &Branch) -> usize {
    match branch {
        Branch::Leaf(place) => *place,
        Branch::Inner(_, inner) => inner.first().map_or(0, first_of),
    }
}

fn read(field: &FieldSpec, source: &mut Source<'_>, cx: &mut Reading) -> Option<Datum> {
    match field.shape {
        Shape::Text { max } => read_text(source, cx, max).map(Datum::Text),
        Shape::Amount { whole, scale } => read_amount(source, cx, whole, scale).map(Datum::Number),
        Shape::Count { max } => read_count(source, cx, max).map(|count| Datum::Number(count.into())),
        Shape::Moment => Moment::read(source, cx).map(|moment| Datum::Day(moment.date)),
        Shape::Flag => Flag::read(source, cx).map(|flag| Datum::Flag(flag.0)),
        // Nothing else is one value.
        _ => {
            source.skip();
            None
        }
    }
}
