//! Our ids, and the codes inside internal values (`domain/README.md` 5, `contract.md`, Configuration).

/// The id of a sale: `company|branch|series|document|pdv`.
pub fn sale(company: &str, branch: &str, series: &str, document: &str, pdv: &str) -> String {
    [company, branch, series, document, pdv].map(str::trim_end).join("|")
}

/// The id of a customer: `company|branch|code|store|C`.
pub fn customer(company: &str, branch: &str, code: &str, store: &str) -> String {
    [company, branch, code, store, "C"].map(str::trim_end).join("|")
}

/// The id of a reserve: `company|branch|docres|type`.
pub fn reserve(company: &str, branch: &str, document: &str, kind: &str) -> String {
    [company, branch, document, kind].map(str::trim_end).join("|")
}

/// Our code in an internal value: its last part; a bare code is its own.
pub fn code(internal: &str) -> &str {
    internal.rsplit('|').next().unwrap_or(internal).trim()
}

/// Code and store in the internal value of a customer, with or without the last `C`
/// (`domain/customervendor.md` 8).
pub fn customer_of(internal: &str) -> Option<(&str, &str)> {
    party_of(internal, "C")
}

/// Code and store in the internal value of a supplier, with or without the last `F`.
pub fn supplier_of(internal: &str) -> Option<(&str, &str)> {
    party_of(internal, "F")
}

fn party_of<'i>(internal: &'i str, kind: &str) -> Option<(&'i str, &'i str)> {
    let mut parts = internal.split('|').map(str::trim).skip(2);
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(code), Some(store), end, None)
            if !code.is_empty() && end.is_none_or(|end| end.eq_ignore_ascii_case(kind)) =>
        {
            Some((code, store))
        }
        _ => None,
    }
}

/// Our code in an internal value of SX5, `company|branch|table|code`, if it is of that table; a bare code is
/// accepted (`domain/retailsales.md` 8).
pub fn generic<'i>(internal: &'i str, table: &str) -> Option<&'i str> {
    let mut parts = internal.split('|').map(str::trim);
    let found = match (parts.next(), parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(bare), None, ..) => bare,
        (Some(_), Some(_), Some(of), Some(code), None) if of == table => code,
        _ => return None,
    };
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_ids_without_trailing_blanks() {
        assert_eq!(sale("01", "D MG 01 ", "1  ", "000001001", "001"), "01|D MG 01|1|000001001|001");
        assert_eq!(customer("01", "0101", "000123", "01"), "01|0101|000123|01|C");
        assert_eq!(reserve("01", "0101", "000005001", "LJ"), "01|0101|000005001|LJ");
    }

    #[test]
    fn finds_codes_in_internal_values() {
        for (internal, expected) in [("01||PROD1", "PROD1"), ("01|0101|PROD1 ", "PROD1"), ("PROD1", "PROD1")] {
            assert_eq!(code(internal), expected);
        }
        assert_eq!(customer_of("01|0101|000123|01|C"), Some(("000123", "01")));
        assert_eq!(customer_of("01||000123|01"), Some(("000123", "01")));
        assert_eq!(customer_of("000123"), None);
        assert_eq!(customer_of("01||000123|01|F"), None);
        assert_eq!(supplier_of("01||000900|01|F"), Some(("000900", "01")));
        assert_eq!(generic("01||24|CC", "24"), Some("CC"));
        assert_eq!(generic("01||K6|341", "24"), None);
        assert_eq!(generic("CC", "24"), Some("CC"));
    }
}
