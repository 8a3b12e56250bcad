//! A temporary folder for tests.

use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Gone when dropped.
pub(in crate::bus) struct Scratch(PathBuf);

impl Scratch {
    pub(in crate::bus) fn new() -> Scratch {
        let path = std::env::temp_dir().join(format!("eaid-test-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    pub(in crate::bus) fn path(&self) -> &Path {
        &self.0
    }

    pub(in crate::bus) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
