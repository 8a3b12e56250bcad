//! Messages that come wrapped: entity-escaped, as CDATA, in base64, or as the one text of another document, as
//! a call of SOAP or the TOTVS ESB carries them (`domain/protocol.md` 2.6).

use super::xml::{self, payload};
use super::{Unreadable, charset};
use crate::violation::Code;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// How many layers are taken off; no transport known wraps more than three times.
const LAYERS: usize = 4;

/// Takes the wrapping off a text.
///
/// # Errors
/// [`Unreadable`] where what is wrapped is no text.
pub(super) fn unwrap(mut text: Cow<'_, str>) -> Result<Cow<'_, str>, Unreadable> {
    for _ in 0..LAYERS {
        match peel(&text)? {
            Some(inner) => text = Cow::Owned(inner),
            None => break,
        }
    }
    Ok(text)
}

fn peel(text: &str) -> Result<Option<String>, Unreadable> {
    let text = text.trim();
    if text.starts_with("&lt;") {
        let inner = xml::unescape(text);
        return inner.map(Some).ok_or_else(|| Unreadable::new(Code::NotXml, "O XML escapado contém erros."));
    }
    if let Some(inner) = text.strip_prefix("<![CDATA[").and_then(|text| text.strip_suffix("]]>")) {
        return Ok(Some(inner.to_owned()));
    }
    match text.as_bytes().first() {
        None | Some(b'{' | b'[' | b'"') => Ok(None),
        Some(b'<') => Ok(payload::only_text(text)),
        Some(_) => from_base64(text),
    }
}

/// The XML that a text in base64 holds; nothing where it is something else.
fn from_base64(text: &str) -> Result<Option<String>, Unreadable> {
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(&byte)) {
        return Ok(None);
    }
    let compact: String = text.split_ascii_whitespace().collect();
    let Ok(bytes) = STANDARD.decode(compact) else { return Ok(None) };
    let inner = charset::text_of(&bytes, None);
    match inner {
        Ok((inner, _)) if inner.trim_start().starts_with(['<', '&']) => Ok(Some(inner.into_owned())),
        Err(unreadable) if bytes.trim_ascii_start().starts_with(b"<") => Err(unreadable),
        _ => Ok(None),
    }
}
