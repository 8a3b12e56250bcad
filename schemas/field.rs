//! The types of fields. A constraint is part of the type, and names its violation.

mod anything;
mod clock;

use crate::outline::Source;
use crate::read::{Kind, Reading};
use crate::record::Shape;
use crate::violation::Code;
use crate::write::Writer;
pub use anything::Anything;
use chrono::NaiveDate;
pub use clock::Clock;
use compact_str::CompactString;
use rust_decimal::{Decimal, RoundingStrategy};
use std::fmt;

/// Something that a tag can hold.
pub trait Value: Sized {
    /// What the type is, for schemas and documents.
    const SHAPE: Shape;

    /// Reads the next value. `None` where it is absent, empty or wrong; what is wrong is noted in `cx`.
    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self>;

    /// Notes what is mandatory inside a value that is absent. A plain field is missing itself.
    fn absent(required: bool, cx: &mut Reading) {
        if required {
            cx.missing();
        }
    }

    /// Reads the same tag named again: the later one stands, a list grows.
    fn read_again(&mut self, source: &mut Source<'_>, cx: &mut Reading) {
        if let Some(later) = Self::read(source, cx) {
            *self = later;
        }
    }

    /// Writes the value.
    fn write(&self, out: &mut dyn Writer);
}

/// The text of a text or number, or `None` after noting the wrong kind. Empty text counts as absent.
pub(crate) fn scalar<'t>(source: &mut Source<'t>, cx: &mut Reading, wanted: &str) -> Option<(Kind, &'t str)> {
    let kind = source.peek();
    match kind {
        Kind::Text | Kind::Number => {
            let text = source.text();
            let blank = text.bytes().all(|byte| byte == b' ');
            (!blank).then_some((kind, text))
        }
        Kind::Null => {
            source.skip();
            None
        }
        Kind::Flag | Kind::Object | Kind::Array => {
            source.skip();
            cx.wrong_type(wanted, kind);
            None
        }
    }
}

/// A text of at most `MAX` characters, trailing blanks not counted. They are kept, so that the text can be
/// echoed as it came, but never compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<const MAX: usize>(CompactString);

/// A partner's code that goes through De/Para: 50 characters whatever our own table says
/// (`domain/README.md`, Finer decisions, Checking).
pub type PartnerCode = Text<50>;

impl<const MAX: usize> Text<MAX> {
    /// Takes a text of ours.
    pub fn new(text: impl AsRef<str>) -> Self {
        Text(text.as_ref().into())
    }

    /// The text without trailing blanks: what is compared and stored.
    pub fn as_str(&self) -> &str {
        self.0.trim_end_matches(' ')
    }

    /// The text as it came: what is echoed.
    pub fn raw(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads a text of at most `max` characters, trailing blanks not counted.
pub(crate) fn read_text(source: &mut Source<'_>, cx: &mut Reading, max: usize) -> Option<CompactString> {
    let (kind, text) = scalar(source, cx, "texto")?;
    if kind == Kind::Number {
        cx.read_as("Número lido como texto.");
    }
    let trimmed = text.trim_end_matches(' ');
    if trimmed.len() > max && trimmed.chars().count() > max {
        let length = trimmed.chars().count();
        cx.error(Code::TooLong, format!("Texto com {length} caracteres; o máximo é {max}."));
        return None;
    }
    Some(text.into())
}

impl<const MAX: usize> Value for Text<MAX> {
    const SHAPE: Shape = Shape::Text { max: MAX };

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        read_text(source, cx, MAX).map(Text)
    }

    fn write(&self, out: &mut dyn Writer) {
        out.text(self.raw());
    }
}

/// An exact number of at most `WHOLE` digits before the point and `SCALE` after it.
///
/// The digits are read as written, never through a binary number. A number whose surplus decimals are binary
/// noise (nearer than 0.000001 to a value of the scale) is rounded with a warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount<const WHOLE: u32, const SCALE: u32>(Decimal);

impl<const WHOLE: u32, const SCALE: u32> Amount<WHOLE, SCALE> {
    /// A number of ours, rounded to the scale; `None` where it has too many digits.
    pub fn of(value: Decimal) -> Option<Self> {
        let rounded = commercial(value, SCALE);
        (rounded.trunc().abs() < bound(WHOLE)).then(|| Amount(rounded.normalize()))
    }

    /// The number.
    pub fn get(self) -> Decimal {
        self.0
    }
}

/// Rounds commercially, half away from zero (`domain/README.md`, Finer decisions, Rounding).
pub fn commercial(value: Decimal, scale: u32) -> Decimal {
    value.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero)
}

/// Reads the text of a number: dot or comma, sign, exponent. `None` where it is no number.
pub fn parse_number(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let with_dot;
    let plain = match (text.matches(',').count(), text.contains('.')) {
        (0, _) => text,
        (1, false) => {
            with_dot = text.replace(',', ".");
            &with_dot
        }
        _ => return None,
    };
    let digits = plain.strip_prefix(['-', '+']).unwrap_or(plain);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') || digits.contains('_') {
        return None;
    }
    if plain.contains(['e', 'E']) { Decimal::from_scientific(plain).ok() } else { plain.parse().ok() }
}

/// A number by its text; of what is none, or is read against the book, `cx` is told.
fn number_of(kind: Kind, text: &str, is_typed: bool, cx: &mut Reading) -> Option<Decimal> {
    match parse_number(text) {
        Some(value) => {
            if kind == Kind::Text && (is_typed || text.contains(',')) {
                cx.read_as("Texto lido como número.");
            }
            Some(value)
        }
        None if kind == Kind::Number => {
            cx.error(Code::OutOfRange, "O número tem dígitos demais.".to_owned());
            None
        }
        None => {
            let quoted = cx.quote(text);
            cx.error(Code::NotANumber, format!("{quoted} não é um número."));
            None
        }
    }
}

/// The least number with too many digits before the point.
fn bound(whole: u32) -> Decimal {
    Decimal::from_i128_with_scale(10i128.pow(whole), 0)
}

/// A number as most are written, digits with at most one point among them, if it fits: read in one pass, without
/// its zeros at the end. What is not so, or does not fit, takes the long way, which can say why.
fn plain_number(text: &str, whole: u32, scale: u32) -> Option<Decimal> {
    let (mut digits, mut before, mut places, mut has_point) = (0i64, 0u32, 0u32, false);
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    if unsigned.is_empty() || unsigned.len() > 18 {
        return None;
    }
    for byte in unsigned.bytes() {
        match byte {
            b'0'..=b'9' => {
                digits = digits * 10 + i64::from(byte - b'0');
                places += u32::from(has_point);
                before += u32::from(!has_point && digits != 0);
            }
            b'.' if !has_point => has_point = true,
            _ => return None,
        }
    }
    while places > 0 && digits % 10 == 0 {
        digits /= 10;
        places -= 1;
    }
    let fits = places <= scale && before <= whole;
    let is_negative = unsigned.len() < text.len() && digits != 0;
    (fits && unsigned.as_bytes()[0] != b'.').then(|| Decimal::new(if is_negative { -digits } else { digits }, places))
}

/// Reads an exact number of at most `whole` digits before the point and `scale` after it.
pub(crate) fn read_amount(source: &mut Source<'_>, cx: &mut Reading, whole: u32, scale: u32) -> Option<Decimal> {
    let (kind, text) = scalar(source, cx, "número")?;
    if (kind == Kind::Number || !source.is_typed())
        && let Some(value) = plain_number(text, whole, scale)
    {
        return Some(value);
    }
    let value = number_of(kind, text, source.is_typed(), cx)?;
    let rounded = commercial(value, scale);
    if rounded != value {
        if (rounded - value).abs() < Decimal::new(1, 6) {
            cx.read_as(format!("Lido como {rounded}: as casas a mais são ruído binário."));
        } else {
            cx.error(Code::TooManyDecimals, format!("O número tem mais de {scale} casas decimais."));
            return None;
        }
    }
    if rounded.trunc().abs() >= bound(whole) {
        cx.error(Code::OutOfRange, format!("O número tem mais de {whole} dígitos antes da vírgula."));
        return None;
    }
    Some(rounded.normalize())
}

impl<const WHOLE: u32, const SCALE: u32> Value for Amount<WHOLE, SCALE> {
    const SHAPE: Shape = Shape::Amount { whole: WHOLE, scale: SCALE };

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        read_amount(source, cx, WHOLE, SCALE).map(Amount)
    }

    fn write(&self, out: &mut dyn Writer) {
        out.number(&self.0.normalize().to_string());
    }
}

/// A whole number from 0 to `MAX`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count<const MAX: u32>(u32);

impl<const MAX: u32> Count<MAX> {
    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

/// Reads a whole number from 0 to `max`.
pub(crate) fn read_count(source: &mut Source<'_>, cx: &mut Reading, max: u32) -> Option<u32> {
    let (kind, text) = scalar(source, cx, "número")?;
    let value = number_of(kind, text, source.is_typed(), cx)?;
    if !value.fract().is_zero() {
        cx.error(Code::TooManyDecimals, "Esperado um número inteiro.".to_owned());
        return None;
    }
    let whole = u32::try_from(value).ok().filter(|whole| *whole <= max);
    if whole.is_none() {
        cx.error(Code::OutOfRange, format!("Esperado um número de 0 a {max}."));
    }
    whole
}

impl<const MAX: u32> Value for Count<MAX> {
    const SHAPE: Shape = Shape::Count { max: MAX };

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        read_count(source, cx, MAX).map(Count)
    }

    fn write(&self, out: &mut dyn Writer) {
        out.number(&self.0.to_string());
    }
}

/// A date with the time that came with it, as written (`14:30:00`, `18:12:36Z`); without a `T` it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The day.
    pub date: NaiveDate,
    /// What stood after the `T`.
    pub time: Option<CompactString>,
}

impl Moment {
    /// Reads `YYYY-MM-DD`, `YYYYMMDD`, each with an optional `T…` or ` …` part.
    pub fn parse(text: &str) -> Option<Moment> {
        let text = text.trim();
        let (day, time) = match text.bytes().position(|byte| matches!(byte, b'T' | b' ')) {
            Some(end) => (&text[..end], Some(text[end + 1..].trim())),
            None => (text, None),
        };
        let (year, month, day) = match day.as_bytes() {
            [year @ .., m0, m1, d0, d1] if year.len() == 4 => (year, [*m0, *m1], [*d0, *d1]),
            [year @ .., b'-', m0, m1, b'-', d0, d1] if year.len() == 4 => (year, [*m0, *m1], [*d0, *d1]),
            _ => return None,
        };
        let year = i32::try_from(digits(year)?).ok()?;
        let date = NaiveDate::from_ymd_opt(year, digits(&month)?, digits(&day)?)?;
        let time = match time {
            Some(time) if !time_is_plausible(time) => return None,
            other => other.filter(|time| !time.is_empty()).map(CompactString::from),
        };
        Some(Moment { date, time })
    }
}

/// The number of a few digits.
fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
}

/// `HH:MM[:SS[.fff]]` with an optional zone, or nothing.
fn time_is_plausible(time: &str) -> bool {
    let zone = time.bytes().position(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'));
    let clock = &time.as_bytes()[..zone.unwrap_or(time.len())];
    if clock.is_empty() {
        return time.is_empty();
    }
    let mut seen = 0;
    for (part, limit) in clock.splitn(3, |byte| *byte == b':').zip([24, 60, 61]) {
        let whole = part.iter().position(|byte| *byte == b'.').map_or(part, |point| &part[..point]);
        if whole.len() != 2 || digits(whole).is_none_or(|value| value >= limit) {
            return false;
        }
        seen += 1;
    }
    seen >= 2
}

impl Value for Moment {
    const SHAPE: Shape = Shape::Moment;

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        let (_, text) = scalar(source, cx, "data em texto")?;
        let moment = Moment::parse(text);
        if moment.is_none() {
            let quoted = cx.quote(text);
            cx.error(Code::NotADate, format!("{quoted} não é uma data (AAAA-MM-DD ou AAAA-MM-DDTHH:MM:SS)."));
        }
        moment
    }

    fn write(&self, out: &mut dyn Writer) {
        match &self.time {
            Some(time) => out.text(&format!("{}T{time}", self.date)),
            None => out.text(&self.date.to_string()),
        }
    }
}

/// Yes or no: a JSON boolean; `T`, `F`, `S`, `N`, `1`, `0` and the words are read with a warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flag(pub bool);

impl Value for Flag {
    const SHAPE: Shape = Shape::Flag;

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        if source.peek() == Kind::Flag {
            return Some(Flag(source.flag()));
        }
        let (_, text) = scalar(source, cx, "verdadeiro ou falso")?;
        let text = text.trim();
        if !source.is_typed() && matches!(text, "true" | "false") {
            return Some(Flag(text == "true"));
        }
        let value = match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "1" | "s" | "sim" | "y" | "yes" | ".t." => true,
            "false" | "f" | "0" | "n" | "nao" | "não" | "no" | ".f." => false,
            _ => {
                let quoted = cx.quote(text);
                cx.error(Code::WrongType, format!("{quoted} não é verdadeiro nem falso."));
                return None;
            }
        };
        cx.read_as(if value { "Lido como verdadeiro." } else { "Lido como falso." });
        Some(Flag(value))
    }

    fn write(&self, out: &mut dyn Writer) {
        out.flag(self.0);
    }
}

/// A closed list of words. Written by [`choice!`](crate::choice).
pub trait Choice: Sized + Copy + PartialEq + 'static {
    /// Each member with its spelling in the book and the others that are read with a warning.
    const MEMBERS: &'static [(Self, &'static str, &'static [&'static str])];

    /// The spelling of the book.
    fn as_str(self) -> &'static str {
        Self::MEMBERS.iter().find(|(member, _, _)| *member == self).map_or("", |(_, name, _)| name)
    }

    /// Finds a member by any spelling, case ignored; `true` where it is that of the book.
    fn find(text: &str) -> Option<(Self, bool)> {
        let text = text.trim();
        Self::MEMBERS.iter().find_map(|(member, name, others)| {
            if name.eq_ignore_ascii_case(text) {
                Some((*member, true))
            } else {
                others.iter().any(|other| other.eq_ignore_ascii_case(text)).then_some((*member, false))
            }
        })
    }
}

/// Reads a closed list; shared by all that [`choice!`](crate::choice) declares.
pub fn read_choice<C: Choice>(source: &mut Source<'_>, cx: &mut Reading) -> Option<C> {
    let (_, text) = scalar(source, cx, "texto")?;
    match C::find(text) {
        Some((member, by_the_book)) => {
            if !by_the_book {
                cx.read_as(format!("Lido como {}.", member.as_str()));
            }
            Some(member)
        }
        None => {
            let allowed: Vec<&str> =
                C::MEMBERS.iter().map(|(_, name, _)| *name).filter(|name| !name.is_empty()).collect();
            let quoted = cx.quote(text);
            cx.error(Code::NotInList, format!("{quoted} não está na lista: {}.", allowed.join(", ")));
            None
        }
    }
}

/// Declares a closed list: `choice! { /// doc  pub enum Sex { /// doc  Female = "F" | "female", … } }`.
/// The first spelling is that of the book, the others are read with a warning.
#[macro_export]
macro_rules! choice {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[doc = $member_doc:literal])* $member:ident = $text:literal $(| $other:literal)*),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[doc = $member_doc])* $member),+ }

        impl $crate::field::Choice for $name {
            const MEMBERS: &'static [(Self, &'static str, &'static [&'static str])] =
                &[$(($name::$member, $text, &[$($other),*])),+];
        }

        impl $crate::field::Value for $name {
            const SHAPE: $crate::record::Shape = $crate::record::Shape::Choice(&[$($crate::record::Word {
                text: $text,
                others: &[$($other),*],
                doc: concat!($($member_doc),*),
            }),+]);

            fn read(
                source: &mut $crate::outline::Source<'_>,
                cx: &mut $crate::read::Reading,
            ) -> Option<Self> {
                $crate::field::read_choice(source, cx)
            }

            fn write(&self, out: &mut dyn $crate::write::Writer) {
                out.text($crate::field::Choice::as_str(*self));
            }
        }
    };
}
