//! Reading the catalog's files: every problem at once, by file and line, with the name that was probably meant.

use super::adapters::{self, Others};
use super::page::Page;
use super::texts::Texts;
use super::{Catalog, Registration, Route, Transports, routes};
use crate::config::Config;
use eaid_adapters::books::Books;
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

/// What is wrong with a file of the catalog.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{file}{}: {reason}", .line.checked_sub(1).map_or_else(String::new, |_| format!(":{line}")))]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1; 0: the file as a whole.
    pub line: usize,
    /// What is wrong, and what to write.
    pub reason: String,
}

/// Reads and checks a whole catalog.
///
/// # Errors
/// Every problem of every file.
pub fn catalog(config: &Config, texts: &Texts) -> Result<Catalog, Vec<Problem>> {
    let mut routes_page = Page::new(&texts.routes.0, &texts.routes.1);
    let routes = if texts.has(&texts.routes.0) { routes::read(&mut routes_page) } else { None };
    let books = read_books(config, texts);
    let mut adapters_page = Page::new(&texts.adapters.0, &texts.adapters.1);
    let others = Others { routes: routes.as_deref(), books: books.as_ref().ok() };
    let registrations = adapters::read(&mut adapters_page, &others);
    if let (Some(routes), Ok(books)) = (&routes, &books) {
        check_companies(&mut routes_page, routes, &registrations, books);
    }
    let mut problems = texts.unread.clone();
    problems.extend(adapters_page.finish());
    problems.extend(routes_page.finish());
    match (routes, books) {
        (Some(routes), Ok(books)) if problems.is_empty() => Ok(Catalog {
            registrations,
            routes,
            books,
            identity: config.our_names(),
            transports: Transports { amqp: config.amqp.enabled, spool: config.spool.enabled },
            receipts: config.amqp.receipts,
            fingerprint: fingerprint(config, texts),
        }),
        (_, books) => {
            problems.extend(books.err().into_iter().flatten());
            Err(problems)
        }
    }
}

/// The reference tables, where all of them are there to be read.
fn read_books(config: &Config, texts: &Texts) -> Result<Books, Vec<Problem>> {
    let (folder, tables) = &texts.reference;
    let path = |file: &str| Path::new(folder).join(file).display().to_string();
    if !tables.iter().all(|(file, _)| texts.has(&path(file))) {
        return Err(Vec::new());
    }
    let text = |name: &str| tables.iter().find(|(known, _)| *known == name).map(|(_, text)| text.clone());
    Books::read(config.retail.clone(), config.pdvsync.clone(), text).map_err(|found| {
        let named = found.into_iter().map(|problem| Problem {
            file: path(&problem.file),
            line: usize::try_from(problem.line).unwrap_or(0),
            reason: problem.reason,
        });
        named.collect()
    })
}

/// A short digest of all that a verdict depends on: the files, and the rules of `[retail]` and `[pdvsync]`.
fn fingerprint(config: &Config, texts: &Texts) -> String {
    let mut digest = Xxh3::new();
    let rules = serde_json::to_string(&(&config.retail, &config.pdvsync)).unwrap_or_default();
    let files = [&texts.adapters.1, &texts.routes.1].into_iter();
    for text in files.chain(texts.reference.1.iter().map(|(_, text)| text)).chain([&rules]) {
        digest.update(&(text.len() as u64).to_le_bytes());
        digest.update(text.as_bytes());
    }
    format!("{:08x}", digest.digest() >> 32)
}

/// A partner whose companies nobody entered would have every message refused (`company_unknown`).
fn check_companies(page: &mut Page<'_>, routes: &[Route], registrations: &[Registration], books: &Books) {
    for route in routes {
        let receives = registrations.iter().any(|known| known.receive && known.route == route.code);
        if receives && !route.product.is_empty() && !books.knows(&route.product) {
            let product = &route.product;
            let reason = format!("companies.csv has no row of {product}: every message of it would be refused");
            page.problem_in(route.line, reason);
        }
    }
}
