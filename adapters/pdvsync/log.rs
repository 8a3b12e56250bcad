//! The row that every call leaves (`domain/pdvsync.md` 9). A call is decided in the transaction that takes it, so that
//! nobody ever meets one that is under way (P).

use super::tables::Pclogpedidoapi;
use crate::effect::Effect;
use crate::verdict::{Refusal, Verdict};
use crate::world::{Flaw, World};

/// The sequence of the rows.
pub(super) const SEQUENCE: &str = "pclogpedidoapi";

/// What is done to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// It comes.
    Include,
    /// It changes.
    Alter,
    /// It is cancelled.
    Cancel,
}

impl Operation {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Operation::Include => "I",
            Operation::Alter => "A",
            Operation::Cancel => "C",
        }
    }
}

/// What the log tells of a call besides what became of it.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub operation: Operation,
    pub order: &'a str,
    pub position: &'a str,
    pub customer: &'a str,
    pub json: &'a str,
}

/// The verdict with its row in the log. What is refused leaves that row and nothing else.
pub(super) fn logged(verdict: Verdict, call: &Call<'_>, world: &mut World) -> Result<Verdict, Flaw> {
    let row = |status: &str, world: &mut World| -> Result<Effect, Flaw> {
        let now = world.now().naive_local();
        Ok(Effect::new_row(Pclogpedidoapi {
            id: world.count(SEQUENCE)?.to_string().into(),
            data: Some(now.date()),
            hora: now.format("%H:%M:%S").to_string().into(),
            numped: call.order.into(),
            posicao: call.position.into(),
            operacao: call.operation.as_str().into(),
            status: status.into(),
            json: call.json.into(),
            codcli: call.customer.into(),
        }))
    };
    Ok(match verdict {
        Verdict::Stage(mut staged) => {
            staged.effects.push(row("A", world)?);
            Verdict::Stage(staged)
        }
        Verdict::Refuse(refusal) => Verdict::Refuse(Refusal { effects: vec![row("R", world)?], ..refusal }),
        Verdict::Wait(waiting) => Verdict::Wait(waiting),
    })
}
