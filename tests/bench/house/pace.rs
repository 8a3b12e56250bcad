//! The sender: publishes at planned moments, and takes its answers.

use crate::broker::{ANSWERS, Broker, post};
use crate::times::Times;
use crate::{Failed, sale};
use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{BasicConsumeOptions, ConfirmSelectOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Consumer};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

/// Sales that are answered before any is timed: the program under test is at work then.
const BEFORE: usize = 50;
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is sent, and how fast.
pub struct Pace {
    /// Messages a second.
    pub rate: usize,
    /// How many are timed.
    pub messages: usize,
    /// The number of the first sale.
    pub first: usize,
}

impl Pace {
    /// How many are sent in all.
    pub fn whole(&self) -> usize {
        BEFORE + self.messages
    }

    /// Keeps the pace; gives how long each answer took, without the first tenth.
    ///
    /// # Errors
    /// An answer that is missing, or one too many.
    pub async fn keep(&self, broker: &Broker) -> Result<Times, Failed> {
        let channel = broker.connection.create_channel().await?;
        let options = BasicConsumeOptions { no_ack: true, ..Default::default() };
        let mut answers =
            channel.basic_consume(ANSWERS.into(), "sender".into(), options, FieldTable::default()).await?;
        let out = broker.connection.create_channel().await?;
        out.confirm_select(ConfirmSelectOptions::default()).await?;

        // Those before have the numbers behind the timed ones.
        let before: Vec<_> = (self.messages..self.whole()).map(|place| self.sale(place)).collect();
        let now = vec![Instant::now(); BEFORE];
        self.send(&out, before, &now).await?;
        collect(&mut answers, BEFORE).await?;

        let sales: Vec<_> = (0..self.messages).map(|place| self.sale(place)).collect();
        let begun = Instant::now() + Duration::from_millis(100);
        let planned = |number: usize| begun + Duration::from_secs_f64(number as f64 / self.rate as f64);
        let planned: Vec<Instant> = (0..self.messages).map(planned).collect();
        let (sent, arrived) = tokio::join!(self.send(&out, sales, &planned), collect(&mut answers, self.messages));
        sent?;
        let mut took: Vec<Option<Duration>> = vec![None; self.messages];
        for (number, at) in arrived? {
            let place = number.checked_sub(self.first).and_then(|at| Some((took.get_mut(at)?, planned[at])));
            let place = place.filter(|(took, _)| took.is_none());
            let (took, planned) = place.ok_or_else(|| format!("a second answer to {number}, or one to nothing"))?;
            *took = Some(at - planned);
        }
        for channel in [channel, out] {
            channel.close(200, "done".into()).await?;
        }
        Ok(Times::of(took.into_iter().skip(self.messages / 10).flatten().collect()))
    }

    fn sale(&self, place: usize) -> (usize, Vec<u8>) {
        let number = self.first + place;
        (number, sale::sale(number))
    }

    async fn send(&self, out: &Channel, sales: Vec<(usize, Vec<u8>)>, planned: &[Instant]) -> Result<(), Failed> {
        let mut sending = JoinSet::new();
        for ((number, body), planned) in sales.into_iter().zip(planned) {
            sleep_until(*planned).await;
            let out = out.clone();
            // Nobody waits for the confirm of the one before.
            sending.spawn(async move { post(&out, "eai", "in.retailsales", format!("{number:x}").into(), body).await });
        }
        while let Some(sent) = sending.join_next().await {
            sent??;
        }
        Ok(())
    }
}

/// Takes so many answers; the message that each answers, and when it came.
async fn collect(answers: &mut Consumer, count: usize) -> Result<Vec<(usize, Instant)>, Failed> {
    let mut arrived = Vec::with_capacity(count);
    while arrived.len() < count {
        let late = |_| format!("only {} of {count} answers came", arrived.len());
        let delivery =
            timeout(PATIENCE, answers.next()).await.map_err(late)?.ok_or("the broker ended the consumer")??;
        let at = Instant::now();
        arrived.push((number(&delivery)?, at));
    }
    Ok(arrived)
}

/// The number of the message that it answers: eaid names its UUID, the relay its id.
fn number(answer: &Delivery) -> Result<usize, Failed> {
    let properties = &answer.properties;
    let id = properties.correlation_id().as_ref().or(properties.message_id().as_ref()).ok_or("an answer to nothing")?;
    let last = id.as_str().rsplit('-').next().unwrap_or_default();
    usize::from_str_radix(last, 16).map_err(|_| format!("{id} is no message of ours").into())
}
