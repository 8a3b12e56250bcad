//! What a Response or Receipt that arrived says, for a person: which message it answers, and what became of that.

use crate::fault::Fault;
use crate::store::{Outgoing, Store};
use eaid_schemas::envelope::answer::{Message, Told};
use serde::Serialize;
use uuid::Uuid;

/// An answer that arrived. It is noted, and never answered.
#[derive(Debug, Serialize)]
pub struct Answers {
    /// `Response` or `Receipt`.
    pub kind: &'static str,
    /// The UUID of the message that it answers.
    pub uuid: String,
    /// Who sent that.
    pub sent_by: String,
    /// Its event.
    pub event: String,
    /// The transaction that the answer names.
    pub transaction: String,
    /// That message, where it is one of ours that the store knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ours: Option<Ours>,
    /// Whether it was taken; nothing of that stands in a Receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ok: Option<bool>,
    /// The status as it came.
    pub status: String,
    /// When it was decided, or arrived.
    pub on: String,
    /// What was found.
    pub messages: Vec<Line>,
    /// Ids: name, theirs or ours, the other.
    pub ids: Vec<[String; 3]>,
    /// Transactions that the other side exchanges: name, version, mode.
    pub enabled: Vec<[String; 3]>,
}

/// A message of ours.
#[derive(Debug, Serialize)]
pub struct Ours {
    /// Its kind: `trace`, `response` …
    pub kind: &'static str,
    /// Its transaction.
    pub transaction: String,
    /// The record that it speaks of.
    pub subject: String,
}

impl From<Outgoing> for Ours {
    fn from(sent: Outgoing) -> Self {
        Ours { kind: sent.kind.as_str(), transaction: sent.transaction.into(), subject: sent.subject.into() }
    }
}

/// One thing that the answer says.
#[derive(Debug, Serialize)]
pub struct Line {
    /// `ERROR` or `WARNING`.
    pub level: &'static str,
    /// The code of who answers.
    pub code: String,
    /// The tag, where it is told.
    pub path: String,
    /// The text.
    pub text: String,
}

impl From<Message> for Line {
    fn from(said: Message) -> Self {
        // What says neither counts as an error (`domain/protocol.md` 9).
        let level = if said.kind.eq_ignore_ascii_case("WARNING") { "WARNING" } else { "ERROR" };
        Line { level, code: said.code, path: said.path, text: said.text }
    }
}

impl Answers {
    /// Tells of an answer; the store, where one is asked, knows the message that it answers.
    ///
    /// # Errors
    /// [`Fault`] of the store.
    pub async fn of(told: Told, transaction: &str, store: Option<&dyn Store>) -> Result<Answers, Fault> {
        let ours = match (store, Uuid::parse_str(&told.uuid)) {
            (Some(store), Ok(uuid)) => store.outgoing(uuid).await?,
            _ => None,
        };
        Ok(Answers {
            kind: if told.is_receipt { "Receipt" } else { "Response" },
            ours: ours.map(Ours::from),
            ok: (!told.is_receipt).then(|| told.is_ok()),
            uuid: told.uuid,
            sent_by: told.sent_by,
            event: told.event,
            transaction: transaction.to_owned(),
            status: told.status,
            on: told.on,
            messages: told.messages.into_iter().map(Line::from).collect(),
            ids: told.ids.into_iter().map(|id| [id.name, id.origin, id.destination]).collect(),
            enabled: told.enabled,
        })
    }

    /// The lines that a person reads, in Portuguese.
    pub fn lines(&self) -> Vec<String> {
        let what = if self.kind == "Receipt" { "Recibo da" } else { "Resposta à" };
        let with = |before: &str, text: &str| if text.is_empty() { String::new() } else { format!("{before}{text}") };
        let uuid = if self.uuid.is_empty() { "(sem UUID)" } else { &self.uuid };
        let mut lines = vec![format!(
            "{what} mensagem {uuid}: {}{}{}",
            self.transaction,
            with(" ", &self.event),
            with(", enviada por ", &self.sent_by)
        )];
        if let Some(ours) = &self.ours {
            lines.push(format!("é nossa: {} {} de {}", ours.kind, ours.transaction, ours.subject));
        }
        lines.push(match self.ok {
            None => format!("chegou ao destino{}; nada diz do que foi feito dela", with(" em ", &self.on)),
            Some(true) => format!("aceita{}", with(" em ", &self.on)),
            Some(false) if self.status.is_empty() => "recusada: a resposta não traz Status OK".to_owned(),
            Some(false) => format!("recusada{} (Status {})", with(" em ", &self.on), self.status),
        });
        for Line { level, code, path, text } in &self.messages {
            let word = if *level == "WARNING" { "aviso" } else { "erro" };
            lines.push(format!("{word}{}: {text}{}", with(" ", code), with(" em ", path)));
        }
        lines.extend(
            self.ids.iter().map(|[name, origin, destination]| format!("id de {name}: {origin} -> {destination}")),
        );
        lines.extend(self.enabled.iter().map(|[name, version, mode]| format!("troca {name} {version}: {mode}")));
        lines.push("Fica anotada; nada muda aqui e ninguém é respondido.".to_owned());
        lines
    }
}
