//! Codes and documents of a pre-sale, in all their spellings (`domain/pdvsync.md` 13).

use crate::field::{Value, scalar};
use crate::outline::Source;
use crate::read::{Kind, Reading};
use crate::record::Shape;
use crate::violation;
use crate::write::Writer;
use compact_str::CompactString;

/// A code: a text, or a number as the text of its digits, without blanks around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code<const MAX: usize>(CompactString);

/// A code whose absence comes as 0 or as a GUID, too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference<const MAX: usize>(CompactString);

/// The digits of a text; all else in it is left out. A number has lost its zeros at the front: it gets them back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digits<const MAX: usize>(CompactString);

/// A CPF or CNPJ without its punctuation; a CNPJ may have letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaxNumber(CompactString);

/// Digits of a CPF, and of a CNPJ.
const CPF: usize = 11;
const CNPJ: usize = 14;

impl TaxNumber {
    /// Whether it has the length of a CPF or of a CNPJ.
    pub fn is_whole(&self) -> bool {
        self.0.len() == CPF || self.is_of_company()
    }

    /// Whether it has the length of a CNPJ.
    pub fn is_of_company(&self) -> bool {
        self.0.len() == CNPJ
    }
}

/// A code as it was told, a number without the point that says nothing.
fn told<'t>(source: &mut Source<'t>, cx: &mut Reading) -> Option<(Kind, &'t str)> {
    let (kind, text) = scalar(source, cx, "texto ou número")?;
    let text = match (kind, text.split_once('.')) {
        (Kind::Number, Some((whole, fraction))) if fraction.bytes().all(|digit| digit == b'0') => whole,
        _ => text.trim(),
    };
    (!text.is_empty()).then_some((kind, text))
}

fn within(text: &str, max: usize, cx: &mut Reading) -> bool {
    let length = text.chars().count();
    if length > max {
        cx.error(violation::Code::TooLong, format!("Texto com {length} caracteres; o máximo é {max}."));
    }
    length <= max
}

/// Five groups with dashes between them.
fn is_guid(text: &str) -> bool {
    let is_group = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split('-').count() == 5 && text.split('-').all(is_group)
}

fn is_zero(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0' | b'.' | b',')) && text.contains('0')
}

impl<const MAX: usize> Value for Code<MAX> {
    const SHAPE: Shape = Shape::Text { max: MAX };

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        let (_, text) = told(source, cx)?;
        within(text, MAX, cx).then(|| Code(text.into()))
    }

    fn write(&self, out: &mut dyn Writer) {
        out.text(&self.0);
    }
}

impl<const MAX: usize> Value for Reference<MAX> {
    const SHAPE: Shape = Shape::Text { max: MAX };

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        let (_, text) = told(source, cx)?;
        if is_zero(text) || is_guid(text) {
            return None;
        }
        within(text, MAX, cx).then(|| Reference(text.into()))
    }

    fn write(&self, out: &mut dyn Writer) {
        out.text(&self.0);
    }
}

impl<const MAX: usize> Value for Digits<MAX> {
    const SHAPE: Shape = Shape::Text { max: MAX };

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        let (kind, text) = told(source, cx)?;
        let digits: CompactString = text.chars().filter(char::is_ascii_digit).collect();
        let digits = if kind == Kind::Number { filled(&digits, MAX) } else { digits };
        (!digits.is_empty() && within(&digits, MAX, cx)).then_some(Digits(digits))
    }

    fn write(&self, out: &mut dyn Writer) {
        out.text(&self.0);
    }
}

impl Value for TaxNumber {
    const SHAPE: Shape = Shape::Text { max: CNPJ };

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        let (kind, text) = told(source, cx)?;
        let kept = text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase());
        let number: CompactString = kept.collect();
        let number = match kind {
            Kind::Number if number.len() <= CPF => filled(&number, CPF),
            Kind::Number => filled(&number, CNPJ),
            _ => number,
        };
        (!number.is_empty() && within(&number, CNPJ, cx)).then_some(TaxNumber(number))
    }

    fn write(&self, out: &mut dyn Writer) {
        out.text(&self.0);
    }
}

/// With zeros at the front, up to a length.
fn filled(digits: &str, length: usize) -> CompactString {
    let zeros = std::iter::repeat_n('0', length.saturating_sub(digits.len()));
    zeros.chain(digits.chars()).collect()
}

macro_rules! as_str {
    ($($(const $max:ident)? $code:ty;)+) => {$(
        impl$(<const $max: usize>)? $code {
            /// The code.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )+};
}

as_str! {
    const MAX Code<MAX>;
    const MAX Reference<MAX>;
    const MAX Digits<MAX>;
    TaxNumber;
}
