//! What an administrator sets of the spool.

use crate::config::units::{Size, Span};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Section `[spool]`. Relative paths are relative to the working directory.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SpoolSettings {
    /// Whether the folders are used at all.
    pub enabled: bool,
    /// Where partners drop files. `taken` and `dead` lie beside it.
    #[serde(rename = "in")]
    pub inbox: PathBuf,
    /// Where answers appear, in a folder for each route key.
    #[serde(rename = "out")]
    pub outbox: PathBuf,
    /// How often the folder is looked at while nothing comes.
    pub poll: Span,
    /// Bytes that may be taken and not settled. A single larger file passes alone.
    pub unsettled: Size,
    /// A larger file is never read: it goes to `dead` as it is.
    pub max_file: Size,
}

/// For tests: the defaults of the compiled-in file.
#[cfg(test)]
impl Default for SpoolSettings {
    fn default() -> Self {
        crate::config::defaults().expect("the compiled-in file is right").spool
    }
}

impl SpoolSettings {
    /// Where settled files go.
    pub fn taken(&self) -> PathBuf {
        self.inbox.with_file_name("taken")
    }

    /// Where files go that cannot be read.
    pub fn dead(&self) -> PathBuf {
        self.inbox.with_file_name("dead")
    }
}
