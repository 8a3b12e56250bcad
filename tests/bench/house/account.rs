//! Every message has its one answer, and it is OK.

use crate::Failed;
use crate::broker::{ANSWERS, Broker};
use futures_util::StreamExt;
use lapin::options::*;
use lapin::types::FieldTable;
use std::collections::HashSet;

/// Reads all answers, which must be exactly so many; nothing else may be left.
///
/// # Errors
/// An answer that is missing, that is not OK, or that a message has beyond its one.
pub async fn check(broker: &Broker, messages: usize) -> Result<(), Failed> {
    broker.check_empty().await?;
    let found = broker.depth().await?.answers;
    if found != messages {
        return Err(format!("{found} answers instead of {messages}").into());
    }
    let channel = broker.connection.create_channel().await?;
    let options = BasicConsumeOptions { no_ack: true, ..Default::default() };
    let mut consumer = channel.basic_consume(ANSWERS.into(), "account".into(), options, FieldTable::default()).await?;
    let mut answers = Vec::with_capacity(messages);
    for _ in 0..messages {
        answers.push(consumer.next().await.ok_or("the broker ended the consumer")??.data);
    }
    channel.close(200, "done".into()).await?;
    are_all_ok(answers.iter().map(Vec::as_slice), messages)
}

/// Looks at the answers of so many messages.
///
/// # Errors
/// An answer that is missing, that is not OK, or that a message has beyond its one.
pub fn are_all_ok<'a>(answers: impl Iterator<Item = &'a [u8]>, messages: usize) -> Result<(), Failed> {
    let mut answered = HashSet::new();
    for answer in answers {
        let answer: serde_json::Value = serde_json::from_slice(answer)?;
        let content = &answer["Content"];
        if content["ProcessingInformation"]["Status"] != "OK" {
            return Err(format!("an answer is not OK: {answer}").into());
        }
        let uuid = content["ReceivedMessage"]["UUID"].as_str().unwrap_or_default().to_owned();
        if !answered.insert(uuid.clone()) {
            return Err(format!("{uuid} was answered twice").into());
        }
    }
    match answered.len() == messages {
        true => Ok(()),
        false => Err(format!("{} answers instead of {messages}", answered.len()).into()),
    }
}
