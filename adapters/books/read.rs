//! Reading the reference tables: every problem of every file at once.

use super::{
    Administrator, Books, Branch, CardFee, Company, Holiday, PaymentForm, Problem, Product, Retail, Station, Stock,
};
use crate::near::{hint, nearest};
use crate::pdvsync::PdvSync;
use foldhash::{HashMap, HashSet};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error};

/// A row of a reference table.
trait Line: DeserializeOwned {
    /// The file.
    const FILE: &'static str;
    /// Its columns.
    const COLUMNS: &'static [&'static str];

    /// What may stand there once.
    fn key(&self) -> String;
}

macro_rules! lines {
    ($($row:ident $file:literal [$($column:ident),+] by [$($key:ident),+];)+) => {$(
        impl Line for $row {
            const FILE: &'static str = $file;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];

            fn key(&self) -> String {
                [$(self.$key.to_string()),+].join(", ")
            }
        }
    )+};
}

lines! {
    Company "companies.csv" [reference, external_company, external_branch, company, branch]
        by [reference, external_company, external_branch];
    Branch "branches.csv" [company, branch, state, store] by [company, branch];
    Station "stations.csv" [company, branch, station, series, pdv] by [company, branch, station];
    PaymentForm "payment_forms.csv" [form, description, kind] by [form];
    Administrator "card_administrators.csv" [code, description, form, fee_percent, days, own_financing, customer, store]
        by [code];
    CardFee "card_fees.csv" [administrator, from_installment, to_installment, fee_percent]
        by [administrator, from_installment];
    Product "products.csv" [company, branch, product, description, unit, warehouse, tes] by [company, branch, product];
    Holiday "holidays.csv" [day, description] by [day];
    Stock "stock.csv" [company, branch, product, warehouse, lot, sub_lot, address, serial, balance]
        by [company, branch, product, warehouse, lot, sub_lot, address, serial];
}

/// A number with a dot; empty is 0.
pub(super) fn decimal<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(Decimal::ZERO);
    }
    text.parse().map_err(|_| D::Error::custom(format!("`{text}` is not a decimal number, such as 2.99")))
}

/// S or N.
pub(super) fn yes_or_no<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.as_str() {
        "S" | "N" => Ok(text),
        _ => Err(D::Error::custom(format!("`{text}` is neither S nor N"))),
    }
}

/// What is found wrong.
struct Findings(Vec<Problem>);

impl Findings {
    fn add<T: Line>(&mut self, line: u64, reason: String) {
        self.0.push(Problem { file: T::FILE.to_owned(), line, reason });
    }

    /// The header: every column by its name, in any order.
    fn header<T: Line>(&mut self, header: &csv::StringRecord) -> bool {
        let before = self.0.len();
        if header.len() == 1 && header.get(0).is_some_and(|only| only.contains(';')) {
            self.add::<T>(1, "the columns are separated by semicolons; save the file with commas".to_owned());
            return false;
        }
        let absent: Vec<&str> =
            T::COLUMNS.iter().copied().filter(|known| header.iter().all(|name| name != *known)).collect();
        let mut meant = Vec::new();
        for name in header.iter().filter(|name| !T::COLUMNS.contains(name)) {
            meant.extend(nearest(name, &absent));
            self.add::<T>(1, format!("there is no column `{name}`{}", hint(name, &absent)));
        }
        for name in absent.into_iter().filter(|name| !meant.contains(name)) {
            self.add::<T>(1, format!("the column `{name}` is missing; the header is {}", T::COLUMNS.join(",")));
        }
        self.0.len() == before
    }

    /// The rows of a file with their lines, none twice. An absent or empty file has none.
    fn rows<T: Line>(&mut self, text: &str) -> Vec<(u64, T)> {
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).from_reader(text.as_bytes());
        let header = reader.headers().cloned().unwrap_or_default();
        if header.is_empty() || !self.header::<T>(&header) {
            return Vec::new();
        }
        let mut rows: Vec<(u64, T)> = Vec::new();
        let mut lines: HashMap<String, u64> = HashMap::default();
        for record in reader.records() {
            let read = record.and_then(|record| {
                let line = record.position().map_or(1, |position| line_of(text, position));
                record.deserialize::<T>(Some(&header)).map(|row| (line, row))
            });
            match read {
                Err(error) => {
                    let line = error.position().map_or(1, |position| line_of(text, position));
                    self.add::<T>(line, say(&error, &header));
                }
                Ok((line, row)) => {
                    if let Some(first) = lines.insert(row.key().to_uppercase(), line) {
                        self.add::<T>(line, format!("`{}` stands in line {first} already", row.key()));
                    }
                    rows.push((line, row));
                }
            }
        }
        rows
    }

    /// Notes rows that name what another table does not hold. Where that table has problems of its own, what is
    /// missing there may only be unreadable.
    fn refer<T: Line>(&mut self, rows: &[(u64, T)], to: &str, known: &HashSet<String>, of: impl Fn(&T) -> String) {
        if self.0.iter().any(|problem| problem.file == to) {
            return;
        }
        for (line, row) in rows {
            let named = of(row);
            if !named.is_empty() && !known.contains(&named) {
                self.add::<T>(*line, format!("{to} has no `{named}`"));
            }
        }
    }

    /// Branches that control their stock are branches of ours.
    fn controlled(&mut self, retail: &Retail, ours: &HashSet<String>) {
        for (key, named) in [("stock_strict", &retail.stock_strict), ("stock_lenient", &retail.stock_lenient)] {
            for name in named.iter().filter(|name| !ours.contains(&name.replace('|', ", "))) {
                self.add::<Branch>(
                    1,
                    format!("there is no branch `{name}`, which [retail] {key} names as company|branch"),
                );
            }
        }
    }

    /// Ranges of instalments: none turned round, none over another of its administrator.
    fn fees(&mut self, fees: &[(u64, CardFee)]) {
        for (line, fee) in fees {
            if fee.from_installment > fee.to_installment {
                let reason =
                    format!("from {} to {}: no number of instalments", fee.from_installment, fee.to_installment);
                self.add::<CardFee>(*line, reason);
            }
            let meets = |other: &CardFee| {
                // The same first instalment is found as the same key.
                other.administrator == fee.administrator
                    && other.from_installment != fee.from_installment
                    && other.from_installment <= fee.to_installment
                    && other.to_installment >= fee.from_installment
            };
            if let Some((first, _)) = fees.iter().find(|(first, other)| first < line && meets(other)) {
                self.add::<CardFee>(*line, format!("this range of instalments meets that of line {first}"));
            }
        }
    }
}

/// The line of a record, from 1. Its position is that of the remarks before it.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let begin = usize::try_from(position.byte()).unwrap_or(usize::MAX).min(text.len());
    let is_passed = |line: &&[u8]| line.starts_with(b"#") || line.trim_ascii().is_empty();
    let passed = text.as_bytes()[begin..].split(|byte| *byte == b'\n').take_while(is_passed).count();
    let before = text.as_bytes()[..begin].iter().filter(|byte| **byte == b'\n').count();
    (1 + before + passed) as u64
}

fn say(error: &csv::Error, header: &csv::StringRecord) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{expected_len} columns are expected, {len} are there")
        }
        csv::ErrorKind::Deserialize { err, .. } => {
            let column = err.field().and_then(|at| usize::try_from(at).ok()).and_then(|at| header.get(at));
            let reason = match err.kind() {
                csv::DeserializeErrorKind::Message(text) => match text.strip_prefix("unknown variant ") {
                    Some(rest) => rest.replacen(", expected one of", " is none of", 1),
                    None => text.clone(),
                },
                csv::DeserializeErrorKind::ParseInt(_) => "not a whole number".to_owned(),
                other => other.to_string(),
            };
            column.map_or_else(|| reason.clone(), |column| format!("column `{column}`: {reason}"))
        }
        _ => error.to_string(),
    }
}

fn map<T, K: Eq + std::hash::Hash>(rows: Vec<(u64, T)>, key: impl Fn(&T) -> K) -> HashMap<K, T> {
    rows.into_iter().map(|(_, row)| (key(&row), row)).collect()
}

fn known<T>(rows: &[(u64, T)], of: impl Fn(&T) -> String) -> HashSet<String> {
    rows.iter().map(|(_, row)| of(row)).collect()
}

impl Books {
    /// Reads the tables from their texts; `text_of` gives that of a file, `None` where it is absent.
    ///
    /// # Errors
    /// Every [`Problem`] of every file.
    pub fn read(
        retail: Retail,
        pdvsync: PdvSync,
        text_of: impl Fn(&str) -> Option<String>,
    ) -> Result<Books, Vec<Problem>> {
        let mut found = Findings(Vec::new());
        let text = |file: &str| text_of(file).unwrap_or_default();
        let companies: Vec<(u64, Company)> = found.rows(&text(Company::FILE));
        let branches: Vec<(u64, Branch)> = found.rows(&text(Branch::FILE));
        let stations: Vec<(u64, Station)> = found.rows(&text(Station::FILE));
        let forms: Vec<(u64, PaymentForm)> = found.rows(&text(PaymentForm::FILE));
        let administrators: Vec<(u64, Administrator)> = found.rows(&text(Administrator::FILE));
        let fees: Vec<(u64, CardFee)> = found.rows(&text(CardFee::FILE));
        let products: Vec<(u64, Product)> = found.rows(&text(Product::FILE));
        let holidays: Vec<(u64, Holiday)> = found.rows(&text(Holiday::FILE));
        let stock: Vec<(u64, Stock)> = found.rows(&text(Stock::FILE));

        let place = |company: &str, branch: &str| format!("{company}, {branch}");
        let ours = known(&branches, |row| place(&row.company, &row.branch));
        found.refer(&companies, Branch::FILE, &ours, |row| place(&row.company, &row.branch));
        found.refer(&stations, Branch::FILE, &ours, |row| place(&row.company, &row.branch));
        found.refer(&products, Branch::FILE, &ours, |row| match row.branch.as_str() {
            "" => String::new(),
            branch => place(&row.company, branch),
        });
        found.refer(&stock, Branch::FILE, &ours, |row| place(&row.company, &row.branch));
        let known_forms = known(&forms, |row| row.form.clone());
        found.refer(&administrators, PaymentForm::FILE, &known_forms, |row| row.form.clone());
        let known_codes = known(&administrators, |row| row.code.clone());
        found.refer(&fees, Administrator::FILE, &known_codes, |row| row.administrator.clone());
        found.fees(&fees);
        found.controlled(&retail, &ours);
        if !found.0.is_empty() {
            found.0.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
            return Err(found.0);
        }
        Ok(Books {
            retail,
            pdvsync,
            companies: companies
                .into_iter()
                .map(|(_, c)| {
                    ((c.reference.to_ascii_uppercase(), c.external_company, c.external_branch), (c.company, c.branch))
                })
                .collect(),
            branches: map(branches, |row| (row.company.clone(), row.branch.clone())),
            stations: map(stations, |row| (row.company.clone(), row.branch.clone(), row.station.clone())),
            forms: map(forms, |row| row.form.clone()),
            administrators: map(administrators, |row| row.code.clone()),
            fees: fees.into_iter().map(|(_, fee)| fee).collect(),
            products: products.into_iter().fold(HashMap::default(), |mut by_code: HashMap<_, Vec<_>>, (_, product)| {
                by_code.entry(product.product.clone()).or_default().push(product);
                by_code
            }),
            holidays: holidays.into_iter().map(|(_, holiday)| holiday).collect(),
            stock: stock.into_iter().fold(HashMap::default(), |mut by_place: HashMap<_, Vec<_>>, (_, stock)| {
                let key = [&stock.company, &stock.branch, &stock.product, &stock.warehouse].map(Clone::clone);
                by_place.entry(key).or_default().push(stock);
                by_place
            }),
        })
    }
}
