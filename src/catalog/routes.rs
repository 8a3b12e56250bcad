//! Reading `routes.toml`.

use super::page::{Entry, Page};
use super::{Route, To};

/// Every route, those with problems too, so that adapters still find them; `None` where the file cannot be read.
pub(super) fn read(page: &mut Page<'_>) -> Option<Vec<Route>> {
    let mut routes: Vec<Route> = Vec::new();
    for entry in page.entries("route")? {
        let at = entry.at;
        let route = route(page, entry);
        if let Some(other) = routes.iter().find(|other| other.code == route.code && !route.code.is_empty()) {
            page.problem(at, format!("route `{}` stands in line {} already", route.code, other.line));
        }
        let same = |a: &str, b: &str| !a.is_empty() && a.eq_ignore_ascii_case(b);
        let twin =
            |other: &&Route| same(&other.product, &route.product) && same(&other.application, &route.application);
        if let Some(other) = routes.iter().find(twin) {
            let (product, application, code) = (&route.product, &route.application, &other.code);
            page.problem(
                at,
                format!("what comes from product {product}, application {application} is route {code}'s already"),
            );
        }
        let neighbour = |other: &&Route| same(&other.key, &route.key) && !same(&other.product, &route.product);
        if let Some(other) = routes.iter().find(neighbour) {
            let (key, code) = (&route.key, &other.code);
            page.problem(at, format!("key `{key}` is route {code}'s: answers to both would end up in one place"));
        }
        routes.push(route);
    }
    Some(routes)
}

fn route<'t>(page: &mut Page<'t>, mut entry: Entry<'t>) -> Route {
    let line = page.line(entry.at);
    let mut text = |page: &mut Page<'t>, key| entry.needed(page, key).map_or_else(String::new, |given| given.value);
    let (code, product) = (text(page, "code"), text(page, "product"));
    let application = text(page, "application");
    let key = entry.needed(page, "key");
    if let Some(key) = &key
        && !key.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-')
    {
        page.problem(key.at, format!("key `{}` is not of lower case letters, digits, - and _ alone", key.value));
    }
    let to = entry.one_of(
        page,
        "to",
        &[("origin", Some(To::Origin)), ("amqp", Some(To::Amqp)), ("spool", Some(To::Spool)), ("http", None)],
    );
    if let Some(to) = &to
        && to.value.is_none()
    {
        // What such a route would say further is no problem of its own.
        for key in ["url", "token", "token_file"] {
            entry.free(page, key);
        }
        let fetched = "partners that do not listen to a queue fetch answers by GET /api/v1/messages/{uuid}";
        page.problem(
            to.at,
            format!("eaid calls nobody: routes to http are not served; write origin, amqp or spool; {fetched}"),
        );
    }
    entry.finish(page);
    Route {
        code,
        product: product.trim().to_owned(),
        application: application.trim().to_owned(),
        key: key.map_or_else(String::new, |key| key.value),
        to: to.and_then(|to| to.value).unwrap_or(To::Origin),
        line,
    }
}
