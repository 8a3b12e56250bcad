//! The relay limit: consumes, acknowledges, answers with 1 kB and awaits the confirm, as bare as lapin allows.
//! No database, no parsing.

use crate::Failed;
use crate::broker::{IN, post};
use futures_util::stream::{FuturesUnordered, StreamExt};
use lapin::options::*;
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties, Consumer};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

/// Unacknowledged messages.
const PREFETCH: u16 = 1000;
/// Messages acknowledged together.
const TOGETHER: usize = 100;
/// Answers whose confirms are awaited.
const WINDOW: usize = 500;
/// Bytes of an answer.
const ANSWER: usize = 1024;

/// The relay as a process.
pub struct Relay {
    child: Child,
    id: u32,
}

impl Relay {
    /// Its process.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Waits for its end, which must be in good order.
    pub async fn wait(mut self) -> Result<(), Failed> {
        let end = self.child.wait().await?;
        if end.success() { Ok(()) } else { Err(format!("the relay ended with {end}").into()) }
    }
}

/// Starts this program again as the relay.
pub fn start(messages: usize) -> Result<Relay, Failed> {
    let program = std::env::current_exe()?;
    let child = Command::new(program).args(["--relay", &messages.to_string()]).kill_on_drop(true).spawn()?;
    let id = child.id().ok_or("the relay ended at once")?;
    Ok(Relay { child, id })
}

/// Is the relay for so many messages.
pub async fn run(url: &str, messages: usize) -> Result<(), Failed> {
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

async fn take(mut consumer: Consumer, messages: usize, taken: mpsc::Sender<usize>) -> Result<(), Failed> {
    for number in 1..=messages {
        let delivery = consumer.next().await.ok_or("the broker ended the consumer")??;
        taken.send(number).await?;
        if number.is_multiple_of(TOGETHER) || number == messages {
            delivery.acker.ack(BasicAckOptions { multiple: true }).await?;
        }
    }
    Ok(())
}

async fn answer(connection: &Connection, mut taken: mpsc::Receiver<usize>) -> Result<(), Failed> {
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    let mut flight = FuturesUnordered::new();
    let mut is_open = true;
    while is_open || !flight.is_empty() {
        tokio::select! {
            biased;
            Some(done) = flight.next(), if !flight.is_empty() => done?,
            number = taken.recv(), if is_open && flight.len() < WINDOW => match number {
                Some(number) => {
                    let body = vec![b'x'; ANSWER];
                    flight.push(post(&channel, "eai.out", "response.omni.retailsales", number.to_string(), body));
                }
                None => is_open = false,
            },
        }
    }
    Ok(())
}
