//! Upsert and delete of a reserve, in one transaction with its De/Para entry (`domain/itemreserve.md` 5): an
//! update replaces all rows; a reserve that a sale uses can be neither replaced nor deleted (`domain/README.md`,
//! Finer decisions, Reserves).

use super::tables::Sc0;
use super::wants::sequence;
use super::{NAME, branches, items};
use crate::books::Books;
use crate::desk::{At, Desk, text};
use crate::effect::{Alias, Effect, Update};
use crate::ids;
use crate::routine::Letter;
use crate::verdict::{Staged, Verdict};
use crate::world::{DePara, Flaw, World};
use eaid_schemas::envelope::Event;
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::field::{Choice, Text};
use eaid_schemas::item_reserve::ItemReserve;
use eaid_schemas::record::members;
use eaid_schemas::violation::Code;

/// A reserve as it stands: its De/Para and its rows.
type Standing = Option<(DePara, Vec<Sc0>)>;

/// Decides a reserve.
pub(super) fn apply(letter: &Letter<ItemReserve>, books: &Books, world: &mut World) -> Result<Verdict, Flaw> {
    let mut desk = Desk::new(letter, books, &*world);
    let standing = standing(&mut desk)?;
    if letter.from.event == Event::Delete {
        if standing.is_none() && letter.message.internal_id.is_some() {
            let text = "A reserva não existe: só uma reserva já integrada pode ser excluída.";
            desk.found.error(Code::NotFound, "/InternalId", text);
        }
        return Ok(desk.found.verdict(|| removed(letter, standing)));
    }
    let message = &letter.message;
    let requesting = branches::find(&mut desk, At::Root, "RequestBranch", &message.request_branch);
    let items = items::read(&mut desk, standing.as_ref().map_or(&[], |(_, rows)| rows))?;
    if items.rows.is_empty() {
        let all_cancelled = !members(&message.items).is_empty();
        // All are cancelled: an update is then a delete, and an insert has nothing to reserve.
        if all_cancelled && standing.is_some() {
            return Ok(desk.found.verdict(|| removed(letter, standing)));
        }
        if !desk.found.has_error_at("/ReserveItemType") {
            let why = if all_cancelled { "Todos os itens vieram cancelados" } else { "Nenhum item foi informado" };
            desk.found.error(Code::Missing, "/ReserveItemType", format!("{why}: não há o que reservar."));
        }
    }
    let id = own_id(letter, items.branch);
    if let (Some(id), Some((company, _)), Some(document)) = (&id, items.branch, &message.document_reserve) {
        let rows = desk.world.rows::<Sc0>(Sc0::by_docres, &[company, document.as_str()])?;
        let own = standing.as_ref().map(|(own, _)| own.internal.as_str());
        if own != Some(id.as_str()) && rows.iter().any(|row| row.reserve_id == *id) {
            let text = format!("O documento {document} já é de outra reserva da filial: envie-a com outro número.");
            desk.found.error(Code::DocumentUsed, "/DocumentReserve", text);
        }
    }
    let found = desk.found;
    let (true, Some(id), Some((company, branch))) = (found.is_clear(), id, items.branch) else {
        return Ok(found.verdict(Staged::default));
    };
    let (company, branch) = (company.to_owned(), branch.to_owned());
    let filres = requesting.map_or("", |(_, branch)| branch).to_owned();
    let mut rows = items.rows;
    let sequence = sequence(&company, &branch);
    for row in &mut rows {
        row.c0_num = world.number(&sequence)?.into();
        row.company = company.as_str().into();
        row.c0_filial = branch.as_str().into();
        row.reserve_id = id.as_str().into();
        row.c0_docres = text(&message.document_reserve);
        row.c0_tipo = message.reserve_type.map_or("", Choice::as_str).into();
        row.c0_filres = filres.as_str().into();
        row.c0_solicit = text(&message.requester);
        row.c0_origem = text(&message.reserve_source);
    }
    Ok(found.verdict(|| replaced(letter, standing, id, rows)))
}

/// What stands under the sender's id; where a sale uses it that is found.
fn standing(desk: &mut Desk<'_, ItemReserve>) -> Result<Standing, Flaw> {
    let Some(id) = &desk.letter.message.internal_id else { return Ok(None) };
    let linked = desk.world.linked::<Sc0>(desk.letter.partner(), Alias::RESERVE, id.as_str())?;
    let Some((entry, rows)) = linked else { return Ok(None) };
    if rows.iter().any(|row| !row.c0_qtdped.is_zero()) {
        let text = "A reserva já é usada por uma venda: não pode ser alterada nem excluída. Cancele antes a venda.";
        desk.found.error(Code::NotAllowed, "/InternalId", text);
    }
    Ok(Some((entry, rows)))
}

/// Our id of the reserve: `company|branch|docres|type`, the branch being the one that holds the stock.
fn own_id(letter: &Letter<ItemReserve>, branch: Option<branches::Branch<'_>>) -> Option<String> {
    let message = &letter.message;
    let (company, branch) = branch?;
    let document = message.document_reserve.as_ref()?.as_str();
    Some(ids::reserve(company, branch, document, message.reserve_type?.as_str()))
}

fn answer(origin: &Text<50>, destination: &str) -> InternalId {
    InternalId { name: NAME.to_owned(), origin: origin.raw().to_owned(), destination: destination.to_owned() }
}

/// A row that goes, as long as no sale has used it since it was seen.
fn goes(row: &Sc0) -> [Effect; 2] {
    let unused = Update::of(row).expect(Sc0::c0_quant, row.c0_quant);
    [Effect::Update(unused), Effect::delete(row)]
}

fn replaced(letter: &Letter<ItemReserve>, standing: Standing, id: String, rows: Vec<Sc0>) -> Staged {
    let Some(external) = &letter.message.internal_id else { return Staged::default() };
    let (was, old) = standing.map_or((None, Vec::new()), |(was, old)| (Some(was), old));
    let mut effects: Vec<Effect> = old.iter().flat_map(goes).collect();
    effects.extend(rows.into_iter().map(Effect::new_row));
    let ids = vec![answer(external, &id)];
    effects.push(Effect::Link {
        partner: letter.from.partner.clone(),
        alias: Alias::RESERVE,
        external: external.as_str().into(),
        internal: id.into(),
        stamp: letter.stamp().into(),
        was,
    });
    Staged { effects, ids, ..Staged::default() }
}

fn removed(letter: &Letter<ItemReserve>, standing: Standing) -> Staged {
    let (Some(external), Some((DePara { internal, .. }, rows))) = (&letter.message.internal_id, standing) else {
        return Staged::default();
    };
    let mut effects: Vec<Effect> = rows.iter().flat_map(goes).collect();
    effects.push(Effect::Unlink {
        partner: letter.from.partner.clone(),
        alias: Alias::RESERVE,
        external: external.as_str().into(),
    });
    Staged { effects, ids: vec![answer(external, &internal)], ..Staged::default() }
}
