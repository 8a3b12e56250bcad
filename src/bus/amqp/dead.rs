//! The copy of a message that could not be read, for queue `eai.dead`.

use super::names::short;
use super::window::Letter;
use crate::bus::{Delivered, Fate};
use eaid_schemas::violation::Code;
use lapin::protocol::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};
use std::sync::Arc;
use uuid::Uuid;

/// A greater body is copied in part: the whole is in the database.
const WHOLE: usize = 8 << 20;
/// How much of it then.
const PART: usize = 64 << 10;
/// Characters of the reason; headers must fit one frame (`engineering/rabbitmq.md` 1).
const REASON: usize = 250;

/// The copy as a letter to the dead letters' queue, through the default exchange.
pub(super) fn letter(queue: &str, delivered: &Delivered, fate: &Fate) -> Letter {
    let (code, reason) = match &fate.cause {
        Some((code, reason)) => (*code, reason.as_str()),
        None => (Code::Internal, ""),
    };
    let reason: String = reason.chars().take(REASON).collect();
    let mut headers = FieldTable::default();
    headers.insert("x-eaid-code".into(), AMQPValue::LongString(code.as_str().into()));
    headers.insert("x-eaid-reason".into(), AMQPValue::LongString(reason.into()));
    headers.insert("x-eaid-message".into(), AMQPValue::LongString(fate.message.to_string().into()));
    let size = delivered.body.len();
    let body = if size > WHOLE {
        headers.insert("x-eaid-size".into(), AMQPValue::LongLongInt(i64::try_from(size).unwrap_or(i64::MAX)));
        Arc::from(&delivered.body[..PART])
    } else {
        Arc::clone(&delivered.body)
    };
    let mut properties = BasicProperties::default().with_headers(headers);
    if let Some(content_type) = &delivered.content_type {
        properties = properties.with_content_type(short(content_type));
    }
    Letter {
        exchange: String::new(),
        key: queue.to_owned(),
        is_mandatory: true,
        message_id: Uuid::now_v7().to_string(),
        properties,
        body,
    }
}
