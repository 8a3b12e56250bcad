//! Whether a sale may be cancelled, and the verdict (`domain/cancel.md` 3 and 6, `domain/README.md` 12).

use super::hindrance;
use super::sold::{Sold, is_staged};
use super::undo::undo;
use super::{NAME, SALE};
use crate::books::Books;
use crate::desk::{At, Desk};
use crate::effect::{Alias, Effect, Key};
use crate::loja701::tables::Sl1;
use crate::routine::Letter;
use crate::verdict::{Limit, Staged, Verdict};
use crate::world::{Flaw, World};
use eaid_schemas::envelope::Event;
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::field::Text;
use eaid_schemas::retail_sales_cancellation::RetailSalesCancellation;
use eaid_schemas::violation::{Code, Violation};

type Cancelling<'a> = Desk<'a, RetailSalesCancellation>;

/// Decides a cancellation.
pub(super) fn apply(
    letter: &Letter<RetailSalesCancellation>,
    books: &Books,
    world: &mut World,
) -> Result<Verdict, Flaw> {
    let mut desk = Desk::new(letter, books, &*world);
    if letter.from.event == Event::Delete {
        let path = if letter.header.event.is_some() { "/Header/Event" } else { "/Event" };
        let text = "RetailSalesCancellation não aceita delete: um cancelamento não se desfaz.";
        desk.found.error(Code::EventRefused, path, text);
        return Ok(desk.found.verdict(Staged::default));
    }
    if is_integrated(&mut desk)? {
        return Ok(desk.found.verdict(Staged::default));
    }
    let operator = desk.translate(Alias::OPERATOR, &[At::Root.code("OperatorCode", &letter.message.operator_code)])?;
    let sold = sold(&mut desk)?;
    let (true, Some(sold), Some(id)) = (desk.found.is_clear(), sold, &letter.message.internal_id) else {
        return Ok(desk.found.verdict(Staged::default));
    };
    let mut effects = undo(&sold, &letter.message, operator.unwrap_or_default(), desk.world)?;
    effects.extend(links(letter, id, &sold.sale));
    let ids = vec![answer(id, &sold.sale.sale_id)];
    Ok(desk.found.verdict(|| Staged { effects, ids, ..Staged::default() }))
}

/// Whether the cancellation was integrated before: then the answer names its id, and nothing else is said.
fn is_integrated(desk: &mut Cancelling<'_>) -> Result<bool, Flaw> {
    let Some(id) = &desk.letter.message.internal_id else { return Ok(false) };
    let Some(internal) = desk.internal(Alias::CANCELLATION, id.as_str())? else { return Ok(false) };
    let text = format!("O cancelamento já foi integrado com o id {internal}: nada foi alterado.");
    desk.found.error(Code::AlreadyIntegrated, "/InternalId", text);
    desk.found.existing(answer(id, internal));
    Ok(true)
}

fn answer(id: &Text<50>, internal: &str) -> InternalId {
    InternalId { name: NAME.to_owned(), origin: id.raw().to_owned(), destination: internal.to_owned() }
}

/// The sale, if it may be cancelled; what prevents that is found.
fn sold(desk: &mut Cancelling<'_>) -> Result<Option<Sold>, Flaw> {
    let Some(id) = &desk.letter.message.retail_sales_internal_id else { return Ok(None) };
    let Some((entry, sales)) = desk.world.linked::<Sl1>(desk.letter.partner(), Alias::SALE, id.as_str())? else {
        desk.found.missing_depara(desk.letter.partner(), Alias::SALE, id.as_str(), SALE);
        return Ok(None);
    };
    let Some(sale) = sales.into_iter().next() else {
        let text = format!("O De/Para da venda leva a {}, que não está gravada: corrija-o.", entry.internal);
        desk.found.error(Code::NotFound, SALE, text);
        return Ok(None);
    };
    if is_staged(&sale) {
        wait_for_gravabatch(desk, &sale);
        return Ok(None);
    }
    let sold = Sold::of(sale, desk.world)?;
    let day = desk.letter.message.cancel_date.as_ref().and_then(hindrance::moment);
    if let Some(why) = hindrance::of(&sold, day, &desk.books.retail) {
        desk.found.error(Code::CannotCancel, SALE, why);
        return Ok(None);
    }
    Ok(Some(sold))
}

/// A sale in RX has nothing to undo yet. Where another key is missing too that one is waited for first, with the
/// patience that it has.
fn wait_for_gravabatch(desk: &mut Cancelling<'_>, sale: &Sl1) {
    if !desk.found.is_clear() {
        return;
    }
    let text = hindrance::staged(sale);
    let refusal = format!("{text} O cancelamento esperou e foi recusado: envie-o de novo mais tarde.");
    desk.found.missing_key(Key::left(sale, Sl1::l1_situa), SALE, text);
    desk.found.limit(Limit {
        patience: desk.books.retail.cancel_patience(),
        refusal: Violation::error(Code::CannotCancel, SALE, refusal),
    });
}

/// The cancellation gains its De/Para and the sale loses its own: its id can be sent again as a new sale
/// (`domain/cancel.md` 3, step 10).
fn links(letter: &Letter<RetailSalesCancellation>, id: &Text<50>, sale: &Sl1) -> Vec<Effect> {
    let partner = || letter.from.partner.clone();
    let gone = letter.message.retail_sales_internal_id.iter().map(|external| Effect::Unlink {
        partner: partner(),
        alias: Alias::SALE,
        external: external.as_str().into(),
    });
    let link = Effect::Link {
        partner: partner(),
        alias: Alias::CANCELLATION,
        external: id.as_str().into(),
        internal: sale.sale_id.clone(),
        stamp: letter.stamp().into(),
        was: None,
    };
    gone.chain([link]).collect()
}
