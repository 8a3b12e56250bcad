//! A sale that was cancelled before it came: it ends OK with `l1_storc` E, without titles, orders and
//! children, its reserves free (`domain/README.md`, GravaBatch).

use super::StagedSale;
use crate::effect::Effect;
use crate::loja704::release;
use crate::verdict::Staged;
use crate::world::{Flaw, Wants, World};

/// Wants the reserves.
pub(super) fn wants(staged: &StagedSale, wants: &mut Wants) {
    release::wants(&staged.sale, &staged.items, wants);
}

/// Ends the sale and gives the reserves back what it used of them.
pub(super) fn stage(staged: &StagedSale, world: &World) -> Result<Staged, Flaw> {
    let mut effects = vec![Effect::Update(staged.end("OK"))];
    effects.extend(freed(staged, world)?);
    Ok(Staged { effects, ..Staged::default() })
}

/// What the reserves get back.
pub(super) fn freed(staged: &StagedSale, world: &World) -> Result<Vec<Effect>, Flaw> {
    release::release(&staged.sale, &staged.items, world)
}
