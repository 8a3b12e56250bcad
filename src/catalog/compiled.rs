//! The files of `config/`, compiled in: what `eaid init` writes and `eaid demo` runs on.

use super::texts::Texts;
use crate::config::DEFAULTS;

macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../", $name)))
    };
}

const ADAPTERS: (&str, &str) = file!("config/adapters.toml");
const ROUTES: (&str, &str) = file!("config/routes.toml");
const REFERENCE: &[(&str, &str)] = &[
    file!("config/reference/companies.csv"),
    file!("config/reference/branches.csv"),
    file!("config/reference/stations.csv"),
    file!("config/reference/payment_forms.csv"),
    file!("config/reference/card_administrators.csv"),
    file!("config/reference/card_fees.csv"),
    file!("config/reference/products.csv"),
    file!("config/reference/holidays.csv"),
    file!("config/reference/stock.csv"),
];

/// De/Para of the demonstration.
pub const DEMO_DEPARA: (&str, &str) = file!("config/demo/depara.csv");

/// Messages of the demonstration, in the order in which OMNI sends them.
pub const DEMO_MESSAGES: &[(&str, &str)] = &[
    file!("config/demo/01-reserve-entrega.json"),
    file!("config/demo/02-customer.json"),
    file!("config/demo/03-sale-entrega.json"),
    file!("config/demo/04-reserve-retira.json"),
    file!("config/demo/05-sale-retira.json"),
];

/// Every file with its path from the root of a configuration.
pub fn files() -> Vec<(&'static str, &'static str)> {
    let mut files = vec![("config/eaid.toml", DEFAULTS), ADAPTERS, ROUTES];
    files.extend(REFERENCE);
    files.push(DEMO_DEPARA);
    files.extend(DEMO_MESSAGES);
    files
}

/// The catalog's texts as compiled in.
pub fn texts() -> Texts {
    let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
    let tables = eaid_adapters::books::FILES.iter().filter_map(|file| {
        let found = REFERENCE.iter().find(|(name, _)| name.rsplit('/').next() == Some(file));
        found.map(|(_, text)| (*file, (*text).to_owned()))
    });
    Texts {
        adapters: owned(ADAPTERS),
        routes: owned(ROUTES),
        reference: ("config/reference".to_owned(), tables.collect()),
        unread: Vec::new(),
    }
}
