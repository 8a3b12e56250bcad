//! CPF, CNPJ and the other numbers with authorities (`domain/customervendor.md` 4 and 9).

use super::tables::Sa1;
use super::{plain, tax_number};
use crate::books::TaxNumberCheck;
use crate::verdict::Findings;
use eaid_schemas::customer_vendor::{CustomerVendor, Government};
use eaid_schemas::record::members;
use eaid_schemas::violation::Code;

/// Where they stand in the message.
const LIST: &str = "/GovernmentalInformation/GovernmentalInformation";

/// The name of a number and the number, where both are there.
fn numbers(message: &CustomerVendor) -> impl Iterator<Item = (usize, String, &str)> {
    let numbers = members(&message.governmental_information).iter().enumerate();
    numbers.filter_map(|(index, Government { id, name, .. })| {
        Some((index, plain(name.as_ref()?.as_str()), id.as_ref()?.as_str()))
    })
}

fn is_tax_number(name: &str) -> bool {
    matches!(name, "CPF" | "CNPJ" | "CPF/CNPJ")
}

/// The CPF or CNPJ that a message names, without punctuation; of several the last.
pub(super) fn tax_number(message: &CustomerVendor) -> Option<String> {
    let named = numbers(message).filter(|(_, name, _)| is_tax_number(name)).last();
    named.map(|(_, _, id)| tax_number::bare(id)).filter(|number| !number.is_empty())
}

/// Fills the columns of numbers. A name that is none of the book is passed over.
pub(super) fn fill(customer: &mut Sa1, message: &CustomerVendor, check: TaxNumberCheck, found: &mut Findings) {
    for (index, name, id) in numbers(message) {
        match name.as_str() {
            "INSCRICAO ESTADUAL" => customer.a1_inscr = id.into(),
            "INSCRICAO MUNICIPAL" => customer.a1_inscrm = id.into(),
            "INSCRICAO RURAL" => customer.a1_inscrur = id.into(),
            "SUFRAMA" => customer.a1_suframa = id.into(),
            "PASSAPORTE" => customer.a1_pfisica = id.into(),
            "RG" => {
                customer.a1_pfisica = id.into();
                customer.a1_rg = id.into();
            }
            name if is_tax_number(name) => {
                customer.a1_cgc = tax_number::bare(id).into();
                note(&customer.a1_cgc, index, check, found);
            }
            _ => {}
        }
    }
}

/// Notes a CPF or CNPJ that cannot be one. The number itself is never quoted.
fn note(number: &str, index: usize, check: TaxNumberCheck, found: &mut Findings) {
    let Err(why) = tax_number::check(number) else { return };
    let path = format!("{LIST}/{index}/Id");
    match check {
        TaxNumberCheck::Off => {}
        TaxNumberCheck::Warn => found.warning(Code::TaxNumber, path, format!("{why} Foi gravado assim.")),
        TaxNumberCheck::Refuse => found.error(Code::TaxNumber, path, why),
    }
}
