//! What would happen to a message. Writes nothing: numbers are those of an empty house.

mod answers;

use crate::catalog::Catalog;
use crate::config::Config;
use crate::decide::lay::{Arrival, Laid, lay};
use crate::decide::{Decided, Moment, batch, wants, wants_further, widen, world};
use crate::fault::Fault;
use crate::office::look_further;
use crate::store::{Ask, Found, State, Store};
pub use answers::Answers;
use chrono::Utc;
use eaid_adapters::effect::Effect;
use eaid_adapters::table::{Cell, Row};
use eaid_schemas::envelope::answer::Told;
use eaid_schemas::envelope::{Document, decode, text_of};
use eaid_schemas::violation::Code;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use std::sync::Arc;
use uuid::Uuid;

/// The explanation of one message.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// The file it is from.
    pub file: String,
    /// Partner, as its route spells it.
    pub partner: String,
    /// Transaction.
    pub transaction: String,
    /// Version.
    pub version: String,
    /// The sender's id of the record.
    pub internal_id: String,
    /// `routine, line of adapters.toml`, where one takes it.
    pub adapter: String,
    /// The version of the catalog that judges it.
    pub catalog: String,
    /// The verdict: `staged`, `refused`, `waiting`, `superseded`, `unreadable`, `noted`, `repeated`.
    pub verdict: String,
    /// What it says, where it is an answer itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<Answers>,
    /// Violations and warnings, in the order of the document.
    pub violations: Vec<ViolationLine>,
    /// What it would wait for.
    pub waits: Vec<WaitsFor>,
    /// Rows that would be written, changed or deleted.
    pub rows: Vec<RowLine>,
    /// De/Para entries that would be written or removed.
    pub depara: Vec<String>,
    /// The answer: in JSON as it is, in XML as one text.
    #[serde(serialize_with = "as_it_is")]
    pub answer: Option<String>,
    /// The message that offsets count in, freed of what it was wrapped in: for the person whose file it is, never
    /// for machines and logs.
    #[serde(skip)]
    pub message: String,
}

fn as_it_is<S: Serializer>(answer: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    match answer.as_deref().map(|text| (text, serde_json::from_str::<&RawValue>(text))) {
        Some((_, Ok(json))) => json.serialize(serializer),
        Some((text, Err(_))) => serializer.serialize_str(text),
        None => serializer.serialize_none(),
    }
}

/// A violation, as printed.
#[derive(Debug, Serialize)]
pub struct ViolationLine {
    /// `ERROR` or `WARNING`.
    pub level: &'static str,
    /// Code.
    #[serde(serialize_with = "as_word")]
    pub code: Code,
    /// Path: a JSON pointer in the canonical spelling.
    pub path: String,
    /// The same in the message as it came, where that is XML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xpath: Option<String>,
    /// Byte offset in the message, freed of what it was wrapped in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<usize>,
    /// Text.
    pub text: String,
}

fn as_word<S: Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.as_str())
}

/// A key that is not there.
#[derive(Debug, Serialize)]
pub struct WaitsFor {
    /// The key.
    pub key: String,
    /// The tag that names it.
    pub path: String,
    /// What to do.
    pub text: String,
}

/// A row, its empty columns left out.
#[derive(Debug, Serialize)]
pub struct RowLine {
    /// `insert`, `update`, `delete`.
    pub change: &'static str,
    /// The table.
    pub table: &'static str,
    /// Columns and values.
    pub columns: serde_json::Map<String, serde_json::Value>,
}

fn value(cell: &Cell) -> serde_json::Value {
    match cell {
        Cell::Text(text) => text.as_str().into(),
        Cell::Amount(amount) => amount.to_string().into(),
        Cell::Date(date) => date.map(|date| date.to_string()).into(),
    }
}

fn row_line(change: &'static str, row: &Row) -> RowLine {
    let filled = row.filled().map(|(column, cell)| (&row.table.columns[column], cell));
    let columns = filled.map(|(column, cell)| (column.name.to_owned(), value(cell))).collect();
    RowLine { change, table: row.table.name, columns }
}

fn row_lines(effects: &[Effect]) -> (Vec<RowLine>, Vec<String>) {
    let (mut rows, mut depara) = (Vec::new(), Vec::new());
    for effect in effects {
        match effect {
            Effect::Insert(row) => rows.push(row_line("insert", row)),
            Effect::Update(update) => {
                let name = |column: usize| update.table.columns[column].name.to_owned();
                let key = update.table.key().iter().zip(&update.key).map(|(column, cell)| (name(*column), value(cell)));
                let set = update.set.iter().map(|(column, cell)| (name(*column), value(cell)));
                rows.push(RowLine { change: "update", table: update.table.name, columns: key.chain(set).collect() });
            }
            Effect::Delete { table, key } => {
                let columns = table
                    .key()
                    .iter()
                    .zip(key)
                    .map(|(column, cell)| (table.columns[*column].name.to_owned(), value(cell)));
                rows.push(RowLine { change: "delete", table: table.name, columns: columns.collect() });
            }
            Effect::Link { partner, alias, external, internal, .. } => {
                depara.push(format!("{partner},{},{},{external},{internal}", alias.alias, alias.field));
            }
            Effect::Unlink { partner, alias, external } => {
                depara.push(format!("- {partner},{},{},{external}", alias.alias, alias.field));
            }
            Effect::Send(_) => {}
        }
    }
    (rows, depara)
}

/// Explains one message against what the store knows; without a store against an empty house.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn explain(
    config: &Config,
    catalog: &Catalog,
    store: Option<&dyn Store>,
    file: &str,
    body: Vec<u8>,
) -> Result<Explanation, Fault> {
    let arrival = Arrival {
        id: Uuid::now_v7(),
        body: Arc::from(body),
        content_type: None,
        origin: "spool".into(),
        redelivered: false,
        may_wait: true,
        received_at: Utc::now(),
    };
    let limits = config.envelope_limits();
    let laid = vec![lay(arrival, catalog, &limits)];
    let decided = decide(config, catalog, store, &laid).await?;
    let mut explanation = tell(file, catalog, &laid[0], decided);
    if let Ok(Document::Message(envelope)) = decode(&laid[0].entry.body, None, &limits)
        && let Some(told) = Told::of(&envelope)
    {
        explanation.answers = Some(Answers::of(told, &explanation.transaction, store).await?);
    }
    Ok(explanation)
}

async fn decide(
    config: &Config,
    catalog: &Catalog,
    store: Option<&dyn Store>,
    laid: &[Laid],
) -> Result<Decided, Fault> {
    let wants = wants(laid, catalog);
    let sequences: Vec<(String, u32)> = wants.sequences().map(|(name, count)| (name.to_owned(), count)).collect();
    let fingerprints: Vec<_> =
        laid.iter().filter(|laid| laid.can_be_known()).map(|laid| &laid.entry.fingerprint).collect();
    let keys: Vec<_> = laid.iter().filter(|laid| laid.has_key()).map(|laid| &laid.entry.business).collect();
    let mut found = match store {
        Some(store) => store.look_up(&Ask { wants: &wants, fingerprints: &fingerprints, keys: &keys }).await?,
        None => Found::default(),
    };
    let now = Utc::now().with_timezone(&config.identity.timezone).fixed_offset();
    let mut world = world(wants, &mut found, now);
    for (sequence, count) in sequences {
        world.know_numbers(&sequence, 1..1 + u64::from(count));
    }
    match store {
        Some(store) => look_further(store, laid, catalog, &mut world).await?,
        // Nothing is there: nothing more is found either.
        None => {
            let further = wants_further(laid, catalog, &world);
            widen(&mut world, further, &mut Found::default());
        }
    }
    let mut fresh = Uuid::now_v7;
    let mut at = Moment::new(now, config.waiting.patience.0, &mut fresh);
    Ok(batch(laid, catalog, &config.envelope_limits(), found, &mut world, &mut at))
}

fn tell(file: &str, catalog: &Catalog, laid: &Laid, mut decided: Decided) -> Explanation {
    let entry = &laid.entry;
    let adapter = catalog
        .registrations
        .iter()
        .find(|known| known.line == laid.line)
        .map_or_else(String::new, |known| format!("{} (adapters.toml line {})", known.routine.name, known.line));
    let mut explanation = Explanation {
        file: file.to_owned(),
        partner: entry.fingerprint.partner.to_string(),
        transaction: entry.business.transaction.to_string(),
        version: entry.version.to_string(),
        internal_id: entry.business.internal_id.to_string(),
        adapter,
        catalog: catalog.fingerprint.clone(),
        verdict: "repeated".to_owned(),
        answers: None,
        violations: Vec::new(),
        waits: Vec::new(),
        rows: Vec::new(),
        depara: Vec::new(),
        answer: None,
        message: text_of(&entry.body, None).map_or_else(|_| String::new(), |(text, _)| text.into_owned()),
    };
    let Some(settled) = decided.batch.settled.pop() else { return explanation };
    explanation.verdict = settled.state.as_str().to_owned();
    let paths: Vec<&str> = settled.violations.iter().map(|found| found.path.as_str()).collect();
    let mut places = laid.places(&paths).into_iter();
    for found in settled.violations {
        let place = places.next();
        explanation.violations.push(ViolationLine {
            level: found.level.as_str(),
            code: found.code,
            path: found.path,
            offset: place.as_ref().map(|place| place.at),
            xpath: place.and_then(|place| place.xpath),
            text: found.text,
        });
    }
    let waits = laid.sorted(settled.waits, |missing| &missing.path);
    explanation.waits = waits
        .into_iter()
        .map(|missing| WaitsFor { key: missing.key.to_string(), path: missing.path, text: missing.text })
        .collect();
    (explanation.rows, explanation.depara) = row_lines(&settled.effects);
    if settled.is_answered && settled.state != State::Waiting {
        explanation.answer = settled.outgoing.first().map(|out| out.body.to_string());
    }
    explanation
}
