//! What a cancellation changes, in one transaction (`domain/README.md`, Finer decisions, Cancelled sales): the sale
//! keeps its rows and is marked, titles, orders and children go, reserves are free again.
//!
//! Every row that an order event or GravaBatch might change meanwhile must still be as it was seen.

use super::sold::{Child, Sold};
use crate::effect::{Effect, Update};
use crate::ljgrvbatch::tables::Sc5;
use crate::loja701::tables::{Sl1, Slx};
use crate::loja704::release;
use crate::world::{Flaw, World};
use eaid_schemas::field::Moment;

/// The effects of a cancellation by an operator.
///
/// # Errors
/// [`Flaw`] where the reserves were not wanted.
pub(super) fn undo(sold: &Sold, operator: &str, day: Option<&Moment>, world: &World) -> Result<Vec<Effect>, Flaw> {
    let sale = &sold.sale;
    // Without its id the sale's document is free.
    let marked = Update::of(sale)
        .set(Sl1::l1_storc, "C")
        .set(Sl1::sale_id, "")
        .expect(Sl1::l1_situa, sale.l1_situa.as_str())
        .expect(Sl1::sale_id, sale.sale_id.as_str());
    let mut effects = vec![Effect::Update(marked)];
    if !gave_reserves_back(sale) {
        effects.extend(release::release(sale, &sold.lines, world)?);
    }
    effects.extend(sold.titles.iter().map(Effect::delete));
    sold.children.iter().for_each(|child| child_goes(child, &mut effects));
    effects.push(Effect::new_row(Slx {
        company: sale.company.clone(),
        lx_filial: sale.l1_filial.clone(),
        lx_num: sale.l1_num.clone(),
        lx_operado: operator.into(),
        lx_dtmovto: day.map(|day| day.date),
        ..Slx::default()
    }));
    Ok(effects)
}

/// A sale that arrived cancelled gave them back when GravaBatch took it: another sale may use them by now.
fn gave_reserves_back(sale: &Sl1) -> bool {
    sale.l1_storc == "E" && sale.l1_situa == "OK"
}

fn child_goes(child: &Child, effects: &mut Vec<Effect>) {
    let row = &child.row;
    let seen = Update::of(row)
        .expect(Sl1::l1_situa, row.l1_situa.as_str())
        .expect(Sl1::l1_doc, row.l1_doc.as_str())
        .expect(Sl1::l1_ecflag, row.l1_ecflag.as_str());
    effects.extend([Effect::Update(seen), Effect::delete(row)]);
    effects.extend(child.lines.iter().map(Effect::delete));
    for (order, lines) in &child.orders {
        let seen = Update::of(order).expect(Sc5::c5_status, order.c5_status.as_str());
        effects.extend([Effect::Update(seen), Effect::delete(order)]);
        effects.extend(lines.iter().map(Effect::delete));
    }
}
