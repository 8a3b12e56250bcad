//! What a sale used of reserves is given back: it can be used by another (`domain/README.md`, Finer decisions,
//! Reserves).

use super::stock;
use super::tables::Sc0;
use crate::effect::{Effect, Update};
use crate::loja701::tables::{Sl1, Sl2};
use crate::table::KEY;
use crate::world::{Flaw, Wants, World};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// The reserve rows that a sale used: branch that holds the stock, number.
fn used<'s>(sale: &'s Sl1, lines: &'s [Sl2]) -> BTreeSet<(&'s str, &'s str)> {
    let reserved = lines.iter().filter(|line| !line.l2_reserva.is_empty());
    reserved
        .map(|line| {
            let branch = if line.l2_filstk.is_empty() { &sale.l1_filial } else { &line.l2_filstk };
            (branch.as_str(), line.l2_reserva.as_str())
        })
        .collect()
}

/// Wants the reserves of a sale.
pub(crate) fn wants(sale: &Sl1, lines: &[Sl2], wants: &mut Wants) {
    for (branch, number) in used(sale, lines) {
        wants.rows::<Sc0>(KEY, &[&sale.company, branch, number]);
    }
}

/// Gives the reserves of a sale back.
///
/// # Errors
/// [`Flaw`] where they were not wanted.
pub(crate) fn release(sale: &Sl1, lines: &[Sl2], world: &World) -> Result<Vec<Effect>, Flaw> {
    let mut effects = Vec::new();
    for (branch, number) in used(sale, lines) {
        let rows = world.rows::<Sc0>(KEY, &[&sale.company, branch, number])?;
        for reserve in rows.iter().filter(|reserve| !reserve.c0_qtdped.is_zero()) {
            let freed = Update::of(reserve)
                .set(Sc0::c0_quant, reserve.c0_qtdorig)
                .set(Sc0::c0_qtdped, Decimal::ZERO)
                .set(Sc0::stock, stock::key(&reserve.c0_produto, &reserve.c0_local))
                .expect(Sc0::c0_qtdped, reserve.c0_qtdped);
            effects.push(Effect::Update(freed));
        }
    }
    Ok(effects)
}
