//! The books of the house: the small reference tables and the rules that Protheus keeps in MV_ parameters.
//! Texts come in, typed tables come out; nothing is read from disk here.

mod holidays;
mod read;
#[cfg(test)]
mod tests;

use crate::pdvsync::PdvSync;
use chrono::NaiveDate;
use foldhash::HashMap;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::time::Duration;

pub use holidays::{Feast, Holiday};

/// Rules of `[retail]`; each stands for an MV_ parameter.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Retail {
    /// MV_CLIPAD, MV_LOJAPAD: `code/store` of the customer of sales without one.
    pub default_customer: String,
    /// MV_VENDPAD: the seller of sales without one.
    pub default_seller: String,
    /// MV_LJTPFRE: freight type, one of C F T R D S.
    pub freight_type: String,
    /// MV_TESVEND: the TES of last resort.
    pub sale_tes: String,
    /// MV_ULMES, MV_DBLQMOV: sales must be issued after this day; empty: no closing.
    pub closed_until: String,
    /// MV_LJIFPLI: payment forms whose orders are born released.
    pub release_forms: Vec<String>,
    /// Pick-up orders are packed without confirmation.
    pub wot: bool,
    /// How often GravaBatch tries a sale.
    pub batch_tries: u32,
    /// How long a cancellation waits for a sale that GravaBatch has not taken yet.
    pub cancel_patience: String,
    /// MV_SPEDEXC: hours after which an authorised NF-e can no longer be cancelled; 0: never too late.
    pub nfe_cancel_hours: u32,
    /// MV_EXCNFS: days after which a service invoice (RPS) can no longer be cancelled; 0: never too late.
    pub rps_cancel_days: u32,
    /// What becomes of a customer whose CPF or CNPJ is wrong.
    pub tax_number_check: TaxNumberCheck,
    /// MV_INTVTX: a customer is told by its CPF or CNPJ, each address is a store of it, and the code may be absent.
    pub ecommerce_customers: bool,
    /// MV_LJGERSC 1: branches, as `company|branch`, whose reserves need free stock.
    pub stock_strict: Vec<String>,
    /// MV_LJGERSC 4: branches whose reserves are taken without stock too, with a warning.
    pub stock_lenient: Vec<String>,
}

/// What becomes of a customer whose CPF or CNPJ has a wrong length or wrong check digits.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum TaxNumberCheck {
    /// It is not looked at.
    Off,
    /// It is stored, with a warning.
    Warn,
    /// The message is refused.
    Refuse,
}

/// How a branch controls the stock of its reserves (MV_LJGERSC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockControl {
    /// Not at all.
    Off,
    /// What is not free is refused.
    Strict,
    /// What is not free is taken all the same, with a warning.
    Lenient,
}

impl Retail {
    /// Whether any branch controls its stock.
    pub fn controls_stock(&self) -> bool {
        !self.stock_strict.is_empty() || !self.stock_lenient.is_empty()
    }

    /// How a branch controls its stock.
    pub fn stock_control(&self, company: &str, branch: &str) -> StockControl {
        let names = |list: &[String]| {
            list.iter()
                .any(|named| named.split_once('|').is_some_and(|(c, b)| (c.trim(), b.trim()) == (company, branch)))
        };
        match () {
            () if names(&self.stock_strict) => StockControl::Strict,
            () if names(&self.stock_lenient) => StockControl::Lenient,
            () => StockControl::Off,
        }
    }

    /// Code and store of the default customer.
    pub fn default_customer(&self) -> (&str, &str) {
        self.default_customer.split_once('/').unwrap_or((&self.default_customer, "01"))
    }

    /// How long a cancellation waits for GravaBatch; checked where the configuration is read.
    pub fn cancel_patience(&self) -> Duration {
        humantime::parse_duration(&self.cancel_patience).unwrap_or_default()
    }

    /// The last closed day, if any.
    pub fn closed_until(&self) -> Option<NaiveDate> {
        NaiveDate::parse_from_str(&self.closed_until, "%Y-%m-%d").ok()
    }
}

/// A row of `companies.csv`: the company De/Para (XXD).
#[derive(Clone, Debug, Deserialize)]
pub struct Company {
    /// The partner.
    pub reference: String,
    /// Its company.
    pub external_company: String,
    /// Its branch.
    pub external_branch: String,
    /// Our company.
    pub company: String,
    /// Our branch.
    pub branch: String,
}

/// A row of `branches.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Branch {
    /// Company.
    pub company: String,
    /// Branch.
    pub branch: String,
    /// Federal state, two letters.
    pub state: String,
    /// Store code (SLJ).
    pub store: String,
}

/// A row of `stations.csv` (SLG).
#[derive(Clone, Debug, Deserialize)]
pub struct Station {
    /// Company.
    pub company: String,
    /// Branch.
    pub branch: String,
    /// Code.
    pub station: String,
    /// LG_SERIE.
    pub series: String,
    /// LG_PDV.
    pub pdv: String,
}

/// What a payment form is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum FormKind {
    /// Money.
    Cash,
    /// Cheque.
    Cheque,
    /// Credit or debit card.
    Card,
    /// Anything else.
    Other,
}

/// A row of `payment_forms.csv` (SX5, table 24).
#[derive(Clone, Debug, Deserialize)]
pub struct PaymentForm {
    /// Code: R$, CC, PX …
    pub form: String,
    /// Name.
    pub description: String,
    /// What it is.
    pub kind: FormKind,
}

/// A row of `card_administrators.csv` (SAE).
#[derive(Clone, Debug, Deserialize)]
pub struct Administrator {
    /// AE_COD.
    pub code: String,
    /// AE_DESC.
    pub description: String,
    /// AE_TIPO: the payment form it serves.
    pub form: String,
    /// AE_TAXA, in percent.
    #[serde(deserialize_with = "read::decimal")]
    pub fee_percent: Decimal,
    /// AE_DIAS.
    pub days: u32,
    /// AE_FINPRO: S, the title is the sale's customer's; N, the administrator's.
    #[serde(deserialize_with = "read::yes_or_no")]
    pub own_financing: String,
    /// Customer of the administrator.
    pub customer: String,
    /// Its store.
    pub store: String,
}

/// A row of `card_fees.csv` (MEN): the fee for a range of instalments.
#[derive(Clone, Debug, Deserialize)]
pub struct CardFee {
    /// AE_COD.
    pub administrator: String,
    /// From this number of instalments …
    pub from_installment: u32,
    /// … to this one.
    pub to_installment: u32,
    /// In percent.
    #[serde(deserialize_with = "read::decimal")]
    pub fee_percent: Decimal,
}

/// A row of `products.csv` (SB1).
#[derive(Clone, Debug, Deserialize)]
pub struct Product {
    /// Company.
    pub company: String,
    /// Branch; empty: all.
    pub branch: String,
    /// B1_COD.
    pub product: String,
    /// B1_DESC.
    pub description: String,
    /// B1_UM.
    pub unit: String,
    /// B1_LOCPAD.
    pub warehouse: String,
    /// B1_TS.
    pub tes: String,
}

/// A row of `stock.csv` (SB2, SBF): what a warehouse holds of a product, by lot and place where it is kept so. What is
/// ordered is taken off already; what is only reserved is not.
#[derive(Clone, Debug, Deserialize)]
pub struct Stock {
    /// Company.
    pub company: String,
    /// Branch.
    pub branch: String,
    /// B1_COD.
    pub product: String,
    /// NNR_CODIGO.
    pub warehouse: String,
    /// Lot; empty: none is kept.
    pub lot: String,
    /// Part of the lot.
    pub sub_lot: String,
    /// Address in the warehouse.
    pub address: String,
    /// Serial number.
    pub serial: String,
    /// How much, in units of the product.
    #[serde(deserialize_with = "read::decimal")]
    pub balance: Decimal,
}

/// What is wrong with a reference table, by file and line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct Problem {
    /// Name of the file.
    pub file: String,
    /// Line, from 1.
    pub line: u64,
    /// What is wrong.
    pub reason: String,
}

/// The names of the reference tables.
pub const FILES: &[&str] = &[
    "companies.csv",
    "branches.csv",
    "stations.csv",
    "payment_forms.csv",
    "card_administrators.csv",
    "card_fees.csv",
    "products.csv",
    "holidays.csv",
    "stock.csv",
];

/// Those of them that need not be there: without one it is empty.
pub const OPTIONAL: &[&str] = &["holidays.csv", "stock.csv"];

/// The reference tables and rules.
#[derive(Clone, Debug)]
pub struct Books {
    /// `[retail]`.
    pub retail: Retail,
    /// `[pdvsync]`.
    pub pdvsync: PdvSync,
    companies: HashMap<(String, String, String), (String, String)>,
    branches: HashMap<(String, String), Branch>,
    stations: HashMap<(String, String, String), Station>,
    forms: HashMap<String, PaymentForm>,
    administrators: HashMap<String, Administrator>,
    fees: Vec<CardFee>,
    /// By code; one a company and branch.
    products: HashMap<String, Vec<Product>>,
    holidays: Vec<Holiday>,
    /// By company, branch, product and warehouse, in the order of the file.
    stock: HashMap<[String; 4], Vec<Stock>>,
}

impl Books {
    /// Our company and branch for a partner's (XXD).
    pub fn company(&self, partner: &str, company: &str, branch: &str) -> Option<(&str, &str)> {
        let key = (partner.to_ascii_uppercase(), company.trim().to_owned(), branch.trim().to_owned());
        self.companies.get(&key).map(|(company, branch)| (company.as_str(), branch.as_str()))
    }

    /// Whether any company of a partner is known.
    pub fn knows(&self, partner: &str) -> bool {
        self.companies.keys().any(|(reference, ..)| reference.eq_ignore_ascii_case(partner))
    }

    /// Every branch of ours.
    pub fn branches(&self) -> impl Iterator<Item = &Branch> {
        self.branches.values()
    }

    /// A branch of ours.
    pub fn branch(&self, company: &str, branch: &str) -> Option<&Branch> {
        self.branches.get(&(company.to_owned(), branch.to_owned()))
    }

    /// A branch by its store code.
    pub fn branch_of_store(&self, company: &str, store: &str) -> Option<&Branch> {
        self.branches.values().find(|branch| branch.company == company && branch.store == store)
    }

    /// A station of a branch.
    pub fn station(&self, company: &str, branch: &str, station: &str) -> Option<&Station> {
        self.stations.get(&(company.to_owned(), branch.to_owned(), station.to_owned()))
    }

    /// A payment form.
    pub fn form(&self, form: &str) -> Option<&PaymentForm> {
        self.forms.get(form)
    }

    /// A card administrator.
    pub fn administrator(&self, code: &str) -> Option<&Administrator> {
        self.administrators.get(code)
    }

    /// Whether any administrator serves a form.
    pub fn serves(&self, form: &str) -> bool {
        self.administrators.values().any(|administrator| administrator.form == form)
    }

    /// The fee of an administrator for a number of instalments, in percent.
    pub fn fee(&self, administrator: &Administrator, installments: u32) -> Decimal {
        let range = self.fees.iter().find(|fee| {
            fee.administrator == administrator.code
                && (fee.from_installment..=fee.to_installment).contains(&installments)
        });
        range.map_or(administrator.fee_percent, |fee| fee.fee_percent)
    }

    /// A product, of the branch or shared.
    pub fn product(&self, company: &str, branch: &str, product: &str) -> Option<&Product> {
        let named = self.products.get(product)?;
        // As in a map, the last of several rows stands.
        let of = |branch: &str| named.iter().rev().find(|known| known.company == company && known.branch == branch);
        of(branch).or_else(|| of(""))
    }

    /// Whether a day is a holiday.
    pub fn is_holiday(&self, day: NaiveDate) -> bool {
        self.holidays.iter().any(|holiday| holiday.day.is_on(day))
    }

    /// What a warehouse holds of a product, by lot and place.
    pub fn stock(&self, company: &str, branch: &str, product: &str, warehouse: &str) -> &[Stock] {
        let key = [company, branch, product, warehouse].map(str::to_owned);
        self.stock.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The most lots and places that a product of a branch lies in.
    pub fn most_places(&self, company: &str, branch: &str) -> usize {
        let here = self.stock.iter().filter(|([c, b, ..], _)| c == company && b == branch);
        here.map(|(_, places)| places.len()).max().unwrap_or_default()
    }

    /// How many rows each table has.
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        let counts = [
            self.companies.len(),
            self.branches.len(),
            self.stations.len(),
            self.forms.len(),
            self.administrators.len(),
            self.fees.len(),
            self.products.values().map(Vec::len).sum(),
            self.holidays.len(),
            self.stock.values().map(Vec::len).sum(),
        ];
        FILES.iter().copied().zip(counts).collect()
    }
}
