//! An outside GravaBatch: it takes staged sales, makes its own titles and orders, and reports what became of each
//! (`contract.md`, Database). What is ours follows as if we had done it: the state, who waits for it, reserves that a
//! sale which arrived cancelled gives back, and the message to the sender of one that failed.
//!
//! A report by HTTP changes the sale and has what follows in one transaction. In PostgreSQL the function
//! `eaid_gravabatch_done` changes the sale in the transaction of its caller and leaves a row in [`Reported`]; what
//! follows from it is done when GravaBatch looks there next.

use super::tables::Reported;
use super::{FAILED, Queue, StagedSale, arrived_cancelled, failure};
use crate::books::Books;
use crate::effect::{Effect, Update};
use crate::loja701::tables::{Sl1, Sl2, Sl4};
use crate::routine::Case;
use crate::table::{Declared, KEY, Row};
use crate::verdict::{Refusal, Staged, Verdict};
use crate::world::{Flaw, Wants, World};
use chrono::{DateTime, FixedOffset};
use eaid_schemas::violation::{Code, Violation};
use rust_decimal::Decimal;

/// The states in which a sale can end.
const ENDS: [&str; 3] = ["OK", "FR", FAILED];

/// The reports that PostgreSQL's function left.
pub static REPORTS: Queue =
    Queue { table: Reported::TABLE, index: Reported::by_state, state: Reported::NEW, rest: Reported::rests_until };

/// What is reported of a sale.
struct Report {
    staged: StagedSale,
    situa: String,
    error: String,
    /// The report that changed the sale already.
    noted: Option<Reported>,
}

/// Lays a report on the desk, with the sale's lines out of the world of [`super::lines`]. It is decided like any
/// case: staged with effects it changed the sale, without any the same was reported before.
///
/// # Errors
/// [`Flaw`] where the lines were not wanted.
pub fn report(sale: &Row, world: &World, situa: &str, error: &str) -> Result<Box<dyn Case>, Flaw> {
    let staged = StagedSale::of(Sl1::from_row(sale), world)?;
    Ok(Box::new(Report {
        staged,
        situa: situa.trim().to_ascii_uppercase(),
        error: error.trim().to_owned(),
        noted: None,
    }))
}

/// Wants the sale of a report of [`REPORTS`], its lines and payments.
pub fn reported_lines(report: &Row, wants: &mut Wants) {
    let report = Reported::from_row(report);
    let key = [report.company.as_str(), &report.branch, &report.number];
    wants.rows::<Sl1>(KEY, &key);
    wants.rows::<Sl2>(Sl2::by_sale, &key);
    wants.rows::<Sl4>(Sl4::by_sale, &key);
}

/// Lays a report of [`REPORTS`] on the desk.
///
/// # Errors
/// [`Flaw`] where the sale was not wanted, or is gone.
pub fn open_reported(report: &Row, world: &World) -> Result<Box<dyn Case>, Flaw> {
    let noted = Reported::from_row(report);
    let key = [noted.company.as_str(), &noted.branch, &noted.number];
    let Some(sale) = world.rows::<Sl1>(KEY, &key)?.into_iter().next() else {
        return Err(Flaw(format!("the sale {} of a report is gone", key.join("|"))));
    };
    let staged = StagedSale::of(sale, world)?;
    let (situa, error) = (noted.situa.clone().into(), noted.error.clone().into());
    Ok(Box::new(Report { staged, situa, error, noted: Some(noted) }))
}

/// Seconds that a report rests which could not be followed: what is in the way needs time to go.
const REST: i64 = 60;

/// Leaves a report of [`REPORTS`] alone for a while.
pub fn report_rests(report: &Row, now: DateTime<FixedOffset>) -> Staged {
    let report = Reported::from_row(report);
    let update = Update::of(&report).set(Reported::rests_until, Decimal::from(now.timestamp() + REST));
    Staged { effects: vec![Effect::Update(update)], ..Staged::default() }
}

impl Report {
    fn is_failure(&self) -> bool {
        self.situa == FAILED
    }

    fn reasons(&self) -> Vec<Violation> {
        let text = if self.error.is_empty() { "O GravaBatch não informou o motivo." } else { &self.error };
        vec![Violation::error(Code::Internal, "", text)]
    }

    /// What is wrong with it; nothing where the same was reported before.
    fn refusal(&self) -> Option<Violation> {
        let sale = &self.staged.sale;
        if !ENDS.contains(&self.situa.as_str()) {
            let text = format!("Situação \"{}\": esperado OK, FR ou ER.", self.situa);
            return Some(Violation::error(Code::NotInList, "/situa", text));
        }
        let is_taken = sale.l1_situa != super::RECEIVED && !self.is_repeated();
        is_taken.then(|| {
            let text = format!("A venda {} está em {}, não em RX.", sale.l1_num, sale.l1_situa);
            Violation::error(Code::NotAllowed, "/situa", text)
        })
    }

    fn is_repeated(&self) -> bool {
        self.staged.sale.l1_situa == *self.situa
    }

    /// The change of the sale, or the end of the report that made it.
    fn change(&self) -> Effect {
        match &self.noted {
            Some(noted) => Effect::delete(noted),
            None if self.is_failure() => Effect::Update(failure::end(&self.staged.sale, &self.reasons())),
            None => Effect::Update(self.staged.end(&self.situa)),
        }
    }
}

impl Case for Report {
    fn wants(&self, _: &Books, wants: &mut Wants) {
        if self.staged.arrived_cancelled() {
            arrived_cancelled::wants(&self.staged, wants);
        }
    }

    fn apply(&self, _: &Books, world: &mut World) -> Result<Verdict, Flaw> {
        if self.noted.is_none() {
            if let Some(violation) = self.refusal() {
                return Ok(Verdict::Refuse(Refusal { violations: vec![violation], ..Refusal::default() }));
            }
            if self.is_repeated() {
                return Ok(Verdict::Stage(Staged::default()));
            }
        }
        let mut effects = vec![self.change()];
        if self.is_failure() {
            effects.push(failure::told(&self.staged.sale, self.reasons()));
        } else if self.staged.arrived_cancelled() {
            effects.extend(arrived_cancelled::freed(&self.staged, world)?);
        }
        Ok(Verdict::Stage(Staged { effects, ..Staged::default() }))
    }

    fn internal_id(&self) -> &str {
        &self.staged.sale.external_id
    }
}
