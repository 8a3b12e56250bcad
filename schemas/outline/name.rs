//! The names of a document.

/// An odd constant: what is multiplied by it is spread over all bits.
pub(crate) const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A name as the document spells it.
#[derive(Clone, Copy, Debug)]
pub struct Name<'t> {
    /// Its letters.
    pub text: &'t str,
    pub(super) hash: u16,
}

impl<'t> Name<'t> {
    /// A name of ours.
    pub fn of(text: &'t str) -> Name<'t> {
        Name { text, hash: hash(seed(text)) }
    }

    /// A hash that is the same whatever the case of the letters.
    #[inline]
    pub(crate) fn hash(&self) -> u16 {
        self.hash
    }
}

/// The part of a seed that the table of a record is looked up by.
#[inline]
pub(super) fn hash(seed: u64) -> u16 {
    seed as u16
}

/// The seed of a name, its case ignored (and that of a few other characters, which does no harm), eight letters at
/// a time.
#[inline]
pub(crate) fn seed(name: &str) -> u64 {
    const LOWER: u64 = 0x2020_2020_2020_2020;
    let fold = |seed: u64, letters: u64| ((seed ^ (letters | LOWER)).wrapping_mul(SPREAD)).rotate_left(29);
    let (chunks, rest) = name.as_bytes().as_chunks::<8>();
    let seed = chunks.iter().fold(name.len() as u64, |seed, chunk| fold(seed, u64::from_le_bytes(*chunk)));
    let seed = fold(seed, rest.iter().rfold(0, |letters, byte| (letters << 8) | u64::from(*byte)));
    seed ^ (seed >> 31)
}
