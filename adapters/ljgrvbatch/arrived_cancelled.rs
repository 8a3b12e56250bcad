//! A sale that was cancelled before it came: it ends OK with `l1_storc` E, without titles, orders and
//! children, its reserves free (`domain/README.md`, GravaBatch).

use super::StagedSale;
use crate::effect::{Effect, Update};
use crate::loja704::tables::Sc0;
use crate::table::KEY;
use crate::verdict::Staged;
use crate::world::{Flaw, Wants, World};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// The reserve rows that the sale used: branch that holds the stock, number.
fn reserves(staged: &StagedSale) -> BTreeSet<(&str, &str)> {
    let reserved = staged.items.iter().filter(|item| !item.l2_reserva.is_empty());
    reserved
        .map(|item| {
            let branch = if item.l2_filstk.is_empty() { &staged.sale.l1_filial } else { &item.l2_filstk };
            (branch.as_str(), item.l2_reserva.as_str())
        })
        .collect()
}

/// Wants the reserves.
pub(super) fn wants(staged: &StagedSale, wants: &mut Wants) {
    for (branch, number) in reserves(staged) {
        wants.rows::<Sc0>(KEY, &[&staged.sale.company, branch, number]);
    }
}

/// Ends the sale and gives the reserves back what it used of them.
pub(super) fn stage(staged: &StagedSale, world: &World) -> Result<Staged, Flaw> {
    let mut effects = vec![Effect::Update(staged.end("OK"))];
    for (branch, number) in reserves(staged) {
        let rows = world.rows::<Sc0>(KEY, &[&staged.sale.company, branch, number])?;
        for reserve in rows.iter().filter(|reserve| !reserve.c0_qtdped.is_zero()) {
            let freed = Update::of(reserve)
                .set(Sc0::c0_quant, reserve.c0_qtdorig)
                .set(Sc0::c0_qtdped, Decimal::ZERO)
                .expect(Sc0::c0_qtdped, reserve.c0_qtdped);
            effects.push(Effect::Update(freed));
        }
    }
    Ok(Staged { effects, ..Staged::default() })
}
