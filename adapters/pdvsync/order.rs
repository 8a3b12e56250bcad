//! A pre-sale on the desk.

use super::check::{self, numero};
use super::log::{self, Call as Logged, Operation, logged};
use super::settings::PdvSync;
use super::standing::{self, Standing};
use super::{cancel, customer, head, items, offer, receive, reserve};
use crate::books::Books;
use crate::effect::Effect;
use crate::routine::Case;
use crate::verdict::{Findings, Staged, Verdict};
use crate::world::{Flaw, Wants, World};
use eaid_schemas::field::Moment;
use eaid_schemas::pdvsync::{Call, PreSale, Sheet, Situation, Totals};
use eaid_schemas::read::Reading;
use eaid_schemas::violation::{Code, Violation};
use std::sync::Arc;

/// What a pre-sale asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Hold the stock.
    Reserve,
    /// Let it wait for its payment: the back office asks.
    Offer,
    /// Take the paid order.
    Receive,
    /// Cancel.
    Cancel,
}

/// A pre-sale on the desk.
pub(super) struct Ordering {
    sheet: Sheet,
    pub(super) message: Arc<PreSale>,
    /// Digest of the whole call.
    pub(super) digest: String,
    /// When the back office made what it offers.
    pub(super) made_at: Option<Moment>,
    found: Vec<Violation>,
}

/// What was done about a pre-sale.
#[derive(Debug)]
pub(super) struct Done {
    pub operation: Operation,
    pub order: String,
    pub position: String,
    pub customer: String,
    pub effects: Vec<Effect>,
}

impl Done {
    /// The same call came before: its answer is repeated.
    pub fn before(operation: Operation, order: &super::tables::Pcpedc) -> Done {
        Done {
            operation,
            order: order.numped.to_string(),
            position: order.posicao.to_string(),
            customer: order.codcli.to_string(),
            effects: Vec::new(),
        }
    }
}

impl Ordering {
    /// Reads it.
    pub fn open(sheet: Sheet, items: usize) -> Ordering {
        let mut cx = Reading::of_any_spelling(items);
        let message = sheet.read::<PreSale>(&mut cx);
        let made_at = match sheet.call {
            Call::Offer => sheet.read::<Totals>(&mut cx).at,
            Call::Order | Call::Cancel | Call::Customer => None,
        };
        let digest = format!("{:032x}", sheet.digest);
        Ordering { message: Arc::new(message), digest, made_at, found: cx.finish(), sheet }
    }

    fn act(&self) -> Option<Act> {
        match self.sheet.call {
            Call::Cancel => return Some(Act::Cancel),
            Call::Offer => return Some(Act::Offer),
            Call::Order | Call::Customer => {}
        }
        match self.message.situation? {
            Situation::Cancelled => Some(Act::Cancel),
            Situation::Received => Some(Act::Receive),
            Situation::Available => Some(Act::Reserve),
            Situation::Redeemed => None,
        }
    }

    /// What it asks for, else what is wrong with that.
    fn asked(&self, found: &mut Findings) -> Option<Act> {
        const TAG: &str = "/situacaoPreVenda";
        let act = self.act();
        if act.is_none() && self.message.situation.is_some() {
            let text = "RESGATADA só é informada pela retaguarda: envie DISPONIVEL, RECEBIDO ou CANCELADA.";
            found.error(Code::NotInList, TAG, text);
        } else if act.is_none() {
            check::missing(found, TAG, "envie DISPONIVEL (2), RECEBIDO (1) ou CANCELADA (0)");
        }
        act
    }

    fn decide(&self, settings: &PdvSync, found: &mut Findings, world: &mut World) -> Result<Option<Done>, Flaw> {
        let Some(act) = self.asked(found) else { return Ok(None) };
        check::check(&self.message, act, found);
        if let Some(customer) = self.message.customer.as_deref().filter(|_| act != Act::Cancel) {
            let is_unknown = self.sheet.has_unknown_postal_code;
            check::postal_code(customer, "/cliente/cep", &settings.check_cep, is_unknown, found);
        }
        let standing = Standing::of(&self.message, world)?;
        match act {
            Act::Reserve => reserve::reserve(self, settings, &standing, found, world),
            Act::Offer => offer::offer(self, settings, &standing, found, world),
            Act::Receive => receive::receive(self, settings, &standing, found, world),
            Act::Cancel => cancel::cancel(&self.message, &standing, found, world),
        }
    }

    /// The operation of a call that is refused.
    fn meant(&self) -> Operation {
        match self.act() {
            Some(Act::Cancel) => Operation::Cancel,
            Some(Act::Reserve) if self.message.order.is_some() => Operation::Alter,
            _ => Operation::Include,
        }
    }
}

impl Case for Ordering {
    fn wants(&self, books: &Books, wants: &mut Wants) {
        wants.numbers(log::SEQUENCE, 1);
        let Some(act) = self.act() else { return };
        standing::wants(&self.message, act, wants);
        match act {
            Act::Reserve | Act::Offer => wants.numbers(head::SEQUENCE, 1),
            Act::Receive => {
                let deliveries = items::deliveries(&self.message, &books.pdvsync).len();
                wants.numbers(head::SEQUENCE, u32::try_from(deliveries).unwrap_or_default());
            }
            Act::Cancel => return,
        }
        customer::wants(&customer::told(&self.message), wants);
    }

    fn apply(&self, books: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        let settings = &books.pdvsync;
        let mut found = Findings::after(&self.found);
        let done = if settings.enabled {
            self.decide(settings, &mut found, world)?
        } else {
            found.error(Code::NotRegistered, "", "O recebimento de pré-vendas está desligado ([pdvsync] enabled).");
            None
        };
        let origin = numero(&self.message).unwrap_or_default();
        let json = self.sheet.text();
        let named = self.message.order.as_ref().map_or("", |order| order.as_str());
        let Some(done) = done.filter(|_| !found.has_errors()) else {
            let call = Logged { operation: self.meant(), order: named, position: "", customer: "", json };
            return logged(found.verdict(Staged::default), &call, world);
        };
        let Done { operation, order, position, customer, effects } = done;
        let ids = super::ids(origin, &order, &customer);
        let verdict = found.verdict(|| Staged { effects, ids, ..Staged::default() });
        let call = Logged { operation, order: &order, position: &position, customer: &customer, json };
        logged(verdict, &call, world)
    }

    fn internal_id(&self) -> &str {
        numero(&self.message).unwrap_or_default()
    }

    fn found(&self) -> &[Violation] {
        &self.found
    }
}
