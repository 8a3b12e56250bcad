//! Whom a route to HTTP calls: `url`, and `token`, or `user` and `password`, each of which may stand in a file.

use super::page::{Entry, Given, Page};
use crate::bus::post::{Callee, Credentials};
use axum::http::Uri;
use secrecy::SecretString;
use std::sync::Arc;

/// The keys of a route to HTTP.
const KEYS: [&str; 6] = ["url", "token", "token_file", "user", "password", "password_file"];

/// Says of a route that leads elsewhere that it calls nobody.
pub(super) fn none<'t>(page: &mut Page<'t>, entry: &mut Entry<'t>) {
    for key in KEYS {
        if let Some(given) = entry.text(page, key) {
            page.problem(given.at, format!("`{key}` belongs to a route with to = \"http\""));
        }
    }
}

/// Reads it; `None` where a part is wrong.
pub(super) fn read<'t>(page: &mut Page<'t>, entry: &mut Entry<'t>) -> Option<Arc<Callee>> {
    let before = page.count();
    let url = entry.needed(page, "url").and_then(|url| address(page, &url));
    let token = secret(page, entry, "token", "token_file");
    let user = entry.text(page, "user");
    let password = secret(page, entry, "password", "password_file");
    let credentials = match (token, user, password) {
        (Some(token), None, None) => Credentials::Bearer(token.value),
        (None, Some(user), Some(password)) => Credentials::Basic { user: user.value, password: password.value },
        (Some(token), _, _) => {
            page.problem(token.at, "a token, or user and password: not both");
            return None;
        }
        (None, Some(user), None) => {
            page.problem(user.at, "`user` without `password` or `password_file`");
            return None;
        }
        (None, None, Some(password)) => {
            page.problem(password.at, "a password without `user`");
            return None;
        }
        (None, None, None) => Credentials::Nothing,
    };
    if credentials.header().is_err() {
        page.problem(entry.at, "the token holds characters that no HTTP header takes");
    }
    url.filter(|_| page.count() == before).map(|url| Arc::new(Callee { url, credentials }))
}

fn address(page: &mut Page<'_>, url: &Given<String>) -> Option<Uri> {
    let reason = match url.value.parse::<Uri>() {
        Err(error) => format!("`url` is no address: {error}"),
        Ok(read) if !matches!(read.scheme_str(), Some("http" | "https")) => {
            "`url` begins with https:// or http://".to_owned()
        }
        Ok(read) if read.authority().is_some_and(|authority| authority.as_str().contains('@')) => {
            "user and password do not belong into `url`; write `user` and `password_file`".to_owned()
        }
        Ok(read) => return Some(read),
    };
    page.problem(url.at, reason);
    None
}

/// A secret, from the file of the catalog or from one that it names.
fn secret<'t>(
    page: &mut Page<'t>,
    entry: &mut Entry<'t>,
    key: &'static str,
    file_key: &'static str,
) -> Option<Given<SecretString>> {
    let here = entry.text(page, key);
    let file = entry.text(page, file_key);
    let found = match (here, file) {
        (Some(_), Some(file)) => {
            page.problem(file.at, format!("`{key}` stands there already"));
            return None;
        }
        (Some(here), None) => here,
        (None, Some(file)) => match std::fs::read_to_string(&file.value) {
            Ok(text) => Given { value: text.trim_end_matches(['\r', '\n']).to_owned(), at: file.at },
            Err(error) => {
                page.problem(file.at, format!("`{file_key}` {}: {error}", file.value));
                return None;
            }
        },
        (None, None) => return None,
    };
    if found.value.trim().is_empty() {
        page.problem(found.at, format!("`{key}` is empty"));
        return None;
    }
    Some(Given { value: SecretString::from(found.value), at: found.at })
}
