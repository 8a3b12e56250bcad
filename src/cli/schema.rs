//! `eaid schema`: what messages are, as JSON Schema, AsyncAPI and OpenAPI.

use super::print::{json, say, table};
use super::{Desk, Failure};
use crate::bus::{amqp, http};
use eaid_adapters::near::nearest;
use eaid_schemas::json_schema::document;
use eaid_schemas::messages::{MESSAGES, Message, find};
use eaid_schemas::version::Version;
use serde_json::{Value, json};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without a message: which there are. Without a version: the newest.

Examples:
  eaid schema
  eaid schema RetailSales 2.009 > RetailSales_2.009.json
  eaid schema --openapi > eaid.openapi.json
  eaid schema --asyncapi        exchanges and queues as configured")]
pub struct Args {
    /// Message, in any case
    message: Option<String>,
    /// Version, as 2.009
    #[arg(requires = "message")]
    version: Option<String>,
    /// The HTTP paths, as OpenAPI 3.1
    #[arg(long, conflicts_with_all = ["message", "asyncapi"])]
    openapi: bool,
    /// The queues of RabbitMQ, as AsyncAPI 3
    #[arg(long, conflicts_with = "message")]
    asyncapi: bool,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    if args.openapi {
        return json(&http::openapi::document());
    }
    if args.asyncapi {
        return json(&amqp::asyncapi::document(&desk.config()?.amqp));
    }
    let Some(name) = &args.message else { return list(desk) };
    let message = named(name)?;
    let version = match &args.version {
        Some(version) => of(message, version)?,
        None => message.newest(),
    };
    json(&document(message, version))
}

fn named(name: &str) -> Result<&'static Message, Failure> {
    find(name).ok_or_else(|| {
        let known: Vec<&str> = MESSAGES.iter().map(|message| message.name).collect();
        let advice = match nearest(name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`eaid schema` lists all".to_owned(),
        };
        Failure::Usage(format!("no message is called `{name}`; {advice}"))
    })
}

fn of(message: &Message, text: &str) -> Result<Version, Failure> {
    let wanted = Version::parse(text).map(|(version, _)| version);
    wanted.filter(|version| message.versions.contains(version)).ok_or_else(|| {
        Failure::Usage(format!("{} has no version `{text}`; it has {}", message.name, versions(message).join(", ")))
    })
}

fn versions(message: &Message) -> Vec<String> {
    message.versions.iter().map(Version::to_string).collect()
}

fn list(desk: &Desk) -> Result<(), Failure> {
    if desk.json {
        let each = MESSAGES.iter().map(
            |message| json!({ "message": message.name, "versions": versions(message), "summary": message.summary }),
        );
        return json(&each.collect::<Vec<Value>>());
    }
    let row =
        |message: &Message| vec![message.name.to_owned(), versions(message).join(" "), message.summary.to_owned()];
    say(&table(&["message", "versions", ""], MESSAGES.iter().map(row).collect()))
}
