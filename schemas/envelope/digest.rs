//! The digest by which a message is recognised when it comes again (`domain/README.md`, Finer decisions,
//! Identity): of values, not of bytes.
//!
//! Order and case of names and the spelling of numbers do not matter; an absent value, `null` and empty text
//! are the same, and so are one value and a list of it. What is in a list keeps its order. JSON and XML of the
//! same content have the same digest where their texts and numbers are alike.
//!
//! Each value is hashed once, seeded by its name ([`Outline::name`](crate::outline::Outline)); what stands in an object is added up, so that order needs no
//! sorting.

use crate::field::parse_number;
use crate::outline::SPREAD;
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// The seed of the outermost value.
pub(super) const ROOT: u64 = 0;

/// The seed of a member of a list; the first has that of the list itself.
#[inline]
pub(super) fn member(seed: u64, ordinal: usize) -> u64 {
    seed.wrapping_add((ordinal as u64).wrapping_mul(SPREAD))
}

/// A text, or nothing where it is blank.
#[inline]
pub(super) fn text(text: &str, seed: u64) -> Option<u128> {
    let is_blank = text.bytes().all(|byte| byte == b' ');
    (!is_blank).then(|| xxh3_128_with_seed(text.as_bytes(), seed))
}

/// A flag; `true` as a text is the same.
pub(super) fn flag(flag: bool, seed: u64) -> u128 {
    xxh3_128_with_seed(if flag { b"true" } else { b"false" }, seed)
}

/// A number by its digits, whatever their spelling.
#[inline]
pub(super) fn number(written: &str, seed: u64) -> u128 {
    let is_plain = !written.bytes().any(|byte| matches!(byte, b'e' | b'E')) && !written.starts_with("-0");
    if is_plain {
        return xxh3_128_with_seed(without_tail(written).as_bytes(), seed);
    }
    match parse_number(written) {
        Some(number) => xxh3_128_with_seed(number.normalize().to_string().as_bytes(), seed),
        None => xxh3_128_with_seed(written.as_bytes(), seed),
    }
}

/// A text of XML, which may be a number. Only one with a decimal point is taken for one: `010` is a code.
pub(super) fn untyped(written: &str, seed: u64) -> Option<u128> {
    let text = written.trim_matches([' ', '\t', '\r', '\n']);
    if is_decimal(text) { Some(number(text, seed)) } else { self::text(written, seed) }
}

/// All that stands in an object.
#[inline]
pub(super) fn object(sum: u128, seed: u64) -> u128 {
    xxh3_128_with_seed(&sum.to_le_bytes(), seed)
}

/// Digits without the zeros after the decimal point that say nothing.
#[inline]
fn without_tail(written: &str) -> &str {
    let Some(point) = written.bytes().position(|byte| byte == b'.') else { return written };
    match written.bytes().rposition(|byte| byte != b'0') {
        Some(last) if last > point => &written[..=last],
        _ => &written[..point],
    }
}

/// Whether a text is a number with a decimal point, written as JSON would.
fn is_decimal(text: &str) -> bool {
    let Some((whole, fraction)) = text.strip_prefix('-').unwrap_or(text).split_once('.') else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0'))
}
