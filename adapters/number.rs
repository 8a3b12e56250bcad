//! Numbers of a fixed width, counted in Protheus's manner (`domain/README.md`, Finer decisions, Numbers).

const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The `n`-th number of six characters.
pub fn six_characters(n: u64) -> Option<String> {
    characters(n, 6)
}

/// The `n`-th number from 1 in a width: 000001 … 999999, then 99999A … ZZZZZZ in base 36. `None` beyond the last.
///
/// The last of digits alone stands where it does in base 36, so what follows it is counted there.
pub fn characters(n: u64, width: u32) -> Option<String> {
    let last = 10u64.checked_pow(width)? - 1;
    let places = usize::try_from(width).ok()?;
    if n <= last {
        return Some(format!("{n:0places$}"));
    }
    let base: u64 = (0..width).fold(0, |value, _| value * 36 + 9);
    let mut value = base.checked_add(n - last)?;
    if value >= 36u64.checked_pow(width)? {
        return None;
    }
    let mut text = vec![b'0'; places];
    for place in text.iter_mut().rev() {
        *place = DIGITS[(value % 36) as usize];
        value /= 36;
    }
    String::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::{characters, six_characters};

    #[test]
    fn counts_as_protheus_does() {
        for (n, text) in [(1, "000001"), (999_999, "999999"), (1_000_000, "99999A"), (1_000_026, "9999A0")] {
            assert_eq!(six_characters(n).as_deref(), Some(text), "{n}");
        }
        for (n, text) in [(1, "01"), (99, "99"), (100, "9A"), (125, "9Z"), (126, "A0")] {
            assert_eq!(characters(n, 2).as_deref(), Some(text), "{n}");
        }
    }

    #[test]
    fn ends_at_zzzzzz() {
        let last = 36u64.pow(6) - 1 - (0..6).fold(0, |value, _| value * 36 + 9) + 999_999;
        assert_eq!(six_characters(last).as_deref(), Some("ZZZZZZ"));
        assert_eq!(six_characters(last + 1), None);
    }
}
