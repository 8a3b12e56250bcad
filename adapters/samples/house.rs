//! The house that samples are decided in: it takes what the shell would take, and keeps what is staged.

use crate::ROUTINES;
use crate::books::Books;
use crate::ljgrvbatch::{self, QUEUE};
use crate::order_event;
use crate::paper::Paper;
use crate::pdvsync;
use crate::routine::{Address, Routine};
use crate::table::Row;
use crate::verdict::{Refusal, Verdict};
use crate::world::Wants;
use chrono::{DateTime, FixedOffset};
use eaid_schemas::envelope::{Document, Envelope, Event, Header, Limits, decode};
use serde_json::Value;

/// The bounds of a sample.
const LIMITS: Limits = Limits { body: 1 << 26, depth: 64, items: 100_000 };

/// A house on paper with the books that it keeps.
#[derive(Clone, Debug)]
pub struct House {
    /// Rows and De/Para.
    pub paper: Paper,
    /// Reference tables and rules.
    pub books: Books,
    /// The moment of its decisions.
    pub now: DateTime<FixedOffset>,
    /// What is registered without code.
    pub registered: Option<&'static Routine>,
}

impl House {
    /// Decides what comes over the bus, a message or an order event, and keeps what it stages.
    ///
    /// # Errors
    /// Why it does not reach a routine, or the flaw of the routine.
    pub fn decide(&mut self, text: &str) -> Result<Verdict, String> {
        match decode(text.as_bytes(), None, &LIMITS) {
            Ok(Document::Message(envelope)) => self.message(&envelope),
            Ok(Document::PreSale(sheet)) => {
                let case = pdvsync::open(*sheet, LIMITS.items);
                self.paper.decide(case.as_ref(), &self.books, self.now).map_err(|flaw| flaw.0)
            }
            Ok(Document::OrderEvent { text, .. }) => match order_event::open(&text, LIMITS.items) {
                Ok(case) => self.paper.decide(case.as_ref(), &self.books, self.now).map_err(|flaw| flaw.0),
                Err(violations) => Ok(Verdict::Refuse(Refusal { violations, ..Refusal::default() })),
            },
            Err(unreadable) => Err(unreadable.text),
        }
    }

    /// Has GravaBatch take a staged sale, given as its rows by table, and keeps what comes of it.
    ///
    /// # Errors
    /// What is wrong with the rows, or the flaw of the routine.
    pub fn take(&mut self, text: &str) -> Result<Verdict, String> {
        let staged: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let rows = super::given::rows(&staged, &[])?;
        let is_ready =
            |row: &&Row| row.table == QUEUE.table && row.values(QUEUE.index).first() == Some(&QUEUE.state.into());
        let sale = rows.iter().find(is_ready).cloned();
        let sale = sale.ok_or_else(|| format!("no row of {} in {}", QUEUE.table.name, QUEUE.state))?;
        rows.into_iter().for_each(|row| self.paper.put(row));
        self.plan(&sale)
    }

    /// Has GravaBatch take every staged sale, and keeps what comes of each.
    ///
    /// # Errors
    /// The flaw of the routine.
    pub fn batch(&mut self) -> Result<Vec<Verdict>, String> {
        let state = Some(&QUEUE.state.into());
        let waits = |row: &&Row| row.values(QUEUE.index).first() == state;
        let waiting: Vec<Row> = self.paper.rows_of(QUEUE.table).filter(waits).cloned().collect();
        waiting.iter().map(|sale| self.plan(sale)).collect()
    }

    fn plan(&mut self, sale: &Row) -> Result<Verdict, String> {
        let mut wants = Wants::default();
        ljgrvbatch::lines(sale, &mut wants);
        let world = self.paper.world(wants, self.now);
        let case = ljgrvbatch::open(sale, &world).map_err(|flaw| flaw.0)?;
        self.paper.decide(case.as_ref(), &self.books, self.now).map_err(|flaw| flaw.0)
    }

    fn message(&mut self, envelope: &Envelope) -> Result<Verdict, String> {
        let transaction = Header::text(&envelope.header.transaction);
        let mut routines = ROUTINES.iter().copied().chain(self.registered);
        let reads = |routine: &&Routine| routine.message.eq_ignore_ascii_case(transaction);
        let receives = routines.find(reads).and_then(|routine| routine.part.open());
        let open = receives.ok_or_else(|| format!("no routine receives {transaction}"))?;
        let case = open(envelope, self.address(envelope)?);
        self.paper.decide(case.as_ref(), &self.books, self.now).map_err(|flaw| flaw.0)
    }

    fn address(&self, envelope: &Envelope) -> Result<Address, String> {
        let header = &envelope.header;
        let partner = Header::text(&header.product_name);
        let (company, branch) = (Header::text(&header.company_id), Header::text(&header.branch_id));
        let ours = self.books.company(partner, company, branch);
        let (company, branch) = ours.ok_or_else(|| format!("no company De/Para for {company} {branch}"))?;
        Ok(Address {
            partner: partner.into(),
            event: envelope.event.unwrap_or(Event::Upsert),
            company: company.into(),
            branch: branch.into(),
            origin: "spool".into(),
            items: LIMITS.items,
        })
    }
}
