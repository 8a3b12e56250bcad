//! Bodies as the database holds them: packed with zstd, beside a dictionary of what messages have in common.
//!
//! Most of a message is the names of its fields. The dictionary has them in their published order, with the messages of
//! the demonstration and what eaid answers to them. A packed sale takes a quarter of its bytes, and costs less to pack than
//! what the engine saves where it has so much less to take in, to log and to write.

#[cfg(test)]
mod tests;

use super::{Mark, Outcome, Outgoing};
use std::borrow::Cow;
use std::cell::RefCell;
use std::io::Write;
use std::sync::{Arc, LazyLock};
use uuid::Uuid;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// Names and usual values of the messages in both formats, the most frequent last. What was packed with it needs it for
/// ever: another one would be the second.
const WORDS: &[u8] = include_bytes!("packing/1.txt");
/// The first byte of a packed body: which dictionary it was packed with.
const FIRST: u8 = 1;
/// As fast as it gets: the dictionary does most of the work.
const LEVEL: i32 = -5;
/// A body of more bytes is packed apart.
const LARGE: usize = 1 << 20;
/// A smaller body stays as it is: that costs more than the engine saves.
const WORTH_IT: usize = 200;

static ENCODER: LazyLock<EncoderDictionary<'static>> = LazyLock::new(|| EncoderDictionary::copy(WORDS, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(WORDS));

thread_local! {
    static PACKER: RefCell<Option<Compressor<'static>>> =
        RefCell::new(Compressor::with_prepared_dictionary(&ENCODER).ok());
    /// Where it packs to.
    static ROOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static UNPACKER: RefCell<Option<Decompressor<'static>>> =
        RefCell::new(Decompressor::with_prepared_dictionary(&DECODER).ok());
}

/// A body as it is stored.
pub(super) struct Packed<'a> {
    /// What column `body` holds.
    pub(super) body: Cow<'a, [u8]>,
    /// What column `plain` holds: the bytes of the body itself where it is packed, else nothing.
    pub(super) plain: Option<i32>,
}

impl<'a> Packed<'a> {
    /// Packs a body; one that would not become smaller stays as it is.
    pub(super) fn of(body: &'a [u8]) -> Packed<'a> {
        let packed = i32::try_from(body.len()).ok().and_then(|plain| Some((pack(body)?, plain)));
        match packed {
            Some((packed, plain)) => Packed { body: Cow::Owned(packed), plain: Some(plain) },
            None => Packed { body: Cow::Borrowed(body), plain: None },
        }
    }
}

fn pack(body: &[u8]) -> Option<Vec<u8>> {
    if body.len() < WORTH_IT {
        return None;
    }
    let packed = if body.len() > LARGE { pack_large(body).ok() } else { pack_small(body) };
    packed.filter(|packed| packed.len() < body.len())
}

fn pack_small(body: &[u8]) -> Option<Vec<u8>> {
    ROOM.with_borrow_mut(|room| {
        room.clear();
        room.reserve(zstd::zstd_safe::compress_bound(body.len()));
        PACKER.with_borrow_mut(|packer| packer.as_mut()?.compress_to_buffer(body, room).ok())?;
        Some([&[FIRST], &**room].concat())
    })
}

/// A piece at a time: it takes no more room than what comes out.
fn pack_large(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = zstd::Encoder::with_prepared_dictionary(vec![FIRST], &ENCODER)?;
    packer.write_all(body)?;
    packer.finish()
}

/// A body that is kept cannot be given back: its bytes were changed, or it was packed with a dictionary that came later.
/// Those beside it can: it must not stop them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", Damaged::TEXT)]
pub struct Damaged;

impl Damaged {
    /// What people are told.
    pub const TEXT: &str = "o corpo guardado está danificado, ou foi guardado por uma versão mais nova do eaid";
}

/// Parts what can be sent from what is damaged, with the mark of that: it waits for somebody, the others go out.
pub(super) fn sendable(
    read: impl Iterator<Item = sqlx::Result<(Uuid, Result<Outgoing, Damaged>)>>,
) -> sqlx::Result<(Vec<Outgoing>, Vec<Mark>)> {
    let (mut whole, mut damaged) = (Vec::with_capacity(read.size_hint().0), Vec::new());
    for row in read {
        match row? {
            (_, Ok(outgoing)) => whole.push(outgoing),
            (id, Err(body)) => damaged.push(Mark { id, outcome: Outcome::Unroutable(body.to_string()) }),
        }
    }
    Ok((whole, damaged))
}

/// The body of what columns `body` and `plain` hold.
///
/// # Errors
/// [`Damaged`] where it was not packed here.
pub(super) fn unpacked(body: &[u8], plain: Option<i32>) -> Result<Cow<'_, [u8]>, Damaged> {
    let Some(plain) = plain else { return Ok(Cow::Borrowed(body)) };
    let plain = usize::try_from(plain).map_err(|_| Damaged)?;
    let Some((&FIRST, packed)) = body.split_first() else { return Err(Damaged) };
    let unpacked = UNPACKER.with_borrow_mut(|unpacker| unpacker.as_mut()?.decompress(packed, plain).ok());
    let whole = unpacked.filter(|unpacked| unpacked.len() == plain);
    whole.map(Cow::Owned).ok_or(Damaged)
}

/// The same of a text.
///
/// # Errors
/// [`Damaged`] where it was not packed here, or is no text.
pub(super) fn unpacked_text(body: &[u8], plain: Option<i32>) -> Result<String, Damaged> {
    String::from_utf8(unpacked(body, plain)?.into_owned()).map_err(|_| Damaged)
}

/// The body of a message, or what the database holds instead; and whether that is damaged.
pub(super) fn unpacked_or_held(body: &[u8], plain: Option<i32>) -> (Arc<[u8]>, bool) {
    match unpacked(body, plain) {
        Ok(whole) => (Arc::from(whole), false),
        Err(Damaged) => (Arc::from(body), true),
    }
}
