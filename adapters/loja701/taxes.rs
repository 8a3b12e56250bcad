//! Taxes of header and items into their columns (`domain/retailsales.md` 3 and 4). Those of the header are summed;
//! those of an item bring value, basis and rate. PIS and COFINS have two sets: withheld and assessed.

use super::tables::{Sl1, Sl2};
use eaid_schemas::field::{Amount, Text, commercial};
use eaid_schemas::tax::Tax;
use rust_decimal::Decimal;

/// Columns of a line for one tax: value, basis, rate.
type OfLine = for<'l> fn(&'l mut Sl2) -> [&'l mut Decimal; 3];
/// Columns of a sale for one tax: value, and where there is one its basis.
type OfSale = for<'s> fn(&'s mut Sl1) -> (&'s mut Decimal, Option<&'s mut Decimal>);

/// The taxes that a sale has columns for, by their names on the wire.
const SALE: &[(&str, OfSale)] = &[
    ("ICM", |sale| (&mut sale.l1_valicm, None)),
    ("ISS", |sale| (&mut sale.l1_valiss, None)),
    ("PIS", |sale| (&mut sale.l1_valpis, None)),
    ("COFINS", |sale| (&mut sale.l1_valcofi, None)),
    ("CSLL", |sale| (&mut sale.l1_valcsll, None)),
    ("IRRF", |sale| (&mut sale.l1_valirrf, None)),
    ("FECP", |sale| (&mut sale.l1_valfecp, Some(&mut sale.l1_basfecp))),
    ("FECP_ST", |sale| (&mut sale.l1_vfecpst, Some(&mut sale.l1_bsfcpst))),
    ("IPI", |sale| (&mut sale.l1_valipi, Some(&mut sale.l1_baseipi))),
    ("ICMS_ST", |sale| (&mut sale.l1_icmsret, Some(&mut sale.l1_bricms))),
];

/// The taxes that a line has columns for, those withheld after those assessed.
const LINE: &[(&str, OfLine)] = &[
    ("ICM", |line| [&mut line.l2_valicm, &mut line.l2_baseicm, &mut line.l2_picm]),
    ("ISS", |line| [&mut line.l2_valiss, &mut line.l2_baseiss, &mut line.l2_aliqiss]),
    ("PIS", |line| [&mut line.l2_valps2, &mut line.l2_baseps2, &mut line.l2_aliqps2]),
    ("COFINS", |line| [&mut line.l2_valcf2, &mut line.l2_basecf2, &mut line.l2_aliqcf2]),
    ("CSLL", |line| [&mut line.l2_valcsll, &mut line.l2_bascsll, &mut line.l2_alqcsll]),
    ("IRRF", |line| [&mut line.l2_valirrf, &mut line.l2_basirrf, &mut line.l2_alqirrf]),
    ("FECP", |line| [&mut line.l2_valfecp, &mut line.l2_basfecp, &mut line.l2_alqfecp]),
    ("FECP_ST", |line| [&mut line.l2_vfecpst, &mut line.l2_bsfcpst, &mut line.l2_alqfcst]),
    ("IPI", |line| [&mut line.l2_valipi, &mut line.l2_baseipi, &mut line.l2_ipi]),
    ("ICMS_ST", |line| [&mut line.l2_icmsret, &mut line.l2_bricms, &mut line.l2_aliqsol]),
];
const PIS_WITHHELD: OfLine = |line| [&mut line.l2_valpis, &mut line.l2_basepis, &mut line.l2_aliqpis];
const COFINS_WITHHELD: OfLine = |line| [&mut line.l2_valcofi, &mut line.l2_basecof, &mut line.l2_aliqcof];

fn name(tax: &Tax) -> &str {
    tax.taxe.as_ref().map_or("", Text::as_str)
}

fn find<T: Copy>(taxes: &[(&str, T)], name: &str) -> Option<T> {
    taxes.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, columns)| *columns)
}

/// Whether there are columns for a tax; what has none is not kept.
pub(super) fn is_known(tax: &Tax) -> bool {
    find(LINE, name(tax)).is_some()
}

/// To the cent, as the columns hold it.
fn cents(amount: Option<Amount<13, 4>>) -> Decimal {
    amount.map_or(Decimal::ZERO, |amount| commercial(amount.get(), 2))
}

/// Sums the taxes of the header.
pub(super) fn of_sale(sale: &mut Sl1, taxes: &[Tax]) {
    for tax in taxes {
        let Some(columns) = find(SALE, name(tax)) else { continue };
        let (value, basis) = columns(sale);
        *value += cents(tax.value);
        if let Some(basis) = basis {
            *basis += cents(tax.calculation_basis);
        }
    }
}

/// Fills the columns of a line. A tax that comes twice adds up; the last rate stands.
pub(super) fn of_line(line: &mut Sl2, taxes: &[Tax]) {
    for tax in taxes {
        let Some(assessed) = find(LINE, name(tax)) else { continue };
        let is_withheld = tax.with_holding_tax.is_some_and(|flag| flag.0);
        let columns = match name(tax) {
            pis if is_withheld && pis.eq_ignore_ascii_case("PIS") => PIS_WITHHELD,
            cofins if is_withheld && cofins.eq_ignore_ascii_case("COFINS") => COFINS_WITHHELD,
            _ => assessed,
        };
        let [value, basis, rate] = columns(line);
        *value += cents(tax.value);
        *basis += cents(tax.calculation_basis);
        *rate = tax.percentage.map_or(Decimal::ZERO, Amount::get);
        let reduction = tax.reduction_based_percent.map_or(Decimal::ZERO, Amount::get);
        if reduction > Decimal::ZERO && name(tax).eq_ignore_ascii_case("ICM") {
            line.l2_predic = Decimal::ONE_HUNDRED - reduction;
        }
    }
}
