//! `eaid messages show UUID`: everything about a message.

use crate::catalog::Catalog;
use crate::cli::print::{json, say};
use crate::cli::{Desk, Failure};
use crate::decide::lay::lay_stored;
use crate::operate;
use crate::operate::lack::Lack;
use crate::store::Damaged;
use crate::store::monitor::{MessageStory, SentLine};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use eaid_schemas::envelope::{Format, Limits};
use eaid_schemas::place::Place;
use eaid_schemas::violation::Violation;
use serde_json::{Value, json};

/// Moments of a timeline, to the millisecond.
const EXACT: &str = "%Y-%m-%d %H:%M:%S%.3f";

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  eaid messages show 7a3e5c10-2b61-4d0f-8f11-20261120a003
  eaid messages show 7a3e5c10-2b61-4d0f-8f11-20261120a003 --body > sale.txt
  eaid messages list --internal-id PEDIDO-1001       finds the UUIDs of a sale")]
pub struct Args {
    /// UUID of the message (the sender's, or ours)
    uuid: String,
    /// Print the message and what was sent as they are: they hold names, documents and addresses of people
    #[arg(long)]
    body: bool,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let config = desk.config()?;
    let store = operate::store(&config).await?;
    let stories = store.stories(args.uuid.trim()).await?;
    if stories.is_empty() {
        let text = format!(
            "no message carries the UUID {}; `eaid messages list --internal-id ID` finds it by its record",
            args.uuid
        );
        return Err(Failure::Failed(text));
    }
    let catalog = operate::read_catalog(&config).ok();
    let places = |story: &MessageStory| places(story, catalog.as_deref(), &config.envelope_limits());
    if desk.json {
        let documents = stories.iter().map(|story| document(story, &places(story), args.body));
        return json(&documents.collect::<Vec<_>>());
    }
    if stories.len() > 1 {
        say(&format!("{} messages carry this UUID, with different content; the newest first.\n", stories.len()))?;
    }
    for (place, story) in stories.iter().enumerate() {
        if place > 0 {
            say("")?;
        }
        print(story, &places(story), config.identity.timezone)?;
        if args.body {
            bodies(story)?;
        }
    }
    Ok(())
}

/// Where each violation stands in a message that came in XML; without a catalog nothing is known of it.
fn places(story: &MessageStory, catalog: Option<&Catalog>, limits: &Limits) -> Vec<Place> {
    match catalog {
        Some(catalog) if story.stored.entry.format == Format::Xml.as_str() => {
            let paths: Vec<&str> = story.violations.iter().map(|found| found.path.as_str()).collect();
            lay_stored(story.stored.clone(), catalog, limits).places(&paths)
        }
        _ => Vec::new(),
    }
}

fn print(story: &MessageStory, places: &[Place], zone: Tz) -> Result<(), Failure> {
    let MessageStory { line, stored, .. } = story;
    let entry = &stored.entry;
    say(&format!("{} {} {}", line.transaction, line.version, line.event))?;
    let format = if entry.content_type.is_empty() { &entry.format } else { &entry.content_type };
    let cause = if line.cause.is_empty() { String::new() } else { format!(" ({})", line.cause) };
    let facts = [
        ("id", line.internal_id.clone()),
        ("partner", line.partner.clone()),
        ("uuid", line.uuid.clone()),
        ("our uuid", line.id.to_string()),
        ("state", format!("{}{cause}", line.status)),
        ("body", format!("{} bytes of {format}, by {}", entry.body.len(), line.origin)),
        ("damaged", if stored.is_damaged { Damaged.to_string() } else { String::new() }),
        ("generated", entry.generated_on.to_string()),
        ("catalog", entry.catalog.to_string()),
    ];
    for (name, fact) in facts.iter().filter(|(_, fact)| !fact.is_empty()) {
        say(&format!("  {name:<10} {fact}"))?;
    }
    timeline(story, zone)?;
    found(&story.violations, places)?;
    waits(story)?;
    if !story.ids.is_empty() {
        say("Ids")?;
        story.ids.iter().try_for_each(|id| say(&format!("  {}  {} -> {}", id.name, id.origin, id.destination)))?;
    }
    Ok(())
}

fn timeline(story: &MessageStory, zone: Tz) -> Result<(), Failure> {
    let line = &story.line;
    say("Timeline")?;
    let step = |at: DateTime<Utc>, text: String| say(&format!("  {}  {text}", at.with_timezone(&zone).format(EXACT)));
    step(line.received_at, format!("received by {}", line.origin))?;
    match (line.settled_at, line.status.as_str()) {
        (_, "waiting") => {
            if let Some(until) = story.stored.patience_until {
                step(until, "its patience ends: refused then, if the keys below are still missing".to_owned())?;
            }
        }
        (Some(at), status) => {
            let times = if line.attempts > 1 { format!(", after {} decisions", line.attempts) } else { String::new() };
            let word = if status == "answered" { "staged" } else { status };
            step(at, format!("{word}{times}"))?;
        }
        (None, _) => {}
    }
    for sent in &story.sent {
        step(
            sent.created_at,
            format!("{} {} for {} by {}  {}", sent.kind, sent.transaction, sent.route_key, sent.transport, sent.id),
        )?;
        let fate = match sent.note.is_empty() {
            true => sent.state.clone(),
            false => format!("{}: {}", sent.state, sent.note),
        };
        match sent.sent_at {
            Some(at) => step(at, fate)?,
            None => say(&format!("  {:23}  {fate}", ""))?,
        }
    }
    Ok(())
}

fn found(violations: &[Violation], places: &[Place]) -> Result<(), Failure> {
    if violations.is_empty() {
        return Ok(());
    }
    say("Found")?;
    for (place, found) in violations.iter().enumerate() {
        say(&format!("  {:7} {:18} {}", found.level.as_str(), found.code.as_str(), found.path))?;
        if let Some(xpath) = places.get(place).and_then(|place| place.xpath.as_ref()) {
            say(&format!("          {xpath}"))?;
        }
        say(&format!("          {}", found.text))?;
    }
    Ok(())
}

fn waits(story: &MessageStory) -> Result<(), Failure> {
    if story.waits.is_empty() {
        return Ok(());
    }
    say("Waits for")?;
    for wait in &story.waits {
        say(&format!("  {:30} {}", wait.key, wait.path))?;
        say(&format!("          {}", wait.text))?;
        if let Some(lack) = Lack::of_key(&wait.key) {
            match lack.bringer() {
                Some(message) => {
                    say(&format!("          comes with {}'s {message}; or: {}", lack.reference, lack.command()))?
                }
                None => say(&format!("          {}", lack.command()))?,
            }
        }
    }
    Ok(())
}

fn bodies(story: &MessageStory) -> Result<(), Failure> {
    eprintln!("eaid: what follows may hold personal data of customers; do not pass it on unmasked");
    say("Received")?;
    say(&String::from_utf8_lossy(&story.stored.entry.body))?;
    for sent in &story.sent {
        say(&format!("Sent {}", sent.id))?;
        say(&sent.body)?;
    }
    Ok(())
}

fn document(story: &MessageStory, places: &[Place], with_body: bool) -> Value {
    let entry = &story.stored.entry;
    let violations = story.violations.iter().enumerate().map(|(place, found)| {
        let xpath = places.get(place).and_then(|place| place.xpath.as_deref());
        json!({
            "level": found.level.as_str(),
            "code": found.code.as_str(),
            "path": found.path,
            "xpath": xpath,
            "text": found.text,
        })
    });
    let waits = story.waits.iter().map(|wait| {
        let command = Lack::of_key(&wait.key).map(|lack| lack.command());
        json!({ "key": wait.key, "path": wait.path, "text": wait.text, "command": command })
    });
    let ids = story.ids.iter().map(|id| json!({ "name": id.name, "origin": id.origin, "destination": id.destination }));
    let mut document = json!({
        "message": story.line,
        "source": entry.source,
        "product": entry.product,
        "format": entry.format,
        "content_type": entry.content_type,
        "generated_on": entry.generated_on,
        "size": entry.body.len(),
        "is_damaged": story.stored.is_damaged,
        "catalog": entry.catalog,
        "patience_until": story.stored.patience_until,
        "violations": violations.collect::<Vec<_>>(),
        "waits": waits.collect::<Vec<_>>(),
        "ids": ids.collect::<Vec<_>>(),
        "sent": story.sent,
    });
    if with_body {
        document["body"] = String::from_utf8_lossy(&entry.body).into();
        document["sent_bodies"] =
            story.sent.iter().map(|sent: &SentLine| sent.body.clone().into()).collect::<Vec<Value>>().into();
    }
    document
}
