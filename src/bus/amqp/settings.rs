//! What an administrator sets of the broker, and the reading of its address.

use crate::config::units::{Size, Span};
use lapin::uri::AMQPUri;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use std::path::PathBuf;
use std::time::Duration;

/// Section `[amqp]`. Names are those of the contract; all of them can be changed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AmqpSettings {
    /// Whether RabbitMQ is used at all.
    pub enabled: bool,
    /// Address with credentials: `amqp://user:password@host:5672/%2f`, or `amqps://…`.
    #[serde(serialize_with = "hidden")]
    pub url: SecretString,
    /// A file that holds the address, instead of `url`.
    pub url_file: Option<PathBuf>,
    /// Exchange to which partners publish.
    pub exchange_in: String,
    /// Queue of business messages.
    pub queue_in: String,
    /// Its binding to `exchange_in`.
    pub binding_in: String,
    /// Queue of order events.
    pub queue_events: String,
    /// Its binding to `exchange_in`.
    pub binding_events: String,
    /// Exchange to which eaid publishes.
    pub exchange_out: String,
    /// Queue of what could not be read.
    pub queue_dead: String,
    /// Queues that eaid makes for those who fetch its answers.
    pub mailboxes: Vec<Mailbox>,
    /// Messages that the broker hands over before the first is acknowledged. It begins with few, and has more when
    /// those are so small that twice as many bytes fit `unsettled`.
    pub prefetch: u16,
    /// Bytes that may be handed over and not settled. A single larger message passes alone.
    pub unsettled: Size,
    /// Messages that are published before the first confirm is awaited.
    pub window: usize,
    /// Greatest message to publish; a larger one is never tried, because the broker would close the channel on
    /// its neighbours. RabbitMQ 4 has 16 MB unless `max_message_size` says otherwise.
    pub max_message: Size,
    /// Make exchanges, queues and bindings that are absent. Off: their absence is a fault.
    pub declare: bool,
    /// Send a Receipt for every message.
    pub receipts: bool,
    /// A peer that says nothing for twice this time is taken for dead. An address may say `?heartbeat=20` too.
    pub heartbeat: Span,
    /// How long a connection or one request to the broker may take.
    pub timeout: Span,
}

/// A queue on `exchange_out`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    /// Its name.
    pub queue: String,
    /// Its binding.
    pub binding: String,
}

/// For tests: the defaults of the compiled-in file.
#[cfg(test)]
impl Default for AmqpSettings {
    fn default() -> Self {
        crate::config::defaults().expect("the compiled-in file is right").amqp
    }
}

fn hidden<S: Serializer>(_: &SecretString, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str("***")
}

/// An address that cannot be used. Never quotes it: it holds a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// lapin would silently connect to localhost instead (`engineering/rabbitmq.md` 0.10).
    #[error("[amqp] url: endereços IPv6 não são aceitos; use um nome de host ou IPv4")]
    Ipv6,
    /// A trailing `/` names the empty virtual host, which hardly anybody means.
    #[error("[amqp] url: termina em `/`, que é o virtual host vazio; use `/%2f` para o virtual host padrão")]
    EmptyVhost,
    /// No address at all.
    #[error("[amqp] url: não é um endereço como amqp://usuario:senha@host:5672/%2f ({0})")]
    Unreadable(String),
}

impl AmqpSettings {
    /// The address, with the heartbeat of the settings where it names none.
    ///
    /// # Errors
    /// [`AddressError`] where it cannot be used as it stands.
    pub fn address(&self) -> Result<AMQPUri, AddressError> {
        let text = self.url.expose_secret().trim();
        let authority = text.split_once("://").map_or("", |(_, rest)| rest);
        let authority = authority.split(['/', '?']).next().unwrap_or("");
        if authority.rsplit('@').next().is_some_and(|host| host.starts_with('[')) {
            return Err(AddressError::Ipv6);
        }
        let mut address: AMQPUri = text.parse().map_err(|reason: String| {
            // The reasons of the parser are fixed phrases but for one, which quotes the address.
            let quotes = reason.contains("://") || reason.contains("Invalid URL");
            AddressError::Unreadable(if quotes { "inválido".to_owned() } else { reason })
        })?;
        if address.vhost.is_empty() {
            return Err(AddressError::EmptyVhost);
        }
        let seconds = u16::try_from(self.heartbeat.0.as_secs()).unwrap_or(u16::MAX).max(1);
        address.query.heartbeat.get_or_insert(seconds);
        address.query.connection_timeout.get_or_insert(u64::try_from(self.timeout.0.as_millis()).unwrap_or(u64::MAX));
        Ok(address)
    }

    /// How long a window of confirms may take: longer than a dead peer needs to be noticed.
    pub fn window_timeout(&self) -> Duration {
        (self.heartbeat.0 * 3).max(self.timeout.0).max(Duration::from_secs(10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(url: &str) -> Result<AMQPUri, AddressError> {
        AmqpSettings { url: url.into(), ..AmqpSettings::default() }.address()
    }

    #[test]
    fn an_address_is_read() {
        let address = with("amqp://ana:s%40nha@rabbit.loja:5673/eai?heartbeat=7").unwrap();
        assert_eq!(address.authority.host, "rabbit.loja");
        assert_eq!(address.authority.userinfo.password, "s@nha");
        assert_eq!(address.vhost, "eai");
        assert_eq!(address.query.heartbeat, Some(7));
        assert_eq!(with("amqp://127.0.0.1/%2f").unwrap().query.heartbeat, Some(20));
    }

    #[test]
    fn what_lapin_would_misread_is_refused() {
        assert_eq!(with("amqp://u:p@[::1]:5672/%2f"), Err(AddressError::Ipv6));
        assert_eq!(with("amqp://[::1]"), Err(AddressError::Ipv6));
        assert_eq!(with("amqp://u:p@host:5672/"), Err(AddressError::EmptyVhost));
    }

    #[test]
    fn a_bad_address_is_not_quoted() {
        for url in ["", "rabbit", "http://u:segredo@host/", "amqp:segredo", "amqp://u:segredo@host:99999/%2f"] {
            let text = with(url).unwrap_err().to_string();
            assert!(!text.contains("segredo"), "{text}");
        }
    }

    #[test]
    fn the_password_never_shows() {
        let settings = AmqpSettings { url: "amqp://u:segredo@host/%2f".into(), ..AmqpSettings::default() };
        assert!(!format!("{settings:?}").contains("segredo"));
        assert!(!serde_json::to_string(&settings).unwrap().contains("segredo"));
    }
}
