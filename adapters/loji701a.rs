//! LOJI701A: an event of a pick-up order becomes a DocumentTraceAbilityOrderRetail (`domain/trace.md` 2 and 6).

pub mod trace;

#[cfg(test)]
mod tests;

use crate::books::Books;
use crate::effect::{Effect, Update};
use crate::ljgrvbatch::tables::Sc5;
use crate::loja701::tables::{Sl1, Sl2};
use crate::mata410b::invoices::{self, Invoices};
use crate::mata410b::status::{self, Status};
use crate::mata410b::tables::{OrderTrace, Sf2};
use crate::mata410b::{close, timeline};
use crate::order_event::{Told, not_allowed, refused};
use crate::routine::{Case, Part, Routine};
use crate::table::{Cell, KEY};
use crate::verdict::{Staged, Verdict};
use crate::world::{Flaw, Wants, World};
use eaid_schemas::document_traceability_order::DocumentTraceAbilityOrder;
use eaid_schemas::envelope::order_event::OrderEventKind;
use eaid_schemas::field::Choice;
use eaid_schemas::record::Record;

/// The routine, for registrations.
pub static ROUTINE: Routine = Routine {
    name: "LOJI701A",
    message: "DocumentTraceAbilityOrderRetail",
    summary: "Envia a situação de cada pedido de retirada: empacotado, entregue.",
    part: Part::Sends { majors: &[1], content: DocumentTraceAbilityOrder::spec, asked: None },
    tables: &[],
};

/// What the birth of a pick-up child causes: its timeline begins, and with WOT it is packed, and told so, as
/// it is born (`domain/README.md`, Events).
pub(crate) fn born(child: &mut Sl1, lines: &[Sl2], books: &Books, world: &World) -> Vec<Effect> {
    let (company, branch, number) = (&child.company, &child.l1_filial, &child.l1_num);
    let birth = timeline::birth(company, branch, number, &status::GENERATED, world.now());
    if !books.retail.wot {
        return vec![Effect::insert(&birth)];
    }
    let packed = OrderTrace {
        step: "002".into(),
        event: OrderEventKind::PickupConfirmed.as_str().into(),
        status: status::PACKED.code.into(),
        status_text: status::PACKED.text.into(),
        ..birth.clone()
    };
    child.l1_ecflag = "O".into();
    let told = trace::of(child, lines, &[], &status::PACKED);
    vec![Effect::insert(&birth), Effect::insert(&packed), told]
}

/// An event of a pick-up order.
#[derive(Debug)]
pub(crate) struct PickUpEvent {
    /// What was told.
    pub told: Told,
}

impl PickUpEvent {
    fn is_confirmation(&self) -> bool {
        self.told.kind == OrderEventKind::PickupConfirmed
    }

    fn status(&self) -> &'static Status {
        if self.is_confirmation() { &status::PACKED } else { &status::DELIVERED }
    }

    /// What there is instead of the child.
    fn without_child(&self, world: &World) -> Result<Verdict, Flaw> {
        let told = &self.told;
        if world.rows::<Sc5>(KEY, &told.key())?.is_empty() {
            return Ok(told.unknown(Sl1::TABLE.name));
        }
        Ok(not_allowed(format!("{} é um pedido de entrega: o evento {} não vale.", told.order, told.event())))
    }

    /// Why the event cannot be, if it cannot.
    fn forbidden(&self, child: &Sl1, reached: &str, books: &Books) -> Option<Verdict> {
        let order = &self.told.order;
        if child.l1_orcres.is_empty() || !matches!(child.l1_ecflag.as_str(), "P" | "O") {
            return Some(not_allowed(format!(
                "O orçamento {order} não é um pedido de retirada: não há o que liberar."
            )));
        }
        if self.status().code < reached {
            return Some(self.told.going_back(reached, self.status()));
        }
        let unconfirmed = !self.is_confirmation() && child.l1_ecflag == "P" && !books.retail.wot;
        unconfirmed.then(|| not_allowed(format!("O pedido {order} ainda não foi confirmado (pickup_confirmed).")))
    }
}

impl Case for PickUpEvent {
    fn wants(&self, _: &Books, wants: &mut Wants) {
        self.told.wants(wants);
    }

    fn apply(&self, books: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        let told = &self.told;
        let Some(child) = world.rows::<Sl1>(KEY, &told.key())?.pop() else { return self.without_child(world) };
        let steps = world.rows::<OrderTrace>(OrderTrace::by_order, &told.key())?;
        let reached = timeline::reached(&steps);
        if let Some(refusal) = self.forbidden(&child, reached, books) {
            return Ok(refusal);
        }
        let known = world.rows::<Sf2>(Sf2::by_order, &told.key())?;
        let invoices = match invoices::take(told, known, world.today()) {
            Ok(invoices) => invoices,
            Err(violation) => return Ok(refused(violation)),
        };
        let status = self.status();
        if status.code == reached && invoices.effects.is_empty() {
            return Ok(Verdict::Stage(Staged::default()));
        }
        let lines = world.rows::<Sl2>(Sl2::by_sale, &told.key())?;
        let mut effects = self.changes(&child, &invoices);
        effects.push(Effect::insert(&timeline::next(&steps, told, status, world.now())));
        effects.push(trace::of(&child, &lines, &invoices.all, status));
        effects.extend(invoices.effects);
        Ok(Verdict::Stage(Staged { effects, ..Staged::default() }))
    }

    fn internal_id(&self) -> &str {
        &self.told.order
    }
}

impl PickUpEvent {
    /// What becomes of child and parent: confirmed (`l1_ecflag` O, both); once the fiscal document is
    /// authorised the child bears it and is closed.
    fn changes(&self, child: &Sl1, invoices: &Invoices) -> Vec<Effect> {
        let mut update = Update::of(child)
            .set(Sl1::l1_ecflag, "O")
            .expect(Sl1::l1_ecflag, child.l1_ecflag.as_str())
            .expect(Sl1::l1_situa, child.l1_situa.as_str());
        if !self.is_confirmation() {
            update = match invoices.current() {
                Some(invoice) => close(update, invoice),
                None => update.set(Sl1::l1_situa, "OK"),
            };
        }
        let mut effects = vec![Effect::Update(update)];
        if child.l1_ecflag == "P" {
            let key = [&child.company, &child.l1_filres, &child.l1_orcres].map(|part| Cell::from(part.as_str()));
            let parent = Update { table: Sl1::TABLE, key: key.to_vec(), set: Vec::new(), expect: Vec::new() };
            effects.push(Effect::Update(parent.set(Sl1::l1_ecflag, "O")));
        }
        effects
    }
}
