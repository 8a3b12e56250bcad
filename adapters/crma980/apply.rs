//! Upsert and delete of a customer (`domain/customervendor.md` 3, 5 and 6). What is found by De/Para is updated; in
//! an e-commerce what has the same document and address. No text holds personal data.

use super::tables::Sa1;
use super::{NAME, code, columns, documents, seller, stores};
use crate::books::Books;
use crate::desk::Desk;
use crate::effect::{Alias, Effect, Update};
use crate::ids;
use crate::routine::Letter;
use crate::table::{Declared, Word};
use crate::verdict::{Staged, Verdict};
use crate::world::{DePara, Flaw, World};
use eaid_schemas::customer_vendor::{CustomerVendor, PartyType};
use eaid_schemas::envelope::Event;
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::field::Text;
use eaid_schemas::violation::Code;

/// A customer as it stands: our id, and its row if that is still there.
#[derive(Default)]
struct Standing {
    id: Option<DePara>,
    row: Option<Sa1>,
}

/// Decides a customer.
pub(super) fn apply(letter: &Letter<CustomerVendor>, books: &Books, world: &mut World) -> Result<Verdict, Flaw> {
    let mut desk = Desk::new(letter, books, &*world);
    let message = &letter.message;
    let standing = standing(&desk)?;
    if message.kind == Some(PartyType::Vendor) {
        let text = "Fornecedores não são recebidos: envie Type Customer (1) ou Both (3).";
        desk.found.error(Code::NotAllowed, "/Type", text);
    }
    let stores = stores::of(message, standing.row.as_ref(), books, desk.world)?;
    if letter.from.event == Event::Delete {
        return Ok(delete(desk, standing, &stores));
    }
    if message.code.is_none() && !books.retail.ecommerce_customers {
        desk.found.missing_tag("/Code");
    }
    if message.register_situation.is_none() && !desk.found.has_error_at("/RegisterSituation") {
        let text = "RegisterSituation não foi informado: o cliente fica bloqueado até vir com Active.";
        desk.found.warning(Code::SituationAbsent, "/RegisterSituation", text);
    }
    // With a place a store of it is looked for; without one there is nothing to compare.
    let before = match stores::names_place(message) && !stores.is_empty() {
        true => stores::at(message, &stores).cloned(),
        false => standing.row,
    };
    let mut customer = before.clone().unwrap_or_default();
    columns::fill(&mut customer, message);
    documents::fill(&mut customer, message, books.retail.tax_number_check, &mut desk.found);
    if let Some(code) = seller::find(&mut desk)? {
        customer.a1_vend = code.into();
    }
    let found = desk.found;
    if !found.is_clear() {
        return Ok(found.verdict(Staged::default));
    }
    if before.is_none() {
        let (code, store) = match stores.first() {
            Some(known) => (known.a1_cod.to_string(), code::next_store(&stores)?),
            None => code::new(message, books, world)?,
        };
        customer.customer_id = ids::customer(&letter.from.company, &letter.from.branch, &code, &store).into();
        (customer.a1_cod, customer.a1_loja) = (code.into(), store.into());
    }
    Ok(found.verdict(|| stored(letter, standing.id, before.as_ref(), &customer)))
}

fn standing(desk: &Desk<'_, CustomerVendor>) -> Result<Standing, Flaw> {
    let Some(id) = &desk.letter.message.internal_id else { return Ok(Standing::default()) };
    let linked = desk.world.linked::<Sa1>(desk.letter.partner(), Alias::CUSTOMER, id.as_str())?;
    Ok(linked
        .map_or_else(Standing::default, |(entry, rows)| Standing { id: Some(entry), row: rows.into_iter().next() }))
}

fn answer(origin: &Text<50>, destination: &str) -> InternalId {
    InternalId { name: NAME.to_owned(), origin: origin.raw().to_owned(), destination: destination.to_owned() }
}

/// A new row, or the columns that changed. De/Para is written each time, for its stamp.
fn stored(letter: &Letter<CustomerVendor>, was: Option<DePara>, row: Option<&Sa1>, customer: &Sa1) -> Staged {
    let Some(external) = &letter.message.internal_id else { return Staged::default() };
    let mut effects = Vec::with_capacity(2);
    match row {
        None => effects.push(Effect::insert(customer)),
        Some(row) => effects.extend(changes(row, customer).map(Effect::Update)),
    }
    effects.push(Effect::Link {
        partner: letter.from.partner.clone(),
        alias: Alias::CUSTOMER,
        external: external.as_str().into(),
        internal: customer.customer_id.clone(),
        stamp: letter.stamp().into(),
        was,
    });
    Staged { effects, ids: vec![answer(external, &customer.customer_id)], ..Staged::default() }
}

/// The columns that differ, if any.
fn changes(before: &Sa1, after: &Sa1) -> Option<Update> {
    let mut update = Update::of(before);
    update.set = before.to_row().changes(&after.to_row());
    (!update.set.is_empty()).then_some(update)
}

/// The row and its De/Para go. In an e-commerce a message with an address deletes the store there alone; the entry
/// stands where it leads to another one.
fn delete(mut desk: Desk<'_, CustomerVendor>, standing: Standing, stores: &[Sa1]) -> Verdict {
    let message = &desk.letter.message;
    let Some(DePara { internal, .. }) = standing.id else {
        if message.internal_id.is_some() {
            let text = "O cliente a excluir não existe: confira o InternalId.";
            desk.found.error(Code::NotFound, "/InternalId", text);
        }
        return desk.found.verdict(Staged::default);
    };
    let by_place = stores::names_place(message) && !stores.is_empty();
    let row = if by_place { stores::at(message, stores).cloned() } else { standing.row };
    if by_place && row.is_none() {
        let text = "O cliente não tem loja neste endereço: nada foi excluído.";
        desk.found.error(Code::NotFound, "/Address", text);
    }
    let letter = desk.letter;
    desk.found.verdict(|| removed(letter, internal, row.as_ref()))
}

fn removed(letter: &Letter<CustomerVendor>, internal: Word, row: Option<&Sa1>) -> Staged {
    let Some(external) = &letter.message.internal_id else { return Staged::default() };
    let mut effects: Vec<Effect> = row.into_iter().map(Effect::delete).collect();
    let gone = row.map_or_else(|| internal.clone(), |row| row.customer_id.clone());
    if gone == internal {
        effects.push(Effect::Unlink {
            partner: letter.from.partner.clone(),
            alias: Alias::CUSTOMER,
            external: external.as_str().into(),
        });
    }
    Staged { effects, ids: vec![answer(external, &gone)], ..Staged::default() }
}
