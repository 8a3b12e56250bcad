//! Proves on a customer's own servers that nothing is lost and nothing taken twice while things break: daemons of our
//! own are killed and their connections torn, while a partner goes on sending; at the end every message must be in one
//! final state, have had its effect once, and been answered once.

mod crew;
pub mod faults;
pub mod proxy;

use crate::config::Config;
use crate::fault::Fault;
use crate::operate;
use crate::operate::simulate::{self, Account, Script};
use crate::store::Store;
use crate::store::monitor::Filter;
use chrono::{DateTime, Utc};
use crew::Crew;
use eaid_adapters::loja701::tables::Sl1;
use faults::Kind;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What is played.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How long messages are sent and things broken.
    pub time: Duration,
    /// What is broken.
    pub faults: Vec<Kind>,
    /// Daemons of our own.
    pub daemons: usize,
    /// Messages a second.
    pub rate: f64,
    /// Distinguishes the messages of this soak.
    pub seed: u64,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Messages that the broker confirmed.
    pub received: usize,
    /// How many of them are in each state; `none` and `twice` where the inbox has none of a message, or several.
    pub states: BTreeMap<String, usize>,
    /// Messages in one final state: must be `received`.
    pub final_states: usize,
    /// Sales among them that were answered OK, and the sales that are there for them: must be the same.
    pub sales: usize,
    /// Rows of sales that were made meanwhile.
    pub sales_made: usize,
    /// Messages with exactly one answer, with none, and with several.
    pub answers: simulate::Report,
    /// Faults by kind.
    pub faults: BTreeMap<Kind, usize>,
    /// Where the daemons' logs are.
    pub logs: PathBuf,
}

impl Report {
    /// Whether nothing was lost and nothing was done twice.
    pub fn is_right(&self) -> bool {
        let Report { received, final_states, sales, sales_made, answers, .. } = self;
        received == final_states && sales == sales_made && answers.answered == *received && answers.errors.is_empty()
    }
}

/// A message that was not heard of for so long is given up. Leases of killed daemons end after half a minute.
const PATIENCE: Duration = Duration::from_secs(120);
/// The pause between two looks at the database.
const LOOK: Duration = Duration::from_secs(1);
/// More rows than any soak makes.
const MANY: usize = 100_000_000;
/// In words of the view `xx3`.
const FINAL: [&str; 6] = ["answered", "refused", "superseded", "unreadable", "noted", "discarded"];

/// Plays it.
///
/// # Errors
/// [`Fault`] of broker or database beyond what is broken here, or of a daemon that did not stop in order.
pub async fn soak(
    config: &Config,
    file: Option<&Path>,
    plan: &Plan,
    told: impl FnMut(&Account),
) -> Result<Report, Fault> {
    let store = operate::store(config).await?;
    let before = sales(store.as_ref()).await?;
    let since = store.now();
    let mut crew = Crew::start(config, file, plan.daemons).await?;
    let logs = crew.logs.clone();
    let messages = (plan.rate * plan.time.as_secs_f64()).ceil().max(1.0) as usize;
    let script = || Script::new(simulate::Kind::Cycle, plan.seed);
    let played = simulate::Plan { messages, rate: Some(plan.rate), patience: PATIENCE };
    let (answers, faults) = tokio::try_join!(
        simulate::play(config, played, script()?, told),
        faults::play(&mut crew, &plan.faults, Instant::now() + plan.time)
    )?;
    let mut script = script()?;
    let sent: Vec<_> = (0..answers.messages).map(|_| script.turn()).collect();
    let deadline = Instant::now() + PATIENCE;
    let states = loop {
        let states = states(store.as_ref(), since, sent.iter().map(|line| line.uuid.as_str())).await?;
        if finals(&states) == sent.len() || Instant::now() > deadline {
            break states;
        }
        tokio::time::sleep(LOOK).await;
    };
    crew.end().await?;
    Ok(Report {
        received: answers.messages,
        final_states: finals(&states),
        states,
        sales: sent.iter().filter(|line| line.transaction == "retailsales").count(),
        sales_made: sales(store.as_ref()).await?.saturating_sub(before) as usize,
        answers,
        faults,
        logs,
    })
}

/// Sales, without the children that GravaBatch makes of them.
async fn sales(store: &dyn Store) -> Result<u64, Fault> {
    store.counted(Sl1::TABLE, &[("l1_orcres", "")], MANY).await
}

/// How many messages are in each state.
async fn states<'m>(
    store: &dyn Store,
    since: DateTime<Utc>,
    uuids: impl Iterator<Item = &'m str>,
) -> Result<BTreeMap<String, usize>, Fault> {
    let filter = Filter { since: Some(since), limit: MANY, ..Filter::default() };
    let mut known: HashMap<String, Vec<String>> = HashMap::new();
    for line in store.messages(&filter).await? {
        known.entry(line.uuid).or_default().push(line.status);
    }
    let mut states = BTreeMap::new();
    for uuid in uuids {
        let state = match known.get(uuid).map(Vec::as_slice) {
            None | Some([]) => "none",
            Some([state]) => state,
            Some(_) => "twice",
        };
        *states.entry(state.to_owned()).or_default() += 1;
    }
    Ok(states)
}

fn finals(states: &BTreeMap<String, usize>) -> usize {
    states.iter().filter(|(state, _)| FINAL.contains(&state.as_str())).map(|(_, count)| count).sum()
}
