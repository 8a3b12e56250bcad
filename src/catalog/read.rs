//! Reading the catalog's files: every problem at once, by file and line, with the name that was probably meant.

use super::{Catalog, Method, Operation, Registration, Route, To, Transports, Version};
use crate::config::{Config, nearest};
use eaid_adapters::ROUTINES;
use eaid_adapters::books::Books;
use eaid_adapters::routine::{Part, Routine};
use eaid_schemas::envelope::Format;
use serde::Deserialize;
use std::path::Path;
use toml::Spanned;
use xxhash_rust::xxh3::xxh3_64;

/// What is wrong with a file of the catalog.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{file}:{line}: {reason}")]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to write.
    pub reason: String,
}

/// The texts of a catalog, from disk or compiled in.
pub struct Texts {
    /// Name and text of `adapters.toml`.
    pub adapters: (String, String),
    /// Name and text of `routes.toml`.
    pub routes: (String, String),
    /// Folder of the reference tables, and their texts by name.
    pub reference: (String, Vec<(&'static str, String)>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdapterFile {
    #[serde(default)]
    adapter: Vec<Spanned<AdapterLine>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdapterLine {
    routine: Spanned<String>,
    message: Spanned<String>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    send: bool,
    #[serde(default)]
    receive: bool,
    method: Option<Spanned<String>>,
    operation: Option<Spanned<String>>,
    condition: Option<Spanned<String>>,
    channel: Option<Spanned<String>>,
    version: Spanned<String>,
    #[serde(default)]
    alias: String,
    route: Spanned<String>,
    format: Option<Spanned<String>>,
    #[serde(default)]
    execution_branch: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteFile {
    #[serde(default)]
    route: Vec<Spanned<RouteLine>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteLine {
    code: Spanned<String>,
    product: String,
    application: String,
    key: Spanned<String>,
    to: Option<Spanned<String>>,
}

/// One file while it is read.
struct File<'t> {
    name: &'t str,
    text: &'t str,
    problems: Vec<Problem>,
}

impl File<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    fn problem(&mut self, at: usize, reason: String) {
        let line = self.line(at);
        self.problems.push(Problem { file: self.name.to_owned(), line, reason });
    }

    fn parse<T: serde::de::DeserializeOwned>(&mut self) -> Option<T> {
        match toml::from_str(self.text) {
            Ok(read) => Some(read),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                self.problem(at, error.message().replace('\n', " "));
                None
            }
        }
    }

    /// The value of a closed list, the first where absent.
    fn one_of<T: Copy>(&mut self, given: Option<&Spanned<String>>, list: &[(&'static str, T)]) -> Option<T> {
        let Some(given) = given else { return list.first().map(|(_, value)| *value) };
        let found = list.iter().find(|(name, _)| name.eq_ignore_ascii_case(given.get_ref()));
        if found.is_none() {
            let names: Vec<&str> = list.iter().map(|(name, _)| *name).collect();
            let hint =
                nearest(given.get_ref(), &names).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            let reason = format!("`{}` is none of {}{hint}", given.get_ref(), names.join(", "));
            self.problem(given.span().start, reason);
        }
        found.map(|(_, value)| *value)
    }
}

impl Texts {
    /// Reads the files that a configuration names.
    ///
    /// # Errors
    /// Every file that cannot be read.
    pub fn from_disk(config: &Config) -> Result<Texts, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut read = |path: &Path| {
            std::fs::read_to_string(path).unwrap_or_else(|error| {
                let reason = format!("{error}; `eaid init DIR` writes a set to start from");
                problems.push(Problem { file: path.display().to_string(), line: 0, reason });
                String::new()
            })
        };
        let adapters = (config.catalog.adapters.display().to_string(), read(&config.catalog.adapters));
        let routes = (config.catalog.routes.display().to_string(), read(&config.catalog.routes));
        let folder = &config.catalog.reference;
        let tables = eaid_adapters::books::FILES.iter().map(|name| (*name, read(&folder.join(name)))).collect();
        let texts = Texts { adapters, routes, reference: (folder.display().to_string(), tables) };
        if problems.is_empty() { Ok(texts) } else { Err(problems) }
    }
}

/// Reads and checks a whole catalog.
///
/// # Errors
/// Every problem of every file.
pub fn catalog(config: &Config, texts: &Texts) -> Result<Catalog, Vec<Problem>> {
    let mut routes_file = File { name: &texts.routes.0, text: &texts.routes.1, problems: Vec::new() };
    let routes = read_routes(&mut routes_file);
    let mut adapters_file = File { name: &texts.adapters.0, text: &texts.adapters.1, problems: Vec::new() };
    let registrations = read_adapters(&mut adapters_file, &routes);
    let mut problems = routes_file.problems;
    problems.extend(adapters_file.problems);
    let table = |name: &str| texts.reference.1.iter().find(|(known, _)| *known == name).map(|(_, text)| text.clone());
    let books = Books::read(config.retail.clone(), table).map_err(|found| {
        problems.extend(found.into_iter().map(|problem| Problem {
            file: format!("{}/{}", texts.reference.0, problem.file),
            line: usize::try_from(problem.line).unwrap_or(0),
            reason: problem.reason,
        }));
    });
    let Ok(books) = books else { return Err(problems) };
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut all = texts.adapters.1.clone() + &texts.routes.1;
    texts.reference.1.iter().for_each(|(_, text)| all.push_str(text));
    Ok(Catalog {
        registrations,
        routes,
        books,
        identity: config.our_names(),
        transports: Transports { amqp: config.amqp.enabled, spool: config.spool.enabled },
        receipts: config.amqp.receipts,
        fingerprint: format!("{:08x}", xxh3_64(all.as_bytes()) >> 32),
    })
}

fn read_routes(file: &mut File<'_>) -> Vec<Route> {
    let Some(read) = file.parse::<RouteFile>() else { return Vec::new() };
    let mut routes: Vec<Route> = Vec::new();
    for spanned in read.route {
        let line = file.line(spanned.span().start);
        let given = spanned.into_inner();
        let to = file.one_of(given.to.as_ref(), &[("origin", To::Origin), ("amqp", To::Amqp), ("spool", To::Spool)]);
        let key = given.key.get_ref().clone();
        if key.is_empty()
            || key.chars().any(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-'))
        {
            file.problem(given.key.span().start, format!("`{key}`: a key is of lower case letters, digits, - and _"));
        }
        if routes.iter().any(|route| route.code == *given.code.get_ref()) {
            file.problem(given.code.span().start, format!("route `{}` stands here twice", given.code.get_ref()));
        }
        let (product, application) = (given.product.trim().to_owned(), given.application.trim().to_owned());
        let code = given.code.into_inner();
        routes.push(Route { code, product, application, key, to: to.unwrap_or(To::Origin), line });
    }
    routes
}

fn read_adapters(file: &mut File<'_>, routes: &[Route]) -> Vec<Registration> {
    let Some(read) = file.parse::<AdapterFile>() else { return Vec::new() };
    let mut registrations: Vec<Registration> = Vec::new();
    for spanned in read.adapter {
        let start = spanned.span().start;
        let Some(registration) = registration(file, start, spanned.into_inner(), routes) else { continue };
        let twin = registrations.iter().find(|other| {
            std::ptr::eq(other.routine, registration.routine)
                && other.version == registration.version
                && other.route == registration.route
                && other.execution_branch == registration.execution_branch
                && (other.operation == registration.operation || other.operation == Operation::All)
        });
        if let Some(twin) = twin {
            let (message, version, first) = (registration.routine.message, registration.version, twin.line);
            file.problem(start, format!("{message} {version} is registered already in line {first}"));
        }
        registrations.push(registration);
    }
    registrations
}

fn registration(file: &mut File<'_>, start: usize, given: AdapterLine, routes: &[Route]) -> Option<Registration> {
    let before = file.problems.len();
    let routine = known_routine(file, &given.routine);
    if let Some(routine) = routine
        && !routine.message.eq_ignore_ascii_case(given.message.get_ref())
    {
        let reason =
            format!("{} serves the message {}, not `{}`", routine.name, routine.message, given.message.get_ref());
        file.problem(given.message.span().start, reason);
    }
    let version = Version::parse(given.version.get_ref()).map(|(version, _)| version);
    if version.is_none() {
        let reason = format!("`{}` is no version; write major.minor, such as \"2.009\"", given.version.get_ref());
        file.problem(given.version.span().start, reason);
    }
    if let (Some(Routine { part: Part::Receives { majors, .. }, name, .. }), Some(version)) = (routine, version)
        && !majors.contains(&version.major)
    {
        file.problem(given.version.span().start, format!("{name} reads the majors {majors:?}, not {}", version.major));
    }
    if !routes.iter().any(|route| route.code == *given.route.get_ref()) {
        let codes: Vec<&str> = routes.iter().map(|route| route.code.as_str()).collect();
        let reason = format!("there is no route `{}`; routes.toml has: {}", given.route.get_ref(), codes.join(", "));
        file.problem(given.route.span().start, reason);
    }
    if let Some(condition) = given.condition.as_ref().filter(|condition| !condition.get_ref().trim().is_empty()) {
        file.problem(condition.span().start, "conditions are not read yet; leave it empty".to_owned());
    }
    let method = file.one_of(given.method.as_ref(), &[("sync", Method::Sync), ("async", Method::Async)]);
    let operations = [("all", Operation::All), ("update", Operation::Update), ("delete", Operation::Delete)];
    let operation = file.one_of(given.operation.as_ref(), &operations);
    let channels = [("EAI-PAD.APP", "EAI-PAD.APP"), ("ESB", "ESB"), ("EAI-SOAP", "EAI-SOAP")];
    let channel = file.one_of(given.channel.as_ref(), &channels);
    let format = file.one_of(given.format.as_ref(), &[("JSON", Format::Json), ("XML", Format::Xml)]);
    match routine.map(|routine| &routine.part) {
        Some(Part::Receives { .. }) if given.send => {
            file.problem(start, format!("{} only receives; set send = false", given.routine.get_ref()));
        }
        Some(Part::Sends) if given.receive => {
            file.problem(start, format!("{} only sends; set receive = false", given.routine.get_ref()));
        }
        _ => {}
    }
    if file.problems.len() > before {
        return None;
    }
    Some(Registration {
        routine: routine?,
        description: given.description,
        send: given.send,
        receive: given.receive,
        method: method?,
        operation: operation?,
        channel: channel?.to_owned(),
        version: version?,
        alias: given.alias,
        route: given.route.into_inner(),
        format: format?,
        execution_branch: given.execution_branch.trim().to_owned(),
        line: file.line(start),
    })
}

fn known_routine(file: &mut File<'_>, name: &Spanned<String>) -> Option<&'static Routine> {
    let found = ROUTINES.iter().copied().find(|routine| routine.name.eq_ignore_ascii_case(name.get_ref()));
    if found.is_none() {
        let names: Vec<&str> = ROUTINES.iter().map(|routine| routine.name).collect();
        let hint = nearest(name.get_ref(), &names).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let reason = format!("there is no routine `{}`; there are {}{hint}", name.get_ref(), names.join(", "));
        file.problem(name.span().start, reason);
    }
    found
}
