//! LOJI701CAN: RetailSalesCancellationAllowance asks whether a sale may be cancelled (`domain/cancel.md` 1 and 4).
//! The answer says yes or no and changes nothing; only a sale that no De/Para knows is an error.

use crate::books::Books;
use crate::desk::Desk;
use crate::effect::Alias;
use crate::loja140::sold::{self, Sold, is_staged};
use crate::loja140::{SALE, hindrance};
use crate::loja701::tables::Sl1;
use crate::routine::{Letter, Part, Receives, Routine, receive};
use crate::verdict::{Returned, Staged, Verdict};
use crate::world::{Flaw, Wants, World};
use eaid_schemas::field::{Flag, Text};
use eaid_schemas::retail_sales_cancellation::{Allowance, RetailSalesCancellationAllowance};
use eaid_schemas::violation::Code;
use std::sync::Arc;

/// The routine.
pub static ROUTINE: Routine = Routine {
    name: "LOJI701CAN",
    message: "RetailSalesCancellationAllowance",
    summary: "Responde se uma venda ainda pode ser cancelada; não grava nada.",
    part: Part::Receives { majors: &[1], open: &receive::<Loji701Can> },
    tables: &[],
};

/// RetailSalesCancellationAllowance is answered.
pub struct Loji701Can;

impl Receives for Loji701Can {
    type Message = RetailSalesCancellationAllowance;

    /// Nothing is ever updated by a question.
    const IDENTITY: Option<Alias> = None;

    fn internal_id(message: &RetailSalesCancellationAllowance) -> &str {
        message.retail_sales_internal_id.as_ref().map_or("", Text::as_str)
    }

    fn wants(letter: &Letter<RetailSalesCancellationAllowance>, _: &Books, wants: &mut Wants) {
        if let Some(sale) = &letter.message.retail_sales_internal_id {
            wants.linked::<Sl1>(letter.partner(), Alias::SALE, sale.as_str());
        }
    }

    fn wants_further(letter: &Letter<RetailSalesCancellationAllowance>, _: &Books, world: &World, wants: &mut Wants) {
        let Some(id) = &letter.message.retail_sales_internal_id else { return };
        let Ok(Some((_, sales))) = world.linked::<Sl1>(letter.partner(), Alias::SALE, id.as_str()) else { return };
        for sale in sales.iter().filter(|sale| !is_staged(sale)) {
            sold::wants(sale, world, wants);
        }
    }

    fn apply(
        letter: &Letter<RetailSalesCancellationAllowance>,
        books: &Books,
        world: &mut World,
    ) -> Result<Verdict, Flaw> {
        let mut desk = Desk::new(letter, books, &*world);
        let why = why_not(&mut desk)?;
        let allowance =
            Allowance { is_cancellable: Some(Flag(why.is_none())), message: why.map(|why| Text::new(why.as_str())) };
        let returned = Some(Returned(Arc::new(allowance)));
        Ok(desk.found.verdict(|| Staged { returned, ..Staged::default() }))
    }
}

/// Why the sale cannot be cancelled now, if it cannot.
fn why_not(desk: &mut Desk<'_, RetailSalesCancellationAllowance>) -> Result<Option<String>, Flaw> {
    let Some(id) = &desk.letter.message.retail_sales_internal_id else { return Ok(None) };
    let Some((entry, sales)) = desk.world.linked::<Sl1>(desk.letter.partner(), Alias::SALE, id.as_str())? else {
        let text = format!("Não há De/Para para a venda \"{id}\" (SL1, L1_DOC): ela não foi integrada.");
        desk.found.error(Code::NotFound, SALE, text);
        return Ok(None);
    };
    let Some(sale) = sales.into_iter().next() else {
        return Ok(Some(format!("A venda {} não foi encontrada.", entry.internal)));
    };
    if is_staged(&sale) {
        return Ok(Some(hindrance::staged(&sale)));
    }
    let now = desk.world.now().naive_local();
    Ok(hindrance::of(&Sold::of(sale, desk.world)?, Some(now), &desk.books.retail))
}
