//! One screen of what is going on: messages, outbox, staged sales, queues.

use crate::bus::amqp::{self, Depth};
use crate::config::Config;
use crate::daemon::reload::ALIVE;
use crate::fault::Fault;
use crate::store::monitor::{COUNTED, Overview, Page, Tally};
use crate::store::retention::Sweep;
use crate::store::{Process, Store};
use eaid_adapters::ljgrvbatch::{FAILED, RECEIVED};
use eaid_adapters::loja701::tables::Sl1;
use eaid_adapters::table::Declared;
use serde_json::{Map, Value, json};

/// Failed sales that are named, newest first.
const NAMED: usize = 50;

/// Where the whole stands.
#[derive(Clone, Debug)]
pub struct Status {
    /// Messages, causes, outbox.
    pub overview: Overview,
    /// Staged sales that GravaBatch has not taken yet (RX); [`COUNTED`] stands for that many or more.
    pub received: u64,
    /// Staged sales that GravaBatch gave up (ER); the same.
    pub failed: u64,
    /// The newest of them.
    pub failed_sales: Vec<FailedSale>,
    /// Queues, where the broker is in use and answers.
    pub queues: Vec<Depth>,
    /// Why the broker does not answer.
    pub broker: Option<String>,
    /// Files in the spool folder, where it is in use.
    pub spool: Option<usize>,
    /// Daemons at work, and the catalog in force in each.
    pub processes: Vec<Process>,
    /// What the last sweep of old messages did.
    pub retention: Vec<Sweep>,
}

/// A sale that GravaBatch gave up.
#[derive(Clone, Debug, serde::Serialize)]
pub struct FailedSale {
    /// Branch and number.
    pub sale: String,
    /// The partner's id.
    pub external: String,
    /// Code of the reason.
    pub cause: String,
    /// Why.
    pub reason: String,
}

/// Looks at everything.
///
/// # Errors
/// [`Fault`] of the store. A broker that is down is part of the picture.
pub async fn status(config: &Config, store: &dyn Store) -> Result<Status, Fault> {
    let overview = store.overview().await?;
    let received = store.counted(Sl1::TABLE, &[("l1_situa", RECEIVED)], COUNTED).await?;
    // One that was cancelled afterwards is nobody's trouble any more.
    let given_up = [("l1_situa", FAILED), ("l1_storc", "")];
    let failed = store.counted(Sl1::TABLE, &given_up, COUNTED).await?;
    let newest = Page { skip: 0, limit: NAMED };
    let failed_sales = store.newest(Sl1::TABLE, &given_up, Sl1::l1_emissao, newest).await?;
    let (queues, broker) = match config.amqp.enabled {
        false => (Vec::new(), None),
        true => match amqp::depths(&config.amqp).await {
            Ok(queues) => (queues, None),
            Err(fault) => (Vec::new(), Some(fault.to_string())),
        },
    };
    Ok(Status {
        overview,
        received,
        failed,
        failed_sales: failed_sales.iter().map(|row| failed_sale(&Sl1::from_row(row))).collect(),
        queues,
        broker,
        spool: config.spool.enabled.then(|| files(&config.spool.inbox)),
        processes: store.processes(store.now() - ALIVE * 3).await?,
        retention: store.sweeps().await?,
    })
}

fn failed_sale(sale: &Sl1) -> FailedSale {
    FailedSale {
        sale: [sale.company.as_str(), &sale.l1_filial, &sale.l1_num].join("|"),
        external: sale.external_id.clone().into(),
        cause: sale.cause.clone().into(),
        reason: sale.l1_ergrvbt.clone().into(),
    }
}

/// Files that a partner has put there and that are not taken yet.
fn files(folder: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let is_ready = |name: &str| !name.starts_with('.') && !name.ends_with(".tmp");
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter(|entry| is_ready(&entry.file_name().to_string_lossy()))
        .count()
}

impl Status {
    /// As a document: counts by name, and beside them since when the oldest stands there.
    pub fn to_json(&self) -> Value {
        let counts = |tallies: &[Tally]| -> Map<String, Value> {
            tallies.iter().map(|tally| (tally.name.clone(), tally.count.into())).collect()
        };
        let oldest = |tallies: &[Tally]| -> Map<String, Value> {
            let with_age = tallies.iter().filter_map(|tally| Some((tally.name.clone(), json!(tally.oldest?))));
            with_age.collect()
        };
        let Overview { messages, causes, outbox } = &self.overview;
        json!({
            "messages": counts(messages),
            "causes": counts(causes),
            "outbox": counts(outbox),
            "oldest": { "messages": oldest(messages), "causes": oldest(causes), "outbox": oldest(outbox) },
            "gravabatch": { "RX": self.received, "ER": self.failed },
            "failed_sales": self.failed_sales,
            "queues": self.queues,
            "broker_error": self.broker,
            "spool": self.spool,
            "processes": self.processes,
            "retention": self.retention,
        })
    }
}
