//! The version of a message: `major.minor`, the minor of three digits.

use std::fmt;

/// `major.minor` of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Major: what is matched (`domain/README.md` 2).
    pub major: u32,
    /// Minor, of three digits.
    pub minor: u32,
}

impl Version {
    /// Reads `2.009`; `2.9` is padded to `2.009` and marked so (`domain/README.md` 2).
    pub fn parse(text: &str) -> Option<(Version, bool)> {
        let (major, minor) = text.trim().split_once('.').unwrap_or((text.trim(), "000"));
        let digits = |part: &str| !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(major) || !digits(minor) {
            return None;
        }
        let version = Version { major: major.parse().ok()?, minor: minor.parse().ok()? };
        Some((version, minor.len() < 3))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.major, self.minor)
    }
}
