//! MATA410B: an event of a delivery order becomes a DocumentTraceAbilityOrder (`domain/trace.md` 2 and 4).

mod asked;
mod document;
pub mod invoices;
pub mod status;
pub mod tables;
pub mod timeline;
pub mod trace;

#[cfg(test)]
mod tests;

use crate::books::Books;
use crate::effect::{Effect, Update};
use crate::ljgrvbatch::tables::{Sc5, Sc6};
use crate::loja701::tables::{Sl1, Sl2};
use crate::loja704::release;
use crate::order_event::{Told, not_allowed, refused};
use crate::routine::{Case, Part, Routine, receive};
use crate::table::{Cell, KEY};
use crate::verdict::{Staged, Verdict};
use crate::world::{Flaw, Wants, World};
use eaid_schemas::document_traceability_order::DocumentTraceAbilityOrder;
use eaid_schemas::envelope::order_event::OrderEventKind;
use eaid_schemas::record::Record;
use invoices::Invoices;
use status::Status;
use tables::{OrderTrace, Sf2};

/// The routine, for registrations.
pub static ROUTINE: Routine = Routine {
    name: "MATA410B",
    message: "DocumentTraceAbilityOrder",
    summary: "Envia a situação de cada pedido de entrega: liberado ou bloqueado, faturado, empacotado, enviado, entregue.",
    part: Part::Sends { majors: &[1], content: DocumentTraceAbilityOrder::spec, asked: Some(&receive::<asked::Asked>) },
    tables: &[tables::Sf2::TABLE, tables::OrderTrace::TABLE],
};

/// The status that an event of a delivery order leads to; `None` for events of pick-up orders.
fn status_after(kind: OrderEventKind) -> Option<&'static Status> {
    Some(match kind {
        OrderEventKind::Invoiced => &status::INVOICED,
        OrderEventKind::NfeAuthorized => &status::PACKED,
        OrderEventKind::Shipped => &status::SHIPPED,
        OrderEventKind::Delivered => &status::DELIVERED,
        OrderEventKind::Cancelled => &status::CANCELLED,
        OrderEventKind::Returned => &status::RETURNED,
        OrderEventKind::PickupConfirmed | OrderEventKind::FiscalDocumentAuthorized => return None,
    })
}

/// An event of a delivery order.
#[derive(Debug)]
pub(crate) struct DeliveryEvent {
    /// What was told.
    pub told: Told,
}

impl DeliveryEvent {
    /// What there is instead of the sales order.
    fn without_order(&self, world: &World) -> Result<Verdict, Flaw> {
        let told = &self.told;
        if world.rows::<Sl1>(KEY, &told.key())?.is_empty() {
            return Ok(told.unknown(Sc5::TABLE.name));
        }
        let text =
            format!("{} é um orçamento, não um pedido de venda: o evento {} não vale.", told.order, told.event());
        Ok(not_allowed(text))
    }
}

impl Case for DeliveryEvent {
    fn wants(&self, _: &Books, wants: &mut Wants) {
        self.told.wants(wants);
    }

    fn wants_further(&self, _: &Books, world: &World, wants: &mut Wants) {
        let orders = world.rows::<Sc5>(KEY, &self.told.key()).unwrap_or_default();
        for order in orders.iter().filter(|order| frees_reserves(self.told.kind, order)) {
            wants.rows::<Sl1>(KEY, &child_of(order));
            wants.rows::<Sl2>(Sl2::by_sale, &child_of(order));
            for child in world.rows::<Sl1>(KEY, &child_of(order)).unwrap_or_default() {
                let lines = world.rows::<Sl2>(Sl2::by_sale, &child_of(order)).unwrap_or_default();
                release::wants(&child, &lines, wants);
            }
        }
    }

    fn apply(&self, _: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        let told = &self.told;
        let Some(order) = world.rows::<Sc5>(KEY, &told.key())?.pop() else { return self.without_order(world) };
        let status = status_after(told.kind).ok_or_else(|| Flaw(format!("{} is no delivery event", told.event())))?;
        if status.code < order.c5_status.as_str() {
            return Ok(told.going_back(&order.c5_status, status));
        }
        let known = world.rows::<Sf2>(Sf2::by_order, &told.key())?;
        let invoices = match invoices::take(told, known, world.today()) {
            Ok(invoices) => invoices,
            Err(violation) => return Ok(refused(violation)),
        };
        let mut after = order.clone();
        after.c5_status = status.code.into();
        if let Some(code) = told.tracking_code() {
            after.c5_rastr = code.into();
        }
        if after == order && invoices.effects.is_empty() {
            return Ok(Verdict::Stage(Staged::default()));
        }
        let items = world.rows::<Sc6>(Sc6::by_order, &told.key())?;
        let steps = world.rows::<OrderTrace>(OrderTrace::by_order, &told.key())?;
        let update = Update::of(&order)
            .set(Sc5::c5_status, status.code)
            .set(Sc5::c5_rastr, after.c5_rastr.as_str())
            .expect(Sc5::c5_status, order.c5_status.as_str());
        let mut effects = vec![Effect::Update(update)];
        effects.extend(child_invoiced(&after, &invoices));
        if frees_reserves(told.kind, &order) {
            let lines = world.rows::<Sl2>(Sl2::by_sale, &child_of(&order))?;
            for child in world.rows::<Sl1>(KEY, &child_of(&order))? {
                effects.extend(release::release(&child, &lines, world)?);
            }
        }
        effects.push(Effect::insert(&timeline::next(&steps, told, status, world.now())));
        effects.push(trace::of(&after, &items, &invoices.all, status));
        effects.extend(invoices.effects);
        Ok(Verdict::Stage(Staged { effects, ..Staged::default() }))
    }

    fn internal_id(&self) -> &str {
        &self.told.order
    }
}

/// Whether an event gives the reserves of an order back: it is cancelled, and nothing of it was invoiced
/// (`domain/itemreserve.md` 10).
fn frees_reserves(kind: OrderEventKind, order: &Sc5) -> bool {
    kind == OrderEventKind::Cancelled && order.c5_status.as_str() < status::INVOICED.code && !order.c5_orcres.is_empty()
}

/// The key of the child that an order was made of.
fn child_of(order: &Sc5) -> [&str; 3] {
    [&order.company, &order.c5_filial, &order.c5_orcres]
}

/// The child that the order was made of gets the invoice's document and is closed, so that a cancellation
/// sees that it is too late (`domain/README.md` 12).
fn child_invoiced(order: &Sc5, invoices: &Invoices) -> Option<Effect> {
    let invoice = invoices.current().filter(|_| !order.c5_orcres.is_empty() && !invoices.effects.is_empty())?;
    let key = [&order.company, &order.c5_filial, &order.c5_orcres].map(|part| Cell::from(part.as_str()));
    let child = Update { table: Sl1::TABLE, key: key.to_vec(), set: Vec::new(), expect: Vec::new() };
    Some(Effect::Update(close(child, invoice)))
}

/// The change that closes a child with its fiscal document.
pub(crate) fn close(child: Update, invoice: &Sf2) -> Update {
    child
        .set(Sl1::l1_situa, "OK")
        .set(Sl1::l1_doc, invoice.f2_doc.as_str())
        .set(Sl1::l1_serie, invoice.f2_serie.as_str())
        .set(Sl1::l1_emisnf, invoice.f2_emissao)
        .set(Sl1::l1_keynfce, invoice.f2_chvnfe.as_str())
}
