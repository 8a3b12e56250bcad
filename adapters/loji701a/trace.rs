//! The trace of a pick-up child: the shape of an order's with the child's number (`domain/README.md` 13,
//! `domain/trace.md` 6).

use crate::effect::{Effect, Sending, What};
use crate::loja701::tables::{Sl1, Sl2};
use crate::mata410b::status::Status;
use crate::mata410b::tables::Sf2;
use crate::mata410b::trace::{Line, Picture, content};
use std::sync::Arc;

fn line(item: &Sl2) -> Line<'_> {
    Line {
        number: &item.l2_item,
        product: &item.l2_produto,
        unit: &item.l2_um,
        warehouse: &item.l2_local,
        quantity: item.l2_quant,
        price: item.l2_vrunit,
        value: item.l2_vlritem,
        delivery_on: item.l2_fdtentr,
    }
}

/// The trace of a pick-up child.
pub(crate) fn of(child: &Sl1, lines: &[Sl2], invoices: &[Sf2], status: &'static Status) -> Effect {
    let picture = Picture {
        company: &child.company,
        branch: &child.l1_filial,
        number: &child.l1_num,
        status,
        tracking_code: "",
        issued_on: child.l1_emissao,
        customer: (&child.l1_cliente, &child.l1_loja),
        customer_id: &child.customer_id,
        sale_id: &child.parent_id,
        lines: lines.iter().map(line).collect(),
        invoices,
    };
    Effect::Send(Sending {
        partner: child.partner.clone().into(),
        origin: child.origin.clone().into(),
        correlation: child.uuid.clone().into(),
        company: child.company.clone().into(),
        branch: child.l1_filial.clone().into(),
        subject: picture.id(),
        what: What::Trace {
            transaction: "DOCUMENTTRACEABILITYORDERRETAIL",
            content: Arc::new(content(&picture)),
            status: status.text,
        },
    })
}
