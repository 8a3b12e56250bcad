//! What narrows a list of messages, as options.

use crate::cli::Failure;
use crate::operate::moment::{FORMS, moment};
use crate::store::monitor::Filter;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use eaid_adapters::effect::Alias;
use eaid_adapters::near::hint;
use eaid_schemas::violation::Code;

/// The words of view `xx3`.
const STATES: [&str; 9] =
    ["waiting", "staged", "answered", "refused", "superseded", "unreadable", "noted", "set_aside", "discarded"];

/// All options must hold.
#[derive(Debug, clap::Args)]
pub struct Narrow {
    /// State
    #[arg(long, value_parser = STATES)]
    pub state: Option<String>,
    /// Transaction, such as RETAILSALES; case does not matter
    #[arg(long)]
    transaction: Option<String>,
    /// Partner, as its route spells it
    #[arg(long)]
    partner: Option<String>,
    /// The sender's id of the record, such as PEDIDO-1001
    #[arg(long, value_name = "ID")]
    internal_id: Option<String>,
    /// UUID of the message
    #[arg(long)]
    uuid: Option<String>,
    /// Code of the first error, such as never_came
    #[arg(long, value_name = "CODE")]
    cause: Option<String>,
    /// Received at or after: 2h (ago), 2026-11-20, 2026-11-20T14:30, or with a zone
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Received before
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
}

impl Narrow {
    /// Whether nothing is narrowed.
    pub fn is_empty(&self) -> bool {
        let Narrow { state, transaction, partner, internal_id, uuid, cause, since, until } = self;
        [state, transaction, partner, internal_id, uuid, cause, since, until].into_iter().all(Option::is_none)
    }

    /// The filter for the store.
    pub fn filter(&self, zone: Tz, limit: usize) -> Result<Filter, Failure> {
        let now = Utc::now();
        let at = |name: &str, text: &Option<String>| -> Result<Option<DateTime<Utc>>, Failure> {
            let Some(text) = text else { return Ok(None) };
            let read = moment(text, zone, now);
            read.map(Some).ok_or_else(|| Failure::Usage(format!("--{name} {text}: not a moment; write {FORMS}")))
        };
        Ok(Filter {
            state: self.state.clone(),
            transaction: self.transaction.clone(),
            partner: self.partner.clone(),
            internal_id: self.internal_id.clone(),
            uuid: self.uuid.clone(),
            cause: self.cause.as_deref().map(cause).transpose()?,
            since: at("since", &self.since)?,
            until: at("until", &self.until)?,
            limit,
        })
    }
}

/// A code, as the store spells it.
fn cause(text: &str) -> Result<String, Failure> {
    let code = text.to_ascii_lowercase();
    if Code::parse(&code).is_some() {
        return Ok(code);
    }
    if let Some(alias) = Alias::find(text) {
        let alias = alias.alias;
        return Err(Failure::Usage(format!("--cause {alias}: `eaid depara missing` lists what messages wait for")));
    }
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let near = hint(&code, &codes);
    Err(Failure::Usage(format!("--cause {text}: no such code{near}")))
}
