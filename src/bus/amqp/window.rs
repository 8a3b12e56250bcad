//! A window: messages that are published together on a confirm channel that nobody else uses meanwhile.
//!
//! The broker confirms by tag but returns an unroutable message without one, and lapin hands a return to
//! whichever confirm comes next (`engineering/rabbitmq.md` 0.1). So nothing is known of one message before the
//! whole window is confirmed; then the returned ones are told by their `message_id`.

use super::connection::describe;
use super::names::short;
use crate::fault::Fault;
use futures_util::poll;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::protocol::BasicProperties;
use lapin::types::ShortString;
use lapin::{Channel, Confirmation, Connection, PublisherConfirm};
use std::collections::HashMap;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// One message of a window.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Exchange; empty for the default one.
    pub exchange: String,
    /// Routing key.
    pub key: String,
    /// Ask the broker to return it where no queue takes it.
    pub is_mandatory: bool,
    /// Its id: must be unique in the window.
    pub message_id: String,
    /// Everything else that goes with it; made persistent, and given the id.
    pub properties: BasicProperties,
    /// The bytes.
    pub body: Arc<[u8]>,
}

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// A queue has it.
    Confirmed,
    /// No queue takes it; what the broker says.
    Returned(String),
    /// The broker could not take it: a full queue, or a fault of its own.
    Refused,
}

/// A window whose fate is not known: the channel must be given up. What went wrong.
pub(super) struct Broken(pub(super) String);

impl From<Broken> for Fault {
    fn from(Broken(text): Broken) -> Self {
        Fault::Bus(text)
    }
}

/// Opens a channel with confirms.
pub(super) async fn open(connection: &Connection) -> lapin::Result<Channel> {
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    Ok(channel)
}

/// Publishes a window and awaits every confirm.
pub(super) async fn publish(channel: &Channel, letters: Vec<Letter>, limit: Duration) -> Result<Vec<Posted>, Broken> {
    match tokio::time::timeout(limit, post(channel, letters)).await {
        Ok(Ok(posted)) => Ok(posted),
        Ok(Err(Trouble::Channel(error))) => Err(Broken(format!("publicação: {}", describe(&error)))),
        Ok(Err(Trouble::NotRequested)) => Err(Broken("publicação: canal sem confirmações".to_owned())),
        Err(_) => Err(Broken(format!("publicação: sem confirmação em {limit:?}"))),
    }
}

enum Trouble {
    Channel(lapin::Error),
    NotRequested,
}

impl From<lapin::Error> for Trouble {
    fn from(error: lapin::Error) -> Self {
        Trouble::Channel(error)
    }
}

async fn post(channel: &Channel, letters: Vec<Letter>) -> Result<Vec<Posted>, Trouble> {
    let mut written = Vec::with_capacity(letters.len());
    let mut fates = Vec::with_capacity(letters.len());
    for letter in letters {
        let id = short(&letter.message_id);
        // The first poll puts the frames in lapin's queue, in order; waiting for each to be written before the
        // next is queued would cost a turn of its I/O thread a message.
        let mut one = Box::pin(send(channel, letter, id.clone()));
        match poll!(one.as_mut()) {
            Poll::Ready(confirm) => written.push((id, Step::Written(confirm?))),
            Poll::Pending => written.push((id, Step::Queued(one))),
        }
    }
    let mut returned = HashMap::new();
    for (id, step) in written {
        let confirm = match step {
            Step::Written(confirm) => confirm,
            Step::Queued(queued) => queued.await?,
        };
        let (acked, message) = match confirm.await? {
            Confirmation::Ack(message) => (true, message),
            Confirmation::Nack(message) => (false, message),
            Confirmation::NotRequested => return Err(Trouble::NotRequested),
        };
        fates.push((id, if acked { Posted::Confirmed } else { Posted::Refused }));
        if let Some(message) = message {
            let id = message.delivery.properties.message_id().clone();
            returned.insert(id.unwrap_or_default(), format!("{} {}", message.reply_code, message.reply_text));
        }
    }
    Ok(fates.into_iter().map(|(id, fate)| returned.remove(&id).map_or(fate, Posted::Returned)).collect())
}

enum Step<F> {
    Queued(std::pin::Pin<Box<F>>),
    Written(PublisherConfirm),
}

async fn send(channel: &Channel, letter: Letter, id: ShortString) -> lapin::Result<PublisherConfirm> {
    let options = BasicPublishOptions { mandatory: letter.is_mandatory, ..BasicPublishOptions::default() };
    let properties = letter.properties.with_delivery_mode(2).with_message_id(id);
    channel.basic_publish(short(&letter.exchange), short(&letter.key), options, &letter.body, properties).await
}
