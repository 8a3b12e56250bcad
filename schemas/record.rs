//! The declaration of a record: a message's content, or a part of it.

mod names;
mod only;
mod seldom;
mod sparse;

use crate::field::Value;
use crate::outline::{Name, Source};
use crate::read::{Kind, Reading};
use crate::version::Version;
use crate::write::Writer;
pub use names::Names;
pub use only::Only;
pub use seldom::Seldom;
pub use sparse::Sparse;

/// What a value is, for schemas and documents.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Text of a greatest length in characters.
    Text {
        /// The greatest length.
        max: usize,
    },
    /// A decimal number.
    Amount {
        /// Digits before the point.
        whole: u32,
        /// Digits after it.
        scale: u32,
    },
    /// A whole number from 0.
    Count {
        /// The greatest.
        max: u32,
    },
    /// A date, with or without time.
    Moment,
    /// A time of the day.
    Clock,
    /// Yes or no.
    Flag,
    /// One of a closed list.
    Choice(&'static [Word]),
    /// A record.
    Record(fn() -> &'static Spec),
    /// A list of records.
    List(fn() -> &'static Spec),
    /// Whatever stands there: no source tells its shape.
    Anything,
}

/// A member of a closed list.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The spelling of the book.
    pub text: &'static str,
    /// Spellings that are read with a warning.
    pub others: &'static [&'static str],
    /// What it means.
    pub doc: &'static str,
}

/// One field of a record as declared.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// The name on the wire, in the canonical spelling.
    pub tag: &'static str,
    /// Other names under which it comes.
    pub aliases: &'static [&'static str],
    /// Mandatory in every event.
    pub is_key: bool,
    /// Mandatory in all but a delete.
    pub is_required: bool,
    /// Personal data: never in logs or texts.
    pub is_personal: bool,
    /// The Protheus column, or empty.
    pub column: &'static str,
    /// The first version whose published definition names it.
    pub since: Version,
    /// The last one.
    pub until: Version,
    /// Whether any published definition names it.
    pub is_published: bool,
    /// What it means.
    pub doc: &'static str,
    /// What it holds.
    pub shape: Shape,
}

/// Begins the declaration of a field by its name on the wire.
pub const fn field(tag: &'static str) -> FieldSpec {
    FieldSpec {
        tag,
        aliases: &[],
        is_key: false,
        is_required: false,
        is_personal: false,
        column: "",
        since: Version { major: 0, minor: 0 },
        until: Version { major: u32::MAX, minor: 0 },
        is_published: true,
        doc: "",
        shape: Shape::Flag,
    }
}

impl FieldSpec {
    /// Mandatory in every event, a delete too.
    pub const fn key(mut self) -> Self {
        self.is_key = true;
        self
    }

    /// Mandatory in all but a delete.
    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// Personal data.
    pub const fn personal(mut self) -> Self {
        self.is_personal = true;
        self
    }

    /// The Protheus column that it fills.
    pub const fn column(mut self, column: &'static str) -> Self {
        self.column = column;
        self
    }

    /// Other names under which it comes.
    pub const fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// The first version whose published definition names it. It is read in earlier ones too.
    pub const fn since(mut self, major: u32, minor: u32) -> Self {
        self.since = Version { major, minor };
        self
    }

    /// The last version whose published definition names it. It is read in later ones too.
    pub const fn until(mut self, major: u32, minor: u32) -> Self {
        self.until = Version { major, minor };
        self
    }

    /// Read, though no published definition names it.
    pub const fn unpublished(mut self) -> Self {
        self.is_published = false;
        self
    }

    /// Completes the declaration; called by [`record!`](crate::record!).
    pub const fn of(mut self, shape: Shape, doc: &'static str) -> Self {
        self.shape = shape;
        self.doc = doc;
        self
    }

    /// Whether a tag of the document is this field.
    pub fn is_called(&self, name: &str) -> bool {
        self.tag.eq_ignore_ascii_case(name) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }

    /// Whether the documents of a version speak of it.
    pub fn is_in(&self, version: Version) -> bool {
        self.since <= version && version <= self.until
    }

    /// Whether it is written into a message: its version has it.
    pub fn is_written(&self, out: &dyn Writer) -> bool {
        out.version().is_none_or(|version| self.since <= version)
    }

    /// Whether it is mandatory in this reading.
    pub fn is_needed(&self, cx: &Reading) -> bool {
        self.is_key || (self.is_required && cx.whole)
    }

    /// Notes that it is absent, or what is mandatory `inside` it, unless what stands there is wrong.
    #[cold]
    pub fn note_absent(&self, cx: &mut Reading, inside: fn(bool, &mut Reading)) {
        cx.field(self.tag, self.is_personal, |cx| {
            if !cx.faulty() {
                inside(true, cx);
            }
        });
    }

    /// Writes a value of it, unless the version is older than the field.
    // Once for each type: in each of a thousand fields, it is what compiling takes its time for.
    #[inline(never)]
    pub fn write<V: Value>(&self, value: &V, out: &mut dyn Writer) {
        if self.is_written(out) {
            out.property(self.tag);
            value.write(out);
        }
    }
}

/// Reads the next value into a field: the first one, or one that is named again.
// Once for each type, as `FieldSpec::write`.
#[inline(never)]
pub fn read_into<V: Value>(held: &mut Option<V>, source: &mut Source<'_>, cx: &mut Reading) {
    match held {
        Some(earlier) => earlier.read_again(source, cx),
        empty => *empty = V::read(source, cx),
    }
}

/// A record as declared.
#[derive(Debug)]
pub struct Spec {
    /// Its name: that of a list's element on the wire; empty where lists of it are arrays and nothing else.
    pub name: &'static str,
    /// The name of its type, which no other record has.
    pub kind: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Its fields, in the order of the book.
    pub fields: &'static [FieldSpec],
    /// Where they are by their names.
    pub names: Names,
}

impl Spec {
    /// Finds the field that a name of the document calls.
    pub fn find(&self, name: Name<'_>) -> Option<usize> {
        self.names.find(self.fields, name)
    }
}

/// Whether the document begins a name in lower case against the book, as the drafts of 2017 did
/// (`domain/protocol.md` 3).
fn is_lower_camel(name: &str, tag: &str) -> bool {
    let begins_lower = |name: &str| name.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
    begins_lower(name) && !begins_lower(tag)
}

/// A declared record. Written by [`record!`](crate::record!).
pub trait Record: Default {
    /// The declaration.
    fn spec() -> &'static Spec;

    /// Reads the next value into the field of an index.
    fn read_field(&mut self, index: usize, source: &mut Source<'_>, cx: &mut Reading);

    /// Notes every mandatory field that is absent.
    fn check_absent(&self, cx: &mut Reading);

    /// Writes its properties, those that are absent left out.
    fn write_fields(&self, out: &mut dyn Writer);

    /// Reads an object. What no field is called is passed over: it is kept in the stored message.
    fn read_object(&mut self, source: &mut Source<'_>, cx: &mut Reading) {
        cx.stand(source);
        let mark = cx.mark();
        let spec = Self::spec();
        source.enter();
        while let Some(name) = source.property() {
            let Some(index) = spec.find(name) else {
                source.skip();
                continue;
            };
            if is_lower_camel(name.text, spec.fields[index].tag) {
                cx.lower_camel(spec.fields[index].tag);
            }
            self.read_field(index, source, cx);
        }
        cx.of_whole(mark, |cx| self.check_absent(cx));
    }
}

impl<R: Record> Value for R {
    const SHAPE: Shape = Shape::Record(R::spec);

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        match source.peek() {
            Kind::Object => {
                let mut record = R::default();
                record.read_object(source, cx);
                return Some(record);
            }
            Kind::Array => return read_single(source, cx),
            Kind::Null => source.skip(),
            Kind::Text => {
                if !source.text().trim().is_empty() {
                    cx.wrong_type("um objeto", Kind::Text);
                }
            }
            other => {
                source.skip();
                cx.wrong_type("um objeto", other);
            }
        }
        None
    }

    fn absent(required: bool, cx: &mut Reading) {
        if required {
            R::default().check_absent(cx);
        }
    }

    fn write(&self, out: &mut dyn Writer) {
        out.begin_object();
        self.write_fields(out);
        out.end_object();
    }
}

/// One object where a list of one came.
fn read_single<R: Record>(source: &mut Source<'_>, cx: &mut Reading) -> Option<R> {
    let mark = cx.mark();
    let (mut read, mut others): (Option<R>, bool) = (None, false);
    source.enter();
    while source.element() {
        if source.peek() == Kind::Object && read.is_none() {
            read.insert(R::default()).read_object(source, cx);
        } else {
            source.skip();
            others = true;
        }
    }
    cx.of_whole(mark, |cx| match &read {
        _ if others => cx.wrong_type("um só objeto", Kind::Array),
        Some(_) => cx.read_as("Lista lida como objeto."),
        None => {}
    });
    read
}

/// Records in order. Read from an array, from one object, or wrapped under the name of its element; in XML the
/// element's tag simply repeats (`domain/README.md` 3). Written wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<R>(pub Vec<R>);

impl<R> Default for List<R> {
    fn default() -> Self {
        List(Vec::new())
    }
}

impl<R: Record> List<R> {
    /// Reads the next member; `place` is where it stands, which those count for too that are empty or wrong.
    fn push(&mut self, place: &mut usize, source: &mut Source<'_>, cx: &mut Reading) {
        let kind = source.peek();
        if kind == Kind::Array {
            return self.extend(place, source, cx);
        }
        let at = *place;
        *place += 1;
        match kind {
            Kind::Null => source.skip(),
            _ if !is_within_bound(at, cx) => source.skip(),
            Kind::Object => {
                // Read where it stays: some records have more than a kilobyte.
                self.0.push(R::default());
                if let Some(member) = self.0.last_mut() {
                    cx.at_index(at, |cx| member.read_object(source, cx));
                }
            }
            other => {
                source.skip();
                cx.at_index(at, |cx| cx.wrong_type("um objeto", other));
            }
        }
    }

    fn extend(&mut self, place: &mut usize, source: &mut Source<'_>, cx: &mut Reading) {
        source.enter();
        self.make_room(source, cx);
        while source.element() {
            self.push(place, source, cx);
        }
    }

    /// Makes room for the objects that are left, as far as they may be members.
    fn make_room(&mut self, source: &Source<'_>, cx: &Reading) {
        self.0.reserve_exact(source.objects().min(cx.items.saturating_sub(self.0.len())));
    }

    /// An object in the place of a list: the wrapper of the element's name, or the only member itself.
    fn unwrap_object(&mut self, place: &mut usize, source: &mut Source<'_>, cx: &mut Reading) {
        let spec = R::spec();
        let mark = cx.mark();
        let mut alone: Option<R> = None;
        source.enter();
        while let Some(name) = source.property() {
            if name.text.eq_ignore_ascii_case(spec.name) {
                if self.0.is_empty() {
                    self.make_room(source, cx);
                }
                self.push(place, source, cx);
            } else if let Some(index) = spec.find(name) {
                let member = alone.get_or_insert_with(R::default);
                cx.at_index(*place, |cx| member.read_field(index, source, cx));
            } else {
                source.skip();
            }
        }
        if let Some(member) = alone
            && is_within_bound(*place, cx)
        {
            cx.of_whole(mark, |cx| {
                cx.at_index(*place, |cx| {
                    if source.is_typed() {
                        cx.read_as("Objeto lido como lista de um elemento.");
                    }
                    member.check_absent(cx);
                });
            });
            self.0.push(member);
        }
    }
}

/// Whether a member may stand there; the bound is told once, where the first surplus member stands.
fn is_within_bound(place: usize, cx: &mut Reading) -> bool {
    if place == cx.items {
        cx.surplus();
    }
    place < cx.items
}

/// Reads below the name of a list's element, if it has one.
fn within_element<R: Record>(cx: &mut Reading, read: impl FnOnce(&mut Reading)) {
    match R::spec().name {
        "" => read(cx),
        name => cx.within(name, read),
    }
}

impl<R: Record> Value for List<R> {
    const SHAPE: Shape = Shape::List(R::spec);

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        let mut list = List::default();
        list.read_again(source, cx);
        (!list.0.is_empty()).then_some(list)
    }

    fn read_again(&mut self, source: &mut Source<'_>, cx: &mut Reading) {
        let mut place = self.0.len();
        match source.peek() {
            Kind::Array => within_element::<R>(cx, |cx| self.extend(&mut place, source, cx)),
            Kind::Object => within_element::<R>(cx, |cx| self.unwrap_object(&mut place, source, cx)),
            Kind::Null => source.skip(),
            Kind::Text => {
                if !source.text().trim().is_empty() {
                    cx.wrong_type("uma lista", Kind::Text);
                }
            }
            other => {
                source.skip();
                cx.wrong_type("uma lista", other);
            }
        }
    }

    fn write(&self, out: &mut dyn Writer) {
        let name = R::spec().name;
        if name.is_empty() {
            out.begin_array(R::spec().kind);
        } else {
            out.begin_object();
            out.begin_list(name);
        }
        for member in &self.0 {
            member.write(out);
        }
        out.end_list();
        if !name.is_empty() {
            out.end_object();
        }
    }
}

/// Gives the members of a list that may be absent.
pub fn members<R>(list: &Option<List<R>>) -> &[R] {
    list.as_ref().map_or(&[], |list| &list.0)
}

/// Declares a record: a struct whose fields are all optional, and all that is known of them.
///
/// ```
/// use eaid_schemas::field::{Amount, Text};
/// use eaid_schemas::record;
///
/// record! {
///     /// A line of a receipt.
///     pub struct Line "Line" {
///         /// What was sold.
///         product: Text<15> = field("Product").required().column("L2_PRODUTO");
///         /// How much, in units.
///         quantity: Amount<9, 3> = field("Quantity").required();
///     }
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! record {
    ($(#[doc = $doc:literal])* pub struct $name:ident $wire:literal {
        $($(#[doc = $field_doc:literal])* $field:ident : $ty:ty = $spec:expr;)+
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name { $($(#[doc = $field_doc])* pub $field: Option<$ty>,)+ }

        const _: () = {
            #[allow(unused_imports)]
            use $crate::record::field;
            #[allow(non_upper_case_globals, missing_docs)]
            mod place {
                #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
                enum Place { $($field,)+ }
                $(pub const $field: usize = Place::$field as usize;)+
            }
            static FIELDS: &[$crate::record::FieldSpec] = &[$(
                $spec.of(<$ty as $crate::field::Value>::SHAPE, concat!($($field_doc),*)),
            )+];
            static SPEC: $crate::record::Spec = $crate::record::Spec {
                name: $wire,
                kind: stringify!($name),
                doc: concat!($($doc),*),
                fields: FIELDS,
                names: $crate::record::Names::new(),
            };

            impl $crate::record::Record for $name {
                fn spec() -> &'static $crate::record::Spec {
                    &SPEC
                }

                fn read_field(
                    &mut self,
                    index: usize,
                    source: &mut $crate::outline::Source<'_>,
                    cx: &mut $crate::read::Reading,
                ) {
                    let spec = &FIELDS[index];
                    cx.field(spec.tag, spec.is_personal, |cx| {
                        cx.stand(source);
                        match index {
                            $(place::$field => $crate::record::read_into(&mut self.$field, source, cx),)+
                            _ => source.skip(),
                        }
                    })
                }

                fn check_absent(&self, cx: &mut $crate::read::Reading) {
                    $(if self.$field.is_none() && FIELDS[place::$field].is_needed(cx) {
                        FIELDS[place::$field].note_absent(cx, <$ty as $crate::field::Value>::absent);
                    })+
                }

                fn write_fields(&self, out: &mut dyn $crate::write::Writer) {
                    $(if let Some(value) = &self.$field {
                        FIELDS[place::$field].write(value, out);
                    })+
                }
            }
        };
    };
}
