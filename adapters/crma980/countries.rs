//! Countries by name, as SYA and CCH have them (`domain/customervendor.md` 4): those that customers of Brazilian
//! shops mostly come from. The code of three digits is that of the central bank without its check digit.

/// The country whose states have codes of their own.
pub(super) const BRAZIL: &str = "01058";

/// A country.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// Its names, in upper case without accents.
    names: &'static [&'static str],
    /// Its code at the central bank, five digits.
    pub bank: &'static str,
}

impl Known {
    /// Its code of three digits.
    pub fn of_three(self) -> &'static str {
        &self.bank[1..4]
    }
}

const fn known(names: &'static [&'static str], bank: &'static str) -> Known {
    Known { names, bank }
}

static COUNTRIES: &[Known] = &[
    known(&["BRASIL", "BRAZIL", "BR", "BRA"], BRAZIL),
    known(&["ALEMANHA", "GERMANY"], "00230"),
    known(&["ARGENTINA"], "00639"),
    known(&["BOLIVIA"], "00973"),
    known(&["CANADA"], "01490"),
    known(&["CHILE"], "01589"),
    known(&["CHINA"], "01600"),
    known(&["COLOMBIA"], "01694"),
    known(&["EQUADOR", "ECUADOR"], "02399"),
    known(&["ESPANHA", "SPAIN"], "02453"),
    known(&["ESTADOS UNIDOS", "ESTADOS UNIDOS DA AMERICA", "EUA", "UNITED STATES", "USA"], "02496"),
    known(&["FRANCA", "FRANCE"], "02755"),
    known(&["ITALIA", "ITALY"], "03867"),
    known(&["JAPAO", "JAPAN"], "03999"),
    known(&["MEXICO"], "04936"),
    known(&["PARAGUAI", "PARAGUAY"], "05860"),
    known(&["PERU"], "05894"),
    known(&["PORTUGAL"], "06076"),
    known(&["REINO UNIDO", "UNITED KINGDOM"], "06289"),
    known(&["URUGUAI", "URUGUAY"], "08451"),
    known(&["VENEZUELA"], "08508"),
];

/// The country of a name.
pub(super) fn named(name: &str) -> Option<Known> {
    let name = super::plain(name);
    COUNTRIES.iter().copied().find(|known| known.names.contains(&name.as_str()))
}

/// The country of a code: three digits, or that of the central bank with or without leading zeros; 55 is Brazil's
/// by telephone. Letters are looked for among the names.
pub(super) fn coded(code: &str) -> Option<Known> {
    let digits = code.trim_start_matches('0');
    let is = |known: &&Known| known.of_three() == code || known.bank.trim_start_matches('0') == digits;
    COUNTRIES.iter().find(is).copied().or_else(|| named(if code == "55" { "BRASIL" } else { code }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_countries_by_name_and_code() {
        let found = |known: Option<Known>| known.map(|known| (known.of_three(), known.bank));
        let brazil = Some(("105", BRAZIL));
        for name in ["Brazil", "BRASIL", "br"] {
            assert_eq!(found(named(name)), brazil, "{name}");
        }
        for code in ["105", "1058", "01058", "BR", "bra", "55"] {
            assert_eq!(found(coded(code)), brazil, "{code}");
        }
        assert_eq!(found(named("França")), Some(("275", "02755")));
        assert_eq!(found(coded("063")), Some(("063", "00639")));
        assert_eq!((found(named("Oz")), found(coded("999"))), (None, None));
    }

    #[test]
    fn every_code_is_its_own() {
        for (place, known) in COUNTRIES.iter().enumerate() {
            assert!(known.bank.len() == 5 && known.bank.bytes().all(|byte| byte.is_ascii_digit()), "{known:?}");
            assert!(COUNTRIES[place + 1..].iter().all(|other| other.of_three() != known.of_three()), "{known:?}");
        }
    }
}
