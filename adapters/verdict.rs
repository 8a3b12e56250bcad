//! What a routine decides: exactly one verdict a message.

use crate::effect::{Alias, Effect, Key};
use eaid_schemas::envelope::json::JsonWriter;
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::violation::{Code, ErrorPaths, Violation};
use eaid_schemas::write::{Properties, Writer};
use foldhash::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The decision on one message.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Rows to write and the answer to send.
    Stage(Staged),
    /// The message is at fault: the same message gives the same refusal for ever.
    Refuse(Refusal),
    /// The message is right but early.
    Wait(Waiting),
}

/// What is staged.
#[derive(Clone, Debug, Default)]
pub struct Staged {
    /// What is to happen.
    pub effects: Vec<Effect>,
    /// Ids for the answer.
    pub ids: Vec<InternalId>,
    /// Warnings for the answer.
    pub warnings: Vec<Violation>,
    /// What the answer returns beside the ids.
    pub returned: Option<Returned>,
}

/// Why a message is refused.
#[derive(Clone, Debug, Default)]
pub struct Refusal {
    /// Every reason, and the warnings.
    pub violations: Vec<Violation>,
    /// Existing ids, for the sender to reconcile.
    pub ids: Vec<InternalId>,
    /// What the answer returns beside the errors.
    pub returned: Option<Returned>,
    /// What is kept all the same: the log of a call.
    pub effects: Vec<Effect>,
}

/// What an answer returns in `ReturnContent` beside ids and errors.
#[derive(Clone)]
pub struct Returned(pub Arc<dyn Properties>);

impl Returned {
    /// As JSON, for people and samples.
    pub fn to_json(&self) -> String {
        let mut out = JsonWriter::default();
        out.begin_object();
        self.0.write_properties(&mut out);
        out.end_object();
        out.finish()
    }
}

impl fmt::Debug for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json())
    }
}

/// What a message waits for.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// Every key that is missing.
    pub missing: Vec<Missing>,
    /// Warnings, kept for the answer.
    pub warnings: Vec<Violation>,
    /// How it ends, where that is not `[waiting] patience` and a key that never came.
    pub limit: Option<Limit>,
}

/// How a wait ends that has a patience of its own.
#[derive(Clone, Debug)]
pub struct Limit {
    /// How long it lasts, from the decision on.
    pub patience: Duration,
    /// Why the message is refused then.
    pub refusal: Violation,
}

/// One missing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What is missing.
    pub key: Key,
    /// The tag that names it.
    pub path: String,
    /// Says what is missing and what to do, in Portuguese.
    pub text: String,
}

/// Collects all that a routine finds on a message, so that one answer names everything.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    violations: Vec<Violation>,
    errors: ErrorPaths,
    missing: Vec<Missing>,
    keys: HashSet<Key>,
    ids: Vec<InternalId>,
    returned: Option<Returned>,
    limit: Option<Limit>,
}

impl Findings {
    /// Begins with what the reading found.
    pub fn after(found: &[Violation]) -> Self {
        let mut errors = ErrorPaths::default();
        found.iter().filter(|violation| violation.is_error()).for_each(|violation| errors.add(&violation.path));
        Findings { violations: found.to_vec(), errors, ..Findings::default() }
    }

    /// Notes an error.
    pub fn error(&mut self, code: Code, path: impl Into<String>, text: impl Into<String>) {
        let violation = Violation::error(code, path, text);
        self.errors.add(&violation.path);
        self.violations.push(violation);
    }

    /// Notes a warning.
    pub fn warning(&mut self, code: Code, path: impl Into<String>, text: impl Into<String>) {
        self.violations.push(Violation::warning(code, path, text));
    }

    /// Notes a missing mandatory tag, unless something was already found there.
    pub fn missing_tag(&mut self, path: impl Into<String>) {
        let path = path.into();
        if !self.has_error_at(&path) {
            let tag = path.rsplit('/').next().unwrap_or_default().to_owned();
            self.error(Code::Missing, path, format!("A tag {tag} é obrigatória e não foi informada."));
        }
    }

    /// Whether an error stands at a path or below it.
    pub fn has_error_at(&self, path: &str) -> bool {
        self.errors.covers(path)
    }

    /// Notes a De/Para entry that is not there: the message waits for it.
    pub fn missing_depara(&mut self, partner: &str, alias: Alias, external: &str, path: impl Into<String>) {
        let what = alias.what;
        let advice = match alias {
            Alias::CUSTOMER => "espera o CustomerVendor que o traz",
            Alias::RESERVE => "espera o ItemReserve que a traz",
            Alias::SALE => "espera o RetailSales que a traz",
            _ => "cadastre-o com `eaid depara set` ou `import`",
        };
        let text = format!("Não há De/Para para {what} \"{external}\" ({}, {}): {advice}.", alias.alias, alias.field);
        let key = Key::DePara { partner: partner.into(), alias, external: external.into() };
        self.missing_key(key, path, text);
    }

    /// Notes a key that is not there: the message waits for it. Named twice, it is kept once.
    pub fn missing_key(&mut self, key: Key, path: impl Into<String>, text: impl Into<String>) {
        if self.keys.insert(key.clone()) {
            self.missing.push(Missing { key, path: path.into(), text: text.into() });
        }
    }

    /// Notes how the wait ends, where a key is missing.
    pub fn limit(&mut self, limit: Limit) {
        self.limit = Some(limit);
    }

    /// Names an id that exists already, for the answer to a refusal.
    pub fn existing(&mut self, id: InternalId) {
        self.ids.push(id);
    }

    /// What the answer to a refusal returns beside the errors.
    pub fn returned(&mut self, returned: Returned) {
        self.returned = Some(returned);
    }

    /// Whether an error was noted.
    pub fn has_errors(&self) -> bool {
        self.violations.iter().any(Violation::is_error)
    }

    /// Whether nothing stands in the way of staging.
    pub fn is_clear(&self) -> bool {
        !self.has_errors() && self.missing.is_empty()
    }

    /// The verdict: refused with every reason where there is an error (keys that are missing are named with
    /// it), else waiting where a key is missing, else what `stage` gives.
    pub fn verdict(self, stage: impl FnOnce() -> Staged) -> Verdict {
        if self.has_errors() {
            let mut violations = self.violations;
            let named =
                self.missing.into_iter().map(|missing| Violation::error(Code::NotFound, missing.path, missing.text));
            violations.extend(named);
            return Verdict::Refuse(Refusal {
                violations,
                ids: self.ids,
                returned: self.returned,
                effects: Vec::new(),
            });
        }
        if !self.missing.is_empty() {
            return Verdict::Wait(Waiting { missing: self.missing, warnings: self.violations, limit: self.limit });
        }
        let mut staged = stage();
        staged.warnings.splice(0..0, self.violations);
        Verdict::Stage(staged)
    }
}
