//! Reading `adapters.toml`: the screen *Adapter E.A.I.* line by line (`domain/admin.md` 2).

use super::condition::Condition;
use super::page::{Entry, Given, Page};
use super::rivals::rivals;
use super::stage::{staged, tables_at_odds};
use super::{Method, Operation, Registration, Route, Version};
use eaid_adapters::ROUTINES;
use eaid_adapters::books::Books;
use eaid_adapters::generic;
use eaid_adapters::near::hint_or_all;
use eaid_adapters::routine::{Part, Routine};
use eaid_schemas::envelope::Format;

/// What the other files hold, as far as they could be read.
pub(super) struct Others<'o> {
    /// Of `routes.toml`.
    pub routes: Option<&'o [Route]>,
    /// Of the reference tables.
    pub books: Option<&'o Books>,
}

/// Every registration that is right in itself; what is not is noted.
pub(super) fn read(page: &mut Page<'_>, others: &Others<'_>) -> Vec<Registration> {
    let entries = page.entries("adapter").unwrap_or_default();
    let registrations: Vec<Registration> =
        entries.into_iter().filter_map(|entry| registration(page, entry, others)).collect();
    for (line, reason) in rivals(&registrations, others.routes.unwrap_or_default()) {
        page.problem_in(line, reason);
    }
    for (line, reason) in tables_at_odds(&registrations) {
        page.problem_in(line, reason);
    }
    registrations
}

fn registration<'t>(page: &mut Page<'t>, mut entry: Entry<'t>, others: &Others<'_>) -> Option<Registration> {
    let before = page.count();
    let routine = entry.needed(page, "routine");
    let message = entry.needed(page, "message");
    let version = entry.needed(page, "version").and_then(|version| read_version(page, version));
    let stage = entry.table(page, "stage");
    let routine = match routine {
        Some(name) if name.value.trim().eq_ignore_ascii_case(generic::NAME) => {
            staged(page, &name, message.as_ref(), version.as_ref(), stage)
        }
        name => {
            if let Some(stage) = stage {
                page.problem(
                    stage.at,
                    format!("only {} has a [adapter.stage]: the tables of others are their own", generic::NAME),
                );
            }
            name.and_then(|name| known_routine(page, &name)).inspect(|routine| {
                check_message(page, routine, message.as_ref());
                check_version(page, routine, version.as_ref());
            })
        }
    };
    let description = entry.free(page, "description");
    let (send, receive) = (entry.flag(page, "send"), entry.flag(page, "receive"));
    let method = entry.one_of(page, "method", &[("sync", Method::Sync), ("async", Method::Async)]);
    let operations = [("all", Operation::All), ("update", Operation::Update), ("delete", Operation::Delete)];
    let operation = entry.one_of(page, "operation", &operations);
    let condition = entry.text(page, "condition").filter(|condition| !condition.value.trim().is_empty());
    let condition = match (&condition, routine) {
        (Some(condition), Some(routine)) => read_condition(page, routine, condition),
        _ => None,
    };
    let channels = [("EAI-PAD.APP", "EAI-PAD.APP"), ("ESB", "ESB"), ("EAI-SOAP", "EAI-SOAP")];
    let channel = entry.one_of(page, "channel", &channels);
    let alias = entry.free(page, "alias");
    let route = entry.needed(page, "route");
    if let (Some(route), Some(routes)) = (&route, others.routes) {
        check_route(page, route, routes);
    }
    let format = entry.one_of(page, "format", &[("JSON", Format::Json), ("XML", Format::Xml)]);
    let execution_branch = entry.text(page, "execution_branch");
    if let (Some(branch), Some(books)) = (&execution_branch, others.books) {
        check_branch(page, branch, books);
    }
    if let Some(routine) = routine {
        check_direction(page, routine, &send, &receive, operation.as_ref());
    }
    let at = entry.at;
    entry.finish(page);
    if page.count() > before {
        return None;
    }
    Some(Registration {
        routine: routine?,
        description,
        send: send.value,
        receive: receive.value,
        method: method?.value,
        operation: operation?.value,
        condition,
        channel: channel?.value.to_owned(),
        version: version?.value,
        alias,
        route: route?.value,
        format: format?.value,
        execution_branch: execution_branch.map_or_else(String::new, |branch| branch.value.trim().to_owned()),
        line: page.line(at),
    })
}

fn known_routine(page: &mut Page<'_>, name: &Given<String>) -> Option<&'static Routine> {
    let found = ROUTINES.iter().copied().find(|routine| routine.name.eq_ignore_ascii_case(name.value.trim()));
    if found.is_none() {
        let names: Vec<&str> = ROUTINES.iter().map(|routine| routine.name).chain([generic::NAME]).collect();
        let hint = hint_or_all(name.value.trim(), &names);
        page.problem(name.at, format!("there is no routine `{}`{hint}", name.value));
    }
    found
}

fn check_message(page: &mut Page<'_>, routine: &Routine, message: Option<&Given<String>>) {
    let Some(message) = message else { return };
    let given = message.value.trim();
    if routine.message.eq_ignore_ascii_case(given) {
        return;
    }
    let other = ROUTINES.iter().find(|other| other.message.eq_ignore_ascii_case(given));
    let advice = other.map_or_else(String::new, |other| format!("; {} does", other.name));
    page.problem(message.at, format!("{} serves {}, not `{given}`{advice}", routine.name, routine.message));
}

fn read_condition(page: &mut Page<'_>, routine: &Routine, given: &Given<String>) -> Option<Condition> {
    let Part::Sends { content, .. } = routine.part else {
        let reason = format!("a condition says what is sent, and {} only receives; leave it empty", routine.name);
        page.problem(given.at, reason);
        return None;
    };
    match Condition::read(&given.value, content()) {
        Ok(condition) => Some(condition),
        Err(wrong) => {
            for wrong in wrong {
                page.problem_inside(given.at, wrong.line, format!("condition: {}", wrong.reason));
            }
            None
        }
    }
}

fn read_version(page: &mut Page<'_>, given: Given<String>) -> Option<Given<Version>> {
    let Some((version, _)) = Version::parse(&given.value) else {
        page.problem(given.at, format!("`{}` is no version; write major.minor, such as \"2.009\"", given.value));
        return None;
    };
    Some(Given { value: version, at: given.at })
}

fn check_version(page: &mut Page<'_>, routine: &Routine, version: Option<&Given<Version>>) {
    let Some(Given { value: version, at }) = version else { return };
    if !routine.part.majors().contains(&version.major) {
        let verb = if matches!(routine.part, Part::Sends { .. }) { "writes" } else { "reads" };
        let majors: Vec<String> = routine.part.majors().iter().map(|major| format!("{major}.x")).collect();
        let reason = format!("{} {verb} {} {}, not {version}", routine.name, routine.message, majors.join(" and "));
        page.problem(*at, reason);
    }
}

fn check_route(page: &mut Page<'_>, route: &Given<String>, routes: &[Route]) {
    if routes.iter().any(|known| known.code == route.value) {
        return;
    }
    let codes: Vec<&str> = routes.iter().map(|route| route.code.as_str()).filter(|code| !code.is_empty()).collect();
    let hint = hint_or_all(&route.value, &codes);
    page.problem(route.at, format!("routes.toml has no route `{}`{hint}", route.value));
}

fn check_branch(page: &mut Page<'_>, branch: &Given<String>, books: &Books) {
    let name = branch.value.trim();
    if name.is_empty() || books.branches().any(|known| known.branch == name) {
        return;
    }
    let mut names: Vec<&str> = books.branches().map(|known| known.branch.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let hint = hint_or_all(name, &names);
    page.problem(branch.at, format!("branches.csv has no branch `{name}`{hint}"));
}

/// A routine that only sends cannot receive, nor the other way round.
fn check_direction(
    page: &mut Page<'_>,
    routine: &Routine,
    send: &Given<bool>,
    receive: &Given<bool>,
    operation: Option<&Given<Operation>>,
) {
    match routine.part {
        Part::Receives { .. } if send.value => {
            page.problem(send.at, format!("{} only receives; set send = false", routine.name));
        }
        Part::Sends { asked: None, .. } if receive.value => {
            page.problem(receive.at, format!("{} only sends; set receive = false", routine.name));
        }
        _ => {}
    }
    if let (Part::Sends { .. }, Some(Given { value: Operation::Delete, at })) = (&routine.part, operation) {
        let reason = format!("{} sends no deletes: nothing would ever go; write all or update", routine.name);
        page.problem(*at, reason);
    }
}
