//! An item whose reserve has several rows becomes a line a row (`domain/retailsales.md` 6, `domain/README.md` 8).

use super::shares::by_weight;
use super::tables::Sl2;
use crate::loja704::tables::Sc0;
use rust_decimal::Decimal;

/// The amounts of a line that are shared by quantity. Prices of one unit, percentages and rates hold for every part.
fn amounts(line: &mut Sl2) -> [&mut Decimal; 33] {
    [
        &mut line.l2_vlritem,
        &mut line.l2_valdesc,
        &mut line.l2_descpro,
        &mut line.l2_valacrs,
        &mut line.l2_valfre,
        &mut line.l2_despesa,
        &mut line.l2_totest,
        &mut line.l2_totmun,
        &mut line.l2_totfed,
        &mut line.l2_valicm,
        &mut line.l2_baseicm,
        &mut line.l2_valiss,
        &mut line.l2_baseiss,
        &mut line.l2_valpis,
        &mut line.l2_basepis,
        &mut line.l2_valps2,
        &mut line.l2_baseps2,
        &mut line.l2_valcofi,
        &mut line.l2_basecof,
        &mut line.l2_valcf2,
        &mut line.l2_basecf2,
        &mut line.l2_valcsll,
        &mut line.l2_bascsll,
        &mut line.l2_valirrf,
        &mut line.l2_basirrf,
        &mut line.l2_valfecp,
        &mut line.l2_basfecp,
        &mut line.l2_vfecpst,
        &mut line.l2_bsfcpst,
        &mut line.l2_valipi,
        &mut line.l2_baseipi,
        &mut line.l2_icmsret,
        &mut line.l2_bricms,
    ]
}

/// The lines of an item: one a row, in the order of the rows, every amount shared by quantity with its residue
/// in the last line; one line where there is one row or none.
pub(super) fn split(line: Sl2, rows: &[Sc0]) -> Vec<Sl2> {
    let mut lines = vec![line; rows.len().max(1)];
    if rows.len() > 1 {
        share(&mut lines, rows);
    }
    for (line, row) in lines.iter_mut().zip(rows) {
        line.l2_reserva.clone_from(&row.c0_num);
        for (own, reserved) in [
            (&mut line.l2_local, &row.c0_local),
            (&mut line.l2_lotectl, &row.c0_lotectl),
            (&mut line.l2_nlote, &row.c0_numlote),
            (&mut line.l2_localiz, &row.c0_localiz),
            (&mut line.l2_nserie, &row.c0_numseri),
        ] {
            if own.is_empty() {
                own.clone_from(reserved);
            }
        }
    }
    lines
}

/// Shares the amounts and the quantity of lines that are all the whole item still.
fn share(lines: &mut [Sl2], rows: &[Sc0]) {
    let weights: Vec<Decimal> = rows.iter().map(|row| row.c0_qtdorig).collect();
    let Some(mut whole) = lines.first().cloned() else { return };
    let quantity = whole.l2_quant;
    for (place, amount) in amounts(&mut whole).into_iter().enumerate() {
        if !amount.is_zero() {
            let parts = by_weight(*amount, &weights, quantity);
            lines.iter_mut().zip(parts).for_each(|(line, part)| *amounts(line)[place] = part);
        }
    }
    lines.iter_mut().zip(weights).for_each(|(line, quantity)| line.l2_quant = quantity);
}
