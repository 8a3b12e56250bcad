//! The order of the checks of a sale, and its verdict (`domain/retailsales.md` 2 and 9). Nothing stops at the
//! first fault: one answer names them all (`domain/README.md` 4).

use super::split::split;
use super::tables::{Sl1, Sl2, Sl4, Slx};
use super::{NAME, discounts, document, header, hotel, items, parties, payments};
use crate::books::Books;
use crate::desk::Desk;
use crate::effect::{Alias, Effect, Update};
use crate::loja704::tables::Sc0;
use crate::number_sequence;
use crate::routine::Letter;
use crate::verdict::{Staged, Verdict};
use crate::world::{Flaw, World};
use eaid_schemas::envelope::Event;
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::field::Text;
use eaid_schemas::retail_sales::RetailSales;
use eaid_schemas::violation::Code;
use rust_decimal::Decimal;

/// Decides a sale.
pub(super) fn apply(letter: &Letter<RetailSales>, books: &Books, world: &mut World) -> Result<Verdict, Flaw> {
    let mut desk = Desk::new(letter, books, &*world);
    if letter.from.event == Event::Delete {
        let path = if letter.header.event.is_some() { "/Header/Event" } else { "/Event" };
        let text = "RetailSales não aceita delete: para cancelar a venda envie RetailSalesCancellation.";
        desk.found.error(Code::EventRefused, path, text);
        return Ok(desk.found.verdict(Staged::default));
    }
    if is_integrated(&mut desk)? {
        return Ok(desk.found.verdict(Staged::default));
    }
    let document = document::read(&mut desk)?;
    let parties = parties::read(&mut desk)?;
    header::check(&mut desk);
    let discount = discounts::read(&mut desk);
    let mut goods = items::read(&mut desk)?;
    let payments = payments::read(&mut desk)?;
    let found = desk.found;
    if !found.is_clear() {
        return Ok(found.verdict(Staged::default));
    }
    discounts::share(&letter.message, discount, &mut goods.sold);
    let mut sale = header::row(letter, books, document, &parties, discount, &goods, &payments);
    sale.l1_num = world.number(&number_sequence(&letter.from.company, &letter.from.branch))?.into();
    document::number_here(letter, &mut sale, world)?;
    Ok(found.verdict(|| stage(letter, sale, goods, payments.rows)))
}

/// Whether the sale was integrated before: then the answer names its id, and nothing else is said.
fn is_integrated(desk: &mut Desk<'_, RetailSales>) -> Result<bool, Flaw> {
    let Some(id) = &desk.letter.message.internal_id else { return Ok(false) };
    let Some(internal) = desk.internal(Alias::SALE, id.as_str())? else { return Ok(false) };
    let text = format!("A venda já foi integrada com o id {internal}: nada foi alterado.");
    desk.found.error(Code::AlreadyIntegrated, "/InternalId", text);
    desk.found.existing(answer(id, internal));
    Ok(true)
}

fn answer(id: &Text<50>, internal: &str) -> InternalId {
    InternalId { name: NAME.to_owned(), origin: id.raw().to_owned(), destination: internal.to_owned() }
}

fn stage(letter: &Letter<RetailSales>, sale: Sl1, goods: items::Goods, payments: Vec<Sl4>) -> Staged {
    let mut effects = Vec::with_capacity(2 + goods.sold.len() * 2 + payments.len() + goods.log.len());
    let mut count = 0;
    for sold in goods.sold {
        let mut meals = sold.meals;
        for line in split(sold.line, &sold.rows) {
            count += 1;
            let line = numbered(line, &sale, count);
            effects.extend(meals.take().map(|meals| Effect::new_row(hotel::of_line(meals, &line))));
            effects.push(Effect::new_row(line));
        }
        effects.extend(sold.rows.iter().map(|row| Effect::Update(used(row))));
    }
    effects.extend(hotel::stay(&letter.message, &sale).map(Effect::new_row));
    for (row, place) in payments.into_iter().zip(1..) {
        effects.push(Effect::new_row(Sl4 {
            l4_num: sale.l1_num.clone(),
            l4_item: format!("{place:02}").into(),
            ..row
        }));
    }
    for row in goods.log {
        let (lx_operado, lx_dtmovto) = (sale.l1_operado.clone(), sale.l1_emissao);
        effects.push(Effect::new_row(Slx { lx_num: sale.l1_num.clone(), lx_operado, lx_dtmovto, ..row }));
    }
    let mut staged = Staged { effects, ..Staged::default() };
    if let Some(id) = &letter.message.internal_id {
        staged.effects.push(Effect::Link {
            partner: letter.from.partner.clone(),
            alias: Alias::SALE,
            external: id.as_str().into(),
            internal: sale.sale_id.clone(),
            stamp: letter.stamp().into(),
            was: None,
        });
        staged.ids.push(answer(id, &sale.sale_id));
    }
    staged.effects.insert(0, Effect::new_row(sale));
    staged
}

/// A line with its number. One that is taken at once is sold with the sale's document, whatever the others are
/// (`domain/README.md` 9).
fn numbered(mut line: Sl2, sale: &Sl1, count: usize) -> Sl2 {
    line.l2_num.clone_from(&sale.l1_num);
    line.l2_item = format!("{count:02}").into();
    if line.l2_entrega == "2" {
        line.l2_vendido = "V".into();
        line.l2_doc.clone_from(&sale.document);
        line.l2_serie.clone_from(if sale.l1_serie.is_empty() { &sale.l1_serped } else { &sale.l1_serie });
    }
    line
}

/// A row of a reserve is used as a whole (`domain/README.md`, Finer decisions, Reserves). That it is still free
/// is demanded of the store, so that no two sales use it.
fn used(row: &Sc0) -> Update {
    Update::of(row)
        .set(Sc0::c0_quant, Decimal::ZERO)
        .set(Sc0::stock, "")
        .set(Sc0::c0_qtdped, row.c0_qtdorig)
        .expect(Sc0::c0_quant, row.c0_quant)
        .expect(Sc0::c0_qtdped, row.c0_qtdped)
}
