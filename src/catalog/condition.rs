//! *Condição de envio*: an expression in CEL over header and content of a message of ours, that says whether it is
//! sent (`domain/admin.md` 2). It is checked against the message's declaration when the file is read, and
//! evaluated on the very message that would go.
//!
//! Names are those of the wire: `header.BranchId`, `content.Status`, `content.ListOfItem.Item`. A tag that is
//! absent is empty: `""`, `0`, `false`, an empty list.

mod check;
#[cfg(test)]
mod tests;
mod value;

use cel::{Context, ExecutionError, Program, Value};
use eaid_schemas::envelope::Header;
use eaid_schemas::record::{Record, Spec};
use std::sync::{Arc, LazyLock};

/// Longest condition, in characters; the column of the screen has 250.
const LONGEST: usize = 1000;

/// What CEL itself brings, made once: to make it anew is a sixth of an evaluation.
static FUNCTIONS: LazyLock<Context<'static, 'static>> = LazyLock::new(Context::default);

/// A condition that was checked.
#[derive(Clone)]
pub struct Condition {
    /// As it stands in the file.
    pub text: String,
    program: Arc<Program>,
    content: &'static Spec,
    /// The fields that it names and whose values may be told.
    named: Vec<check::Path>,
}

/// What is wrong with a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// In which of its lines, from 0.
    pub line: usize,
    /// What is wrong, and what to write.
    pub reason: String,
}

/// Why a message is not sent, in Portuguese.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The reason.
    pub reason: String,
    /// The condition could not be evaluated: a flaw of it, and an alarm.
    pub is_failure: bool,
}

impl Condition {
    /// Reads a condition for messages of a content.
    ///
    /// # Errors
    /// Everything that is [`Wrong`] with it.
    pub fn read(text: &str, content: &'static Spec) -> Result<Condition, Vec<Wrong>> {
        if text.chars().count() > LONGEST {
            return Err(vec![Wrong { line: 0, reason: format!("it has more than {LONGEST} characters") }]);
        }
        let program = Program::compile(text).map_err(|errors| {
            let wrong = errors.errors.iter().map(|error| Wrong {
                line: usize::try_from(error.pos.0 - 1).unwrap_or(0),
                // Of what the parser would have liked instead, the list is longer than any condition.
                reason: format!(
                    "column {}: {}",
                    error.pos.1.max(1),
                    error.msg.split(" expecting {").next().unwrap_or_default()
                ),
            });
            wrong.collect::<Vec<_>>()
        })?;
        let named = check::check(text, &program, content)?;
        Ok(Condition { text: text.to_owned(), program: Arc::new(program), content, named })
    }

    /// Whether a message is sent, given as JSON.
    ///
    /// # Errors
    /// [`Held`]: it is not. A failing evaluation holds it back too.
    pub fn holds(&self, message: &str) -> Result<(), Held> {
        let failure = |what: &str| Held {
            reason: format!("A condição de envio não pôde ser avaliada: {what}. Condição: {}", self.text),
            is_failure: true,
        };
        let Ok(message) = serde_json::from_str::<serde_json::Value>(message) else {
            return Err(failure("a mensagem não é JSON"));
        };
        let header = value::record(Header::spec(), message.get("Header"));
        let content = value::record(self.content, message.get("Content"));
        let mut context = FUNCTIONS.new_inner_scope();
        context.add_variable_from_value("header", header);
        context.add_variable_from_value("content", content);
        match self.program.execute(&context) {
            Ok(Value::Bool(true)) => Ok(()),
            Ok(Value::Bool(false)) => Err(Held { reason: self.falsehood(&message), is_failure: false }),
            Ok(_) => Err(failure("o resultado não é verdadeiro nem falso")),
            Err(error) => Err(failure(&say(&error))),
        }
    }

    /// Says that the condition is false, and what the fields hold that it names.
    fn falsehood(&self, message: &serde_json::Value) -> String {
        let told: Vec<String> = self.named.iter().map(|path| path.told(message)).collect();
        let told = if told.is_empty() { String::new() } else { format!(" Valores: {}.", told.join(", ")) };
        format!("A condição de envio é falsa: {}.{told}", self.text.trim())
    }
}

/// What failed, without any of the values: they may be personal data.
fn say(error: &ExecutionError) -> String {
    match error {
        ExecutionError::FunctionError { function, .. } => format!("a função {function} falhou"),
        ExecutionError::IndexOutOfBounds(_) => "o índice está fora da lista".to_owned(),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "divisão por zero".to_owned(),
        ExecutionError::Overflow(..) => "o número é grande demais".to_owned(),
        ExecutionError::NoSuchKey(key) => format!("não há {key}"),
        _ => "os tipos não combinam".to_owned(),
    }
}
