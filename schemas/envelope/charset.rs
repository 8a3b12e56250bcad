//! From bytes to text: by label, else as UTF-8, else as windows-1252 (`contract.md`, AMQP).

use super::Unreadable;
use crate::violation::Code;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;

/// How far into a body its XML declaration is looked for.
const DECLARATION: usize = 200;

/// The text of a body, and whether its charset had to be guessed. A byte order mark says most, then the content type, then the XML declaration.
///
/// # Errors
/// [`Unreadable`] with code `charset`.
pub(super) fn text_of<'b>(body: &'b [u8], content_type: Option<&str>) -> Result<(Cow<'b, str>, bool), Unreadable> {
    let (named, body) = match Encoding::for_bom(body) {
        Some((encoding, length)) => (Some(encoding), &body[length..]),
        None => (named(body, content_type)?, body),
    };
    if let Some(encoding) = named
        && let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(body)
    {
        return Ok((text, false));
    }
    if named.is_none_or(|encoding| encoding == UTF_8) {
        if let Ok(text) = std::str::from_utf8(body) {
            return Ok((Cow::Borrowed(text), false));
        }
        // windows-1252 leaves five bytes without a character: a body that holds one is no text at all.
        if !body.iter().any(|byte| matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d | 0x00)) {
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(body);
            return Ok((text, true));
        }
    }
    Err(Unreadable::new(Code::Charset, "Os bytes não são texto em UTF-8 nem em windows-1252."))
}

/// The encoding that the content type or the XML declaration names.
fn named(body: &[u8], content_type: Option<&str>) -> Result<Option<&'static Encoding>, Unreadable> {
    let label = content_type.and_then(charset_label).map(str::as_bytes).or_else(|| declared(body));
    let Some(label) = label else { return Ok(None) };
    match Encoding::for_label(label) {
        // A declaration that can be read byte by byte is not in UTF-16: some transport has converted the body.
        Some(encoding) if encoding.is_ascii_compatible() => Ok(Some(encoding)),
        Some(_) => Ok(None),
        None => Err(Unreadable::new(Code::Charset, "A codificação declarada não é conhecida.")),
    }
}

fn charset_label(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })
}

/// The value of `encoding` in the XML declaration.
fn declared(body: &[u8]) -> Option<&[u8]> {
    let head = body.trim_ascii_start();
    let head = head.get(..head.len().min(DECLARATION))?.strip_prefix(b"<?xml")?;
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let word = b"encoding";
    let from = head[..end].windows(word.len()).position(|window| window == word)? + word.len();
    let value = head[from..end].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let end = value.iter().position(|byte| byte == quote)?;
    matches!(quote, b'"' | b'\'').then(|| &value[..end])
}
