//! Reading `routes.toml`.

use super::page::{Entry, Page};
use super::{Route, To, callee};

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
    let to = [("origin", To::Origin), ("amqp", To::Amqp), ("spool", To::Spool), ("http", To::Http)];
    let to = entry.one_of(page, "to", &to).map_or(To::Origin, |to| to.value);
    let callee = match to {
        To::Http => callee::read(page, &mut entry),
        To::Origin | To::Amqp | To::Spool => {
            callee::none(page, &mut entry);
            None
        }
    };
    entry.finish(page);
    Route {
        code,
        product: product.trim().to_owned(),
        application: application.trim().to_owned(),
        key: key.map_or_else(String::new, |key| key.value),
        to,
        callee,
        line,
    }
}
