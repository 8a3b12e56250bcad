//! CPF and CNPJ: bare of punctuation, and their check digits. A CNPJ given since July 2026 may have letters; they
//! count by their place in ASCII, as digits do, and its two check digits stay digits.

/// The number without its punctuation, letters in upper case.
pub(super) fn bare(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

/// Checks a bare number.
///
/// # Errors
/// What is wrong with it, in Portuguese and without the number.
pub(super) fn check(number: &str) -> Result<(), &'static str> {
    match number.len() {
        11 if is_cpf(number.as_bytes()) => Ok(()),
        14 if is_cnpj(number.as_bytes()) => Ok(()),
        11 => Err("Os dígitos verificadores do CPF não conferem."),
        14 => Err("Os dígitos verificadores do CNPJ não conferem."),
        _ => Err("O CPF tem 11 caracteres e o CNPJ 14."),
    }
}

/// Eleven digits, not all the same, whose last two follow from those before.
fn is_cpf(number: &[u8]) -> bool {
    number.iter().all(u8::is_ascii_digit)
        && number.iter().any(|digit| *digit != number[0])
        && [9, 10].into_iter().all(|at| number[at] == check_digit(&number[..at], usize::MAX))
}

/// Twelve digits or letters, not all zero, and two digits that follow from those before.
fn is_cnpj(number: &[u8]) -> bool {
    number.iter().any(|character| *character != b'0')
        && [12, 13].into_iter().all(|at| number[at] == check_digit(&number[..at], 8))
}

/// The digit that follows characters: from the right they weigh 2, 3 … and after the `turn`-th 2 again; modulo 11.
fn check_digit(characters: &[u8], turn: usize) -> u8 {
    let weighed = characters.iter().rev().enumerate().map(|(place, character)| {
        let weight = 2 + u32::try_from(place % turn).unwrap_or_default();
        weight * u32::from(character.saturating_sub(b'0'))
    });
    match weighed.sum::<u32>() % 11 {
        0 | 1 => b'0',
        rest => b'0' + u8::try_from(11 - rest).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tells_right_from_wrong() {
        for right in ["52998224725", "11144477735", "11222333000181", "00000000000191", "12ABC34501DE35"] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        for wrong in [
            "52998224724",
            "52998224735",
            "11111111111",
            "5299822472A",
            "11222333000182",
            "00000000000000",
            "12ABC34501DE36",
            "12ABC34501DE3A",
            "",
            "123",
            "123456789012",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
        assert_eq!(bare("12.abc.345/01de-35"), "12ABC34501DE35");
    }

    proptest! {
        /// Of a hundred pairs of check digits one is right.
        #[test]
        fn one_pair_of_digits_is_right(root in "[0-9A-Z]{12}") {
            prop_assume!(root.bytes().any(|byte| byte != b'0'));
            let right = (0..100).filter(|digits| check(&format!("{root}{digits:02}")).is_ok()).count();
            prop_assert_eq!(right, 1);
        }
    }
}
