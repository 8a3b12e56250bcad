//! `eaid send FILE…`: publishes files as messages, to the broker if it is enabled, else into the spool folder.

use super::print::{json, say};
use super::{Desk, Failure};
use crate::bus::{amqp, spool};
use eaid_schemas::envelope::{Document, Format, Header, decode};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  eaid send sale.json\n  eaid send config/demo/*.json")]
pub struct Args {
    /// Messages, one a file, sent in this order
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let config = desk.config()?;
    let limits = config.envelope_limits();
    let mut messages = Vec::new();
    for file in &args.files {
        let body = std::fs::read(file).map_err(|error| Failure::Failed(format!("{}: {error}", file.display())))?;
        let (transaction, id, format) = match decode(&body, None, &limits) {
            Ok(Document::Message(envelope)) => (
                Header::text(&envelope.header.transaction).to_lowercase(),
                Header::text(&envelope.header.uuid).to_owned(),
                envelope.format,
            ),
            Ok(Document::PreSale(_)) => ("presale".to_owned(), String::new(), Format::Json),
            Ok(Document::OrderEvent { .. }) => ("event".to_owned(), String::new(), Format::Json),
            // What cannot be read is sent all the same: that is what the dead letters are for.
            Err(unreadable) => ("unreadable".to_owned(), String::new(), unreadable.format),
        };
        messages.push((file, body, transaction, id, format));
    }
    let to = if config.amqp.enabled {
        let publisher = amqp::Publisher::connect(&config.amqp).await?;
        let window: Vec<amqp::Letter> = messages
            .iter()
            .map(|(_, body, transaction, id, format)| match transaction.as_str() {
                "event" => publisher.order_event(body.as_slice().into()),
                name => publisher.message(
                    name,
                    Some(id).filter(|id| !id.is_empty()).map(String::as_str),
                    format.media_type(),
                    body.as_slice().into(),
                ),
            })
            .collect();
        for (posted, (file, ..)) in publisher.publish(&window).await?.iter().zip(&messages) {
            if *posted != amqp::Posted::Confirmed {
                return Err(Failure::Failed(format!("{}: the broker did not take it: {posted:?}", file.display())));
            }
        }
        publisher.close().await;
        format!("exchange {}", config.amqp.exchange_in)
    } else if config.spool.enabled {
        for (file, body, ..) in &messages {
            let name =
                file.file_name().map_or_else(|| "message.json".into(), |name| name.to_string_lossy().into_owned());
            spool::drop_in(&config.spool, &name, body)?;
        }
        config.spool.inbox.display().to_string()
    } else {
        return Err(Failure::Usage("neither [amqp] nor [spool] is enabled".to_owned()));
    };
    if desk.json {
        let sent = messages.iter().map(|(file, _, transaction, id, _)| {
            serde_json::json!({ "file": file.display().to_string(), "transaction": transaction, "uuid": id, "to": to })
        });
        return json(&sent.collect::<Vec<_>>());
    }
    for (file, _, transaction, ..) in &messages {
        say(&format!("sent  {}  ({transaction}) to {to}", file.display()))?;
    }
    Ok(())
}
