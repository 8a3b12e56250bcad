//! All that is read at start: `config/eaid.toml` compiled in, over it a file, over it the environment.

pub mod retention;
pub mod units;

use crate::bus::amqp::AmqpSettings;
use crate::bus::http::HttpSettings;
use crate::bus::spool::SpoolSettings;
use eaid_adapters::books::Retail;
use eaid_adapters::near::nearest;
use eaid_adapters::pdvsync::PdvSync;
use eaid_schemas::envelope::Limits as EnvelopeLimits;
use eaid_schemas::envelope::response::Identity as OurNames;
use figment::Figment;
use figment::providers::{Env, Format, Toml};
use retention::Retention;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use units::{Size, Span};

/// Every key with its default; the documentation of the defaults.
pub const DEFAULTS: &str = include_str!("../config/eaid.toml");

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What our own headers say.
    pub identity: Identity,
    /// Where things are kept.
    pub database: Database,
    /// RabbitMQ.
    pub amqp: AmqpSettings,
    /// The folders.
    pub spool: SpoolSettings,
    /// HTTP.
    pub http: HttpSettings,
    /// Batches of messages.
    pub inbound: Inbound,
    /// Batches of staged sales.
    pub gravabatch: GravaBatch,
    /// Patience.
    pub waiting: Waiting,
    /// How long messages are kept.
    pub retention: Retention,
    /// Bounds of a message.
    pub limits: Limits,
    /// Where registrations and tables are.
    pub catalog: CatalogPaths,
    /// What is logged.
    pub log: Log,
    /// Rules of the shop.
    pub retail: Retail,
    /// Rules of pre-sales.
    pub pdvsync: PdvSync,
}

/// `[identity]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// SourceApplication.
    pub source_application: String,
    /// ProductName.
    pub product_name: String,
    /// ProductVersion.
    pub product_version: String,
    /// Of stamps without a zone.
    pub timezone: chrono_tz::Tz,
}

/// `[database]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite://file` or `postgres://…`.
    pub url: SecretString,
    /// A file that holds the url, instead of `url`.
    pub url_file: Option<PathBuf>,
    /// Migrate at start.
    pub migrate: bool,
}

/// `[inbound]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inbound {
    /// Messages of a batch at most.
    pub batch: usize,
    /// Bytes of a batch at most; a larger message goes alone.
    pub batch_bytes: Size,
}

/// `[gravabatch]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GravaBatch {
    /// Whether this process may take staged sales.
    pub enabled: bool,
    /// Sales at once.
    pub batch: usize,
}

/// `[waiting]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// How long a message waits.
    pub patience: Span,
}

/// `[limits]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Greatest body.
    pub body: Size,
    /// Greatest nesting.
    pub depth: usize,
    /// Greatest list.
    pub items: usize,
}

/// `[catalog]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogPaths {
    /// Registrations.
    pub adapters: PathBuf,
    /// Routes.
    pub routes: PathBuf,
    /// Reference tables.
    pub reference: PathBuf,
    /// How often the files are looked at for a change; 0: never, only on SIGHUP.
    pub watch: Span,
}

/// `[log]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Level or filter.
    pub level: String,
    /// `text` or `json`.
    pub format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// A configuration that cannot be used; every line is a problem of its own.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ConfigError(pub Vec<String>);

/// Where `--config` points to when it is not given.
pub const USUAL_FILE: &str = "config/eaid.toml";

/// Reads the configuration: defaults, then the file, then the environment.
///
/// # Errors
/// [`ConfigError`] naming the file and line, or the variable, of what is wrong.
pub fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
    let usual = Path::new(USUAL_FILE);
    let file = match file {
        Some(file) if !file.is_file() => {
            return Err(ConfigError(vec![format!("{}: the file does not exist", file.display())]));
        }
        Some(file) => Some(file),
        None => usual.is_file().then_some(usual),
    };
    let mut figment = Figment::from(Toml::string(DEFAULTS));
    if let Some(file) = file {
        figment = figment.merge(Toml::file(file));
    }
    figment = figment.merge(Env::prefixed("EAID_").filter(|key| key.as_str().contains("__")).split("__"));
    for section in ["database", "amqp"] {
        figment = from_secret_file(figment, section)?;
    }
    checked(&figment, file)
}

/// The defaults alone: no file, no environment.
///
/// # Errors
/// None, as long as the compiled-in file is right.
pub fn defaults() -> Result<Config, ConfigError> {
    read("")
}

/// A text over the defaults, without the environment.
///
/// # Errors
/// [`ConfigError`] naming what is wrong.
pub fn read(text: &str) -> Result<Config, ConfigError> {
    checked(&Figment::from(Toml::string(DEFAULTS)).merge(Toml::string(text)), None)
}

fn checked(figment: &Figment, file: Option<&Path>) -> Result<Config, ConfigError> {
    let config: Config = figment
        .extract()
        .map_err(|errors| ConfigError(errors.into_iter().map(|error| describe(&error, file)).collect()))?;
    let problems = config.problems();
    if problems.is_empty() { Ok(config) } else { Err(ConfigError(problems)) }
}

/// Takes `url` of a section from the file that `url_file` names, and drops that key.
fn from_secret_file(figment: Figment, section: &str) -> Result<Figment, ConfigError> {
    let key = format!("{section}.url_file");
    let Ok(path) = figment.extract_inner::<String>(&key) else { return Ok(figment) };
    let text = std::fs::read_to_string(&path).map_err(|error| ConfigError(vec![format!("{key}: {path}: {error}")]))?;
    Ok(figment.merge((format!("{section}.url"), text.trim().to_owned())))
}

fn describe(error: &figment::Error, file: Option<&Path>) -> String {
    let key = error.path.join(".");
    let from = error.metadata.as_ref().and_then(|metadata| metadata.source.as_ref());
    let place = match (from.and_then(figment::Source::file_path), file) {
        (Some(path), _) => located(path, &error.path),
        (None, Some(path)) if error.metadata.as_ref().is_none_or(|m| !m.name.contains("environment")) => {
            located(path, &error.path)
        }
        _ => error.metadata.as_ref().map_or_else(|| "configuration".to_owned(), |metadata| metadata.name.to_string()),
    };
    let known = match &error.kind {
        figment::error::Kind::UnknownField(field, expected) => {
            let near = nearest(field, expected);
            near.map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"))
        }
        _ => String::new(),
    };
    format!("{place}: {key}: {}{known}", error.kind)
}

/// `file:line` of a key, found by its last name; figment does not keep lines.
fn located(path: &Path, key: &[String]) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let last = key.last().map(String::as_str).unwrap_or_default();
    let line = text.lines().position(|line| line.trim_start().split(['=', ' ']).next() == Some(last));
    match line {
        Some(line) => format!("{}:{}", path.display(), line + 1),
        None => path.display().to_string(),
    }
}

impl Config {
    /// The names of our headers.
    pub fn our_names(&self) -> OurNames {
        OurNames {
            source_application: self.identity.source_application.clone(),
            product_name: self.identity.product_name.clone(),
            product_version: self.identity.product_version.clone(),
        }
    }

    /// The bounds of a message.
    pub fn envelope_limits(&self) -> EnvelopeLimits {
        EnvelopeLimits { body: self.limits.body.bytes(), depth: self.limits.depth, items: self.limits.items }
    }

    /// The address of the database.
    pub fn database_url(&self) -> &str {
        self.database.url.expose_secret()
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut want = |holds: bool, text: &str| {
            if !holds {
                problems.push(text.to_owned());
            }
        };
        let url = self.database_url();
        want(
            url.starts_with("sqlite:") || url.starts_with("postgres:") || url.starts_with("postgresql:"),
            "database.url: expected sqlite://FILE or postgres://USER:PASSWORD@HOST:PORT/NAME",
        );
        want((1..=5000).contains(&self.inbound.batch), "inbound.batch: expected 1 to 5000");
        want((1..=5000).contains(&self.amqp.window), "amqp.window: expected 1 to 5000");
        want((1..=5000).contains(&self.gravabatch.batch), "gravabatch.batch: expected 1 to 5000");
        want(
            (2..=EnvelopeLimits::DEEPEST).contains(&self.limits.depth),
            &format!("limits.depth: expected 2 to {}", EnvelopeLimits::DEEPEST),
        );
        want(self.limits.items > 0, "limits.items: expected at least 1");
        want((1..=5000).contains(&self.retention.batch), "retention.batch: expected 1 to 5000");
        want(
            ["C", "F", "T", "R", "D", "S"].contains(&self.retail.freight_type.as_str()),
            "retail.freight_type: expected one of C F T R D S",
        );
        want(
            self.retail.closed_until.is_empty() || self.retail.closed_until().is_some(),
            "retail.closed_until: expected a date such as 2026-10-31, or nothing",
        );
        want(
            humantime::parse_duration(&self.retail.cancel_patience).is_ok(),
            "retail.cancel_patience: expected a duration such as 25s",
        );
        problems
    }
}
