//! What a cancellation changes, in one transaction (`domain/README.md`, Finer decisions, Cancelled sales): the sale
//! keeps its rows and is marked, titles, orders and children go, reserves are free again.
//!
//! Every row that an order event or GravaBatch might change meanwhile must still be as it was seen.

use super::sold::{Child, Sold};
use crate::effect::{Effect, Update};
use crate::ljgrvbatch::tables::Sc5;
use crate::loja701::tables::{Sl1, Slx};
use crate::loja704::release;
use crate::table::Word;
use crate::world::{Flaw, World};
use eaid_schemas::field::Text;
use eaid_schemas::retail_sales_cancellation::RetailSalesCancellation;

/// The effects of a cancellation by an operator.
///
/// # Errors
/// [`Flaw`] where the reserves were not wanted.
pub(super) fn undo(
    sold: &Sold,
    message: &RetailSalesCancellation,
    operator: &str,
    world: &World,
) -> Result<Vec<Effect>, Flaw> {
    let sale = &sold.sale;
    // Without its id the sale's document is free.
    let marked = Update::of(sale)
        .set(Sl1::l1_storc, "C")
        .set(Sl1::sale_id, "")
        .expect(Sl1::l1_situa, sale.l1_situa.as_str())
        .expect(Sl1::sale_id, sale.sale_id.as_str());
    let mut effects = vec![Effect::Update(marked)];
    if !gave_reserves_back(sale) {
        effects.extend(release::release(sale, &sold.holding(), world)?);
    }
    effects.extend(sold.titles.iter().map(Effect::delete));
    sold.children.iter().for_each(|child| child_goes(child, &mut effects));
    effects.push(Effect::new_row(logged(sale, message, operator)));
    Ok(effects)
}

/// The log of the cancellation; a sale with an order document alone is logged under that one.
fn logged(sale: &Sl1, message: &RetailSalesCancellation, operator: &str) -> Slx {
    let (series, document) = match sale.l1_doc.is_empty() {
        true => (&sale.l1_serped, &sale.l1_docped),
        false => (&sale.l1_serie, &sale.l1_doc),
    };
    let at = message.cancel_date.as_ref();
    Slx {
        company: sale.company.clone(),
        lx_filial: sale.l1_filial.clone(),
        lx_num: sale.l1_num.clone(),
        lx_operado: operator.into(),
        lx_dtmovto: at.map(|at| at.date),
        lx_hora: at.and_then(|at| at.time.as_deref()).unwrap_or_default().into(),
        lx_cupom: document.clone(),
        lx_serie: series.clone(),
        lx_pdv: sale.l1_pdv.clone(),
        f3_protoc: text(&message.nfce_cancel_protocol),
        f3_nfiscan: text(&message.cancellation_document),
        ..Slx::default()
    }
}

fn text(tag: &Option<Text<15>>) -> Word {
    tag.as_ref().map_or_else(Word::default, |text| text.as_str().into())
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
