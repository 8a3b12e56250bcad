//! What the message of a sale says was paid: for reconciliation, which compares it with what was staged. It is read
//! apart from the rules: of a sale that they refuse, what was meant counts all the same.

use crate::books::Books;
use crate::ids;
use chrono::NaiveDate;
use eaid_schemas::envelope::Envelope;
use eaid_schemas::field::{PartnerCode, Text};
use eaid_schemas::read::Reading;
use eaid_schemas::record::members;
use eaid_schemas::retail_sales::RetailSales;
use rust_decimal::Decimal;

/// What a message says of its day and its payments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    /// The day of issue.
    pub day: Option<NaiveDate>,
    /// The number of the document.
    pub document: String,
    /// The payments.
    pub payments: Vec<Payment>,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The partner's codes of its form, in the order in which they are tried.
    pub codes: Vec<String>,
    /// Its value in reais; 0 where it cannot be read.
    pub value: Decimal,
}

/// Reads a message as far as it can be read; `items` bounds the members of a list.
pub fn read(envelope: &Envelope, items: usize) -> Paid {
    let message: RetailSales = envelope.read(&mut Reading::new(false, items));
    let payments = members(&message.payments).iter().map(|payment| Payment {
        codes: [&payment.payment_method_internal_id, &payment.payment_method_code]
            .into_iter()
            .flatten()
            .map(|code: &PartnerCode| code.as_str().to_owned())
            .collect(),
        value: payment.payment_value.map_or(Decimal::ZERO, |value| value.get()),
    });
    Paid {
        day: message.issue_date_document.as_ref().map(|moment| moment.date),
        document: message.document_code.as_ref().map_or_else(String::new, |code| Text::as_str(code).to_owned()),
        payments: payments.collect(),
    }
}

impl Payment {
    /// Our form: that of the first code with a De/Para (SX5), else a code that is a form of ours
    /// (`domain/retailsales.md` 8).
    pub fn form<'a>(&'a self, books: &Books, internal: impl Fn(&str) -> Option<&'a str>) -> Option<&'a str> {
        let translated = self.codes.iter().find_map(|code| ids::generic(internal(code)?, "24"));
        translated.or_else(|| self.codes.iter().map(String::as_str).rev().find(|code| books.form(code).is_some()))
    }
}
