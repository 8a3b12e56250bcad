//! Country, area and number of a telephone (`domain/customervendor.md` 4).

/// A telephone in its parts; those that are not known are empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Telephone {
    /// Country code.
    pub ddi: String,
    /// Area code, three digits.
    pub ddd: String,
    /// Number.
    pub number: String,
}

/// Takes a telephone apart: punctuation goes, a country code of Brazil and an area code are told by the count
/// of digits. The codes that stand apart in the message fill what the number does not say.
pub(super) fn parse(telephone: &str, ddd: &str, ddi: &str) -> Telephone {
    let digits: String = telephone.chars().filter(char::is_ascii_digit).collect();
    let mut rest = digits.trim_start_matches('0');
    let mut found = Telephone::default();
    if let Some(national) = rest.strip_prefix("55")
        && matches!(national.len(), 10 | 11)
    {
        found.ddi = "55".to_owned();
        rest = national;
    }
    if matches!(rest.len(), 10 | 11) && rest.is_char_boundary(2) {
        let (area, number) = rest.split_at(2);
        found.ddd = area_code(area);
        rest = number;
    } else if found.ddi.is_empty() {
        rest = &digits;
    }
    found.number = rest.to_owned();
    if found.ddd.is_empty() {
        found.ddd = area_code(&ddd.chars().filter(char::is_ascii_digit).collect::<String>());
    }
    if found.ddi.is_empty() {
        found.ddi = ddi.chars().filter(char::is_ascii_digit).collect();
    }
    found
}

/// An area code of two digits gets a leading zero.
fn area_code(digits: &str) -> String {
    if digits.len() == 2 { format!("0{digits}") } else { digits.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_parts() {
        for (telephone, ddd, ddi, expected) in [
            ("(11) 99999-0123", "", "", ("", "011", "999990123")),
            ("+55 31 3333-4444", "", "", ("55", "031", "33334444")),
            ("3333-4444", "11", "55", ("55", "011", "33334444")),
            ("011 3333-4444", "", "", ("", "011", "33334444")),
            ("0800 123", "", "", ("", "", "0800123")),
            ("ramal", "", "", ("", "", "")),
        ] {
            let found = parse(telephone, ddd, ddi);
            assert_eq!((&*found.ddi, &*found.ddd, &*found.number), expected, "{telephone}");
        }
    }
}
