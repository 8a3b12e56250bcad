//! Numbers of six characters, counted in Protheus's manner (`domain/README.md`, Finer decisions, Numbers).

const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The `n`-th number from 1: 000001 … 999999, then 99999A … ZZZZZZ in base 36. `None` beyond the last.
///
/// 999999 stands where it does in base 36, so what follows it is counted there.
pub fn six_characters(n: u64) -> Option<String> {
    if n <= 999_999 {
        return Some(format!("{n:06}"));
    }
    // 999999 in base 36, then onward one by one.
    let base: u64 = (0..6).fold(0, |value, _| value * 36 + 9);
    let mut value = base.checked_add(n - 999_999)?;
    if value >= 36u64.pow(6) {
        return None;
    }
    let mut text = [b'0'; 6];
    for place in text.iter_mut().rev() {
        *place = DIGITS[(value % 36) as usize];
        value /= 36;
    }
    String::from_utf8(text.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::six_characters;

    #[test]
    fn counts_as_protheus_does() {
        for (n, text) in [(1, "000001"), (999_999, "999999"), (1_000_000, "99999A"), (1_000_026, "9999A0")] {
            assert_eq!(six_characters(n).as_deref(), Some(text), "{n}");
        }
    }

    #[test]
    fn ends_at_zzzzzz() {
        let last = 36u64.pow(6) - 1 - (0..6).fold(0, |value, _| value * 36 + 9) + 999_999;
        assert_eq!(six_characters(last).as_deref(), Some("ZZZZZZ"));
        assert_eq!(six_characters(last + 1), None);
    }
}
