//! What becomes of a sale that GravaBatch cannot apply: ER and a message to the sender
//! (`domain/README.md` 14), or another try (`domain/retailsales.md` 10).

use super::RECEIVED;
use crate::books::Books;
use crate::effect::{Effect, Sending, Update, What};
use crate::loja701::tables::{Sl1, Sl2, Sl4};
use crate::table::{Declared, Row};
use crate::verdict::Staged;
use eaid_schemas::envelope::Format;
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::violation::{Code, Violation};
use rust_decimal::Decimal;

/// Ends a staged sale as ER, as an outside GravaBatch or the shell reports it.
pub fn failed(sale: &Row, violations: Vec<Violation>) -> Staged {
    fail(&Sl1::from_row(sale), violations)
}

/// Notes a try that failed for a reason of ours, not of the sale; the last of `[retail] batch_tries` ends as ER.
pub fn postponed(sale: &Row, books: &Books, reason: &str) -> Staged {
    let sale = Sl1::from_row(sale);
    let tries = sale.tries + Decimal::ONE;
    if tries >= Decimal::from(books.retail.batch_tries) {
        return fail(&sale, vec![Violation::error(Code::Internal, "", reason)]);
    }
    let update = Update::of(&sale)
        .set(Sl1::tries, tries)
        .set(Sl1::l1_ergrvbt, reason)
        .expect(Sl1::l1_situa, RECEIVED)
        .expect(Sl1::tries, sale.tries);
    Staged { effects: vec![Effect::Update(update)], ..Staged::default() }
}

/// The sale in ER, and its sender told why.
pub(super) fn fail(sale: &Sl1, violations: Vec<Violation>) -> Staged {
    let texts: Vec<&str> = violations.iter().map(|violation| violation.text.as_str()).collect();
    let update = Update::of(sale)
        .set(Sl1::l1_situa, "ER")
        .set(Sl1::l1_ergrvbt, texts.join("\n"))
        .set(Sl1::tries, sale.tries + Decimal::ONE)
        .expect(Sl1::l1_situa, RECEIVED);
    let id = InternalId {
        name: "RETAILSALES".to_owned(),
        origin: sale.external_id.clone().into(),
        destination: sale.sale_id.clone().into(),
    };
    let sending = Sending {
        partner: sale.partner.clone().into(),
        origin: sale.origin.clone().into(),
        correlation: sale.uuid.clone().into(),
        company: sale.company.clone().into(),
        branch: sale.l1_filial.clone().into(),
        subject: sale.sale_id.clone().into(),
        what: What::Failure {
            transaction: "RETAILSALES",
            version: sale.version.clone().into(),
            format: Format::parse(&sale.format),
            sent_by: sale.sent_by.clone().into(),
            violations,
            ids: vec![id],
        },
    };
    Staged { effects: vec![Effect::Update(update), Effect::Send(sending)], ..Staged::default() }
}

/// What a sale lacks that no title or order can be made without.
pub(super) fn incomplete(sale: &Sl1, items: &[Sl2], payments: &[Sl4]) -> Vec<Violation> {
    let lacks = [
        (sale.l1_doc.is_empty() && sale.l1_docped.is_empty(), "/DocumentCode", "A venda não tem número de documento."),
        (items.is_empty(), "/ListOfSaleItem", "A venda não tem itens gravados."),
        (payments.is_empty(), "/ListOfSaleCondition", "A venda não tem pagamentos gravados."),
    ];
    let lacking = lacks.into_iter().filter(|(lacking, _, _)| *lacking);
    lacking.map(|(_, path, text)| Violation::error(Code::Missing, path, text)).collect()
}
