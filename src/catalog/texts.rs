//! The texts of a catalog, from disk or compiled in.

use super::read::Problem;
use crate::config::Config;
use eaid_adapters::books::{FILES, OPTIONAL};
use std::path::Path;

/// The texts of a catalog.
#[derive(Debug)]
pub struct Texts {
    /// Name and text of `adapters.toml`.
    pub adapters: (String, String),
    /// Name and text of `routes.toml`.
    pub routes: (String, String),
    /// Folder of the reference tables, and their texts by name.
    pub reference: (String, Vec<(&'static str, String)>),
    /// Files that could not be read; their texts are empty.
    pub unread: Vec<Problem>,
}

impl Texts {
    /// Reads the files that a configuration names.
    pub fn from_disk(config: &Config) -> Texts {
        let mut unread = Vec::new();
        let mut read = |path: &Path| {
            text_of(path).unwrap_or_else(|problem| {
                unread.push(problem);
                String::new()
            })
        };
        let paths = &config.catalog;
        let adapters = (paths.adapters.display().to_string(), read(&paths.adapters));
        let routes = (paths.routes.display().to_string(), read(&paths.routes));
        let tables = FILES.iter().map(|name| {
            let path = paths.reference.join(name);
            let is_spared = OPTIONAL.contains(name) && !path.exists();
            (*name, if is_spared { String::new() } else { read(&path) })
        });
        let tables = tables.collect();
        Texts { adapters, routes, reference: (paths.reference.display().to_string(), tables), unread }
    }

    /// Whether a file could be read.
    pub(super) fn has(&self, name: &str) -> bool {
        self.unread.iter().all(|problem| problem.file != name)
    }
}

fn text_of(path: &Path) -> Result<String, Problem> {
    let problem = |line, reason| Problem { file: path.display().to_string(), line, reason };
    let bytes = std::fs::read(path)
        .map_err(|error| problem(0, format!("{error}; `eaid init DIR` writes a set to start from")))?;
    String::from_utf8(bytes).map_err(|error| {
        let wrong = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..wrong].iter().filter(|byte| **byte == b'\n').count() + 1;
        problem(line, "this is not UTF-8; save the file in that encoding".to_owned())
    })
}
