//! What is done with files, in blocking calls: list, read, move, and write so that no reader sees half.

mod draft;

pub(super) use draft::{write, write_all};

use crate::fault::Fault;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What tells one content of a file from the next under the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Stamp {
        Stamp { length: metadata.len(), modified: metadata.modified().ok() }
    }
}

/// A fault of a file or folder.
pub(super) fn fault(path: &Path, error: &io::Error) -> Fault {
    Fault::Spool { path: path.display().to_string(), reason: error.to_string() }
}

/// Names of the files that may be taken, in order. Partners are still writing those that start with a dot or
/// end in `.tmp`; folders and links are none of our business.
pub(super) fn list(folder: &Path) -> Result<Vec<OsString>, Fault> {
    let entries = fs::read_dir(folder).map_err(|error| fault(folder, &error))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| fault(folder, &error))?;
        let name = entry.file_name();
        let bytes = name.as_encoded_bytes();
        // One that is gone by now was taken away again by its partner.
        if !bytes.starts_with(b".") && !bytes.ends_with(b".tmp") && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// What was found under a name.
#[derive(Debug)]
pub(super) enum Read {
    /// Its bytes.
    Whole(Vec<u8>, Stamp),
    /// More bytes than are ever read.
    TooLarge(u64, Stamp),
    /// Nothing any more.
    Gone,
}

/// Reads a file, unless it is too large.
pub(super) fn read(path: &Path, greatest: usize) -> Result<Read, Fault> {
    let read = || -> io::Result<Read> {
        let metadata = fs::metadata(path)?;
        if metadata.len() > greatest as u64 {
            return Ok(Read::TooLarge(metadata.len(), Stamp::of(&metadata)));
        }
        Ok(Read::Whole(fs::read(path)?, Stamp::of(&metadata)))
    };
    match read() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Read::Gone),
        read => read.map_err(|error| fault(path, &error)),
    }
}

/// Length of a file, 0 where it is gone.
pub(super) fn length(path: &Path) -> usize {
    fs::metadata(path).map_or(0, |metadata| usize::try_from(metadata.len()).unwrap_or(usize::MAX))
}

/// Moves a file into a folder, under a name that is free there; gives that name. `None` where the file is gone,
/// or was overwritten since it was read: then it is a new message under an old name, and stays.
pub(super) fn shift(from: &Path, stamp: &Stamp, folder: &Path) -> Result<Option<PathBuf>, Fault> {
    match fs::metadata(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(from, &error)),
        Ok(metadata) if Stamp::of(&metadata) != *stamp => return Ok(None),
        Ok(_) => {}
    }
    let to = free_name(folder, from);
    fs::rename(from, &to).map_err(|error| fault(&to, &error))?;
    Ok(Some(to))
}

/// `sale.json`, else `sale.1.json`, `sale.2.json` and so on.
pub(super) fn free_name(folder: &Path, file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default();
    let stem = file.file_stem().unwrap_or_default();
    let mut candidate = folder.join(name);
    let mut number = 1u64;
    while candidate.symlink_metadata().is_ok() {
        let mut next = stem.to_owned();
        next.push(format!(".{number}"));
        if let Some(extension) = file.extension() {
            next.push(".");
            next.push(extension);
        }
        candidate = folder.join(next);
        number += 1;
    }
    candidate
}

/// Makes the names in a folder last.
pub(super) fn sync(folder: &Path) -> Result<(), Fault> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| fault(folder, &error))
}

/// Makes a folder with all above it.
pub(super) fn make(folder: &Path) -> Result<(), Fault> {
    fs::create_dir_all(folder).map_err(|error| fault(folder, &error))
}

/// Takes the folder for this process alone: two daemons on one folder would each take every file. The lock is a
/// file beside the folder, held until it is dropped, also by the death of the process.
pub(super) fn lock(folder: &Path) -> Result<Option<File>, Fault> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let path = folder.with_file_name(format!(".{name}.lock"));
    let file = File::create(&path).map_err(|error| fault(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => {
            let reason = "outro processo do eaid já usa esta pasta".to_owned();
            Err(Fault::Spool { path: folder.display().to_string(), reason })
        }
        Err(fs::TryLockError::Error(error)) => {
            tracing::warn!(%error, "this file system has no locks; use the folder with one eaid only");
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::scratch::Scratch;

    #[test]
    fn files_in_the_making_are_left_alone() {
        let folder = Scratch::new();
        for name in ["b.json", "a.xml", ".a.json", "c.json.tmp", "ä.json", "noext"] {
            fs::write(folder.join(name), "x").unwrap();
        }
        fs::create_dir(folder.join("d.json")).unwrap();
        assert_eq!(list(folder.path()).unwrap(), ["a.xml", "b.json", "noext", "ä.json"]);
    }

    #[test]
    fn a_name_that_is_used_gets_a_number() {
        let (from, to) = (Scratch::new(), Scratch::new());
        let file = from.join("sale.json");
        for expected in ["sale.json", "sale.1.json", "sale.2.json"] {
            fs::write(&file, "x").unwrap();
            let Read::Whole(_, stamp) = read(&file, 10).unwrap() else { panic!("not read") };
            assert_eq!(shift(&file, &stamp, to.path()).unwrap(), Some(to.join(expected)));
        }
        assert!(matches!(read(&file, 10).unwrap(), Read::Gone));
    }

    #[test]
    fn a_file_that_was_overwritten_meanwhile_stays() {
        let (from, to) = (Scratch::new(), Scratch::new());
        let file = from.join("sale.json");
        fs::write(&file, "old").unwrap();
        let Read::Whole(_, stamp) = read(&file, 10).unwrap() else { panic!("not read") };
        fs::write(&file, "another").unwrap();
        assert_eq!(shift(&file, &stamp, to.path()).unwrap(), None);
        assert_eq!(fs::read(&file).unwrap(), b"another");
    }

    #[test]
    fn what_is_written_leaves_nothing_half_done() {
        let folder = Scratch::new();
        write(&folder.join("a.json"), b"{}").unwrap();
        sync(folder.path()).unwrap();
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["a.json"]);
    }

    #[test]
    fn of_many_files_the_first_ones_are_there_when_one_fails() {
        let folder = Scratch::new();
        let mut files: Vec<(PathBuf, &[u8])> =
            (0..9).map(|number| (folder.join(format!("{number}.json")), b"{}" as &[u8])).collect();
        files.push(files[0].clone());
        let (written, failed) = write_all(&files);
        assert_eq!(written, 10, "a file that stands there twice is one: {failed:?}");
        files[7].0 = folder.join("no/such/folder");
        files.iter_mut().for_each(|(_, body)| *body = b"[]");
        let (written, failed) = write_all(&files);
        assert_eq!(written, 7);
        assert!(failed.unwrap().to_string().contains("no/such/folder"));
        let mut names = list(folder.path()).unwrap();
        names.retain(|name| fs::read(folder.join(name.to_str().unwrap())).unwrap() == b"[]");
        assert_eq!(names.len(), 7);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 9, "nothing hidden is left");
    }
}
