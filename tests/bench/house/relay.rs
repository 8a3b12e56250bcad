//! The relay limit: consumes, acknowledges, answers with 1 kB and awaits the confirm, as bare as lapin allows.
//! No database, no parsing.

use crate::Failed;
use crate::broker::{Broker, IN, post};
use crate::figures::Figures;
use crate::options;
use crate::part::{self, Part};
use crate::servers::Servers;
use futures_util::stream::{FuturesUnordered, StreamExt};
use lapin::options::*;
use lapin::types::{FieldTable, ShortString};
use lapin::{Connection, ConnectionProperties, Consumer};
use tokio::sync::mpsc;

/// Unacknowledged messages.
pub const PREFETCH: u16 = 1000;
/// Messages acknowledged together.
const TOGETHER: usize = 100;
/// Answers whose confirms are awaited.
const WINDOW: usize = 500;
/// Bytes of an answer.
const ANSWER: usize = 1024;

/// The word by which a benchmark starts itself again as the relay; behind it stands how many messages there are.
pub const WORD: &str = "--relay";

/// Is the relay, if this process was started as that, and says whether it was.
///
/// # Errors
/// What the broker says.
pub async fn is_played(servers: &Servers) -> Result<bool, Failed> {
    let Some(messages) = options::part(WORD) else { return Ok(false) };
    run(&servers.amqp, messages.parse()?).await?;
    Ok(true)
}

/// One run of it over waiting sales.
///
/// # Errors
/// Where it leaves anything.
pub async fn measure(servers: &Servers, broker: &Broker, messages: usize, name: &str) -> Result<Figures, Failed> {
    part::measure(servers, broker, messages, name, || start(messages)).await
}

/// Starts this program again as the relay.
///
/// # Errors
/// Where that cannot be.
pub fn start(messages: usize) -> Result<Part, Failed> {
    Part::start(&[WORD, &messages.to_string()])
}

async fn run(url: &str, messages: usize) -> Result<(), Failed> {
    let incoming = Connection::connect(url, ConnectionProperties::default()).await?;
    let outgoing = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = incoming.create_channel().await?;
    channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
    let consumed =
        channel.basic_consume(IN.into(), "relay".into(), BasicConsumeOptions::default(), FieldTable::default());
    let consumer = consumed.await?;
    let (taken, answered) = mpsc::channel(usize::from(PREFETCH));
    let taking = tokio::spawn(take(consumer, messages, taken));
    answer(&outgoing, answered).await?;
    taking.await??;
    // The watcher reads what this process used; it ends when its input does.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    incoming.close(200, "done".into()).await?;
    outgoing.close(200, "done".into()).await?;
    Ok(())
}

async fn take(mut consumer: Consumer, messages: usize, taken: mpsc::Sender<ShortString>) -> Result<(), Failed> {
    for number in 1..=messages {
        let delivery = consumer.next().await.ok_or("the broker ended the consumer")??;
        taken.send(delivery.properties.message_id().clone().unwrap_or_default()).await?;
        if number.is_multiple_of(TOGETHER) || number == messages {
            delivery.acker.ack(BasicAckOptions { multiple: true }).await?;
        }
    }
    Ok(())
}

/// Answers whatever is handed over, until nobody is left who would hand over more.
///
/// # Errors
/// What the broker says.
pub async fn answer(connection: &Connection, mut taken: mpsc::Receiver<ShortString>) -> Result<(), Failed> {
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    let mut flight = FuturesUnordered::new();
    let mut is_open = true;
    while is_open || !flight.is_empty() {
        tokio::select! {
            biased;
            Some(done) = flight.next(), if !flight.is_empty() => done?,
            id = taken.recv(), if is_open && flight.len() < WINDOW => match id {
                // The sender knows its answer by the id of its message.
                Some(id) => flight.push(post(&channel, "eai.out", "response.omni.retailsales", id, vec![b'x'; ANSWER])),
                None => is_open = false,
            },
        }
    }
    Ok(())
}
