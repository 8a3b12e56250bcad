//! The child orders of an order (`domain/README.md`, GravaBatch; `domain/retailsales.md` 10).

use super::StagedSale;
use super::groups::Group;
use super::orders;
use crate::books::Books;
use crate::crma980::tables::Sa1;
use crate::effect::{Effect, Update};
use crate::ids;
use crate::loja701::tables::{Sl1, Sl2};
use crate::loji701a;
use crate::table::KEY;
use crate::table::Word;
use crate::world::{Flaw, World};
use rust_decimal::Decimal;

/// Everything that an order causes beyond its titles: its end as FR, its children, and their sales orders.
pub(super) fn stage(staged: &StagedSale, books: &Books, world: &mut World) -> Result<Vec<Effect>, Flaw> {
    let sale = &staged.sale;
    let customer_id = customer_id(sale, world)?;
    let mut end = staged.end("FR");
    if books.retail.wot && staged.groups.iter().any(Group::is_pick_up) {
        end = end.set(Sl1::l1_ecflag, "O");
    }
    let mut effects = vec![Effect::Update(end)];
    for group in &staged.groups {
        let number = world.number(&group.sequence(&sale.company))?;
        let lines: Vec<&Sl2> = group.lines.iter().map(|place| &staged.items[*place]).collect();
        let mut child = child(sale, group, &lines, number, &customer_id);
        let mut own: Vec<Sl2> = Vec::with_capacity(lines.len());
        for (place, line) in lines.into_iter().enumerate() {
            let update = Update::of(line)
                .set(Sl2::l2_orcres, child.l1_num.as_str())
                .set(Sl2::l2_filres, child.l1_filial.as_str());
            effects.push(Effect::Update(update));
            own.push(child_line(line, &child, place));
        }
        if group.is_counter() {
            close(&mut child, &mut own, sale, staged.document());
        }
        if group.is_delivered() {
            let number = world.number(&group.sequence(&sale.company))?;
            effects.extend(orders::born(staged, &child, &own, number, books, world));
        }
        if group.is_pick_up() {
            effects.extend(loji701a::born(&mut child, &own, books, world));
        }
        effects.push(Effect::insert(&child));
        effects.extend(own.iter().map(Effect::insert));
    }
    Ok(effects)
}

/// Our id of the customer as its Response named it; built where the customer is in no table, as the default
/// customer may be (`domain/README.md` 5 and Checking).
fn customer_id(sale: &Sl1, world: &World) -> Result<String, Flaw> {
    let known = world.rows::<Sa1>(KEY, &[&sale.l1_cliente, &sale.l1_loja])?;
    let built = || ids::customer(&sale.company, &sale.l1_filial, &sale.l1_cliente, &sale.l1_loja).into();
    Ok(known.into_iter().map(|customer| customer.customer_id).find(|id| !id.is_empty()).unwrap_or_else(built).into())
}

fn sum(lines: &[&Sl2], of: impl Fn(&Sl2) -> Decimal) -> Decimal {
    lines.iter().map(|line| of(line)).sum()
}

/// The child's header: what the parent says of sender, buyer and day, and the sums of its own lines. It has no
/// document, station or payments.
fn child(sale: &Sl1, group: &Group, lines: &[&Sl2], number: String, customer_id: &str) -> Sl1 {
    let goods = sum(lines, |line| line.l2_vlritem);
    let discount = sum(lines, |line| line.l2_descpro);
    let freight = sum(lines, |line| line.l2_valfre);
    let has_reserve = lines.iter().any(|line| !line.l2_reserva.is_empty());
    let carrier = lines.iter().map(|line| &line.l2_transp).find(|carrier| !carrier.is_empty());
    Sl1 {
        company: sale.company.clone(),
        l1_filial: group.branch.clone().into(),
        l1_num: number.into(),
        parent_id: sale.sale_id.clone(),
        customer_id: customer_id.into(),
        partner: sale.partner.clone(),
        origin: sale.origin.clone(),
        sent_by: sale.sent_by.clone(),
        external_id: sale.external_id.clone(),
        version: sale.version.clone(),
        format: sale.format.clone(),
        uuid: sale.uuid.clone(),
        l1_umov: sale.l1_umov.clone(),
        l1_tipo: "P".into(),
        l1_reserva: if has_reserve { "S" } else { "" }.into(),
        l1_ecflag: if group.is_pick_up() { "P" } else { "" }.into(),
        l1_origem: sale.l1_origem.clone(),
        l1_orcres: sale.l1_num.clone(),
        l1_filres: sale.l1_filial.clone(),
        l1_cliente: sale.l1_cliente.clone(),
        l1_loja: sale.l1_loja.clone(),
        l1_cgccli: sale.l1_cgccli.clone(),
        l1_vend: sale.l1_vend.clone(),
        l1_comis: sale.l1_comis,
        l1_operado: sale.l1_operado.clone(),
        l1_emissao: sale.l1_emissao,
        l1_hora: sale.l1_hora.clone(),
        l1_vlrtot: goods,
        l1_valmerc: goods,
        l1_valbrut: goods + freight,
        l1_vlrliq: goods - discount + freight,
        l1_descont: discount,
        l1_frete: freight,
        l1_despesa: sum(lines, |line| line.l2_despesa),
        l1_tpfret: sale.l1_tpfret.clone(),
        l1_transp: carrier.unwrap_or(&sale.l1_transp).clone(),
        l1_ecpedec: sale.l1_ecpedec.clone(),
        l1_indpres: sale.l1_indpres.clone(),
        l1_intermd: sale.l1_intermd.clone(),
        l1_nummov: sale.l1_nummov.clone(),
        ..Sl1::default()
    }
}

/// A line of the parent as it stands in the child, counted from 01 there.
fn child_line(line: &Sl2, child: &Sl1, place: usize) -> Sl2 {
    Sl2 {
        l2_filial: child.l1_filial.clone(),
        l2_num: child.l1_num.clone(),
        l2_item: format!("{:02}", place + 1).into(),
        l2_orcres: Word::default(),
        l2_filres: Word::default(),
        l2_vendido: Word::default(),
        l2_doc: Word::default(),
        l2_serie: Word::default(),
        ..line.clone()
    }
}

/// What the customer took along is sold at once, under the order document of the sale.
fn close(child: &mut Sl1, lines: &mut [Sl2], sale: &Sl1, (series, document): (&str, &str)) {
    child.l1_situa = "OK".into();
    child.l1_serie = series.into();
    child.l1_doc = document.into();
    child.l1_emisnf = sale.l1_emissao;
    for line in lines {
        line.l2_vendido = "V".into();
        line.l2_serie = series.into();
        line.l2_doc = document.into();
    }
}
