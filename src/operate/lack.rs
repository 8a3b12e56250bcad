//! What somebody can do about a key that a message waits for.

use eaid_adapters::effect::Alias;

/// A De/Para entry that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lack<'t> {
    /// The partner.
    pub reference: &'t str,
    /// The kind.
    pub alias: Alias,
    /// The partner's code.
    pub external: &'t str,
}

impl<'t> Lack<'t> {
    /// Reads the text of a key (`SA3/OMNI/VENDEDOR-9`); `None` for a row (`sa1/000001|01`).
    pub fn of_key(key: &'t str) -> Option<Lack<'t>> {
        let (alias, rest) = key.split_once('/')?;
        let (reference, external) = rest.split_once('/')?;
        // Tables are lower case, aliases upper case.
        let alias = Alias::ALL.iter().copied().find(|known| known.alias == alias)?;
        Some(Lack { reference, alias, external })
    }

    /// The command that enters it, with the place of our code in capitals.
    pub fn command(&self) -> String {
        let Lack { reference, alias, external } = self;
        format!("eaid depara set {} {} {} '{}'", word(reference), alias.alias, word(external), pattern(*alias))
    }

    /// Where it comes from, for kinds that a message of the partner brings.
    pub fn bringer(&self) -> Option<&'static str> {
        bringer(self.alias)
    }
}

/// The message that brings entries of a kind, if one does.
pub fn bringer(alias: Alias) -> Option<&'static str> {
    match alias {
        Alias::CUSTOMER => Some("CustomerVendor"),
        Alias::RESERVE => Some("ItemReserve"),
        Alias::SALE => Some("RetailSales"),
        Alias::CANCELLATION => Some("RetailSalesCancellation"),
        _ => None,
    }
}

/// The form of our value of a kind (`contract.md`, Configuration).
pub fn pattern(alias: Alias) -> &'static str {
    match alias {
        Alias::WAREHOUSE | Alias::OPERATOR | Alias::STATION => "COMPANY|BRANCH|CODE",
        Alias::GENERIC => "COMPANY||24|FORM",
        Alias::CUSTOMER => "COMPANY||CODE|STORE|C",
        Alias::RESERVE => "COMPANY|BRANCH|DOCUMENT|TYPE",
        Alias::SALE | Alias::CANCELLATION => "COMPANY|BRANCH|SERIES|DOCUMENT|PDV",
        _ => "COMPANY||CODE",
    }
}

/// A word for a shell, quoted where it must be.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_becomes_the_command_that_helps() {
        let command = |key| Lack::of_key(key).map(|lack| lack.command());
        let seller = "eaid depara set OMNI SA3 VENDEDOR-9 'COMPANY||CODE'";
        assert_eq!(command("SA3/OMNI/VENDEDOR-9").as_deref(), Some(seller));
        let form = r"eaid depara set OMNI SX5 'D'\''AGUA / 1' 'COMPANY||24|FORM'";
        assert_eq!(command("SX5/OMNI/D'AGUA / 1").as_deref(), Some(form));
        assert_eq!(command("sa1/000001|01"), None);
        assert_eq!(command("sa1/000001/01|02"), None);
        assert_eq!(Lack::of_key("SA1/OMNI/C-1").and_then(|lack| lack.bringer()), Some("CustomerVendor"));
    }
}
