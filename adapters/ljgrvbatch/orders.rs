//! Sales orders: SC5 and SC6 of a child that is delivered, and their first trace (`domain/README.md`,
//! GravaBatch; `domain/trace.md` 2).

use super::StagedSale;
use super::tables::{Sc5, Sc6};
use crate::books::Books;
use crate::effect::Effect;
use crate::loja701::tables::{Sl1, Sl2, Sl4};
use crate::mata410b::status::{BLOCKED, RELEASED, Status};
use crate::mata410b::{self, timeline};
use crate::table::Word;
use crate::world::World;

/// The credit block (MV_LJIFPLI): an order that came by Mensagem Única is born released only where every
/// payment form of the sale is one of those that release.
fn first_status(sale: &Sl1, payments: &[Sl4], books: &Books) -> &'static Status {
    let release = &books.retail.release_forms;
    let is_released =
        !release.is_empty() && payments.iter().all(|payment| release.iter().any(|form| payment.l4_forma == *form));
    if sale.l1_origem != "N" || is_released { &RELEASED } else { &BLOCKED }
}

/// The sales order of a child: its rows, the first step of its timeline, and the trace that tells of it.
pub(super) fn born(
    staged: &StagedSale,
    child: &Sl1,
    lines: &[Sl2],
    number: String,
    books: &Books,
    world: &World,
) -> Vec<Effect> {
    let status = first_status(&staged.sale, &staged.payments, books);
    let order = Sc5 {
        company: child.company.clone(),
        c5_filial: child.l1_filial.clone(),
        c5_num: number.into(),
        partner: child.partner.clone(),
        origin: child.origin.clone(),
        uuid: child.uuid.clone(),
        sale_id: child.parent_id.clone(),
        customer_id: child.customer_id.clone(),
        c5_cliente: child.l1_cliente.clone(),
        c5_lojacli: child.l1_loja.clone(),
        c5_emissao: child.l1_emissao,
        c5_status: status.code.into(),
        c5_orcres: child.l1_num.clone(),
        c5_rastr: Word::default(),
        c5_frete: child.l1_frete,
        c5_desc: child.l1_descont,
    };
    let items: Vec<Sc6> = lines.iter().map(|line| item(&order, line)).collect();
    let step = timeline::birth(&order.company, &order.c5_filial, &order.c5_num, status, world.now());
    let mut effects = vec![Effect::insert(&order)];
    effects.extend(items.iter().map(Effect::insert));
    effects.push(Effect::insert(&step));
    effects.push(mata410b::trace::of(&order, &items, &[], status));
    effects
}

fn item(order: &Sc5, line: &Sl2) -> Sc6 {
    Sc6 {
        company: order.company.clone(),
        c6_filial: order.c5_filial.clone(),
        c6_num: order.c5_num.clone(),
        c6_item: line.l2_item.clone(),
        c6_produto: line.l2_produto.clone(),
        c6_um: line.l2_um.clone(),
        c6_qtdven: line.l2_quant,
        c6_prcven: line.l2_vrunit,
        c6_valor: line.l2_vlritem,
        c6_local: line.l2_local.clone(),
        c6_entreg: line.l2_fdtentr.or(order.c5_emissao),
        c6_tes: line.l2_tes.clone(),
    }
}
