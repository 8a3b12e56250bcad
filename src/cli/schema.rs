//! `eaid schema`: what messages are, as JSON Schema, AsyncAPI and OpenAPI.

use super::print::{json, say, table};
use super::{Desk, Failure};
use crate::bus::{amqp, http};
use crate::catalog::{Catalog, Registration};
use crate::operate::read_catalog;
use eaid_adapters::generic::picks;
use eaid_adapters::near::nearest;
use eaid_schemas::json_schema::{document, document_of_picks};
use eaid_schemas::messages::{MESSAGES, Message};
use eaid_schemas::version::Version;
use serde_json::{Value, json};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without a message: which there are, those registered with GENERIC too. Without a version: the newest.

Examples:
  eaid schema
  eaid schema RetailSales 2.009 > RetailSales_2.009.json
  eaid schema Seller            as adapters.toml registers it
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

/// A message of which there is a schema: one that is written in code, or one that is registered with GENERIC.
enum Known<'c> {
    Declared(&'static Message),
    Registered { name: &'static str, lines: Vec<&'c Registration> },
}

impl Known<'_> {
    fn name(&self) -> &'static str {
        match self {
            Known::Declared(message) => message.name,
            Known::Registered { name, .. } => name,
        }
    }

    fn summary(&self) -> &'static str {
        match self {
            Known::Declared(message) => message.summary,
            Known::Registered { .. } => "Registered in adapters.toml: what its registration keeps.",
        }
    }

    /// Oldest first.
    fn versions(&self) -> Vec<Version> {
        match self {
            Known::Declared(message) => message.versions.to_vec(),
            Known::Registered { lines, .. } => {
                let mut versions: Vec<Version> = lines.iter().map(|known| known.version).collect();
                versions.sort_unstable();
                versions.dedup();
                versions
            }
        }
    }

    fn document(&self, version: Version) -> Option<Value> {
        match self {
            Known::Declared(message) => Some(document(message, version)),
            Known::Registered { name, lines } => {
                let line = lines.iter().find(|known| known.version == version)?;
                Some(document_of_picks(name, version, self.summary(), picks(line.routine)?))
            }
        }
    }
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    if args.openapi {
        return json(&http::openapi::document());
    }
    if args.asyncapi {
        return json(&amqp::asyncapi::document(&desk.config()?.amqp));
    }
    // What is written in code is shown wherever it is asked; what is registered where there is a catalog.
    let catalog = desk.config().and_then(|config| read_catalog(&config).map_err(Failure::from));
    let known = known(catalog.as_deref().ok());
    let Some(name) = &args.message else { return list(desk, &known) };
    let Some(message) = known.iter().find(|known| known.name().eq_ignore_ascii_case(name)) else {
        return Err(unknown(name, &known));
    };
    let version = match &args.version {
        Some(version) => of(message, version)?,
        None => message.versions().pop().unwrap_or(Version { major: 1, minor: 0 }),
    };
    json(&message.document(version))
}

/// Every message, those in code first.
fn known(catalog: Option<&Catalog>) -> Vec<Known<'_>> {
    let mut known: Vec<Known<'_>> = MESSAGES.iter().map(Known::Declared).collect();
    for line in catalog.iter().flat_map(|catalog| &catalog.registrations) {
        if picks(line.routine).is_none() {
            continue;
        }
        let name = line.routine.message;
        match known.iter_mut().find(|known| known.name().eq_ignore_ascii_case(name)) {
            Some(Known::Registered { lines, .. }) => lines.push(line),
            Some(Known::Declared(_)) => {}
            None => known.push(Known::Registered { name, lines: vec![line] }),
        }
    }
    known
}

fn unknown(name: &str, known: &[Known<'_>]) -> Failure {
    let names: Vec<&str> = known.iter().map(Known::name).collect();
    let advice = match nearest(name, &names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`eaid schema` lists all".to_owned(),
    };
    Failure::Usage(format!("no message is called `{name}`; {advice}"))
}

fn of(message: &Known<'_>, text: &str) -> Result<Version, Failure> {
    let wanted = Version::parse(text).map(|(version, _)| version);
    wanted.filter(|version| message.versions().contains(version)).ok_or_else(|| {
        Failure::Usage(format!("{} has no version `{text}`; it has {}", message.name(), versions(message).join(", ")))
    })
}

fn versions(message: &Known<'_>) -> Vec<String> {
    message.versions().iter().map(Version::to_string).collect()
}

fn list(desk: &Desk, known: &[Known<'_>]) -> Result<(), Failure> {
    if desk.json {
        let each = known
            .iter()
            .map(|known| json!({ "message": known.name(), "versions": versions(known), "summary": known.summary() }));
        return json(&each.collect::<Vec<Value>>());
    }
    let row = |known: &Known<'_>| vec![known.name().to_owned(), versions(known).join(" "), known.summary().to_owned()];
    say(&table(&["message", "versions", ""], known.iter().map(row).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{compiled, read::catalog};
    use eaid_adapters::samples::SAMPLES;

    /// The schema of what is registered accepts what its registration takes, and nothing that it refuses.
    #[test]
    fn a_registered_message_has_a_schema() {
        let config = crate::config::defaults().expect("the defaults are right");
        let catalog =
            catalog(&config, &compiled::texts()).map_err(|_| "a problem").expect("the shipped catalog is right");
        let known = known(Some(&catalog));
        let seller = known.iter().find(|known| known.name() == "Seller").expect("Seller is registered");
        let schema = seller.document(seller.versions()[0]).expect("a schema");
        jsonschema::draft202012::meta::validate(&schema).map_err(|error| error.to_string()).expect("a schema");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let mut counts = [0, 0];
        for sample in SAMPLES.iter().filter(|sample| sample.routine == "GENERIC") {
            let body: Value = serde_json::from_str(sample.input).expect("JSON");
            let is_fit = validator.is_valid(&body);
            // What is refused for something that is not there is right in itself.
            let is_right = !sample.name.starts_with("refuse-") || sample.name.starts_with("refuse-deleting");
            assert_eq!(is_fit, is_right, "{}", sample.name);
            counts[usize::from(is_right)] += 1;
        }
        assert!(counts[0] >= 2 && counts[1] >= 4, "{counts:?}");
    }
}
