//! What becomes of a sale that GravaBatch cannot apply: ER and a message to the sender
//! (`domain/README.md` 14), or another try (`domain/retailsales.md` 10).

use super::RECEIVED;
use crate::books::Books;
use crate::effect::{Effect, Sending, Update, What};
use crate::loja701::tables::{Sl1, Sl2, Sl4};
use crate::table::{Declared, Row};
use crate::verdict::Staged;
use chrono::{DateTime, FixedOffset};
use eaid_schemas::envelope::Format;
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::violation::{Code, Violation};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Ends a staged sale as ER, as an outside GravaBatch or the shell reports it.
pub fn failed(sale: &Row, violations: Vec<Violation>) -> Staged {
    fail(&Sl1::from_row(sale), violations)
}

/// Given up: the state of a sale that only a person puts back (`domain/statuses.md`, L1_SITUA).
pub const FAILED: &str = "ER";

/// Seconds that a sale rests after its first try; twice as long after each further one. What is in the way needs
/// time to go, and the sales behind it need not wait for it.
const REST: i64 = 5;

/// Notes a try that failed for a reason of ours, not of the sale; the last of `[retail] batch_tries` ends as ER.
pub fn postponed(sale: &Row, books: &Books, now: DateTime<FixedOffset>, reason: &str) -> Staged {
    let sale = Sl1::from_row(sale);
    let tries = sale.tries + Decimal::ONE;
    if tries >= Decimal::from(books.retail.batch_tries) {
        return fail(&sale, vec![Violation::error(Code::Internal, "", reason)]);
    }
    let doublings = (tries - Decimal::ONE).to_u32().unwrap_or(0).min(10);
    let update = Update::of(&sale)
        .set(Sl1::tries, tries)
        .set(Sl1::rests_until, Decimal::from(now.timestamp() + (REST << doublings)))
        .set(Sl1::l1_ergrvbt, reason)
        .expect(Sl1::l1_situa, RECEIVED)
        .expect(Sl1::tries, sale.tries);
    Staged { effects: vec![Effect::Update(update)], ..Staged::default() }
}

/// Puts a sale in ER back to be taken, as new; nothing where it is not in ER, or cancelled.
pub fn retried(sale: &Row) -> Option<Staged> {
    let sale = Sl1::from_row(sale);
    if sale.l1_situa != FAILED || sale.l1_storc == "C" {
        return None;
    }
    let update = Update::of(&sale)
        .set(Sl1::l1_situa, RECEIVED)
        .set(Sl1::l1_ergrvbt, "")
        .set(Sl1::cause, "")
        .set(Sl1::tries, Decimal::ZERO)
        .set(Sl1::rests_until, Decimal::ZERO)
        .expect(Sl1::l1_situa, FAILED)
        .expect(Sl1::l1_storc, sale.l1_storc.as_str());
    Some(Staged { effects: vec![Effect::Update(update)], ..Staged::default() })
}

/// The sale in ER, and its sender told why.
pub(super) fn fail(sale: &Sl1, violations: Vec<Violation>) -> Staged {
    let effects = vec![Effect::Update(end(sale, &violations)), told(sale, violations)];
    Staged { effects, ..Staged::default() }
}

/// The sale in ER.
pub(super) fn end(sale: &Sl1, violations: &[Violation]) -> Update {
    let texts: Vec<&str> = violations.iter().map(|violation| violation.text.as_str()).collect();
    Update::of(sale)
        .set(Sl1::l1_situa, FAILED)
        .set(Sl1::cause, violations.first().map_or("", |violation| violation.code.as_str()))
        .set(Sl1::l1_ergrvbt, texts.join("\n"))
        .set(Sl1::tries, sale.tries + Decimal::ONE)
        .expect(Sl1::l1_situa, RECEIVED)
}

/// Its sender told why.
pub(super) fn told(sale: &Sl1, violations: Vec<Violation>) -> Effect {
    let id = InternalId {
        name: "RETAILSALES".to_owned(),
        origin: sale.external_id.clone().into(),
        destination: sale.sale_id.clone().into(),
    };
    Effect::Send(Sending {
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
    })
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
