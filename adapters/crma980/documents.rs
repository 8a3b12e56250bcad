//! CPF, CNPJ and the other numbers with authorities (`domain/customervendor.md` 4 and 9).

use super::tables::Sa1;
use crate::verdict::Findings;
use eaid_schemas::customer_vendor::Government;
use eaid_schemas::field::Text;
use eaid_schemas::violation::Code;

/// Where they stand in the message.
const LIST: &str = "/GovernmentalInformation/GovernmentalInformation";

/// Fills the columns of numbers. A name that is none of the book is passed over.
pub(super) fn fill(customer: &mut Sa1, numbers: &[Government], found: &mut Findings) {
    for (index, number) in numbers.iter().enumerate() {
        let (Some(id), Some(name)) = (&number.id, &number.name) else { continue };
        let id = id.as_str().to_owned();
        match plain(name).as_str() {
            "INSCRICAO ESTADUAL" => customer.a1_inscr = id.into(),
            "INSCRICAO MUNICIPAL" => customer.a1_inscrm = id.into(),
            "INSCRICAO RURAL" => customer.a1_inscrur = id.into(),
            "SUFRAMA" => customer.a1_suframa = id.into(),
            "PASSAPORTE" => customer.a1_pfisica = id.into(),
            "RG" => {
                customer.a1_pfisica = id.as_str().into();
                customer.a1_rg = id.into();
            }
            "CPF" | "CNPJ" | "CPF/CNPJ" => {
                customer.a1_cgc = without_punctuation(&id).into();
                if !matches!(customer.a1_cgc.len(), 11 | 14) {
                    let text = "O CPF tem 11 e o CNPJ 14 caracteres: foi gravado como veio, sem pontuação.";
                    found.warning(Code::ReadAs, format!("{LIST}/{index}/Id"), text);
                }
            }
            _ => {}
        }
    }
}

/// CPF or CNPJ without its punctuation. Letters stay: a CNPJ given since July 2026 may have them.
fn without_punctuation(id: &str) -> String {
    id.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

/// The name in upper case without accents and doubled blanks.
fn plain(name: &Text<40>) -> String {
    let letters = name.as_str().chars().flat_map(char::to_uppercase).map(|letter| match letter {
        'Ç' => 'C',
        'Ã' | 'Á' | 'Â' => 'A',
        'É' | 'Ê' => 'E',
        'Í' => 'I',
        'Ó' | 'Õ' | 'Ô' => 'O',
        'Ú' => 'U',
        other => other,
    });
    letters.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}
